"""Front matter, and Markdown as the plain text that its reader sees."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.articles.markdown import read_markdown
from rag.errors import InputError
from rag.types import Article


def text_of(source):
    return read_markdown(source, "a.md").text


def test_front_matter_gives_the_fields():
    source = (
        "\ufeff---\r\n"
        'title: "Pier: closed"\n'
        "author: Ann Tern\npublished: 2026-01-05\nsource: The Daily Gull\n"
        "url: https://gull.example/pier#top\nlicence: CC0-1.0\nid: gull-1\nmood: [calm]\n"
        "--- \nThe board met.\n"
    )
    assert read_markdown(source, "a.md") == Article(
        id="gull-1",
        title="Pier: closed",
        text="The board met.",
        url="https://gull.example/pier#top",
        author="Ann Tern",
        published=date(2026, 1, 5),
        source="The Daily Gull",
        licence="CC0-1.0",
    )


def test_values_of_front_matter_are_text_and_nulls_are_nothing():
    article = read_markdown("---\ntitle: 1984\nid: 007\nauthor: ~\nsource:\nurl: null\nlicence: no\n---\nx", "a.md")
    assert (article.title, article.id, article.licence) == ("1984", "007", "no")
    assert (article.author, article.source, article.url) == (None, None, None)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-01-05T23:30:00-05:00", date(2026, 1, 5)),
        ("2026-02-30", None),
        ("03/04/2026", None),
        ("yesterday", None),
    ],
)
def test_a_date_that_cannot_be_understood_is_left_out(written, day):
    article = read_markdown(f"---\ndate: {written}\n---\nx", "a.md")
    assert article.published == day
    assert article.text == "x"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("---\ntitle: Pier: closed\n---\nx", "front matter is not YAML at line 2: .*quotes$"),
        ("---\nid: 1\ntitle: [a\n---\nx", "front matter is not YAML at line 4"),
        ("---\ntitle: \x01\n---\nx", "front matter is not YAML"),
        ("---\n" + "[" * 5000 + "\n---\nx", "nested too deeply"),
        ("---\ntitle: {a: b}\n---\nx", "title is an object, wanted text"),
        ("---\ntitle: T\n---\n", "^empty$"),
        ("# Only a title\n", "^empty$"),
        ("![only an image](x.png)", "^empty$"),
        ("", "^empty$"),
    ],
)
def test_what_is_refused(source, reason):
    with pytest.raises(InputError, match=reason) as error:
        read_markdown(source, "a.md")
    assert "\n" not in str(error.value)


def test_rules_are_not_front_matter():
    assert text_of("---\nNo fields here.\n\n---\n\nMore.") == "No fields here.\n\nMore."
    assert text_of("---\ntitle: never closed\n\nMore.") == "title: never closed\n\nMore."
    assert text_of("---\n---\nNothing between.") == "Nothing between."


def test_the_title_is_the_first_heading_of_level_1_and_leaves_the_text():
    article = read_markdown("# The *old* pier\n\n## Closed\n\nThe board met.", "a.md")
    assert (article.title, article.text) == ("The old pier", "Closed\n\nThe board met.")


def test_a_title_further_down_stays_in_the_text():
    article = read_markdown("Lead.\n\nThe pier\n========\n\nThe board met.", "a.md")
    assert (article.title, article.text) == ("The pier", "Lead.\n\nThe pier\n\nThe board met.")


def test_a_heading_that_is_not_the_title_stays_in_the_text():
    article = read_markdown("---\ntitle: News\n---\n# The pier\n\nThe board met.", "a.md")
    assert (article.title, article.text) == ("News", "The pier\n\nThe board met.")


def test_without_heading_the_title_comes_from_the_name():
    assert read_markdown("The board met.", "town/old-pier.md").title == "Old pier"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("**Bold**, *thin* and _both_, snake_case_name", "Bold, thin and both, snake_case_name"),
        ("the [board](https://x.example 'tip') and [a note][1]\n\n[1]: https://y.example", "the board and a note"),
        ("<https://x.example/a_b_c>", "https://x.example/a_b_c"),
        ("before ![alt](x.png) after", "before  after"),
        ("AT&amp;T \\*as is\\* &#233;", "AT&T *as is* é"),
        ("a line\nbroken softly  \nand hard", "a line broken softly\nand hard"),
        ("`x*y*z` is code", "x*y*z is code"),
        ("```python\ndef f():\n\n    return '*'\n```", "def f():\n\n    return '*'"),
        ("text\n\n    four *spaces*", "text\n\nfour *spaces*"),
        ("* one\n* two\n  - nested\n", "- one\n- two\n  - nested"),
        ("3. three\n4. four\n\n   more", "3. three\n4. four\n   more"),
        ("> quoted\n> still\n>\n> > deeper", "quoted still\n\ndeeper"),
        ("| a | *b* |\n|---|---|\n| 1 | 2 |\n| 3 |   |", "a | b\n1 | 2\n3 | "),
        ("|a|b|\n|-|-|\n|1|2|not lost|", "|a|b|\n|-|-|\n|1|2|not lost|"),
        ("one\n\n***\n\ntwo", "one\n\ntwo"),
        ("a <b>bold</b> word<br>below <!-- hidden -->", "a bold word\nbelow"),
        ("<div class='x'>\nshown &amp; <i>kept</i>\n</div>", "shown & kept"),
        ("<!-- hidden -->\n\n<script>\nlet hidden = 1;\n</script>\n\nshown", "shown"),
        ("<!-- never closed", "never closed"),
        ("2 < 3 and ~~not~~ struck", "2 < 3 and ~~not~~ struck"),
        ("שלום **עולם** 😀", "שלום עולם 😀"),
        ("x" * 100_000, "x" * 100_000),
        (">" * 300 + " deep\n\nafter", ">" * 300 + " deep\n\nafter"),
    ],
)
def test_only_markup_is_dropped(source, text):
    assert text_of("---\ntitle: T\n---\n" + source) == text


LINES = st.lists(st.text("ab12 *_#->+.|:=\"'()!\t", max_size=25), max_size=8)


@given(LINES)
def test_no_letter_or_digit_is_lost(lines):
    """Of Markdown without HTML, entities, links and code fences, whose names and targets are markup."""
    body = "\n".join(lines)
    try:
        text = text_of("---\ntitle: T\n---\n\n" + body)
    except InputError:
        text = ""
    assert [c for c in text if c.isalnum()] == [c for c in body if c.isalnum()]


@given(st.text(max_size=80))
def test_any_text_is_an_article_or_refused(source):
    try:
        article = read_markdown(source, "a.md")
    except InputError:
        return
    assert article.text.strip()
