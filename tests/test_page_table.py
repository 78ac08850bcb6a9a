"""The table of articles and what came of files, as HTML."""

from datetime import UTC, date, datetime
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from rag.page.table import ROWS, Sort, notice, reports, state, table
from rag.page.uploads import FileReport
from rag.store.listing import Listing
from rag.store.overview import Entry

FERRY = Entry("ferry.md", "The ferry", "Courier", "Ada", date(2026, 3, 1), None, 1234)
BARE = Entry("bare.txt", "", None, None, None, None, 0)


def drawn(text: str) -> html.HtmlElement:
    return html.fromstring(text)


def test_a_row_says_what_the_article_is():
    page = drawn(table(Listing((FERRY, BARE), 0, 2), Sort()))
    cells = [[" ".join(td.text_content().split()) for td in row.iter("td")] for row in page.iter("tr")]
    assert cells[1:] == [
        ["", "The ferryferry.md · Ada", "Courier", "2026-03-01", "1,234"],
        ["", "bare.txtbare.txt", "", "", "0"],
    ]
    assert [box.get("data-id") for box in page.xpath("//tbody//input")] == ["ferry.md", "bare.txt"]
    assert page.xpath("//tbody//input/@aria-label") == ["Choose The ferry", "Choose bare.txt"]


@pytest.mark.parametrize(
    ("first", "matching", "shown", "back", "on"),
    [(0, 2, "1–2 of 2", False, False), (0, 20_000, "1–2 of 20,000", False, True), (50, 52, "51–52 of 52", True, False)],
)
def test_the_pages_lead_on_and_back(first: int, matching: int, shown: str, back: bool, on: bool):
    page = drawn(table(Listing((FERRY, BARE), first, matching), Sort()))
    assert page.xpath("string(//div[@class='pages']/span)") == shown
    steps = page.xpath("//button[@data-page]")
    assert [step.get("disabled") is None for step in steps] == [back, on]
    assert [step.get("data-page") for step in steps] == [str(max(0, first - ROWS)), str(first + ROWS)]


def test_the_column_that_is_sorted_by_says_so():
    page = drawn(table(Listing((FERRY,), 0, 1), Sort("title", descending=True)))
    assert page.xpath("//th/@aria-sort") == ["descending", "none", "none", "none"]


def test_the_table_says_which_words_it_was_made_for():
    for listing in (Listing((FERRY,), 0, 1), Listing((), 0, 0)):
        page = drawn(table(listing, Sort(), words='the "ferry" <b>'))
        assert page.get("data-words") == 'the "ferry" <b>'


def test_no_article_is_one_line():
    assert drawn(table(Listing((), 0, 0), Sort())).text_content() == "No article to show."


def test_each_file_has_a_line():
    files = (
        FileReport("a.txt", done=True, added=1),
        FileReport("b.jsonl", done=True, added=1200, updated=2, unchanged=1, skipped=("line 3: no text",)),
        FileReport("c.png", done=True, skipped=tuple("abcdefg")),
        FileReport("d.jsonl", reading=True, added=32),
        FileReport("e.txt"),
        FileReport("f.jsonl", done=True),
    )
    lines = drawn(reports(files)).xpath("//li")
    assert [(line.get("class"), line.text_content()) for line in lines] == [
        ("done", "a.txt: 1 article added"),
        ("skipped", "b.jsonl: 1,200 articles added; 2 articles updated; 1 article unchanged; line 3: no text"),
        ("skipped", "c.png: a; b; c; d; e; and 2 more"),
        ("waiting", "d.jsonl: 32 articles added; reading…"),
        ("waiting", "e.txt: waiting"),
        ("skipped", "f.jsonl: no article in it"),
    ]
    assert reports(()) == "" == notice("")


def test_the_state_says_how_much_there_is():
    text = state(articles=1, passages=2000, revision="g000001.7", changed=datetime(2026, 3, 1, 12, 34, tzinfo=UTC))
    assert "1 article · 2,000 passages · revision g000001.7 · last change 2026-03-01 12:34 UTC" in unescape(text)
    assert "last change" not in state(articles=1, passages=1, revision="g1", changed=None)


@given(st.text(min_size=1), st.text(min_size=1))
def test_foreign_text_never_becomes_markup(one: str, other: str):
    tricky = f"<img src=x onerror=y>{one}\"'><script>"
    entry = Entry(tricky, tricky, other + "<svg onload=y>", tricky, None, tricky, 1)
    text = table(Listing((entry,), 0, 1), Sort()) + reports((FileReport(tricky, done=True, skipped=(other + "<b>",)),))
    tags = {element.tag for element in drawn(f"<div>{text}{notice(tricky)}</div>").iter()}
    assert tags <= {
        "div",
        "p",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "span",
        "bdi",
        "input",
        "button",
        "ul",
        "li",
    }
