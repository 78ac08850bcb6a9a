import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rag.read import SpanReader
from rag.sentences import sentences
from rag.span_costs import PAIRS, Prices, span_costs

PRICES = Prices(token=0.25, sentence=2, half_pair=3)
TOKEN, SENTENCE, HALF_PAIR = PRICES.token, PRICES.sentence, PRICES.half_pair
TEXT = 'He won (twice). "No," she said'


def near(value):
    return pytest.approx(value, abs=1e-5)  # of float32


def tokens(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(r"\w+|[^\w\s]", text)]


def test_costs_by_hand():
    offsets = tokens(TEXT)
    assert [TEXT[a:b] for a, b in offsets][:6] == ["He", "won", "(", "twice", ")", "."]
    costs = span_costs(TEXT, offsets, [0, TEXT.index('"')], PRICES, width=6) - TOKEN * np.arange(1, 7)
    assert costs[0].tolist() == near([0, 0, HALF_PAIR, HALF_PAIR, 0, 0])  # He won ( twice ) .
    assert costs[5].tolist()[:2] == near([0, SENTENCE + HALF_PAIR])  # . "
    assert costs[5].tolist()[4] == near(SENTENCE)  # . "No,"
    assert costs[6].tolist()[:4] == near([HALF_PAIR, HALF_PAIR, HALF_PAIR, 0])  # "No,"


def test_every_kind_of_pair_counts_by_itself():
    for left, right in PAIRS:
        text = f"a {left} b {right} c"
        row = span_costs(text, tokens(text), [0], PRICES, width=5)[0] - TOKEN * np.arange(1, 6)
        assert row.tolist() == near([0, HALF_PAIR, HALF_PAIR, 0, 0]), (left, right)


def test_nothing_to_read_costs_nothing():
    assert span_costs("", [], [], PRICES, width=4).shape == (0, 4)


@given(st.text('ab. \n()[]"“”（）é🙂', max_size=60), st.integers(1, 9))
def test_costs_are_what_the_words_of_the_span_show(text, width):
    offsets, starts = tokens(text), [s.start for s in sentences(text)]
    costs = span_costs(text, offsets, starts, PRICES, width=width)
    assert costs.shape == (len(offsets), width)
    for i in range(len(offsets)):
        for j in range(i, min(len(offsets), i + width)):
            a, b = offsets[i][0], offsets[j][1]
            halves = sum(text[a:b].count(x) != text[a:b].count(y) for x, y in PAIRS) + text[a:b].count('"') % 2
            begun = sum(a < s < b for s in starts)
            assert costs[i, j - i] == near(TOKEN * (j - i + 1) + SENTENCE * begun + HALF_PAIR * halves)


@pytest.mark.models
def test_half_a_pair_of_quotation_marks_is_left_out():
    reader, text = SpanReader(), 'A debut ("Ada", he said) won.'
    offsets = reader.tokenizer("Who?", text, return_offsets_mapping=True)["offset_mapping"]
    words = [text[a:b] for a, b in offsets]
    name, mark = words.index("Ada"), words.index("Ada") + 1
    assert words[mark] == '"'

    def logits(**inputs: torch.Tensor) -> SimpleNamespace:
        start, end = torch.zeros(1, len(words)), torch.zeros(1, len(words))
        start[0, name], end[0, name], end[0, mark] = 6.0, 4.0, 5.0
        return SimpleNamespace(start_logits=start, end_logits=end)

    reader.model = logits
    best = {}
    for prices in (Prices(0, 0, 0), Prices()):
        reader.prices = prices
        best[prices] = reader.read("Who?", [text], max_answer_tokens=30, k=1)[0].span.of(text)
    assert best == {Prices(0, 0, 0): 'Ada"', Prices(): "Ada"}


@pytest.mark.models
def test_the_bundled_reader_leaves_out_half_a_pair():
    film = (
        'The jury gave the prize to a debut ("The Long Quay", shown on the first night), the festival said. The '
        "audience prize went to another."
    )
    found = SpanReader().read("Which film won the prize at the festival?", [film], max_answer_tokens=30, k=3)
    assert "The Long Quay" in [candidate.span.of(film) for candidate in found]


@pytest.mark.models
def test_an_answer_keeps_to_its_sentence_though_another_ends_better():
    reader, text = SpanReader(), "Ada left. Bo stayed."
    words = [text[a:b] for a, b in reader.tokenizer("Who?", text, return_offsets_mapping=True)["offset_mapping"][4:-1]]
    assert words == ["Ada", "left", ".", "Bo", "stayed", "."]

    def logits(**inputs: torch.Tensor) -> SimpleNamespace:
        start, end = torch.zeros(1, 11), torch.zeros(1, 11)
        start[0, 4], end[0, 5], start[0, 7], end[0, 8] = 6.0, 4.0, 4.0, 5.0
        return SimpleNamespace(start_logits=start, end_logits=end)

    reader.model = logits
    best = {}
    for prices in (Prices(0, 0, 0), Prices()):
        reader.prices = prices
        (one,) = reader.read("Who?", [text], max_answer_tokens=30, k=1)
        best[prices] = (one.span.of(text), one.margin)
    assert best[Prices(0, 0, 0)] == ("Ada left. Bo stayed", 11.0)
    assert best[Prices()] == ("Ada left", pytest.approx(10 - 2 * Prices().token))
