"""A conversation as Markdown."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.page.talk import Said
from rag.page.transcript import plain, transcript
from rag.types import Answer, Evidence, Hit, Passage, Quote, Span

TEXT = "The ferry carries 612 people. It leaves *hourly*."
PASSAGE = Passage("ferry.md", 0, Span(100, 149), TEXT, "The <b>ferry</b>", None, "Ada", date(2026, 3, 1), "Courier")
QUOTE = Quote(PASSAGE, Span(18, 28), Span(0, 29), Evidence(1, 1, 1, 0), 1, 0.914)


def test_a_conversation_holds_questions_quotes_and_places():
    answer = Answer("How many?", (QUOTE,), (Hit(PASSAGE, 1, 1),), "How many does the ferry carry?")
    unsaid = Answer("Who?", (), (Hit(PASSAGE, 1, 1),), "Who?")
    said = [Said("How many?", answer, rewritten=True), Said("hi", remark="Hello!"), Said("Who?", unsaid)]
    assert (
        transcript(said)
        == """\
# Conversation

## How many?

Understood as: How many does the ferry carry?

**612 people** (91%)

> The ferry carries 612 people.

1. The \\<b\\>ferry\\</b\\>, Courier, 2026-03-01, ferry.md, 118–128

## hi

Hello\\!

## Who?

The articles don't say.

1. The \\<b\\>ferry\\</b\\>, Courier, 2026-03-01, ferry.md, 100–149
"""
    )


@given(st.text() | st.text("<>[]()!*_`#&-+=1.) \\\n|~$^:a/", max_size=30))
def test_any_text_is_only_text(text: str):
    tokens = MarkdownIt("commonmark").parse(f"> {plain('x' + text)}\n")
    kinds = {token.type for token in tokens} | {c.type for token in tokens for c in token.children or ()}
    assert kinds <= {"blockquote_open", "blockquote_close", "paragraph_open", "paragraph_close", "inline", "text",
                     "text_special"}  # fmt: skip


@given(st.text("-+*#>1.) =~`<", max_size=6))
def test_the_beginning_of_a_line_is_only_text_too(text: str):
    kinds = {token.type for token in MarkdownIt("commonmark").parse(plain(text))}
    assert kinds <= {"paragraph_open", "paragraph_close", "inline"}
