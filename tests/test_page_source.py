from dataclasses import replace
from datetime import date
from urllib.parse import unquote

import lxml.html
import pytest

from rag.cite import read_receipt, verify
from rag.page.citations import Citation, Proof, checksum
from rag.page.source import SHOWN_CHARS, article_panel, empty_panel
from rag.types import Article, Span

TEXT = "It rained.\n\nThe crack is 41 centimetres long. So it is.\n"
WORDS, SENTENCE = Span(25, 39), Span(12, 45)
HOSTILE = "</mark></div><script>run()</script><img src=x onerror=run()>\u202e ${run()} {{run()}} \"quoted\" 'too'"


def citation(words: Span = WORDS, context: Span = SENTENCE, number: int = 1, count: int = 2) -> Citation:
    return Citation(number, count, "a.md", words, context)


def drawn(article: Article, cited: Citation) -> lxml.html.HtmlElement:
    return lxml.html.fragment_fromstring(article_panel(article, cited))


def text(panel: lxml.html.HtmlElement, name: str) -> str:
    (found,) = panel.xpath(f"//*[@class='{name}']")
    return str(found.text_content())


def test_the_whole_article_is_shown_with_the_words_marked_in_their_sentence():
    panel = drawn(Article("a.md", "A title", TEXT), citation())
    assert text(panel, "text") == TEXT
    assert text(panel, "context") == "The crack is 41 centimetres long."
    (mark,) = panel.xpath("//span[@class='context']/mark")
    assert mark.text_content() == "41 centimetres"
    assert mark.getprevious() is None and mark.getparent().text == "The crack is "
    assert not panel.xpath("//*[@class='missing']")
    assert panel.get("data-link") == citation().link


def test_title_origin_and_address_stand_above():
    article = Article("a.md", "A <title>", TEXT, "https://a.example/?x=1&y='", "Ann", date(2026, 3, 14), "The Courier")
    panel = drawn(article, citation())
    assert text(panel, "facts") == "The Courier · 14 March 2026 · by Ann"
    assert panel.xpath("//h2")[0].text_content() == "A <title>"
    (link,) = panel.xpath("//a")
    assert link.get("href") == "https://a.example/?x=1&y='#:~:text=The%20crack%20is-,41%20centimetres,-long.%20So%20it"
    assert link.text_content() == "Original page ↗"
    assert "noopener" in link.get("rel") and link.get("target") == "_blank"


def test_the_quote_can_be_copied_with_its_citation_and_taken_along_as_a_receipt():
    article = Article("news/a.md", "A", TEXT, "https://a.example/", "Ann", date(2026, 3, 14), "The Courier")
    proof = Proof("How long?", "How long is it?", 0.75, checksum(SENTENCE.of(TEXT)))
    panel = lxml.html.fragment_fromstring(
        article_panel(article, replace(citation(), proof=proof), index_revision="g000001.4")
    )
    (button,) = panel.xpath("//button[@class='copy']")
    assert button.get("data-copy") == "“41 centimetres” — Ann, “A”, The Courier, 14 March 2026, https://a.example/"
    (link,) = panel.xpath("//a[@class='receipt']")
    assert link.get("download") == "receipt-news-a-md-25-39.json"
    receipt = read_receipt(unquote(link.get("href").removeprefix("data:application/json,")))
    assert verify(receipt, article) == ()
    assert (receipt.quote, receipt.question, receipt.standalone_question) == (
        "41 centimetres", "How long?", "How long is it?"
    )  # fmt: skip
    assert (receipt.confidence, receipt.index_revision) == (0.75, "g000001.4")


def test_an_article_that_says_something_else_there_by_now_is_not_marked_and_has_no_receipt():
    proof = Proof("How long?", "How long?", 0.75, checksum(SENTENCE.of(TEXT)))
    panel = drawn(Article("a.md", "A", TEXT.replace("41", "38")), replace(citation(), proof=proof))
    assert text(panel, "changed") == "This article has changed since the answer was given; ask again."
    assert not panel.xpath("//mark") and not panel.xpath("//a") and not panel.xpath("//button[@class='copy']")
    assert not drawn(Article("a.md", "A", TEXT), replace(citation(), proof=proof)).xpath("//*[@class='changed']")


def test_an_article_that_names_nothing_is_called_by_its_id():
    panel = drawn(Article("a.md", "", TEXT, "javascript:run()"), citation())
    assert panel.xpath("//h2")[0].text_content() == "a.md"
    assert text(panel, "facts") == ""
    assert not panel.xpath("//a")


@pytest.mark.parametrize(("number", "disabled"), [(1, ["previous"]), (2, []), (3, ["next"])])
def test_there_is_no_step_beyond_the_first_or_last_source(number: int, disabled: list[str]):
    panel = drawn(Article("a.md", "A", TEXT), citation(number=number, count=3))
    assert [button.get("data-step") for button in panel.xpath("//button[@disabled]")] == disabled
    assert text(panel, "position").startswith(f"Source {number} of 3")


def test_a_passage_without_words_is_toned_but_not_marked():
    panel = drawn(Article("a.md", "A", TEXT), citation(words=Span(12, 12)))
    assert text(panel, "context") == "The crack is 41 centimetres long."
    assert not panel.xpath("//mark")


def test_of_a_huge_article_only_the_surroundings_are_shown():
    huge = "a" * 5_000_000 + "needle" + "b" * 5_000_000
    words = Span(5_000_000, 5_000_006)
    panel = drawn(Article("a.md", "A", huge), citation(words, words))
    assert len(text(panel, "text")) == SHOWN_CHARS
    assert panel.xpath("//mark")[0].text_content() == "needle"
    before, after = (note.text_content() for note in panel.xpath("//*[@class='missing']"))
    assert before == "4,990,003 characters before this are not shown."
    assert after == "4,990,003 characters after this are not shown."


def test_a_sentence_longer_than_what_is_shown_is_cut_with_it():
    huge = "a" * 50_000 + "needle" + "b" * 50_000
    panel = drawn(Article("a.md", "A", huge), citation(Span(50_000, 50_006), Span(0, len(huge))))
    assert panel.xpath("//mark")[0].text_content() == "needle"
    assert text(panel, "text") == text(panel, "context")


def test_an_article_that_has_become_shorter_is_shown_without_a_mark():
    panel = drawn(Article("a.md", "A", "It rained."), citation())
    assert text(panel, "text") == "It rained."
    assert not panel.xpath("//mark")


def test_an_article_without_text_is_shown():
    panel = drawn(Article("a.md", "A", ""), citation(Span(0, 0), Span(0, 0)))
    assert text(panel, "text") == ""


def test_a_hostile_article_is_shown_as_it_is_and_is_no_markup():
    whole = HOSTILE + " words " + HOSTILE
    at = len(HOSTILE) + 1
    article = Article("a.md", HOSTILE, whole, "https://a.example/\"onclick='run()", HOSTILE, None, HOSTILE)
    proof = Proof(HOSTILE, HOSTILE, 0.5, checksum(whole))
    panel = drawn(article, replace(citation(Span(at, at + 5), Span(0, len(whole))), proof=proof))
    assert text(panel, "text") == whole
    assert [link.get("href").split(":")[0] for link in panel.xpath("//a")] == ["data", "https"]
    assert panel.xpath("//mark")[0].text_content() == "words"
    assert not panel.xpath("//script | //img")
    assert {name for element in panel.iter() for name in element.keys()} <= {  # noqa: SIM118
        "class", "dir", "href", "target", "rel", "type", "disabled", "role", "tabindex", "aria-label",
        "data-link", "data-step", "data-copy", "data-said", "download", "title",
    }  # fmt: skip
    assert "\u202e" not in panel.xpath("//h2")[0].text_content()


def test_marked_words_are_exact_in_hard_scripts():
    whole = "شكرا 👩‍👩‍👧 e\u0301 הגשר נסגר\nביום שני"
    start = whole.index("הגשר")
    panel = drawn(Article("a.md", "A", whole), citation(Span(start, start + 4), Span(start, len(whole))))
    assert panel.xpath("//mark")[0].text_content() == "הגשר"
    assert text(panel, "text") == whole


def test_the_empty_panel_shows_its_hint():
    assert "Nothing &#60;yet&#62;" in empty_panel("Nothing <yet>")
