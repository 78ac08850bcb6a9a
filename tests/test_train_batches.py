import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import WORDS, tiny_reader

from rag.train.batches import IGNORED, LENGTH_STEP, Encoded, batch, encode, grouped
from rag.train.examples import Example
from rag.types import Span


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tiny_reader(tmp_path_factory.mktemp("tiny")))


def example(question: str, passage: str, answer: str | None) -> Example:
    return Example(
        question, passage, Span(passage.index(answer), passage.index(answer) + len(answer)) if answer else None
    )


def test_targets_by_hand(tokenizer):
    one, none = encode(
        tokenizer,
        [example("where is it?", "The  gold house", "gold house"), example("where?", "the tiger", None)],
        max_tokens=64,
    )
    # [CLS] where is it ? [SEP] the gold house [SEP]
    assert (one.types.tolist(), one.start, one.end) == ([0] * 6 + [1] * 4, 7, 8)
    assert (none.types.tolist(), none.start, none.end) == ([0] * 4 + [1] * 3, 0, 0)


words = st.lists(st.sampled_from([*WORDS, "unknown", "🙂", "جسر"]), min_size=1, max_size=20)


@given(words, words, st.data())
def test_decoding_the_target_tokens_gives_the_answer(tokenizer, question, passage, data):
    first = data.draw(st.integers(0, len(passage) - 1))
    last = data.draw(st.integers(first, len(passage) - 1))
    text = "  ".join(passage)
    start = len("  ".join([*passage[:first], ""]))
    answer = "  ".join(passage[first : last + 1])
    (one,) = encode(tokenizer, [Example(" ".join(question), text, Span(start, start + len(answer)))], max_tokens=64)
    offsets = tokenizer(" ".join(question), text).encodings[0].offsets
    assert text[offsets[one.start][0] : offsets[one.end][1]] == answer


def test_what_is_too_long_is_left_out(tokenizer):
    found = encode(tokenizer, [example("is it", "the " * n, None) for n in (1, 58, 59, 60, 500)], max_tokens=64)
    assert [len(one.ids) for one in found] == [6, 63, 64]  # two words, three signs, n words


def encoded(length: int) -> Encoded:
    return Encoded(np.arange(length, dtype=np.int32), np.zeros(length, dtype=np.int8), 0, 0)


@given(st.lists(st.integers(1, 384), max_size=80), st.integers(0, 9))
def test_every_example_stands_in_one_batch_that_it_fits(lengths: list[int], seed: int):
    groups = grouped([encoded(n) for n in lengths], batch_tokens=1024, rng=random.Random(seed))
    assert sorted(place for _, places in groups for place in places) == list(range(len(lengths)))
    for length, places in groups:
        assert length % LENGTH_STEP == 0
        assert all(length - LENGTH_STEP < lengths[place] <= length for place in places)
        assert 0 < len(places) <= 1024 // length


def test_a_batch_by_hand():
    ids, types = np.array([2, 5, 3, 6, 3], dtype=np.int32), np.array([0, 0, 0, 1, 1], dtype=np.int8)
    made = batch([Encoded(ids, types, 3, 3)], length=6, rows=2, pad=9)
    assert made.ids.tolist() == [[2, 5, 3, 6, 3, 9], [9] * 6]
    assert made.types.tolist() == [[0, 0, 0, 1, 1, 0], [0] * 6]
    assert made.mask.tolist() == [[1, 1, 1, 1, 1, 0], [1, 0, 0, 0, 0, 0]]
    assert (made.starts.tolist(), made.ends.tolist()) == ([3, IGNORED], [3, IGNORED])


def test_token_types_are_the_tokenizers(tokenizer):
    (one,) = encode(tokenizer, [example("where is it?", "the gold", "gold")], max_tokens=64)
    size = len(one.ids)
    made = batch([one], length=32, rows=1, pad=0)
    assert made.types[0, :size].tolist() == tokenizer("where is it?", "the gold").encodings[0].type_ids
