"""What stands in the question box, and the questions that wait for their turn, in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from browser.asking import BORN, FERRY, MEXICO, STUDY, ask_example, ask_typed, asked, others_ask, reload

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from browser.conftest import Tab

pytestmark = [pytest.mark.browser, pytest.mark.models]


def test_an_example_and_a_question_right_after_it_are_both_answered_and_rated_as_what_they_are(tab: Tab, store: Path):
    from rag.feedback import kept

    ask_example(tab)
    box = tab.page.get_by_label("Your question")
    box.fill(BORN)
    box.press("Enter")
    tab.page.locator("#messages .answer").nth(1).wait_for()
    assert asked(tab) == [MEXICO, BORN]
    tab.page.get_by_label("Like", exact=True).last.click()
    tab.page.get_by_label("Why?").wait_for()
    assert kept(store)[-1].question == BORN


def test_an_example_leaves_the_question_box_alone_and_keeps_its_place_before_what_is_asked_next(tab: Tab):
    held: list[Route] = []  # a slow connection
    tab.page.route("**/gradio_api/run/**", lambda route: held.append(route))
    ask_example(tab)
    box = tab.page.get_by_label("Your question")
    box.fill(BORN)
    box.press("Enter")
    tab.page.wait_for_timeout(300)
    box.fill(FERRY)
    for route in held:
        route.continue_()
    tab.page.locator("#messages .answer").nth(1).wait_for()
    tab.page.wait_for_timeout(1500)
    assert asked(tab) == [MEXICO, BORN]
    assert box.input_value() == FERRY


def test_a_question_that_was_under_way_is_not_lost(tab: Tab):
    tab.ask(BORN)
    box = tab.page.get_by_label("Your question")
    box.fill(STUDY)
    box.press("Enter")
    tab.page.locator("#messages .asked", has_text=STUDY).wait_for()
    reload(tab, 1)
    tab.page.wait_for_function(
        """question => document.querySelector("#question textarea").value === question
        || document.querySelector("#messages").innerText.includes(question)""",
        arg=STUDY,
    )
    tab.wrong.clear()  # Gradio tells of the request that the reload cut off


def test_what_stands_in_the_box_outlives_a_reload_until_it_is_asked(tab: Tab):
    box = tab.page.get_by_label("Your question")
    for answers in (0, 1):
        box.fill(STUDY)
        tab.page.reload()
        tab.page.locator("#messages .answer" if answers else "#messages .example").first.wait_for()
        expect(box).to_have_value(STUDY)
        tab.ask(MEXICO)
        tab.page.reload()
        tab.page.locator("#messages .answer").nth(answers).wait_for()
        expect(box).to_have_value("")


@pytest.mark.parametrize("first", [ask_example, ask_typed])
def test_a_question_that_waits_for_those_of_others_outlives_a_reload(tab: Tab, first: Callable[[Tab], None]):
    others_ask(tab)
    first(tab)
    box = tab.page.get_by_label("Your question")
    expect(box).to_have_value(MEXICO)
    tab.page.reload()
    expect(box).to_have_value(MEXICO)
    assert asked(tab) == []
    tab.wrong.clear()  # Gradio tells of the request that the reload cut off


@pytest.mark.parametrize("first", [ask_example, ask_typed])
def test_what_is_typed_while_a_question_waits_for_its_turn_is_not_emptied_away(tab: Tab, first: Callable[[Tab], None]):
    others_ask(tab)
    first(tab)
    box = tab.page.get_by_label("Your question")
    box.fill(BORN)
    assert asked(tab) == []
    tab.page.locator("#messages .answer").wait_for()
    assert asked(tab) == [MEXICO]
    expect(box).to_have_value(BORN)
    box.press("Enter")
    tab.page.locator("#messages .answer").nth(1).wait_for()
    assert asked(tab) == [MEXICO, BORN]
    expect(box).to_have_value("")


@pytest.mark.parametrize("take", ["Enter", "button"])
def test_what_is_asked_is_what_stood_there_when_it_was_sent(tab: Tab, take: str):
    box = tab.page.get_by_label("Your question")
    box.fill(MEXICO)
    box.evaluate(  # in one breath: the page has had no time for anything between the two
        """(box, [take, next]) => {
            const key = { key: "Enter", code: "Enter", bubbles: true, cancelable: true };
            if (take === "button") document.querySelector("#question button").click();
            else for (const kind of ["keydown", "keypress", "keyup"]) box.dispatchEvent(new KeyboardEvent(kind, key));
            box.value = next;
            box.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        [take, BORN],
    )
    tab.page.locator("#messages .answer").wait_for()
    assert asked(tab) == [MEXICO]
    expect(box).to_have_value(BORN)


def test_an_example_leaves_what_stands_in_the_box(tab: Tab):
    box = tab.page.get_by_label("Your question")
    box.fill(BORN)
    ask_example(tab)
    tab.page.locator("#messages .answer").wait_for()
    assert asked(tab) == [MEXICO]
    expect(box).to_have_value(BORN)


def test_a_question_leaves_the_box_when_it_is_answered_in_one_step_too(tab: Tab):
    tab.ask("hello")
    expect(tab.page.get_by_label("Your question")).to_have_value("")


def test_the_next_question_comes_back_when_the_one_that_was_under_way_is_asked_again(tab: Tab):
    tab.ask(BORN)
    tab.page.evaluate(  # as it is while an answer is under way
        """question => {
            const key = "article-rag:conversation:" + sessionStorage.getItem("article-rag:open");
            localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage.getItem(key)), asking: question }));
        }""",
        STUDY,
    )
    box = tab.page.get_by_label("Your question")
    box.fill(MEXICO)
    reload(tab, 1)
    expect(box).to_have_value(STUDY)
    box.press("Enter")
    tab.page.locator("#messages .answer").nth(1).wait_for()
    expect(box).to_have_value(MEXICO)
    reload(tab, 2)
    expect(box).to_have_value(MEXICO)
