"""Articles -> a new generation of the index in a folder of its own, beside the one in use.

A folder holds one subfolder for each generation and a file CURRENT that names the one in use. CURRENT is switched when
the new generation is whole, so a build that is interrupted leaves what was there.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from rag import chunks, tokens
from rag.embeddings import Embedder
from rag.errors import IndexBusy, IndexDamaged, IndexMissing, IndexNotWritten, InputError
from rag.settings import IndexSettings
from rag.store import derived
from rag.store.local import LocalStore
from rag.types import Article, Passage

CURRENT = "CURRENT"
PASSAGES_AT_ONCE = 512  # embedded and stored together: enough to sort by length, little to lose


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build has come."""

    articles: int
    passages: int


def in_use(folder: Path) -> Path:
    """The generation that CURRENT names.

    Raises:
        IndexMissing: there is no index in the folder.
        IndexDamaged: CURRENT names nothing that could be a generation.
    """
    try:
        name = (folder / CURRENT).read_bytes().strip().decode("ascii", errors="replace")
    except OSError as error:
        raise IndexMissing(f"there is no index in {folder}; build one with: python index/build.py") from error
    if not re.fullmatch(r"g\d+", name):
        raise IndexDamaged(
            f"{folder / CURRENT} holds {name[:40]!r}, wanted the name of a folder; build the index again"
        )
    return folder / name


def fill(
    generation: Path,
    articles: Iterable[Article],
    settings: IndexSettings,
    embedder: Embedder,
    progress: Callable[[Progress], None] | None,
) -> tuple[LocalStore, derived.Derived]:
    """Store all articles in an empty generation and derive everything.

    Raises:
        InputError: there are no articles.
        IndexNotWritten: the disk is full or cannot be written to.
    """
    about = {"settings": asdict(settings), "embedder": embedder.fingerprint, "dimension": embedder.dimension}
    done = Progress(0, 0)
    with _storing(generation):
        store = LocalStore(generation, create=True)
        store.describe(about)
    for batch in _batches(articles, settings, embedder):
        rows = list(_embedded(batch, embedder))
        with _storing(generation):
            store.add(rows)
        done = Progress(done.articles + len(batch), done.passages + sum(len(p) for _, p in batch))
        if progress:
            progress(done)
    if not done.passages:
        store.close()
        raise InputError("there are no articles to index; name files or folders that hold some")
    with _storing(generation):
        return store, derived.rebuild(generation, store)


@contextmanager
def _storing(generation: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise IndexNotWritten(
            f"cannot write the index in {generation.parent} ({error}); what was there before is unchanged: "
            "free some space or name another folder"
        ) from error


Batch = list[tuple[Article, list[Passage]]]


def _batches(articles: Iterable[Article], settings: IndexSettings, embedder: Embedder) -> Iterator[Batch]:
    encoding = tokens.encoding(settings.encoding)
    batch: Batch = []
    size = 0
    for article in articles:
        passages = chunks.passages(
            article,
            max_tokens=settings.passage_tokens,
            encoding=encoding,
            fits=embedder.fits,
            overlap_sentences=settings.overlap_sentences,
        )
        batch.append((article, passages))
        size += len(passages)
        if size >= PASSAGES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _embedded(batch: Batch, embedder: Embedder) -> Iterator[tuple[Article, Sequence[Passage], np.ndarray]]:
    vectors = embedder.embed_passages([p.heading_and_text for _, passages in batch for p in passages])
    first = 0
    for article, passages in batch:
        yield article, passages, vectors[first : first + len(passages)]
        first += len(passages)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """The right to write in a folder, which is made if need be.

    Raises:
        InputError: it cannot be made.
        IndexBusy: another process has that right.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {folder}: {error.strerror}; name another") from error
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise IndexBusy(f"another process is building the index in {folder}; try again when it is done") from None
    try:
        yield
    finally:
        lock.release()


def new(folder: Path) -> Path:
    """An empty generation."""
    numbers = [int(path.name[1:]) for path in folder.glob("g[0-9]*") if path.name[1:].isdigit()]
    generation = folder / f"g{max(numbers, default=0) + 1:06d}"
    generation.mkdir()
    return generation


def switch(folder: Path, generation: Path) -> None:
    """Put a whole generation to use, then remove the others."""
    derived.replace_text(folder / CURRENT, generation.name + "\n")
    for old in folder.glob("g[0-9]*"):
        if old != generation:
            shutil.rmtree(old, ignore_errors=True)
