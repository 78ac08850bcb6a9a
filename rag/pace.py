"""How fast a run goes and how long it will take, from how far it had come at some moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WINDOW_S = 60.0  # the pace of the last minute: what an interrupted run had done before flies past and tells nothing


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a run had come at one moment."""

    at_s: float  # on any clock
    done: float  # bytes, or articles
    passages: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How a run goes."""

    share: float  # of the whole, 0 to 1
    passages_per_s: float
    seconds_left: float | None  # None: not known yet


def pace(marks: Sequence[Mark], total: float) -> Pace:
    """The pace between the first mark and the last.

    Args:
        marks: in the order of time.
        total: what `done` will be at the end; 0: not known.
    """
    first, last = marks[0], marks[-1]
    share = min(1.0, last.done / total) if total > 0 else 0.0
    seconds = last.at_s - first.at_s
    if seconds <= 0:
        return Pace(share, 0.0, None)
    speed = (last.done - first.done) / seconds
    left = max(0.0, total - last.done) / speed if speed > 0 and total > 0 else None
    return Pace(share, (last.passages - first.passages) / seconds, left)


def recent(marks: Sequence[Mark], window_s: float = WINDOW_S) -> list[Mark]:
    """The marks of the last `window_s` seconds, and one before them."""
    since = marks[-1].at_s - window_s
    earlier = [place for place, mark in enumerate(marks) if mark.at_s <= since]
    return list(marks[earlier[-1] if earlier else 0 :])


def in_words(seconds: float) -> str:
    """A stretch of time as one says it: 40 s, 12 min, 2 h 05 min."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
