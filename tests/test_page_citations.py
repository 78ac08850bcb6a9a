from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InputError
from rag.page.citations import Citation, Proof, checksum, of_nearest, of_quotes, read_link
from rag.types import Answer, Evidence, Hit, Passage, Quote, Span

EVIDENCE = Evidence(margin=3.0, lead=1.0, dense=0.5, others=0.0)


def passage(article_id: str, start: int, text: str) -> Passage:
    return Passage(article_id, 0, Span(start, start + len(text)), text, title=article_id.upper())


def quote(source: Passage, words: str, *also: Quote) -> Quote:
    at = source.text.index(words)
    return Quote(source, Span(at, at + len(words)), Span(0, len(source.text)), EVIDENCE, 1.0, 0.9, also)


def test_citations_are_numbered_through_the_whole_answer_and_point_into_the_articles():
    again = quote(passage("b", 7, "It was 41."), "41")
    first = quote(passage("a", 100, "The crack is 41 long."), "41", again)
    other = quote(passage("c", 0, "Or 38."), "38")
    answer = Answer("How long?", (first, other), (), "How long?")
    groups = of_quotes(answer)
    assert [[c.number for c, _ in group] for group in groups] == [[1, 2], [3]]
    assert [[q.article_id for _, q in group] for group in groups] == [["a", "b"], ["c"]]
    proof = Proof("How long?", "How long?", 0.9, checksum("The crack is 41 long."))
    assert groups[0][0][0] == Citation(1, 3, "a", words=Span(113, 115), context=Span(100, 121), proof=proof)
    proof = Proof("How long?", "How long?", 0.9, checksum("It was 41."))
    assert groups[0][1][0] == Citation(2, 3, "b", words=Span(14, 16), context=Span(7, 17), proof=proof)


def test_without_an_answer_the_first_three_passages_are_cited_without_words():
    hits = tuple(Hit(passage(name, 5, "Words."), 0.5, dense=0.5) for name in "abcd")
    cited = of_nearest(Answer("Why?", (), hits, "Why?"))
    assert [c.article_id for c, _ in cited] == ["a", "b", "c"]
    assert cited[2][0] == Citation(3, 3, "c", words=Span(5, 5), context=Span(5, 11))


def test_a_link_is_readable():
    citation = Citation(1, 3, "my article.md", Span(4, 9), Span(0, 20))
    assert citation.link == "#n=1&of=3&words=4-9&in=0-20&article=my%20article.md"


PROOFS = st.builds(
    Proof,
    st.text(min_size=1),
    st.text(min_size=1),
    st.integers(0, 10_000).map(lambda share: share / 10_000),
    st.text().map(checksum),
)


@given(article_id=st.text(min_size=1), bounds=st.lists(st.integers(0, 10**9), min_size=4, max_size=4),
       number=st.integers(1, 99), more=st.integers(0, 99),
       proof=st.none() | PROOFS)  # fmt: skip
def test_a_link_leads_back_to_its_citation(
    article_id: str, bounds: list[int], number: int, more: int, proof: Proof | None
):
    a, b, c, d = sorted(bounds)
    citation = Citation(number, number + more, article_id, words=Span(b, c), context=Span(a, d), proof=proof)
    assert read_link(citation.link) == citation
    assert not set(citation.link) & set("\"'<> \n")


@pytest.mark.parametrize(
    "change",
    [
        {"n": "0"},
        {"n": "4"},
        {"n": "one"},
        {"words": "5"},
        {"words": "9-5"},
        {"words": "0-21"},
        {"in": "-1-20"},
        {"article": None},
        {"of": "999999999999999999999999999999x"},
        {"check": "0", "q": "Who?", "meant": "Who?", "sure": "1.1"},
        {"check": "0", "q": "Who?", "meant": "Who?", "sure": "nan"},
        {"check": "0", "q": "Who?", "sure": "1"},
    ],
)
def test_a_link_that_nobody_made_is_an_input_error(change: dict[str, str | None]):
    fields = {"n": "1", "of": "3", "words": "4-9", "in": "0-20", "article": "a"} | change
    link = "#" + urlencode({name: value for name, value in fields.items() if value is not None})
    with pytest.raises(InputError, match="no link to a citation"):
        read_link(link)


@pytest.mark.parametrize("link", ["", "#", "#main", "javascript:alert(1)", "#n=1&n", "\x00" * 5])
def test_what_is_no_link_at_all_is_an_input_error(link: str):
    with pytest.raises(InputError, match="no link to a citation"):
        read_link(link)
