"""An answer and its proof in a real Chromium: stages, keys, copying, receipts, disagreeing articles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import SEEDS

from rag.articles import read_articles
from rag.cite import read_receipt, verify

if TYPE_CHECKING:
    from browser.conftest import Tab, Tabs

pytestmark = [pytest.mark.browser, pytest.mark.models]

KNOWN = "By how much have homicides in Mexico fallen?"
CITED_TWICE = "How much does the council pay for the ferry each day?"
DISPUTED = "When will the bridge open again?"  # on 30 March, say two; a third names another Monday


def test_an_answer_comes_in_stages(tab: Tab):
    tab.page.evaluate(
        """() => {
            window.stages = [];
            new MutationObserver(() => {
                const text = document.querySelector("#messages .waiting")?.textContent;
                if (text && text !== window.stages.at(-1)) window.stages.push(text);
            }).observe(document.querySelector("#messages"), { subtree: true, childList: true, characterData: true });
        }"""
    )
    tab.ask(KNOWN)
    searching, reading = tab.page.evaluate("() => window.stages")
    assert searching.startswith("Searching ") and searching.endswith(" passages…")
    assert reading.startswith("Reading 8 passages of ")
    assert tab.page.locator("#messages .waiting").count() == 0


def test_without_a_mouse_a_question_is_asked_its_citations_are_read_and_a_quote_is_copied(tab: Tab):
    page = tab.page
    page.keyboard.type(CITED_TWICE)  # the box has the focus from the start
    page.keyboard.press("Enter")
    page.locator("#messages .answer").wait_for()
    page.keyboard.type("2")
    assert page.get_by_label("Your question").input_value() == "2", "in the box a number is a number"
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.get_by_text("Source 2 of 2").wait_for()
    tab.settle()
    assert tab.inside_panel()
    page.keyboard.press("p")
    page.get_by_text("Source 1 of 2").wait_for()
    page.keyboard.press("n")
    page.get_by_text("Source 2 of 2").wait_for()
    assert tab.marked == "1,850 pounds"
    page.keyboard.press("c")
    said = page.get_by_role("status").filter(has_text="Copied")
    said.wait_for()
    assert page.evaluate("() => navigator.clipboard.readText()").startswith("“1,850 pounds” — ")
    page.keyboard.press("/")
    assert page.evaluate("() => document.activeElement.matches('#question textarea')")


def test_the_keys_are_listed_and_can_be_switched_off(tab: Tab):
    page = tab.page
    tab.ask(CITED_TWICE)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_text("open that citation of the latest answer").wait_for()
    tab.picture("keys")
    assert tab.barriers() == []
    page.get_by_label("Use these keys").uncheck()
    page.keyboard.press("Escape")
    page.get_by_text("open that citation of the latest answer").wait_for(state="hidden")
    page.locator("#heading h1").click()
    page.keyboard.press("2")
    page.wait_for_timeout(300)
    assert page.get_by_text("Source 1 of 2").is_visible()
    page.reload()
    page.locator("#keys summary").click()
    assert not page.get_by_label("Use these keys").is_checked()


def test_stepping_with_the_buttons_keeps_the_focus(tab: Tab):
    tab.ask(CITED_TWICE)
    tab.settle()
    tab.page.get_by_label("Next source").focus()
    tab.page.keyboard.press("Enter")
    tab.page.get_by_text("Source 2 of 2").wait_for()
    tab.settle()
    assert tab.page.evaluate("() => document.activeElement.matches('.scroller')"), "there is no next one to press"
    tab.page.get_by_label("Previous source").press("Enter")
    tab.page.get_by_text("Source 1 of 2").wait_for()


def test_where_the_browser_keeps_its_clipboard_the_words_are_copied_another_way(tab: Tab):
    tab.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not here')); }")
    tab.ask(KNOWN)
    tab.page.get_by_role("button", name="Copy quote").click()
    tab.page.get_by_role("status").filter(has_text="Copied").wait_for()
    assert tab.page.evaluate("() => navigator.clipboard.readText()").startswith("“40 percent” — ")


def test_a_receipt_holds_of_the_article(tab: Tab):
    tab.ask(KNOWN)
    tab.settle()
    with tab.page.expect_download() as download:
        tab.page.get_by_role("link", name="Receipt").click()
    assert download.value.suggested_filename.startswith("receipt-2026-01-mexico-cartels-md-")
    text = Path(download.value.path()).read_text(encoding="utf-8")
    receipt = read_receipt(text)
    (article,) = [a for a in read_articles([SEEDS]) if a.id == receipt.article_id]
    assert verify(receipt, article) == ()
    assert (receipt.quote, receipt.question) == ("40 percent", KNOWN)
    assert json.loads(text)["target"]["selector"][0]["exact"] == "40 percent"


def test_the_original_page_opens_at_the_words(tab: Tab):
    tab.ask(KNOWN)
    address = tab.page.locator("#source .original").get_attribute("href")
    assert "#:~:text=" in address and "40%20percent" in address


def test_articles_that_differ_stand_side_by_side(tab: Tab, store: Path):
    from rag.answer import Answerer
    from rag.index import Index

    wanted = [quote.text for quote in Answerer(Index.open(store)).ask(DISPUTED).quotes]  # best first
    tab.ask(DISPUTED)
    quotes = tab.page.locator("#messages .beside .quote")
    answers = quotes.locator("strong").all_inner_texts()
    assert answers == wanted
    assert answers == ["Monday 30 March", "Monday 16 March"]
    left, right = (quotes.nth(place).bounding_box() for place in (0, 1))
    assert left["y"] == right["y"] and left["x"] + left["width"] < right["x"]
    assert quotes.locator("time").count() == 2
    tab.picture("several")
    tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("2")
    tab.page.get_by_text("Source 2 of 2").wait_for()
    assert tab.marked == answers[1]


def test_less_sure_answers_are_folded_and_their_citations_work(tab: Tab):
    tab.ask("Who persuaded Monroe not to make a joint statement with Britain?")
    assert tab.page.locator("#messages .quote strong").all_inner_texts()[0] == "John Quincy Adams"
    other = tab.page.locator("#messages .others .quote")
    assert other.count() == 1 and not other.is_visible()
    tab.page.locator("#messages .others summary").click()
    words = other.locator("strong").inner_text()
    tab.picture("folded")
    other.locator("a.cite").first.click()
    tab.page.locator("#source mark", has_text=words).wait_for()


def test_nothing_keeps_people_from_using_the_page(tabs: Tabs):
    for color_scheme in ("light", "dark"):
        tab = tabs.open(color_scheme=color_scheme)
        assert tab.barriers() == [], f"empty, {color_scheme}"
        tab.ask("Who painted The Night Watch?")
        assert tab.barriers() == [], f"unanswered, {color_scheme}"
        tab.ask(DISPUTED)
        tab.settle()
        assert tab.barriers() == [], f"answered, {color_scheme}"


def test_on_a_phone_the_source_is_a_tap_away_and_so_is_the_answer(tabs: Tabs):
    tab = tabs.open(width=390, height=844)
    assert tab.wider_than_the_window() <= 0
    tab.picture("phone-empty")
    tab.ask(CITED_TWICE)
    tab.picture("phone")
    tab.page.locator("#messages a.cite").nth(1).click()
    tab.page.get_by_text("Source 2 of 2").wait_for()
    tab.settle()
    assert tab.page.locator("#source mark").bounding_box()["y"] < 844
    assert tab.wider_than_the_window() <= 0
    tab.picture("phone-source")
    tab.page.get_by_role("button", name="Back to the answer").click()
    tab.page.wait_for_function("() => document.activeElement.matches('a.cite[aria-current]')")
    assert 0 <= tab.page.locator("#messages a.cite").nth(1).bounding_box()["y"] < 844


def test_right_to_left_is_drawn_from_the_right(tabs: Tabs):
    tab = tabs.open(width=390, height=844)
    question = "מתי הדליק Noam Barzilai את המנורה של Zefirel?"
    tab.ask(question)
    tab.page.locator("#messages a.cite", has_text="Zefirel").first.click()
    tab.page.locator("#source h2", has_text="Zefirel").wait_for()
    direction = "element => getComputedStyle(element).direction"
    assert tab.page.locator("#messages .asked").evaluate(direction) == "rtl"
    assert tab.page.locator("#source .text").evaluate(direction) == "rtl"
    assert tab.page.locator("#source h2 bdi").evaluate(direction) == "rtl"
    assert tab.page.get_by_role("link", name="Original page").is_visible()
    lowest = tab.page.locator("#source header").evaluate("e => e.scrollHeight - e.clientHeight")
    assert lowest <= 0, "a very long title hides nothing below it"
    assert tab.wider_than_the_window() <= 0
    assert tab.barriers() == []
    tab.picture("right-to-left-phone")
    wide = tabs.open()
    wide.ask(question)
    wide.page.locator("#messages a.cite", has_text="Zefirel").first.click()
    wide.page.locator("#source h2", has_text="Zefirel").wait_for()
    wide.picture("right-to-left")


def test_a_hostile_article_is_copied_and_proven_as_text_alone(tab: Tab):
    tab.ask("Who opened the vault of Quillonspire?")
    tab.page.locator("#messages a.cite", has_text="Quillonspire").first.click()
    tab.page.locator("#source h2", has_text="Quillonspire").wait_for()
    assert tab.page.locator("#source .original").count() == 0, "javascript: is no address"
    copy = tab.page.locator("#source .copy")
    if copy.count():
        copy.click()
        tab.page.get_by_role("status").filter(has_text="Copied").wait_for()
        with tab.page.expect_download() as download:
            tab.page.get_by_role("link", name="Receipt").click()
        name = download.value.suggested_filename
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.") and name.endswith(".json")
    assert tab.page.evaluate("() => window.__pwned") is None
