"""What is wrong in a store: its tables, the text of each article, and the passages and embeddings cut from it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from rag.errors import IndexDamaged
from rag.store.local import STORED, LocalStore
from rag.store.overview import settings_of
from rag.store.rows import COLUMNS, article_digest, article_of

LENGTH_OFF = 1e-2  # how far a stored vector's length may be from 1; float16 keeps it within 1e-3

Kind = Literal["pointer", "database", "article", "passages", "files", "model"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in an index that is not as it should be."""

    kind: Kind
    what: str  # in a line
    article_id: str | None = None  # whose passages are meant, for the kind "passages"
    mended: bool = False


def tables(store: LocalStore) -> Iterator[Problem]:
    """What SQLite finds wrong in its file, and what the store does not know of itself."""
    for (line,) in store.rows("PRAGMA integrity_check"):
        if line != "ok":
            yield Problem("database", f"SQLite: {line}")
    orphans = len(store.rows("PRAGMA foreign_key_check").fetchall())
    if orphans:
        yield Problem("database", f"{orphans} passages belong to no article")
    try:
        settings_of(store)
    except IndexDamaged as error:
        yield Problem("database", str(error))
    for name, wanted in (("dimension", int), ("embedder", str), ("revision", int)):
        if not isinstance(store.about(name), wanted):
            yield Problem("database", f"it does not say its {name}")


def article(store: LocalStore, n: int) -> tuple[int, tuple[Problem, ...]]:
    """How many passages the article of a number has, and what is wrong with it."""
    try:
        found, digest = article_of(store.rows(f"SELECT {COLUMNS} FROM articles WHERE n = ?", (n,)).fetchone())
        sound = article_digest(found) == digest
    except (sqlite3.Error, ValueError, TypeError, AttributeError) as error:
        return 0, (Problem("article", f"article number {n} cannot be read: {error}"),)
    if not sound:
        what = f"article {found.id!r} is not what was stored; take it out and add it again"
        return 0, (Problem("article", what),)
    rows = store.rows("SELECT number, start, end, embedding FROM passages WHERE article = ? ORDER BY number", (n,))
    try:
        passages = rows.fetchall()
        faults = cutting_faults(found.text, [row[:3] for row in passages])
        faults += embedding_faults([row[3] for row in passages], int(store.about("dimension")))
    except (sqlite3.Error, ValueError, TypeError) as error:
        passages, faults = [], [f"passages cannot be read: {error}"]
    return len(passages), tuple(Problem("passages", f"article {found.id!r}: {fault}", found.id) for fault in faults)


def cutting_faults(text: str, passages: Sequence[Any]) -> list[str]:
    """What is wrong with the passages of a text, each of them its number, start and end; in the order of numbers."""
    if [number for number, _, _ in passages] != list(range(len(passages))):
        return ["its passages are not numbered 0, 1, 2, ..."]
    place = 0
    for number, start, end in passages:
        if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text)):
            return [f"passage {number} is characters {start} to {end} of {len(text)}"]
        if text[place:start].strip():
            return [f"no passage holds all of the characters {place} to {start}"]
        place = max(place, end)
    return [f"no passage holds all of the characters {place} to {len(text)}"] if text[place:].strip() else []


def embedding_faults(embeddings: Sequence[Any], dimension: int) -> list[str]:
    """What is wrong with the embeddings of the passages of an article, in their order."""
    for number, stored in enumerate(embeddings):
        if not isinstance(stored, bytes) or len(stored) != dimension * np.dtype(STORED).itemsize:
            return [f"the embedding of passage {number} has not {dimension} numbers"]
        vector = np.frombuffer(stored, dtype=STORED).astype(np.float32)
        length = float(np.linalg.norm(vector))
        if not abs(length - 1) <= LENGTH_OFF:  # nor if it is no number
            return [f"the embedding of passage {number} has length {length:.3g}, not 1"]
    return []
