import json
from dataclasses import replace
from datetime import date
from urllib.parse import unquote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rag.cite import citation, deep_link, digest, read_receipt, receipt, receipt_of, verify, web_address
from rag.errors import InputError
from rag.types import Answer, Article, Evidence, Passage, Quote, Span

TEXT = "It rained.\n\nThe crack is 41 centimetres long. So it is. The crack is 41 centimetres wide.\n"
ARTICLE = Article("a.md", "Crack found", TEXT, "https://a.example/crack", "Ann", date(2026, 3, 14), "The Courier")
WORDS, SENTENCE = Span(25, 39), Span(12, 45)


def quote_of(article: Article, words: Span, sentence: Span) -> Quote:
    passage = Passage(article.id, 0, Span(0, len(article.text)), article.text, article.title)
    return Quote(passage, words, sentence, Evidence(3.0, 1.0, 0.5, 0.0), 1.0, 0.87654321)


QUOTE = quote_of(ARTICLE, WORDS, SENTENCE)
ANSWER = Answer("How long?", (QUOTE,), (), "How long is the crack?")


@pytest.mark.parametrize("url", ["http://a.example/x?y=1#z", "https://a.example", "HTTPS://A.example/"])
def test_web_addresses_may_be_followed(url: str):
    assert web_address(url) == url


@pytest.mark.parametrize(
    "url",
    [None, "", "javascript:alert(1)", " javascript:alert(1)", "java\nscript:x", "data:text/html,x", "file:///etc/passwd",
     "//a.example", "https:", "https:///x", "http://[", "http://a.example/\n", "mailto:a@b.example", "vbscript:x"],
)  # fmt: skip
def test_other_addresses_may_not(url: str | None):
    assert web_address(url) is None


def test_a_citation_names_all_that_is_known():
    assert citation(ARTICLE, "41 centimetres") == (
        "“41 centimetres” — Ann, “Crack found”, The Courier, 14 March 2026, https://a.example/crack"
    )
    assert citation(Article("a", "A\nB", "x", "javascript:run()"), "x\ny") == "“x\ny” — “A B”"


def test_a_receipt_holds_the_place_the_words_and_the_question():
    made = receipt(ANSWER, QUOTE, ARTICLE, index_revision="g000001.3")
    assert (made.quote, made.sentence) == ("41 centimetres", "The crack is 41 centimetres long.")
    assert (made.start, made.end, made.sentence_start) == (25, 39, 12)
    assert (made.question, made.standalone_question, made.confidence) == ("How long?", "How long is the crack?", 0.8765)
    assert (made.prefix, made.suffix) == ("It rained.\n\nThe crack is ", " long. So it is. The crack is 41")
    record = made.record()
    assert record["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert record["target"] == {
        "source": "https://a.example/crack",
        "selector": [
            {"type": "TextQuoteSelector", "exact": made.quote, "prefix": made.prefix, "suffix": made.suffix},
            {"type": "TextPositionSelector", "start": 25, "end": 39},
        ],
    }
    assert record["receipt"]["published"] == "2026-03-14"
    assert read_receipt(json.dumps(record)) == made


def test_a_digest_is_that_of_the_text_as_utf_8():
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=80)


@st.composite
def receipts(draw: st.DrawFn):
    text = draw(TEXTS)
    a, b, c, d = sorted(draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4)))
    article = replace(ARTICLE, text=text)
    made = receipt_of(article, Span(b, c), Span(a, d), question="Q", standalone_question="Q", confidence=0.5)
    return article, made


@given(receipts())
def test_a_receipt_holds_of_its_article_also_after_a_file(drawn):
    article, made = drawn
    assert verify(made, article) == ()
    assert verify(read_receipt(json.dumps(made.record())), article) == ()


@given(receipts(), st.data())
def test_any_changed_character_of_the_article_fails(drawn, data):
    article, made = drawn
    at = data.draw(st.integers(0, len(article.text) - 1))
    letter = data.draw(st.characters(exclude_categories=("Cs",)))
    assume(letter != article.text[at])
    changed = article.text[:at] + letter + article.text[at + 1 :]
    assert "text_sha256 differs" in verify(made, replace(article, text=changed))


@pytest.mark.parametrize(
    ("field", "value"),
    [("quote", "42 centimetres"), ("sentence", "The crack is 42 centimetres long."), ("start", 24), ("end", 40),
     ("title", "Crack"), ("url", "https://b.example/"), ("author", None), ("published", date(2026, 3, 15)),
     ("source", "The Mercury"), ("article_id", "b.md"), ("text_sha256", digest("")), ("prefix", ""), ("suffix", ""),
     ("sentence_start", 11)],
)  # fmt: skip
def test_any_changed_field_of_a_receipt_fails(field: str, value: object):
    changed = replace(receipt(ANSWER, QUOTE, ARTICLE), **{field: value})
    assert f"{field} differs" in verify(changed, ARTICLE) or field in {"start", "end", "sentence_start"}
    assert verify(changed, ARTICLE)


@pytest.mark.parametrize("place", [{"start": -1}, {"start": 50}, {"end": 10_000}, {"sentence_start": -5}])
def test_a_place_outside_the_article_fails(place: dict[str, int]):
    assert verify(replace(receipt(ANSWER, QUOTE, ARTICLE), **place), ARTICLE) == ("the place lies outside the article",)


def test_no_receipt_is_made_for_words_that_the_article_does_not_hold():
    with pytest.raises(InputError, match="does not hold the quotation"):
        receipt(ANSWER, QUOTE, replace(ARTICLE, text="x" * len(TEXT)))


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"receipt": {}}', '{"receipt": {"published": 3}}', "\x00"])
def test_what_is_no_receipt_is_an_input_error(text: str):
    with pytest.raises(InputError, match="no receipt"):
        read_receipt(text)


def test_a_receipt_whose_place_is_no_number_is_an_input_error():
    record = receipt(ANSWER, QUOTE, ARTICLE).record()
    record["receipt"]["start"] = "25"
    with pytest.raises(InputError, match="no number"):
        read_receipt(json.dumps(record))


LONG = "A sentence that says quite enough to be found alone. " + "word " * 60 + "and its very last words"


@pytest.mark.parametrize(
    ("text", "words", "fragment"),
    [
        (TEXT, "41 centimetres", "The%20crack%20is-,41%20centimetres,-long.%20So%20it"),  # short, and twice there
        ("It was a rather long and quite unmistakable sentence, they said.",
         "a rather long and quite unmistakable sentence",
         "a%20rather%20long%20and%20quite%20unmistakable%20sentence"),
        ("a well-known, rich & old family of ship owners", "well-known, rich & old family of ship",
         "well%2Dknown%2C%20rich%20%26%20old%20family%20of%20ship"),
        (LONG, LONG, "A%20sentence%20that%20says%20quite,and%20its%20very%20last%20words"),
        ("One line.\n\nThe next line.", "line.\n\nThe next", "line.,The%20next"),
        ("It opened in 1931 again.", "93", "It%20opened%20in-,1931,-again."),  # browsers match whole words
        ("1931", "1931", "1931"),
        ("הגשר נסגר ביום שני", "נסגר",
         "%D7%94%D7%92%D7%A9%D7%A8-,%D7%A0%D7%A1%D7%92%D7%A8,-%D7%91%D7%99%D7%95%D7%9D%20%D7%A9%D7%A0%D7%99"),
    ],
)  # fmt: skip
def test_a_deep_link_points_at_the_words(text: str, words: str, fragment: str):
    start = text.index(words)
    link = deep_link(Article("a", "A", text, "https://a.example/x"), Span(start, start + len(words)))
    assert link == f"https://a.example/x#:~:text={fragment}"


def test_context_grows_until_the_words_are_unique():
    text = "He was born in Ulm in 1879. She was born in Ulm in 1879."
    start = text.rindex("1879")
    link = deep_link(Article("a", "A", text, "https://a.example/"), Span(start, start + 4))
    assert unquote(link.split("=")[1]).endswith("She was born in Ulm in-,1879,-.")


def test_a_deep_link_keeps_the_place_that_an_address_names_and_takes_no_other():
    words = Span(0, 4)
    assert deep_link(Article("a", "A", "1931", "https://a.example/#top"), words) == "https://a.example/#top:~:text=1931"
    assert (
        deep_link(Article("a", "A", "1931", "https://a.example/#:~:text=x"), words) == "https://a.example/#:~:text=1931"
    )
    assert deep_link(Article("a", "A", "1931", "javascript:run()"), words) is None
    assert deep_link(Article("a", "A", "1931", "https://a.example/"), Span(2, 2)) == "https://a.example/"


@given(TEXTS, st.data())
def test_a_deep_link_holds_nothing_that_a_link_may_not(text: str, data: st.DataObject):
    start, end = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=2)))
    link = deep_link(Article("a", "A", text, "https://a.example/"), Span(start, end))
    assert not set(link) & set("\"'<> \n&") and link.isascii()
