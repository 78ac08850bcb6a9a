"""Generations of an index: folders beside each other, of which a file CURRENT names the one in use.

CURRENT is switched when a new generation is whole, so a build that is interrupted leaves what was there. What it had
stored by then stays in its folder, and the next build of the same kind goes on from there. CURRENT carries a checksum:
where it is damaged, the newest whole generation is the one.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rag.errors import IndexBusy, IndexDamaged, IndexMissing, IndexNotWritten, InputError, RagError
from rag.store import derived
from rag.store.local import LocalStore

CURRENT = "CURRENT"
PATIENCE_S = 0.2  # another process may only be asking whether anybody writes
WHOLE = "whole"  # the store's name for whether a build of it has ended


def in_use(folder: Path) -> Path:
    """The generation that CURRENT names, or if CURRENT is damaged the newest that is whole.

    Raises:
        IndexMissing: there is no index in the folder.
        IndexDamaged: CURRENT is damaged, and no generation is whole.
    """
    try:
        found = (folder / CURRENT).read_bytes()
    except OSError as error:
        raise IndexMissing(f"there is no index in {folder}; build one with: python index/build.py") from error
    name = found.split()[0].decode("ascii", errors="replace") if found.split() else ""
    if re.fullmatch(r"g\d+", name) and found == _pointer(name).encode():
        return folder / name
    for path in reversed(all_of(folder)):
        if _is_whole(path):
            return path
    raise IndexDamaged(f"{folder / CURRENT} holds {found[:40]!r}, and no generation is whole; build the index again")


def opened(folder: Path) -> tuple[Path, LocalStore]:
    """The generation in use, opened; another process may remove it just when it has been named.

    Raises:
        IndexMissing: there is no index in the folder.
        IndexDamaged: it cannot be read.
        IndexNotWritten: the disk is too full to open it.
    """
    while True:
        generation = in_use(folder)
        try:
            return generation, LocalStore(generation)
        except IndexDamaged:
            if in_use(folder) == generation:
                raise


def found(folder: Path) -> tuple[Path, str]:
    """The generation that is or should be in use, and what is wrong with CURRENT; "" if nothing is.

    Raises:
        IndexMissing: there is no index in the folder, and no generation that is whole.
        IndexDamaged: see `in_use`.
    """
    try:
        generation = in_use(folder)
    except IndexMissing:
        generation = next((path for path in reversed(all_of(folder)) if _is_whole(path)), folder)
        if generation == folder:
            raise
        return generation, f"{CURRENT} is missing; {generation.name} is the newest generation that is whole"
    if (folder / CURRENT).read_bytes() != _pointer(generation.name).encode():
        return generation, f"{CURRENT} is damaged; {generation.name} is the newest generation that is whole"
    return generation, ""


def point(folder: Path, generation: Path) -> None:
    """Put a generation to use, and leave the others where they are."""
    with storing(generation):
        derived.replace_text(folder / CURRENT, _pointer(generation.name))


def _pointer(name: str) -> str:
    """What CURRENT holds for a generation."""
    return f"{name} {zlib.crc32(name.encode()):08x}\n"


def _is_whole(generation: Path) -> bool:
    with suppress(RagError, sqlite3.Error):
        store = LocalStore(generation)
        try:
            return bool(store.about(WHOLE))
        finally:
            store.close()
    return False


def all_of(folder: Path) -> list[Path]:
    """Every generation in a folder, whole or not, the oldest first."""
    return sorted(path for path in folder.glob("g[0-9]*") if path.name[1:].isdigit())


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """The right to write in a folder, which is made if need be.

    Raises:
        InputError: it cannot be made.
        IndexBusy: another process has that right.
        IndexNotWritten: nobody may write there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {folder}: {error.strerror}; name another") from error
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=PATIENCE_S, poll_interval=0.02)
    except Timeout:
        raise IndexBusy(f"another process is writing to the index in {folder}; try again when it is done") from None
    except OSError as error:
        raise IndexNotWritten(f"cannot write in {folder}: {error.strerror}; name another folder") from error
    try:
        yield
    finally:
        lock.release()


def being_written(folder: Path) -> bool:
    """Whether another process has the right to write in a folder."""
    try:
        with writing(folder):
            return False
    except IndexBusy:
        return True
    except (InputError, IndexNotWritten):  # nobody can
        return False


@contextmanager
def storing(generation: Path) -> Iterator[None]:
    """Raise IndexNotWritten for whatever keeps the disk from taking what is written inside."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise IndexNotWritten(
            f"cannot write the index in {generation.parent} ({error}); what was there before is unchanged: "
            "free some space or name another folder"
        ) from error


def begin(folder: Path, about: dict[str, Any]) -> tuple[Path, LocalStore]:
    """A generation to fill: an unfinished one that is described by `about` too, or a new one.

    Unfinished ones of another kind are removed.
    """
    for path in unfinished(folder):
        with suppress(RagError, sqlite3.Error):
            store = LocalStore(path)
            if {name: store.about(name) for name in about} == about:
                store.describe({WHOLE: False})
                return path, store
            store.close()
        shutil.rmtree(path, ignore_errors=True)
    number = max((int(path.name[1:]) for path in all_of(folder)), default=0) + 1
    path = folder / f"g{number:06d}"
    with storing(path):
        path.mkdir()
        store = LocalStore(path, create=True)
        store.describe(about | {WHOLE: False})
    return path, store


def unfinished(folder: Path) -> list[Path]:
    """Generations that a build began and did not end, the newest first."""
    try:
        current = in_use(folder)
    except IndexMissing:
        return all_of(folder)[::-1]
    except IndexDamaged:  # any of them may be the one that was in use
        return []
    return [path for path in reversed(all_of(folder)) if path > current]


def set_aside(folder: Path) -> None:
    """Let no build that ended short of its switch pass for the newest index, now that the one in use is changed."""
    for path in unfinished(folder):
        with suppress(RagError, sqlite3.Error):
            store = LocalStore(path)
            store.describe({WHOLE: False})
            store.close()


def switch(folder: Path, generation: Path, *, keep: int = 0) -> None:
    """Put a whole generation to use; of those before it so many are kept."""
    derived.replace_text(folder / CURRENT, _pointer(generation.name))
    earlier = [path for path in all_of(folder) if path < generation]
    for path in [*earlier[: max(0, len(earlier) - keep)], *(path for path in all_of(folder) if path > generation)]:
        shutil.rmtree(path, ignore_errors=True)
