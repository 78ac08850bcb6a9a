from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rag.read import Candidate, SpanReader
from rag.second_look import Look, SecondLook, both_looks
from rag.sentences import sentence_around
from rag.types import Span

pytestmark = pytest.mark.models
NO = -np.inf
QUESTION = "Who rang?"
HARD = [
    "🙂 rang. 🙂 left.",
    "قرع الجرس. ثم غادر يوم الاثنين.",
    "鐘を鳴らした。山田は帰った。",
    "Ada rang. " + "x" * 9_000,
]


def floats(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_both_looks_by_hand():
    # "Rain fell. Ada rang." after a question of two tokens; the second sentence, at 11, is read again
    first = Look([(0, 0), (0, 4), (5, 9), (9, 10), (11, 14), (15, 19), (19, 20)],
                 floats(NO, 1, 2, 3, 4, 5, 6), floats(NO, 6, 5, 4, 3, 2, 1))  # fmt: skip
    again = Look([(0, 3), (0, 3), (4, 8), (8, 9)], floats(NO, 10, 20, 30), floats(NO, 30, 20, 10))
    start, end = both_looks(first, again, 11, 0.5)
    assert start.tolist() == [NO, NO, NO, NO, 9, 15, 21]
    assert end.tolist() == [NO, NO, NO, NO, 18, 12, 6]


def test_a_token_that_holds_the_space_before_its_word_is_known_again():
    first = Look([(0, 4), (4, 10), (10, 15)], floats(1, 2, 3), floats(1, 2, 3))
    again = Look([(0, 5), (5, 10)], floats(10, 20), floats(10, 20))  # its first token has lost the space
    assert both_looks(first, again, 5, 1.0)[0].tolist() == [NO, 12, 23]


@given(st.data())
def test_tokens_that_were_not_seen_twice_are_out(data):
    size = data.draw(st.integers(1, 8))
    ends = sorted(data.draw(st.sets(st.integers(1, 40), min_size=size, max_size=size)))
    place = data.draw(st.integers(0, 40))
    kept = [e for e in ends if e > place and data.draw(st.booleans())]
    value = st.floats(-20, 20, width=32)
    first = Look([(e - 1, e) for e in ends], *(floats(*data.draw(st.lists(value, min_size=size, max_size=size)))
                                               for _ in range(2)))  # fmt: skip
    logits = floats(*data.draw(st.lists(value, min_size=len(kept), max_size=len(kept))))
    start, end = both_looks(first, Look([(e - place - 1, e - place) for e in kept], logits, logits), place, 0.4)
    for i, stop in enumerate(ends):
        if stop in kept:
            more = 0.4 * logits[kept.index(stop)]
            assert (start[i], end[i]) == pytest.approx((first.start[i] + more, first.end[i] + more), abs=1e-4)
        else:
            assert start[i] == end[i] == NO


@pytest.fixture(scope="module")
def usual() -> SpanReader:
    return SpanReader()


Scores = dict[str, tuple[float, float]]


class Pointing:
    """A model that gives words their start and end logits, others when it runs again; what it reads fits one batch."""

    def __init__(self, reader: SpanReader, at_first: Scores, again: Scores) -> None:
        self.tokenizer = reader.tokenizer
        self.scores = [at_first, again]
        self.runs: list[list[str]] = []  # the texts of each, in word pieces

    def __call__(self, input_ids: torch.Tensor, **_: Any) -> SimpleNamespace:
        start, end = torch.zeros(input_ids.shape), torch.zeros(input_ids.shape)
        scores = self.scores[len(self.runs)]
        self.runs.append([])
        for row, ids in enumerate(input_ids.tolist()):
            pieces = self.tokenizer.convert_ids_to_tokens(ids)
            first, last = (i for i, piece in enumerate(pieces) if piece == "[SEP]")
            self.runs[-1].append(" ".join(pieces[first + 1 : last]))
            for place in range(first + 1, last):
                start[row, place], end[row, place] = scores.get(pieces[place], (-9.0, -9.0))
        return SimpleNamespace(start_logits=start, end_logits=end)


@pytest.fixture
def read(usual: SpanReader, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[list[Candidate], list[list[str]]]]:
    def reading(
        passages: Sequence[str], at_first: Scores, again: Scores, look: SecondLook | None = None, *, k: int = 3
    ) -> tuple[list[Candidate], list[list[str]]]:
        model = Pointing(usual, at_first, again)
        monkeypatch.setattr(usual, "model", model)
        monkeypatch.setattr(usual, "second_look", look or SecondLook())
        found = usual.read(QUESTION, passages, max_answer_tokens=30, k=k)
        return found, model.runs

    return reading


TEXT = "Rain fell. Ada Wren rang at noon. It stopped."
FIRST = {"ada": (5.0, 0.0), "wren": (0.0, 3.0), "noon": (3.0, 4.0)}  # "Ada Wren rang at noon" 9, "Ada Wren" 8
AGAIN = {"ada": (9.0, 0.0), "wren": (0.0, 9.0)}


def test_the_sentence_read_alone_settles_the_words_and_leaves_the_margin(read):
    once, runs = read([TEXT], FIRST, AGAIN, SecondLook(passages=0), k=1)
    assert [c.span.of(TEXT) for c in once] == ["Ada Wren rang at noon"]
    assert len(runs) == 1
    twice, runs = read([TEXT], FIRST, AGAIN, k=1)
    assert [c.span.of(TEXT) for c in twice] == ["Ada Wren"]
    assert twice[0].margin == once[0].margin
    assert runs[1:] == [["ada wren rang at noon ."]]


def test_the_second_look_counts_by_its_weight(read):
    # "Ada Wren" is 1 behind at first, less .09 for the tokens saved; alone it is ahead by 4 on the last word
    again = {"ada": (0.0, 0.0), "wren": (0.0, 4.0), "noon": (0.0, 0.0)}
    words = {w: read([TEXT], FIRST, again, SecondLook(weight=w), k=1)[0][0].span.of(TEXT) for w in (0.2, 0.25)}
    assert words == {0.2: "Ada Wren rang at noon", 0.25: "Ada Wren"}


def test_it_stays_in_the_sentence_whatever_it_thinks_of_others(read):
    words, _ = read([TEXT], FIRST | {"rain": (4.0, 4.0)}, AGAIN | {"rain": (99.0, 99.0)}, k=1)
    assert [c.span.of(TEXT) for c in words] == ["Ada Wren"]


def test_other_candidates_stay_unless_they_overlap(read):
    text = "Ada rang at noon. Rain fell."
    at_first = {"ada": (5.0, 5.0), "noon": (4.0, 4.0), "rain": (3.0, 3.0)}
    once, _ = read([text], at_first, {}, SecondLook(passages=0))
    assert [c.span.of(text) for c in once] == ["Ada", "noon", "Rain"]
    twice, _ = read([text], at_first, {"ada": (0.0, 0.0), "noon": (9.0, 9.0)})
    assert [c.span.of(text) for c in twice] == ["noon", "Ada", "Rain"]
    assert [c.margin for c in twice] == [c.margin for c in once]
    joined, _ = read([text], at_first, {"ada": (30.0, 0.0), "noon": (0.0, 30.0)})
    assert [c.span.of(text) for c in joined] == ["Ada rang at noon", "Rain"]


def test_only_the_best_passages_are_read_again_and_none_that_is_one_sentence(read):
    passages = ["Rain fell. Bo left.", "Rain fell. Ada rang.", "Ada Wren rang at noon."]
    found, runs = read(passages, {"ada": (5.0, 5.0), "bo": (1.0, 1.0)}, {}, SecondLook(passages=2), k=1)
    assert runs[1] == ["ada rang ."]
    assert [c.span.of(passages[c.passage]) for c in found] == ["Bo", "Ada", "Ada"]
    _, runs = read(passages, {"ada": (5.0, 5.0), "bo": (1.0, 1.0)}, {}, SecondLook(passages=9), k=1)
    assert sorted(runs[1]) == ["ada rang .", "bo left ."]


def test_a_sentence_too_long_for_the_reader_is_left_as_it_was_read(read):
    text = "Rain fell. Then " + "and " * 900 + "Ada rang."
    found, runs = read([text], {"ada": (5.0, 5.0), "rang": (4.0, 4.0)}, {"rang": (99.0, 99.0)}, k=1)
    assert len(runs[1]) > 1
    assert [c.span.of(text) for c in found] == ["Ada"]


@pytest.mark.parametrize("text", HARD)
def test_hard_strings_keep_their_margin_and_their_sentence(text: str):
    reader = SpanReader()
    twice = reader.read(QUESTION, [text], max_answer_tokens=30, k=2)
    reader.second_look = SecondLook(passages=0)
    once = reader.read(QUESTION, [text], max_answer_tokens=30, k=2)
    assert twice[0].margin == once[0].margin
    assert sentence_around(text, once[0].span).covers(twice[0].span)
    assert all(0 <= c.span.start < c.span.end <= len(text) for c in twice)
    assert all(not a.span.overlaps(b.span) for a in twice for b in twice if a is not b)


def test_spans_are_named_in_the_passage_not_in_the_sentence(read):
    found, _ = read([TEXT], FIRST, AGAIN, k=1)
    assert found[0].span == Span(TEXT.index("Ada"), TEXT.index("Ada") + len("Ada Wren"))
