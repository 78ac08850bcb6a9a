import io

import pytest
from conftest import article
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from rag.ingest import Progress
from rag.meter import line, meter
from rag.pace import Mark, Pace, in_words, pace, recent

MARKS = [Mark(10.0, 200, 40), Mark(15.0, 450, 90)]  # in 5 s 250 bytes, 50 passages


def test_a_pace_worked_out_by_hand():
    assert pace(MARKS, 1_000) == Pace(0.45, 10.0, pytest.approx(550 / 50))


@pytest.mark.parametrize("marks", [MARKS[:1], [MARKS[0], MARKS[0]]])
def test_one_moment_tells_no_pace(marks: list[Mark]):
    assert pace(marks, 1_000) == Pace(0.2, 0.0, None)


def test_a_run_that_stands_still_has_no_time_left_that_is_known():
    assert pace([Mark(0, 5, 1), Mark(9, 5, 1)], 10).seconds_left is None


def test_a_file_that_grew_meanwhile_is_never_more_than_all():
    assert pace([Mark(0, 5, 1), Mark(9, 15, 1)], 10) == Pace(1.0, 0.0, 0.0)


@given(st.lists(st.floats(0, 1e6), min_size=1).map(sorted), st.floats(0.1, 1e4))
def test_recent_marks_span_the_window_and_no_more_than_one_mark_before_it(times: list[float], window_s: float):
    marks = [Mark(at_s, 0, 0) for at_s in times]
    kept = recent(marks, window_s)
    assert kept == marks[-len(kept) :]
    assert kept == marks or kept[0].at_s <= times[-1] - window_s
    assert all(mark.at_s > times[-1] - window_s for mark in kept[1:])


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 s"), (40.4, "40 s"), (60, "1 min"), (12 * 60, "12 min"), (2 * 3600 + 5 * 60, "2 h 05 min")],
)
def test_time_in_words(seconds: float, words: str):
    assert in_words(seconds) == words


def test_the_line_beside_the_bar():
    assert line(1_234, MARKS, 1_000) == "1,234 articles, 90 passages, 10 passages/s, 45%, 11 s left"
    assert line(3, MARKS, 0) == "3 articles, 90 passages, 10 passages/s"


@pytest.mark.parametrize("terminal", [True, False])
def test_a_meter_draws_on_a_terminal_only(terminal: bool):
    screen = Console(file=io.StringIO(), force_terminal=terminal, width=120)
    asked = []
    with meter(lambda: 30, lambda: asked.append("total") or 60, screen) as shown:
        assert list(shown.watched([article("a", "A.")])) == [article("a", "A.")]
        shown.stored(Progress(1, 2, 2))
    drawn = screen.file.getvalue()
    assert ("1 articles" in drawn and "50%" in drawn) is terminal
    assert (drawn.strip() == "") is not terminal
    assert asked == (["total"] if terminal else [])
