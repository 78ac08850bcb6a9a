"""The page in a real Chromium. That it asks no other host and reports no error is checked after each test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .conftest import opened, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from browser.conftest import Tab, Tabs

pytestmark = [pytest.mark.browser, pytest.mark.models]

KNOWN = "By how much have homicides in Mexico fallen?"  # 40 percent, says one article
CITED_TWICE = "How much does the council pay for the ferry each day?"  # 1,850 pounds, say two
UNSAID = "Who painted The Night Watch?"


def test_an_answer_is_highlighted_in_its_article_and_scrolled_into_view(tab: Tab):
    tab.ask(KNOWN)
    quoted = tab.page.locator("#messages .words strong").first.inner_text()
    assert quoted == "40 percent"
    assert tab.marked == quoted
    assert tab.inside_panel()
    assert tab.page.locator("#source .scroller").evaluate("panel => panel.scrollTop") > 0
    assert tab.page.evaluate("() => window.scrollY") == 0
    sentence = tab.page.locator("#messages .around").first.inner_text()
    assert tab.page.locator("#source .context").inner_text() == sentence
    assert "Mexico seeks talks" in tab.page.locator("#source h2").inner_text()
    assert tab.page.locator("#source .original").get_attribute("rel") == "noopener noreferrer"
    tab.picture("answer")


def test_following_a_citation_shows_its_article(tab: Tab):
    tab.ask(CITED_TWICE)
    links = tab.page.locator("#messages a.cite")
    assert links.count() >= 2
    first = tab.page.locator("#source h2").inner_text()
    links.nth(1).click()
    tab.page.get_by_text("Source 2 of").wait_for()
    second = tab.page.locator("#source h2").inner_text()
    assert {first, second} == {
        "Ferry carries 612 people on its first day",
        "Kittiwake takes over from the bridge, with 612 aboard on day one",
    }
    assert "1,850 pounds" in tab.marked
    assert tab.inside_panel()
    assert links.nth(1).get_attribute("aria-current") == "true"
    assert links.nth(0).get_attribute("aria-current") is None
    tab.page.get_by_label("Previous source").click()
    tab.page.get_by_text("Source 1 of").wait_for()
    assert tab.page.locator("#source h2").inner_text() == first
    assert tab.page.get_by_label("Previous source").is_disabled()


def test_what_the_articles_do_not_say_looks_different_and_shows_the_nearest_passages(tab: Tab):
    tab.ask(UNSAID)
    message = tab.page.locator("#messages .unanswered")
    assert message.locator(".words").inner_text() == "The articles don't say."
    assert message.locator("a.cite").count() == 3
    assert tab.page.locator("#source mark").count() == 0
    assert tab.page.locator("#messages .quote").count() == 0
    tab.picture("unanswered")
    message.locator("a.cite").nth(1).click()
    tab.page.get_by_text("Source 2 of 3").wait_for()
    excerpt = message.locator(".excerpt").nth(1).inner_text().rstrip("…")
    assert " ".join(tab.page.locator("#source .context").inner_text().split()).startswith(excerpt)


def test_an_example_is_asked_with_a_click(tab: Tab):
    example = tab.page.locator("#messages .example").first
    text = example.inner_text()
    example.click()
    tab.page.locator("#messages .answer").wait_for()
    assert tab.page.locator("#messages .asked").inner_text() == text
    assert tab.marked == "40 percent"


def test_every_example_has_an_answer(tab: Tab):
    examples = tab.page.locator("#messages .example").all_inner_texts()
    assert len(examples) == 4
    for example in examples:
        tab.ask(example)
    assert tab.page.locator("#messages .answer").count() == 4
    assert tab.page.locator("#messages .unanswered").count() == 0


def test_questions_follow_each_other_and_older_citations_still_work(tab: Tab):
    tab.ask(KNOWN)
    tab.ask(UNSAID)
    tab.ask(CITED_TWICE)
    assert tab.page.locator("#messages .asked").count() == 3
    assert "1,850 pounds" in tab.marked
    in_sight = "e => e.getBoundingClientRect().bottom < e.closest('.bubble-wrap').getBoundingClientRect().bottom"
    assert tab.page.locator("#messages .words").last.evaluate(in_sight)
    above = "e => e.getBoundingClientRect().bottom < e.closest('.bubble-wrap').getBoundingClientRect().top"
    assert tab.page.locator("#messages .asked").first.evaluate(above)
    tab.page.locator("#messages a.cite").first.click()
    tab.page.locator("#source h2", has_text="Mexico").wait_for()
    assert tab.marked == "40 percent"
    tab.page.get_by_label("Clear").click()
    tab.page.locator("#source .empty").wait_for()
    assert tab.page.locator("#messages .example").count() == 4
    assert tab.page.locator("#source mark").count() == 0


def test_ctrl_c_ends_in_silence_while_a_tab_is_open(chromium: Browser, store: Path, tmp_path: Path):
    with opened(chromium) as tabs:
        with serving(tmp_path / "errors.txt", "--index", str(store), "--port", "0") as tabs.address:
            tab = tabs.open()
            tab.ask("By how much have homicides in Mexico fallen?")
        tab.wrong.clear()  # the tab has noticed that the server is gone


def test_two_tabs_do_not_see_each_other(tabs: Tabs):
    one, other = tabs.open(), tabs.open()
    one.ask(KNOWN)
    other.ask(CITED_TWICE)
    assert one.marked == "40 percent"
    assert "1,850 pounds" in other.marked
    assert one.page.locator("#messages .asked").all_inner_texts() == [KNOWN]
    assert other.page.locator("#messages .asked").all_inner_texts() == [CITED_TWICE]


def test_an_empty_question_does_nothing(tab: Tab):
    box = tab.page.get_by_label("Your question")
    for nothing in ("", "   "):
        box.fill(nothing)
        box.press("Enter")
    tab.page.wait_for_timeout(500)
    assert tab.page.locator("#messages .asked").count() == 0
    assert tab.page.locator("#messages .example").count() > 0


def test_a_huge_question_gets_one_clear_line(tab: Tab):
    tab.ask("why " * 2_500)
    notice = tab.page.locator("#messages .notice").inner_text()
    assert "characters" in notice and "Traceback" not in notice
    assert "\n" not in notice
    tab.ask(KNOWN)
    assert tab.marked == "40 percent"


@pytest.mark.parametrize(
    "question", ["Who opened the vault of Quillonspire?", "How old is Captain Brandywhistle of Quillonspire?"]
)
def test_a_hostile_article_is_shown_and_runs_nothing(tab: Tab, question: str):
    tab.ask(question)
    tab.page.locator("#messages a.cite", has_text="Quillonspire").first.click()
    tab.page.locator("#source h2", has_text="Quillonspire").wait_for()
    assert "<script>window.__pwned=1</script>" in tab.page.locator("#source .text").inner_text()
    assert_nothing_ran(tab)
    tab.picture("hostile")


def test_a_hostile_question_is_shown_and_runs_nothing(tab: Tab):
    from browser.conftest import TRICKS

    tab.ask(TRICKS)
    assert tab.page.locator("#messages .asked").text_content() == TRICKS
    assert_nothing_ran(tab)


def assert_nothing_ran(tab: Tab) -> None:
    tab.page.wait_for_timeout(300)  # images fail and handlers run a moment later
    assert tab.page.evaluate("() => window.__pwned") is None
    inside = tab.page.locator("#messages, #source")
    for foreign in ("script", "img", "svg[onload]", "form", "style", ".katex", "h1", "code", "a[href^=javascript]"):
        found = inside.locator(foreign).count()
        ours = tab.page.locator("#messages button svg style").count() if foreign == "style" else 0
        assert found == ours, foreign
    assert tab.page.locator("body").is_visible()


@pytest.mark.parametrize("question", [KNOWN, UNSAID])
def test_on_a_phone_nothing_sticks_out_and_a_citation_brings_its_source(tabs: Tabs, question: str):
    tab = tabs.open(width=390, height=844)
    tab.ask(question)
    assert tab.page.evaluate("() => document.documentElement.scrollWidth") <= 390
    tab.picture("phone" if question == KNOWN else "phone-unanswered")
    tab.page.locator("#messages a.cite").first.click()
    tab.page.wait_for_function(
        "() => document.querySelector('#source .context')?.getBoundingClientRect().top < innerHeight"
    )
    assert tab.page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_a_keyboard_is_enough(tab: Tab):
    page = tab.page
    page.keyboard.type(CITED_TWICE)  # the question box has the focus from the start
    page.keyboard.press("Enter")
    page.locator("#messages .answer").wait_for()
    assert tab.marked
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("() => document.activeElement.matches('a.cite')"):
            break
    number = page.evaluate("() => document.activeElement.querySelector('.number').textContent")
    assert number != "[1]", "going back from the question box, the last citation comes first"
    page.keyboard.press("Enter")
    page.get_by_text(f"Source {number[1:-1]} of").wait_for()


def test_screen_readers_get_the_message_and_not_its_markup(tab: Tab):
    tab.ask(KNOWN)
    assert tab.page.locator("html").get_attribute("lang") == "en"
    assert tab.page.get_by_role("log").locator(".answer").count() == 1
    assert tab.page.locator("#messages [aria-label*='<div']").count() == 0
    assert tab.page.get_by_role("region", name="Source 1 of").count() == 1


# Text, and what it stands on: WCAG AA wants 4.5 to 1.
CONTRAST = """(selector) => {
    const parse = (color) => color.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
        .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const element = document.querySelector(selector);
    let ground = element;
    while (ground && (parse(getComputedStyle(ground).backgroundColor)[3] ?? 1) === 0) ground = ground.parentElement;
    const pair = [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor]
        .map((color) => light(parse(color)));
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}"""


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(tabs: Tabs, color_scheme: str):
    tab = tabs.open(color_scheme=color_scheme)
    tab.ask(UNSAID)
    tab.ask(KNOWN)
    assert tab.marked
    tab.picture(f"contrast-{color_scheme}")
    for selector in ("h1", "#heading p", ".asked", ".answer .words strong", ".sure", ".around", ".around mark",
                     "a.cite .title bdi", "a.cite .number", ".byline bdi", ".unanswered .words",
                     ".unanswered h3", ".unanswered .title bdi", ".unanswered .byline time", ".excerpt",
                     ".source h2 bdi", ".facts time", ".original", ".text", ".context", ".text mark",
                     ".position span", "#question textarea", "#question button"):  # fmt: skip
        assert tab.page.evaluate(CONTRAST, selector) >= 4.5, selector


def test_the_page_follows_the_system_into_the_dark(tabs: Tabs):
    tab = tabs.open(color_scheme="dark")
    ground = tab.page.evaluate("() => getComputedStyle(document.querySelector('.gradio-container')).backgroundColor")
    assert ground == "rgb(16, 20, 26)"
    tab.ask(KNOWN)
    assert tab.marked
    tab.picture("dark")


def test_a_follow_up_shows_how_it_was_understood_and_can_be_put_right(tab: Tab) -> None:
    tab.ask("When was Marie Curie born?")
    assert not tab.page.get_by_label("Understood as").is_visible()
    tab.ask("Where did she study?")
    understood = tab.page.get_by_label("Understood as")
    understood.wait_for()
    assert understood.input_value() == "Where did Marie Curie study?"
    assert "Sorbonne" in tab.marked
    answer = tab.page.locator("#messages .answer").last
    box = tab.page.get_by_label("Your question")
    assert box.bounding_box()["y"] - understood.bounding_box()["y"] < 120, "nothing but a line lies between the two"
    above, below = answer.bounding_box(), understood.bounding_box()
    assert above["y"] + 40 < below["y"], "the answer is in sight, above how the question was understood"
    tab.picture("follow-up")

    answers = tab.page.locator("#messages .answer")
    before = answers.count()
    understood.fill("Where was Marie Curie born?")
    understood.press("Enter")
    answers.nth(before).wait_for()
    assert "Warsaw" in answers.nth(before).inner_text()


def test_small_talk_gets_a_word_about_the_collection(tab: Tab) -> None:
    tab.ask("Which articles do you have?")
    assert "There are 22 articles" in tab.page.locator("#messages .remark").inner_text()


def test_two_tabs_do_not_mix_their_conversations(tabs: Tabs) -> None:
    one, other = tabs.open(), tabs.open()
    one.ask("When was Marie Curie born?")
    other.ask("Who proclaimed the Monroe Doctrine?")
    one.ask("Where did she study?")
    assert one.page.get_by_label("Understood as").input_value() == "Where did Marie Curie study?"
    assert other.page.locator("#messages").inner_text().count("Curie") == 0
