"""Articles, passages and embeddings in one SQLite file: the truth that everything else is derived from.

Offsets point into ``articles.text``; a passage's words are cut from it, never stored a second time.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection as Collection_
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.errors import IndexBusy, IndexDamaged
from rag.types import Article, Collection, Passage, Span

FORMAT = 1  # of the tables below
FILE = "articles.sqlite"
STORED = np.float16  # cosine to float32 above 0.9999; half the disk

SCHEMA = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL, text TEXT NOT NULL, url TEXT, author TEXT, published TEXT, source TEXT, licence TEXT
);
CREATE TABLE passages (
    n INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again after a removal
    article INTEGER NOT NULL REFERENCES articles(n) ON DELETE CASCADE,
    number INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    embedding BLOB NOT NULL
);
CREATE INDEX passages_of_article ON passages(article, number);
"""
ARTICLE = "id, title, text, url, author, published, source, licence"

Numbers = npt.NDArray[np.int64]  # (passages,): the store's own numbers of passages


@dataclass(frozen=True, slots=True)
class Block:
    """A run of passages in the order of their numbers."""

    numbers: Numbers
    vectors: npt.NDArray[np.float32]  # (passages, dimension)


class LocalStore:
    """One SQLite file. Any number of processes may read while one writes."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open the store in `folder`, or make an empty one there.

        Raises:
            IndexDamaged: there is none, or the file is no store of this format.
        """
        self.path = folder / FILE
        fresh = not self.path.exists()
        if fresh and not create:
            raise IndexDamaged(f"{self.path} is missing; build the index again")
        try:
            self._db = sqlite3.connect(self.path, timeout=5, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode = WAL")  # readers go on while one writes
            self._db.execute("PRAGMA synchronous = FULL")  # what was reported stored survives a power cut
            self._db.execute("PRAGMA foreign_keys = ON")
            if fresh:
                self._db.executescript(f"BEGIN; {SCHEMA} COMMIT;")
                self.describe({"format": FORMAT, "revision": 0})
            found = self.about("format")
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(f"{self.path} is not a readable index ({error}); build it again") from error
        if found != FORMAT:
            raise IndexDamaged(f"{self.path} has format {found}, this version reads {FORMAT}; build it again")
        self._article_at = lru_cache(maxsize=64)(self._read_article_at)

    def close(self) -> None:
        self._db.close()

    # -- what is there

    def about(self, name: str) -> Any:
        """A remembered value; None if there is none of that name."""
        row = self._db.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    @property
    def revision(self) -> int:
        """Grows with every change of articles or passages."""
        return int(self.about("revision"))

    def counts(self) -> tuple[int, int]:
        """Articles and passages."""
        articles = self._db.execute("SELECT count(*) FROM articles").fetchone()[0]
        return int(articles), int(self._db.execute("SELECT count(*) FROM passages").fetchone()[0])

    def collection(self, titles: int) -> Collection:
        """An overview, with so many titles."""
        first, last = self._db.execute("SELECT min(published), max(published) FROM articles").fetchone()
        sources = self._db.execute(
            "SELECT source, count(*) FROM articles WHERE source <> '' GROUP BY source ORDER BY count(*) DESC, source"
        ).fetchall()
        newest = self._db.execute(
            "SELECT title FROM articles WHERE title <> '' ORDER BY published DESC, n LIMIT ?", (titles,)
        )
        articles, passages = self.counts()
        return Collection(
            articles, passages, _date(first), _date(last), tuple(sources), tuple(row[0] for row in newest)
        )

    def numbers_of(self, article_ids: Collection_[str]) -> Numbers:
        """The numbers of all passages of these articles; ids that are not there have none."""
        marks = ",".join("?" * len(article_ids))
        rows = self._db.execute(
            f"SELECT p.n FROM passages p JOIN articles a ON p.article = a.n WHERE a.id IN ({marks}) ORDER BY p.n",
            list(article_ids),
        )
        return np.array([row[0] for row in rows], dtype=np.int64)

    def article(self, article_id: str) -> Article | None:
        row = self._db.execute(f"SELECT {ARTICLE} FROM articles WHERE id = ?", (article_id,)).fetchone()
        return _article(row) if row else None

    def articles(self) -> Iterator[Article]:
        """All of them, in the order in which they came."""
        for row in self._db.execute(f"SELECT {ARTICLE} FROM articles ORDER BY n"):
            yield _article(row)

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """The passages of these numbers, in their order.

        Raises:
            IndexDamaged: one is not there.
        """
        marks = ",".join("?" * len(numbers))
        rows = self._db.execute(
            f"SELECT n, article, number, start, end FROM passages WHERE n IN ({marks})", [int(n) for n in numbers]
        )
        found = {row[0]: row[1:] for row in rows}
        missing = [int(n) for n in numbers if int(n) not in found]
        if missing:
            raise IndexDamaged(f"passage {missing[0]} is not in {self.path}; build the index again")
        return [
            _passage(self._article_at(article), number, Span(start, end))
            for article, number, start, end in (found[int(n)] for n in numbers)
        ]

    def all_passages(self) -> Iterator[tuple[int, Passage]]:
        """Every passage with its number, in the order of numbers."""
        rows = self._db.execute("SELECT n, article, number, start, end FROM passages ORDER BY n")
        for n, article, number, start, end in rows:
            yield n, _passage(self._article_at(article), number, Span(start, end))

    def vectors(self, block: int = 10_000) -> Iterator[Block]:
        """Every embedding, `block` at a time, in the order of passage numbers."""
        rows = self._db.execute("SELECT n, embedding FROM passages ORDER BY n")
        while chunk := rows.fetchmany(block):
            vectors = np.frombuffer(b"".join(row[1] for row in chunk), dtype=STORED).reshape(len(chunk), -1)
            yield Block(np.array([row[0] for row in chunk], dtype=np.int64), vectors.astype(np.float32))

    # -- changes

    def describe(self, values: dict[str, Any]) -> None:
        """Remember values under their names."""
        rows = [(name, json.dumps(value)) for name, value in values.items()]
        self._db.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", rows)

    def add(self, articles: Iterable[tuple[Article, Sequence[Passage], npt.NDArray[np.float32]]]) -> None:
        """Store articles with their passages and one row of vectors for each passage: all of them, or none.

        An article whose id is there already takes its place.

        Raises:
            IndexBusy: another process is writing.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise IndexBusy(f"another process is writing to {self.path}; try again when it is done") from error
        try:
            for article, passages, vectors in articles:
                self._insert(article, passages, vectors)
            self.describe({"revision": self.revision + 1})
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def _insert(self, article: Article, passages: Sequence[Passage], vectors: npt.NDArray[np.float32]) -> None:
        self._db.execute("DELETE FROM articles WHERE id = ?", (article.id,))
        published = article.published.isoformat() if article.published else None
        n = self._db.execute(
            f"INSERT INTO articles ({ARTICLE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (article.id, article.title, article.text, article.url, article.author, published, article.source,
             article.licence),
        ).lastrowid  # fmt: skip
        self._db.executemany(
            "INSERT INTO passages (article, number, start, end, embedding) VALUES (?, ?, ?, ?, ?)",
            [
                (n, p.number, p.span.start, p.span.end, row.astype(STORED).tobytes())
                for p, row in zip(passages, vectors, strict=True)
            ],
        )

    def _read_article_at(self, n: int) -> Article:
        return _article(self._db.execute(f"SELECT {ARTICLE} FROM articles WHERE n = ?", (n,)).fetchone())


def _article(row: Sequence[Any]) -> Article:
    id_, title, text, url, author, published, source, licence = row
    return Article(id_, title, text, url, author, _date(published), source, licence)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _passage(article: Article, number: int, span: Span) -> Passage:
    return Passage(
        article.id, number, span, span.of(article.text),
        article.title, article.url, article.author, article.published, article.source,
    )  # fmt: skip
