import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.types import Evidence, Passage, Quote, Span

EVIDENCE = Evidence(margin=1.0, lead=1.0, dense=0.5, others=0.0)


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2)])
def test_a_span_that_runs_backwards_or_before_the_text_is_refused(start: int, end: int):
    with pytest.raises(ValueError, match=f"start={start}, end={end}"):
        Span(start, end)


def test_a_span_cuts_counts_and_moves():
    span = Span(4, 10)
    assert span.of("the bridge is closed") == "bridge"
    assert len(span) == 6
    assert span.shift(3) == Span(7, 13)
    assert span.covers(Span(4, 10)) and span.covers(Span(5, 6)) and not span.covers(Span(3, 6))
    assert span.overlaps(Span(9, 12)) and not span.overlaps(Span(10, 12))


@given(st.text(), st.data())
def test_a_quote_is_the_same_words_in_its_passage_and_in_its_article(text: str, data: st.DataObject):
    def inside(low: int, high: int) -> Span:
        start = data.draw(st.integers(low, high))
        return Span(start, data.draw(st.integers(start, high)))

    where = inside(0, len(text))
    passage = Passage("a", 0, where, where.of(text), "title")
    sentence = inside(0, len(where))
    quote = Quote(passage, inside(sentence.start, sentence.end), sentence, EVIDENCE, 0.0, 0.5)
    assert text[quote.start : quote.end] == quote.text
    assert quote.article_sentence_span.of(text) == quote.sentence
    assert quote.text in quote.sentence
    assert quote.citations == (quote,)


def test_the_title_stands_above_the_passage_only_if_there_is_one():
    assert Passage("a", 0, Span(0, 2), "ab", "T").heading_and_text == "T\nab"
    assert Passage("a", 0, Span(0, 2), "ab", "").heading_and_text == "ab"
