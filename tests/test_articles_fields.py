"""Fields, dates and titles, and the plain text format."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.articles.fields import make_article, parse_date, text_field, title_from
from rag.articles.plain import read_plain
from rag.errors import InputError
from rag.types import Article


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-01-05", date(2026, 1, 5)),
        (" 2026-01-05 ", date(2026, 1, 5)),
        ("2026/01/05", date(2026, 1, 5)),
        ("2026-01-05T23:30:00-05:00", date(2026, 1, 5)),  # the writer's day, not the reader's
        ("2026-01-05 23:30", date(2026, 1, 5)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2026-02-30", None),
        ("2026-13-01", None),
        ("0000-01-01", None),
        ("2026-01/05", None),
        ("03/04/2026", None),
        ("5 January 2026", None),
        ("2026", None),
        ("20260105", None),
        ("2026-01-05 or so", None),
        ("", None),
        ("٢٠٢٦-٠١-٠٥", date(2026, 1, 5)),
    ],
)
def test_dates_are_read_year_first_or_not_at_all(written, day):
    assert parse_date(written) == day


@given(st.dates())
def test_every_iso_date_is_read(day):
    assert parse_date(day.isoformat()) == day


@given(st.text(max_size=30))
def test_no_text_breaks_the_date_parser(text):
    parse_date(text)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("monroe-doctrine.md", "Monroe doctrine"),
        ("town/new-bridge_opens.txt", "New bridge opens"),
        ("2026-01-05-storm.md", "2026-01-05 storm"),
        ("été.txt", "Été"),
        ("a--b.txt", "A b"),
        ("-.txt", ""),
    ],
)
def test_titles_from_names(name, title):
    assert title_from(name) == title


def test_an_article_takes_its_fields_and_normalises_them():
    fields = {
        "id": "gull-1",
        "title": "Pier\r\ncloses ",
        "author": ["Ann Tern", "Bo Knot"],
        "date": "2026-01-05",
        "license": "CC0",
        "url": "",
        "source": None,
        "mood": 7,
    }
    assert make_article("cafe\u0301\r\n", "Fallback", fields, article_id="a.md") == Article(
        id="gull-1",
        title="Pier closes",
        text="caf\u00e9",
        author="Ann Tern, Bo Knot",
        published=date(2026, 1, 5),
        licence="CC0",
    )


def test_the_first_spelling_of_a_field_wins_unless_it_is_empty():
    assert text_field({"date": "b", "published": "a"}, "published") == "a"
    assert text_field({"date": "b", "published": " "}, "published") == "b"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": 7}, "title is a number, wanted text"),
        ({"author": ["Ann", 7]}, "author is a list, wanted text"),
        ({"url": {"a": "b"}}, "url is an object, wanted text"),
        ({"date": True}, "date is true or false, wanted text"),
        ({"id": False}, "id is true or false, wanted text"),
        ({"id": 1.5}, "id is a number, wanted text"),
    ],
)
def test_fields_of_the_wrong_type_are_named(fields, reason):
    with pytest.raises(InputError, match=reason):
        make_article("text", "", fields, article_id="a")


def test_an_id_may_be_a_whole_number():
    assert make_article("text", "", {"id": 0}, article_id="a").id == "0"


def test_a_short_first_line_above_a_blank_one_is_the_title():
    article = read_plain("Storm hits pier  \r\n\r\nThe wind came at noon.\n\nIt left at six.\n", "town/a.txt")
    assert article == Article(
        id="town/a.txt", title="Storm hits pier", text="The wind came at noon.\n\nIt left at six."
    )


@pytest.mark.parametrize(
    "source",
    [
        "The wind came at noon.\n\nIt left at six.",  # a sentence, not a headline
        "Storm hits pier\nThe wind came at noon.",  # no blank line
        "Storm hits pier",  # nothing below
        "Storm hits pier\n\n  \n",
        "x" * 121 + "\n\nThe wind came at noon.",
        "😀" * 5000,
    ],
)
def test_any_other_first_line_stays_in_the_text(source):
    article = read_plain(source, "night-storm.txt")
    assert article.title == "Night storm"
    assert article.text == source.rstrip()


def test_a_title_of_120_characters_is_short():
    assert read_plain("x" * 120 + "\n\ny", "a.txt").title == "x" * 120


def test_empty_text_is_refused():
    with pytest.raises(InputError, match=r"^empty$"):
        read_plain(" \n\ufeff\r\n", "a.txt")
