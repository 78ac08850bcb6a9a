"""Conversations that are kept, filters and ratings, in a real Chromium."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.asking import BORN, FERRY, MEXICO, STUDY, asked, reload, words

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from browser.conftest import Tab, Tabs

pytestmark = [pytest.mark.browser, pytest.mark.models]


def show_conversations(tab: Tab) -> list[str]:
    tab.page.get_by_role("tab", name="Conversations").click()
    tab.page.locator(".conversations .said").wait_for(state="attached")
    return tab.page.locator(".conversations .first").all_inner_texts()


def test_a_reload_loses_nothing_and_follow_ups_go_on(tab: Tab):
    tab.ask(BORN)
    tab.ask("hello")
    before = words(tab)
    reload(tab, 1)
    assert asked(tab) == [BORN, "hello"] and words(tab) == before
    assert tab.page.locator("#messages .remark").inner_text().startswith("Hello!")
    tab.ask(STUDY)
    assert tab.page.get_by_label("Understood as").input_value() == "Where did Marie Curie study?"
    tab.page.locator("#messages a.cite").first.click()
    tab.page.locator("#source mark", has_text="1867").wait_for()


def test_tabs_keep_their_conversations_apart_also_through_a_reload(tabs: Tabs):
    one = tabs.open()
    other = tabs.beside(one)
    one.ask(BORN)
    other.ask(MEXICO)
    reload(one, 1)
    reload(other, 1)
    assert (asked(one), asked(other)) == ([BORN], [MEXICO])
    one.ask(STUDY)
    assert "Marie Curie" in one.page.get_by_label("Understood as").input_value()
    assert sorted(show_conversations(other)) == [MEXICO, BORN]


def test_a_conversation_that_is_open_in_two_tabs_becomes_two(tabs: Tabs):
    one = tabs.open()
    one.ask(BORN)
    other = tabs.beside(one)
    show_conversations(other)
    other.page.locator(".conversations .first").click()
    other.page.locator("#messages .answer").wait_for()
    one.ask(MEXICO)
    other.ask(FERRY)
    reload(one, 2)
    reload(other, 2)
    assert (asked(one), asked(other)) == ([BORN, MEXICO], [BORN, FERRY])


def test_conversations_are_listed_opened_downloaded_and_deleted(tab: Tab):
    tab.ask(MEXICO)
    tab.page.get_by_label("Clear").click()
    tab.page.locator("#source .empty").wait_for()
    tab.ask(BORN)
    tab.ask(STUDY)
    assert show_conversations(tab) == [BORN, MEXICO]
    tab.picture("conversations")
    with tab.page.expect_download() as download:
        tab.page.get_by_label(f"Download: {MEXICO}").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert download.value.suggested_filename == "conversation.md"
    assert f"## {MEXICO}\n" in text and "**40 percent**" in text and ", 2026-01-10, 2026-01-mexico-cartels.md" in text
    tab.page.locator(".conversations .first", has_text="Mexico").click()
    tab.page.locator("#messages .asked", has_text="Mexico").wait_for()
    assert asked(tab) == [MEXICO] and tab.marked == "40 percent"
    show_conversations(tab)
    tab.page.get_by_label(f"Delete: {BORN}").click()
    tab.page.get_by_text("Delete for good?").click()
    tab.page.locator(".conversations .first", has_text="Curie").wait_for(state="detached")
    tab.page.get_by_label(f"Delete: {MEXICO}").click()
    tab.page.get_by_text("Delete for good?").click()
    tab.page.get_by_text("No conversation yet.").wait_for()
    tab.page.get_by_role("tab", name="Ask").click()
    tab.page.locator("#messages .example").first.wait_for()
    assert asked(tab) == []


def test_what_a_browser_holds_is_never_taken_for_markup(tab: Tab):
    from browser.conftest import TRICKS

    tab.ask(TRICKS)
    assert show_conversations(tab) == [" ".join(TRICKS.split())]
    tab.page.reload()
    tab.page.locator("#messages .asked").wait_for()
    tab.page.wait_for_timeout(300)
    assert tab.page.evaluate("() => window.__pwned") is None
    tab.page.evaluate("() => localStorage.setItem('article-rag:conversation:x', '{\"turns\": [{\"asked\": 4711}]}')")
    show_conversations(tab)
    tab.page.locator(".conversations .first", has_text="4711").click()
    tab.page.get_by_text("what was stored is not a conversation").wait_for()


def test_a_filter_narrows_this_tab_says_so_and_is_cleared(tabs: Tabs):
    tab = tabs.open()
    other = tabs.beside(tab)
    tab.page.get_by_text("Asking: all articles").click()
    tab.page.get_by_label("Sources").fill("saltmarsh")
    tab.page.get_by_role("option", name="The Saltmarsh Mercury (fictional)").click()
    tab.page.get_by_text("Asking: The Saltmarsh Mercury (fictional)").wait_for()
    tab.picture("filter-open")
    tab.page.keyboard.press("Escape")
    tab.page.get_by_text("Asking: The Saltmarsh Mercury (fictional)").click()
    tab.ask(FERRY)
    titles = tab.page.locator("#messages .answer .byline").all_inner_texts()
    assert titles and all("Saltmarsh Mercury" in title for title in titles)
    other.ask(FERRY)
    assert "Courier" in " ".join(other.page.locator("#messages .answer .byline").all_inner_texts())
    reload(tab, 1)
    tab.page.get_by_text("Asking: The Saltmarsh Mercury (fictional)").wait_for()
    tab.picture("filter")
    tab.page.get_by_role("button", name="Ask all articles").click()
    tab.page.get_by_text("Asking: all articles").wait_for()
    tab.ask(MEXICO)
    assert tab.marked == "40 percent"


def test_dates_that_are_none_and_filters_that_let_nothing_through_are_said(tab: Tab):
    tab.page.get_by_text("Asking: all articles").click()
    since = tab.page.get_by_label("Since")
    since.fill("1/2/26")
    since.press("Enter")
    tab.page.get_by_text("Filter: Since: '1/2/26' is no date").wait_for()
    tab.ask(MEXICO)
    assert "is no date" in tab.page.locator("#messages .notice").inner_text()
    since.fill("2099-01-01")
    tab.ask(MEXICO)
    assert tab.page.locator("#messages .notice").last.inner_text() == (
        "Nothing in the collection fits the filter (since 2099-01-01); widen it or ask all articles."
    )


def test_articles_chosen_in_the_collection_are_asked_alone(tab: Tab):
    tab.page.get_by_role("tab", name="Collection").click()
    tab.page.locator(".articles tbody tr").first.wait_for()
    tab.page.get_by_placeholder("Search titles").fill("rosetta")
    tab.page.wait_for_function("() => document.querySelectorAll('.articles tbody tr').length === 1")
    tab.page.get_by_label("Choose all that are shown").check()
    tab.page.get_by_role("button", name="Ask only these").click()
    tab.page.get_by_text("Asking: rosetta-stone.md").wait_for()
    tab.ask(MEXICO)
    assert set(tab.page.locator("#messages a.cite .title").all_inner_texts()) <= {
        tab.page.locator("#messages a.cite .title").first.inner_text()
    }
    assert tab.page.locator("#messages .words strong", has_text="40 percent").count() == 0


def test_ratings_are_kept_with_their_reason_and_downloaded(tab: Tab, store: Path, tmp_path: Path):
    from rag.evaluate import read_questions
    from rag.feedback import kept

    tab.ask(MEXICO)
    tab.page.get_by_label("Like", exact=True).click()
    reason = tab.page.get_by_label("Why?")
    reason.fill("It is <b>right</b>.")
    tab.picture("rating")
    reason.press("Enter")
    reason.wait_for(state="hidden")
    tab.ask(FERRY)
    tab.page.get_by_label("Dislike", exact=True).nth(1).click()
    tab.page.get_by_label("Why?").wait_for()
    good, bad = (rating for rating in kept(store) if rating.question in (MEXICO, FERRY))
    assert (good.rating, good.answer, good.reason) == ("up", "40 percent", "It is <b>right</b>.")
    assert (bad.rating, bad.question) == ("down", FERRY)
    show_conversations(tab)
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="Download ratings").click()
    path = Path(shutil.copy(download.value.path(), tmp_path / download.value.suggested_filename))
    assert [(q.text, q.answers, q.article) for q in read_questions(path)] == [(MEXICO, ("40 percent",), good.article)]
    assert json.loads(path.read_text())["reason"] == "It is <b>right</b>."


def test_a_rating_that_is_taken_back_is_kept_no_more(tab: Tab, store: Path):
    from rag.feedback import kept

    tab.ask("In whose bakery did the Great Fire begin?")
    before = len(kept(store))
    tab.page.get_by_label("Like", exact=True).click()
    tab.page.get_by_label("Why?").wait_for()
    assert len(kept(store)) == before + 1
    tab.page.get_by_label("Liked", exact=True).click()
    tab.page.get_by_label("Why?").wait_for(state="hidden")
    assert len(kept(store)) == before


def test_a_conversation_that_is_cleared_while_it_is_answered_stays_cleared(tab: Tab):
    tab.ask(MEXICO)
    tab.page.evaluate(  # within the page: an answer takes a tenth of a second, too short to be seen from outside
        """() => new MutationObserver((_, observer) => {
            if (!document.querySelector("#messages .waiting")) return;
            observer.disconnect();
            document.querySelector("[aria-label='Clear']").click();
            window.cleared = true;
        }).observe(document.querySelector("#messages"), { subtree: true, childList: true })"""
    )
    box = tab.page.get_by_label("Your question")
    box.fill(BORN)
    box.press("Enter")
    tab.page.wait_for_function("() => window.cleared")
    tab.page.locator("#messages .example").first.wait_for()
    tab.page.wait_for_timeout(2500)
    assert asked(tab) == []
    tab.ask(FERRY)
    assert asked(tab) == [FERRY]


def test_a_new_conversation_asks_all_articles_after_a_reload_too(tab: Tab):
    tab.page.get_by_role("tab", name="Collection").click()
    tab.page.get_by_label("Choose The Rosetta Stone").check()
    tab.page.get_by_role("button", name="Ask only these").click()
    narrowed = tab.page.get_by_text("Asking: rosetta-stone.md")
    narrowed.wait_for()
    show_tab = tab.page.get_by_role("tab", name="Conversations")
    show_tab.click()
    tab.page.get_by_role("button", name="New conversation").click()
    tab.page.get_by_text("Asking: all articles").wait_for()
    tab.page.reload()
    tab.page.get_by_text("Asking: all articles").wait_for()
    tab.page.wait_for_timeout(500)
    assert narrowed.count() == 0


def test_a_restart_of_the_server_loses_nothing(chromium: Browser, store: Path, tmp_path: Path):
    from browser.conftest import opened, serving

    folder = shutil.copytree(store, tmp_path / "store")
    with opened(chromium) as tabs:
        with serving(tmp_path / "errors.txt", "--index", str(folder), "--port", "0", killed=True) as address:
            tabs.address = address
            tab, other = tabs.open(), tabs.open()
            tab.ask(BORN)
            other.ask(MEXICO)
        port = address.rsplit(":", 1)[1]
        with serving(tmp_path / "errors.txt", "--index", str(folder), "--port", port, killed=True):
            tab.ask(STUDY)
            assert asked(tab) == [BORN, STUDY]
            assert tab.page.get_by_label("Understood as").input_value() == "Where did Marie Curie study?"
            reload(other, 1)
            assert asked(other) == [MEXICO]
            for one in (tab, other):
                one.wrong.clear()  # that the connection broke off


def test_a_question_is_answered_after_a_restart_that_cannot_read_what_was_kept(
    chromium: Browser, store: Path, tmp_path: Path
):
    """As when another version of the program goes on: the question begins a new conversation, the old one stays."""
    from browser.conftest import opened, serving

    folder = shutil.copytree(store, tmp_path / "store")
    with opened(chromium) as tabs:
        with serving(tmp_path / "errors.txt", "--index", str(folder), "--port", "0", killed=True) as address:
            tabs.address = address
            tab = tabs.open()
            tab.ask(BORN)
            tab.page.evaluate(
                """() => {
                    const key = Object.keys(localStorage).find((name) => name.startsWith("article-rag:conversation:"));
                    const record = JSON.parse(localStorage.getItem(key));
                    record.turns[0].answer = { of: "another version" };
                    localStorage.setItem(key, JSON.stringify(record));
                }"""
            )
        port = address.rsplit(":", 1)[1]
        with serving(tmp_path / "errors.txt", "--index", str(folder), "--port", port, killed=True):
            box = tab.page.get_by_label("Your question")
            box.fill(MEXICO)
            box.press("Enter")
            tab.page.locator("#messages .answer .words", has_text="cent").wait_for()
            assert asked(tab) == [MEXICO] and box.input_value() == ""
            assert show_conversations(tab) == [MEXICO, BORN]
            tab.page.locator(".conversations .first", has_text=BORN).click()
            tab.page.get_by_text("not a conversation of this version").wait_for()
            tab.wrong.clear()  # that the connection broke off


def test_nothing_keeps_people_from_using_the_conversations(tabs: Tabs):
    for color_scheme in ("light", "dark"):
        tab = tabs.open(color_scheme=color_scheme)
        tab.page.get_by_role("tab", name="Conversations").click()
        assert tab.barriers() == [], f"none yet, {color_scheme}"
        tab.page.get_by_role("tab", name="Ask").click()
        tab.ask(MEXICO)
        show_conversations(tab)
        assert tab.barriers() == [], color_scheme
        tab.picture(f"conversations-{color_scheme}")
