"""What users fill in, as a Filter and in words."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import InputError
from rag.page.filters import described, filter_of
from rag.types import Filter


def test_empty_fields_leave_nothing_out():
    assert (
        filter_of()
        == filter_of(None, None, None, None, None, None)
        == filter_of([" "], [], [], " ", "", " ")
        == Filter()
    )
    assert described(Filter()) == ""


def test_the_fields_make_a_filter_and_the_filter_a_line():
    where = filter_of([" Harbour Courier "], ["Ada Wren"], [], "2026-03-01", " 2026-04-30 ", " toll  bridge ")
    assert where == Filter(
        sources=frozenset({"Harbour Courier"}),
        authors=frozenset({"Ada Wren"}),
        since=date(2026, 3, 1),
        until=date(2026, 4, 30),
        phrase="toll bridge",
    )
    assert described(where) == "Harbour Courier, by Ada Wren, since 2026-03-01, until 2026-04-30, “toll bridge”"


def test_of_many_the_line_gives_the_number():
    assert described(filter_of(sources=["d", "a", "c"])) == "a / c / d"
    assert described(filter_of(articles=[f"{n}.md" for n in range(4)])) == "4 articles"
    assert described(filter_of(sources=["x" * 50])) == "x" * 39 + "…"


@pytest.mark.parametrize("text", ["3/1/26", "yesterday", "2026-02-30", "2026-3-1", "1" * 5000, "٢٠٢٦"])
def test_a_date_that_is_none_gets_a_plain_line(text: str):
    with pytest.raises(InputError, match=r"^Since: '.*' is no date; write year-month-day, such as 2026-03-01$"):
        filter_of(since=text)


def test_days_the_wrong_way_round_get_a_plain_line():
    assert filter_of(since="2026-03-01", until="2026-03-01").since == date(2026, 3, 1)
    with pytest.raises(InputError, match=r"^no day lies between 2026-03-02 and 2026-03-01"):
        filter_of(since="2026-03-02", until="2026-03-01")


@given(st.text(), st.text(), st.lists(st.text()))
def test_any_text_is_a_filter_or_a_plain_line(since: str, phrase: str, names: list[str]):
    try:
        where = filter_of(names, names, names, since, "", phrase)
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert "\n" not in described(Filter(since=where.since, phrase=where.phrase))
