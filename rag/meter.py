"""How far a run has come, drawn on a terminal and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

from rag.ingest import Progress as Stored
from rag.pace import Mark, in_words, pace, recent
from rag.types import Article

EACH_S = 0.2  # seconds between two drawings


class Meter:
    """Draws articles, passages, their pace, the share that is done and the time left."""

    def __init__(self, bar: Progress, done: Callable[[], float], total: float) -> None:
        """`done` tells how far the run has come, of `total`."""
        self._bar = bar
        self._task: TaskID = bar.add_task("loading the embedding model", total=None)
        self._done, self._total = done, total
        self._articles = 0
        self._passages = 0
        self._marks: list[Mark] = []
        self._drawn_s = -EACH_S

    def watched(self, articles: Iterable[Article]) -> Iterator[Article]:
        """The articles, counted as they pass."""
        for article in articles:
            self._articles += 1
            self._draw()
            yield article

    def stored(self, progress: Stored) -> None:
        """Take note of a batch."""
        self._articles = max(self._articles, progress.articles)
        self._passages = progress.passages
        self._marks = recent([*self._marks, Mark(time.monotonic(), self._done(), self._passages)])
        self._draw()

    def say(self, words: str) -> None:
        """A line above the bar, which stays."""
        self._bar.console.print(words, markup=False, highlight=False, soft_wrap=True)

    def _draw(self) -> None:
        now = time.monotonic()
        if self._bar.disable or now - self._drawn_s < EACH_S:
            return
        self._drawn_s = now
        marks = [*self._marks, Mark(now, self._done(), self._passages)]
        self._bar.update(self._task, description=line(self._articles, marks, self._total),
                         completed=self._done(), total=self._total or None)  # fmt: skip


def line(articles: int, marks: list[Mark], total: float) -> str:
    """What to write beside the bar."""
    found = pace(marks, total)
    parts = [f"{articles:,} articles, {marks[-1].passages:,} passages, {found.passages_per_s:,.0f} passages/s"]
    if total:
        parts.append(f"{found.share:.0%}")
    if found.seconds_left:
        parts.append(f"{in_words(found.seconds_left)} left")
    return ", ".join(parts)


@contextmanager
def meter(done: Callable[[], float], total: Callable[[], float], screen: Console | None = None) -> Iterator[Meter]:
    """A bar that goes away at the end.

    Args:
        done: how far the run has come.
        total: what that will be at the end; asked for on a terminal only.
        screen: None: standard error.
    """
    screen = screen or Console(stderr=True)
    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(pulse_style="bar.pulse")
    with Progress(*columns, console=screen, disable=not screen.is_terminal, transient=True) as bar:
        yield Meter(bar, done, total() if screen.is_terminal else 0)
