"""What an index holds and how it is, told without loading its model."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rag import generations, ingest, update
from rag.errors import RagError
from rag.settings import IndexSettings
from rag.store.derived import Manifest
from rag.store.local import FILE, LocalStore
from rag.store.overview import settings_of


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A build that has not ended."""

    generation: str
    articles: int  # stored so far


@dataclass(frozen=True, slots=True)
class Status:
    """How an index is."""

    folder: Path
    generation: str
    revision: int  # changes since the generation was begun
    changed: datetime | None  # when the last of them ended
    articles: int
    passages: int
    settings: IndexSettings
    embedder: str  # fingerprint of the embedding model
    dimension: int  # of its vectors
    lists: int | None  # of the FAISS index; 0: exact; None: it is missing and will be made on opening
    probes: int  # lists searched for one question
    unfiled: int  # passages that came or went since the FAISS and BM25 files were made; searched in memory
    store_bytes: int  # SQLite
    derived_bytes: int  # FAISS and BM25
    earlier: tuple[str, ...]  # generations before it that were kept
    writing: bool  # whether a process is changing the index just now
    unfinished: tuple[Unfinished, ...]  # builds under way if `writing`, else interrupted
    in_flight: tuple[str, ...]  # ids of the articles that are being embedded if `writing`, else were when interrupted


def status(folder: Path) -> Status:
    """How the index in a folder is.

    Raises:
        IndexMissing: there is none.
        IndexDamaged: it cannot be read.
    """
    generation, store = generations.opened(folder)
    try:
        manifest = Manifest.read(generation)
        articles, passages = store.counts()
        changed = store.about("changed")
        return Status(
            folder, generation.name, store.revision,
            datetime.fromisoformat(changed) if changed else None,
            articles, passages, settings_of(store), str(store.about("embedder")), int(store.about("dimension")),
            manifest.lists if manifest else None,
            manifest.probes if manifest else 0,
            update.changes_since(store, manifest) if manifest else passages,
            sum(_size(path) for path in generation.glob(f"{FILE}*")),
            sum(_size(path) for path in generation.glob("d*/**/*")),
            tuple(path.name for path in generations.all_of(folder) if path < generation),
            generations.being_written(folder),
            unfinished(folder),
            ingest.lost(store),
        )  # fmt: skip
    finally:
        store.close()


def unfinished(folder: Path) -> tuple[Unfinished, ...]:
    """The builds in a folder that have not ended, the newest first."""
    found = []
    for path in generations.unfinished(folder):
        with suppress(RagError, sqlite3.Error):
            store = LocalStore(path)
            found.append(Unfinished(path.name, store.counts()[0]))
            store.close()
    return tuple(found)


def lost_in_flight(folder: Path) -> tuple[str, ...]:
    """Ids of the articles that an interrupted run did not store; none where there is no index."""
    with suppress(RagError, sqlite3.Error):
        store = LocalStore(generations.in_use(folder))
        try:
            return ingest.lost(store)
        finally:
            store.close()
    return ()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:  # a writer has just replaced it
        return 0
