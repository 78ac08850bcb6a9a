"""What the tests of the page ask, and what they see of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from browser.conftest import Tab

BORN = "When was Marie Curie born?"
STUDY = "Where did she study?"
MEXICO = "By how much have homicides in Mexico fallen?"
FERRY = "How much does the council pay for the ferry each day?"


def asked(tab: Tab) -> list[str]:
    return tab.page.locator("#messages .asked").all_inner_texts()


def words(tab: Tab) -> list[str]:
    return tab.page.locator("#messages .answer .words").all_inner_texts()


def reload(tab: Tab, answers: int) -> None:
    tab.page.reload()
    tab.page.locator("#messages .answer").nth(answers - 1).wait_for()


def others_ask(tab: Tab) -> None:
    """Fill the line before the models, so that this tab's next question waits for seconds."""
    tab.page.evaluate(
        """async question => {
            for (let n = 0; n < 12; n += 1) await fetch("/gradio_api/call/v2/ask", {
                method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ question }),
            });
        }""",
        BORN,
    )


def ask_example(tab: Tab) -> None:
    with tab.page.expect_response("**/queue/join**"):  # what is asked a few milliseconds later may overtake it
        tab.page.locator("#messages .example", has_text=MEXICO).click()


def ask_typed(tab: Tab) -> None:
    box = tab.page.get_by_label("Your question")
    box.fill(MEXICO)
    box.press("Enter")
