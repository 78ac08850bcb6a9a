"""What the index commands do: files -> an index made anew, synchronised or added to, told line by line.

Progress is drawn on a terminal only; files that are skipped are named on standard error and make the exit status 1.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from rag import generations, update
from rag.articles.reading import Reading
from rag.errors import IndexDamaged, IndexMismatch, IndexMissing
from rag.index import Index, Progress
from rag.index_output import change_line, plan_lines, some
from rag.meter import Meter, meter
from rag.rebuild import rebuild
from rag.serving import fitting_settings
from rag.settings import IndexSettings
from rag.status import lost_in_flight, status, unfinished
from rag.store.local import LocalStore
from rag.terminal import one_line_errors

Work = Callable[[Reading, Meter], None]


def build(paths: Sequence[Path], folder: Path, settings: IndexSettings, *, keep: int = 0) -> int:
    """Make an index of what the files hold, beside one that is there; the exit status."""
    return _run(paths, lambda reading, show: _build(reading, show, folder, settings, keep))


def synchronise(paths: Sequence[Path], folder: Path, settings: IndexSettings | None = None) -> int:
    """Make an index hold what the files hold and no more; the exit status.

    Articles that files which are skipped now may have given before are kept.

    Args:
        paths: files and folders.
        folder: of the index.
        settings: what it must have been made with; None: anything.
    """
    return _run(paths, lambda reading, show: _synchronise(reading, show, Index.open(folder, settings=settings)))


def synchronise_or_build(paths: Sequence[Path], folder: Path, settings: IndexSettings, *, keep: int = 0) -> int:
    """Synchronise an index that was made with these settings and their model, or make one; the exit status."""

    def work(reading: Reading, show: Meter) -> None:
        try:
            index = Index.open(folder, settings=settings)
        except IndexMissing:
            _build(reading, show, folder, settings, keep)
        except (IndexMismatch, IndexDamaged) as error:
            show.say(f"making the index anew: {_finding(error)}")
            _build(reading, show, folder, settings, keep)
        else:
            _synchronise(reading, show, index)

    return _run(paths, work)


def add(paths: Sequence[Path], folder: Path) -> int:
    """Store what the files hold in an index, beside what is there; the exit status."""

    def work(reading: Reading, show: Meter) -> None:
        index = Index.open(folder)
        _say_what_was_lost(folder, show)
        began = time.perf_counter()
        change = index.add(show.watched(reading), progress=show.stored)
        typer.echo(f"{change_line(change)} in {time.perf_counter() - began:.1f} s: {folder}")

    return _run(paths, work)


def build_from_itself(folder: Path, settings: IndexSettings | None, *, keep: int = 0) -> int:
    """Cut and embed an index's own articles again; the exit status."""

    began, done = time.perf_counter(), [0]
    with one_line_errors(), _stopping(), meter(lambda: done[-1], lambda: status(folder).articles) as show:

        def stored(progress: Progress) -> None:
            done.append(progress.articles)
            show.stored(progress)

        _say_what_is_unfinished(folder, show)
        rebuild(folder, settings=settings, progress=stored, keep=keep)
        typer.echo(_built(Index.open(folder), began))
    return 0


def plan(paths: Sequence[Path], folder: Path, settings: IndexSettings | None, *, anew: bool | None) -> int:
    """Say what `build` or `synchronise` would change, and change nothing; the exit status.

    Args:
        paths: files and folders.
        folder: of the index; without one, everything would be added.
        settings: what is asked for; None: whatever the index has.
        anew: whether the index would be made anew; None: if it has to be.
    """

    def work(reading: Reading, show: Meter) -> None:
        stored: dict[str, bytes] = {}
        new = anew or False
        try:
            store = LocalStore(generations.in_use(folder))
            stored = store.digests()
            if not anew:
                fitting_settings(folder, store, settings, None)
        except (IndexMissing, IndexMismatch, IndexDamaged) as error:
            if anew is False:
                raise
            new = True
            if not isinstance(error, IndexMissing):
                typer.echo(f"the index would be made anew: {_finding(error)}")
        keep = (lambda _: False) if new else reading.may_hold
        for line in plan_lines(update.planned(stored, show.watched(reading), keep)):
            typer.echo(line)

    return _run(paths, work)


# -- below


def _build(reading: Reading, show: Meter, folder: Path, settings: IndexSettings, keep: int) -> None:
    began = time.perf_counter()
    _say_what_is_unfinished(folder, show)
    index = Index.build(show.watched(reading), folder, settings=settings, keep=keep, progress=show.stored)
    typer.echo(_built(index, began))


def _synchronise(reading: Reading, show: Meter, index: Index) -> None:
    began = time.perf_counter()
    _say_what_was_lost(index.folder, show)
    change = index.sync(show.watched(reading), keep=reading.may_hold, progress=show.stored)
    typer.echo(f"{change_line(change)} in {time.perf_counter() - began:.1f} s: {index.folder}")


def _built(index: Index, began: float) -> str:
    counts = f"indexed {len(index):,} articles, {index.passage_count:,} passages"
    return f"{counts} in {time.perf_counter() - began:.1f} s: {index.folder}"


def _say_what_was_lost(folder: Path, show: Meter) -> None:
    if lost := lost_in_flight(folder):
        show.say(f"an earlier run was interrupted before it had stored {some(lost)}; going on from there")


def _say_what_is_unfinished(folder: Path, show: Meter) -> None:
    for one in unfinished(folder)[:1]:
        counted = f"an earlier build was interrupted when it had stored {one.articles:,} articles"
        show.say(f"{counted}; going on from there, if settings and model are the same")


def _finding(error: Exception) -> str:
    """What an error found, without what to do about it."""
    return str(error).rpartition(";")[0]


def _run(paths: Sequence[Path], work: Work) -> int:
    reading = Reading(paths)
    with one_line_errors(reading.skipped), _stopping():
        reading.require_all()
        with meter(lambda: reading.bytes_read, reading.total_bytes) as show:
            work(reading, show)
    for one in reading.skipped:
        typer.echo(f"skipped {one.path}: {one.reason}", err=True)
    if reading.kept:
        typer.echo(f"kept {some(reading.kept)}, which may be in what was skipped", err=True)
    return 1 if reading.skipped else 0


@contextmanager
def _stopping() -> Iterator[None]:
    """A run that is interrupted says how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo("stopped; what was stored stays, and the same command goes on from there", err=True)
        raise typer.Exit(130) from None
