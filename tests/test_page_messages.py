import html
import re
from dataclasses import replace
from datetime import date

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.chat import Step
from rag.page.messages import (
    answer_message,
    byline,
    clipped,
    inert,
    label,
    notice_message,
    page_heading,
    question_message,
    remark_message,
    shortened,
    waiting_message,
)
from rag.types import Answer, Article, Evidence, Hit, Passage, Quote, Span

EVIDENCE = Evidence(margin=3.0, lead=1.0, dense=0.5, others=0.0)
HOSTILE = (
    "<script>run()</script> <img src=x onerror=run()> ![p](http://out.example/p.png) </mark></div>"
    " [a](javascript:run()) $$\\href{javascript:run()}{x}$$ `code` **bold** <form action=http://out.example> http://out.example"
    " ${run()} {{run()}} &lt;b&gt; \" ' &#60;"
)
# No line of a file holds these; a browser shows U+FFFD for them.
PRINTABLE = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"))


def passage(text: str, title: str = "A title", **about: object) -> Passage:
    return Passage("a.md", 0, Span(10, 10 + len(text)), text, title, **about)  # type: ignore[arg-type]


def quote(source: Passage, words: str, sentence: str | None = None, confidence: float = 0.9, *also: Quote) -> Quote:
    at, around = source.text.index(words), source.text.index(sentence or source.text)
    span = Span(around, around + len(sentence or source.text))
    return Quote(source, Span(at, at + len(words)), span, EVIDENCE, 1.0, confidence, also)


def answer(*quotes: Quote, hits: tuple[Hit, ...] = ()) -> Answer:
    return Answer("Who?", quotes, hits, "Who?")


def drawn(markup: str) -> lxml.html.HtmlElement:
    return lxml.html.fragment_fromstring(markup, create_parent="main")


def texts(markup: str, path: str) -> list[str]:
    return [found.text_content() for found in drawn(markup).xpath(path)]


def of_class(name: str) -> str:
    return f"//*[contains(concat(' ', @class, ' '), ' {name} ')]"


@given(PRINTABLE)
def test_inert_text_shows_exactly_its_characters(text: str):
    assert html.unescape(inert(text)) == text


@given(st.text())
def test_inert_text_holds_nothing_that_markdown_or_html_acts_on(text: str):
    assert re.fullmatch(r"(?:&#\d+;|[A-Za-z0-9 ]|[^\x00-\x7f])*", inert(text))


def test_control_characters_become_a_replacement_character():
    assert inert("a\x00b\x1b\x7f\n") == "a\ufffdb\ufffd\ufffd&#10;"


def test_a_label_is_one_isolated_line_without_direction_controls():
    assert label("a\n \u202eb\u2066 c\u2069") == "<bdi>a b c</bdi>"
    assert label("word " * 100, 12) == "<bdi>word word…</bdi>"


@pytest.mark.parametrize(
    ("text", "most", "kept"),
    [
        ("short", 5, "short"),
        ("one two three", 9, "one two…"),
        ("x" * 50, 10, "x" * 9 + "…"),
        ("", 3, ""),
    ],
)
def test_shortened_ends_between_words(text: str, most: int, kept: str):
    assert shortened(text, most) == kept


@given(st.text(), st.integers(1, 40))
def test_shortened_is_never_longer_than_allowed(text: str, most: int):
    assert len(shortened(text, most)) <= max(most, 1)


@given(st.data())
def test_a_clipped_span_holds_what_it_is_clipped_around(data: st.DataObject):
    start, a, b, end = sorted(data.draw(st.lists(st.integers(0, 500), min_size=4, max_size=4)))
    most = data.draw(st.integers(1, 600))
    span, around = Span(start, end), Span(a, b)
    part = clipped(span, around=around, max_chars=most)
    assert span.covers(part)
    assert len(part) == min(most, len(span))
    assert part.covers(around) or (len(around) > most and part.start == around.start) or part.end == span.end


def test_a_span_is_clipped_about_its_middle():
    assert clipped(Span(0, 1000), around=Span(500, 510), max_chars=110) == Span(450, 560)
    assert clipped(Span(0, 1000), around=Span(3, 10), max_chars=110) == Span(0, 110)
    assert clipped(Span(0, 1000), around=Span(995, 1000), max_chars=110) == Span(890, 1000)


def test_a_byline_names_what_is_known():
    known = Article("a", "A", "text", source="The <Courier>", published=date(2026, 3, 7))
    assert byline(known) == '<bdi>The &#60;Courier&#62;</bdi> · <time datetime="2026-03-07">7 March 2026</time>'
    assert byline(Article("a", "A", "text")) == ""


def test_an_answer_shows_words_confidence_sentence_and_numbered_sources():
    source = passage("It rained. The crack is 41 centimetres long. So.", published=date(2026, 3, 14), source="Courier")
    message = answer_message(answer(quote(source, "41 centimetres", "The crack is 41 centimetres long.", 0.724)))
    assert texts(message, "//strong") == ["41 centimetres"]
    assert texts(message, of_class("sure")) == ["72% sure"]
    assert texts(message, of_class("around")) == ["The crack is 41 centimetres long."]
    assert texts(message, "//mark") == ["41 centimetres"]
    assert texts(message, "//li") == ["[1] A title Courier · 14 March 2026"]
    link = drawn(message).xpath("//a")[0]
    assert link.get("href").startswith("#n=1&of=1&words=34-48&in=21-54&article=a.md&q=Who%3F&meant=Who%3F&sure=0.7240")
    assert link.get("class") == "cite"


def test_less_sure_answers_are_folded_with_their_own_sources():
    again = quote(passage("Still 41."), "41")
    first = quote(passage("It is 41."), "41", None, 0.9, again)
    other = quote(passage("No, 38."), "38", None, 0.5)
    message = answer_message(answer(first, other))
    assert texts(message, "//strong") == ["41", "38"]
    assert texts(message, of_class("number")) == ["[1]", "[2]", "[3]"]
    assert texts(message, "//details[not(@open)]//strong") == ["38"]
    assert texts(message, "//summary") == ["1 other answer"]
    assert "<details" not in answer_message(answer(first))


def test_answers_of_other_articles_that_are_about_as_sure_stand_beside_the_first():
    first = quote(passage("It is 41.", published=date(2026, 3, 14)), "41", None, 0.5)
    rival = replace(first, passage=replace(first.passage, article_id="b.md"), confidence=0.4)
    third = replace(first, passage=replace(first.passage, article_id="c.md"), confidence=0.3)
    message = answer_message(answer(first, rival, third))
    assert texts(message, of_class("beside") + of_class("sure")) == ["50% sure", "40% sure"]
    assert texts(message, of_class("beside") + "//time") == ["14 March 2026"] * 2
    assert texts(message, "//h3") == ["The articles give different answers"]
    assert texts(message, "//details" + of_class("sure")) == ["30% sure"]
    assert texts(message, of_class("number")) == ["[1]", "[2]", "[3]"]


def test_without_an_answer_the_message_says_so_and_shows_the_nearest_passages():
    hits = tuple(
        Hit(passage("Some passage. " * 40, title), 0.5, dense=0.5) for title in ("One", "Two", "Three", "Four")
    )
    message = answer_message(answer(hits=hits))
    assert texts(message, of_class("unanswered") + of_class("words")) == ["The articles don't say."]
    assert texts(message, of_class("title")) == ["One", "Two", "Three"]
    assert all(text.startswith("Some passage.") and len(text) <= 220 for text in texts(message, of_class("excerpt")))
    assert not texts(message, "//mark") and not texts(message, "//strong")
    assert "nearest" not in answer_message(answer())


def test_a_long_sentence_is_cut_around_its_words():
    source = passage("a" * 1000 + " needle " + "b" * 1000)
    (shown,) = texts(answer_message(answer(quote(source, "needle"))), of_class("around"))
    assert shown.startswith("…a") and shown.endswith("b…") and "needle" in shown
    assert len(shown) == 482


def test_words_longer_than_that_are_shown_whole():
    source = passage("x" * 1000)
    message = answer_message(answer(quote(source, "x" * 900)))
    assert texts(message, "//mark") == ["x" * 900]


@pytest.mark.parametrize("words", [HOSTILE, "plain"])
def test_hostile_articles_are_shown_as_they_are_and_are_no_markup(words: str):
    source = passage(
        f"{HOSTILE} {words} {HOSTILE}", title=HOSTILE, source=HOSTILE, author=HOSTILE, url="javascript:run()"
    )
    message = answer_message(answer(quote(source, words)))
    assert {element.tag for element in drawn(message).iter()} <= {
        "main", "div", "strong", "span", "mark", "ul", "li", "a", "bdi"
    }  # fmt: skip
    assert {name for element in drawn(message).iter() for name in element.keys()} <= {"class", "dir", "href"}  # noqa: SIM118
    assert texts(message, of_class("around"))[0].strip("…") in source.text
    assert texts(message, "//mark") == [words]
    assert "](" not in message and "$" not in message and "http:" not in message


def test_a_hostile_question_is_shown_as_it_is():
    (shown,) = texts(question_message(HOSTILE), of_class("asked"))
    assert shown == HOSTILE
    assert len(drawn(question_message(HOSTILE)).xpath("//*")) == 2


def test_a_message_is_one_line_whatever_it_holds():
    """A blank line would end the block of HTML, and Markdown would begin."""
    source = passage("Two\n\n# Heads\n\n* one\u2028* two", title="A\n\nB")
    for message in (answer_message(answer(quote(source, "Heads\n\n* one"))), question_message("a\n\n# b"),
                    answer_message(answer(hits=(Hit(source, 1.0, dense=1.0),))), notice_message("a\n\nb"),
                    remark_message("a\n\nb")):  # fmt: skip
        assert "\n" not in message


def test_a_huge_question_is_shortened():
    (shown,) = texts(question_message("why " * 2500), of_class("asked"))
    assert len(shown) <= 600 and shown.endswith("why…")


def test_waiting_says_what_is_being_done():
    found = tuple(Hit(replace(passage("x"), article_id=name), 0.5, dense=0.5) for name in "aab")
    (said,) = texts(waiting_message(Step("Who?"), passages=12_345), of_class("searching"))
    assert said == "Searching 12,345 passages…"
    (said,) = texts(waiting_message(Step("Who?", found), passages=12_345), of_class("reading"))
    assert said == "Reading 3 passages of 2 articles…"
    assert "of 1 article…" in html.unescape(waiting_message(Step("Who?", found[:1]), passages=1))


def test_the_heading_names_what_there_is_and_the_keys():
    heading = page_heading(articles=1, passages=2)
    assert texts(heading, "//h1") == ["Ask your articles"]
    assert "1 article (2 passages)" in html.unescape(heading)
    assert texts(heading, "//dt")[0] == "1 – 9"
