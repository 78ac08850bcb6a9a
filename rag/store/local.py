"""Articles, passages and embeddings in one SQLite file: the truth that everything else is derived from.

Offsets point into ``articles.text``; a passage's words are cut from it, never stored a second time. Numbers of articles
and passages are never used again after a removal, so a number that is gone stays gone.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from collections.abc import Collection as Collection_
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.errors import IndexBusy, IndexDamaged, IndexNotWritten
from rag.store import connections
from rag.store.rows import COLUMNS, SCHEMA, article_digest, article_of, article_row, passage_of
from rag.types import Article, Passage, Span

FORMAT = 2  # of the tables
FILE = "articles.sqlite"
STORED = np.float16  # cosine to float32 above 0.9999; half the disk
NO_ROOM = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN}
AT_ONCE = 500  # numbers named in one SQL statement

Numbers = npt.NDArray[np.int64]  # (passages,): the store's own numbers of passages


@dataclass(frozen=True, slots=True)
class Block:
    """A run of passages in the order of their numbers."""

    numbers: Numbers
    vectors: npt.NDArray[np.float32]  # (passages, dimension)


class LocalStore:
    """One SQLite file. Any number of processes may read while one writes; a writer opens a store of its own."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open the store in `folder`, or make an empty one there.

        Raises:
            IndexDamaged: there is none, or the file is no store of this format.
            IndexNotWritten: the disk is so full that SQLite cannot make the small files that it works with.
            sqlite3.Error: a new one cannot be written.
        """
        self.path = folder / FILE
        self._resolved = self.path.resolve()  # wherever the process goes
        fresh = not self.path.exists()
        if fresh and not create:
            raise IndexDamaged(f"{self.path} is missing; build the index again")
        try:
            self._db = connections.connected(self.path)
            weakref.finalize(self, self._db.close)  # a connection refers to itself, and would stay open for a while
            if fresh:
                self._db.executescript(f"BEGIN; {SCHEMA} COMMIT;")
                self.describe({"format": FORMAT, "revision": 0})
            found = self.about("format")
        except sqlite3.DatabaseError as error:
            if fresh:
                raise
            if error.sqlite_errorcode & 0xFF in NO_ROOM:
                raise IndexNotWritten(
                    f"{self.path} does not open, as SQLite needs a little room beside it and the disk gives none "
                    f"({error}); what is stored is unchanged: free some space"
                ) from error
            raise IndexDamaged(f"{self.path} is not a readable index ({error}); build it again") from error
        if found != FORMAT:
            raise IndexDamaged(f"{self.path} has format {found}, this version reads {FORMAT}; build it again")
        self._reading = threading.RLock()
        self._article_at = lru_cache(maxsize=64)(partial(_read_article, self._db, self.path))

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

    @property
    def last(self) -> int:
        """The highest number that a passage has; 0 if there are none."""
        return int(self._db.execute("SELECT coalesce(max(n), 0) FROM passages").fetchone()[0])

    def counts(self) -> tuple[int, int]:
        """Articles and passages."""
        articles = self._db.execute("SELECT count(*) FROM articles").fetchone()[0]
        return int(articles), int(self._db.execute("SELECT count(*) FROM passages").fetchone()[0])

    def rows(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """What a SELECT gives, for questions that only one caller has."""
        return self._db.execute(sql, values)

    def many_rows(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """What a SELECT gives that may look at every article.

        It has a connection of its own: on one that threads share, the others would have to wait for it, and while it
        went on none of them would see what is new.
        """
        beside = connections.beside(self._resolved)
        if beside is None:
            yield from self._db.execute(sql, values)
            return
        with closing(beside):
            yield from beside.execute(sql, values)

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """All that is read inside is of one revision."""
        with self._reading:
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                self._db.execute("COMMIT")

    def article(self, article_id: str) -> Article | None:
        row = self._db.execute("SELECT n FROM articles WHERE id = ?", (_bound(article_id),)).fetchone()
        return _read_article(self._db, self.path, row[0]) if row else None

    def articles(self) -> Iterator[Article]:
        """All of them, in the order in which they came; changes made meanwhile may be seen or not."""
        last = 0
        while rows := self._db.execute(
            "SELECT n FROM articles WHERE n > ? ORDER BY n LIMIT ?", (last, AT_ONCE)
        ).fetchall():
            for (last,) in rows:
                if (article := _read_article(self._db, self.path, last)) is not None:
                    yield article

    def digests(self) -> dict[str, bytes]:
        """The digest of every article, by its id."""
        return dict(self._db.execute("SELECT id, digest FROM articles"))

    def digest_of(self, article_id: str) -> bytes | None:
        row = self._db.execute("SELECT digest FROM articles WHERE id = ?", (_bound(article_id),)).fetchone()
        return bytes(row[0]) if row else None

    def passages(self, numbers: Sequence[int]) -> dict[int, Passage]:
        """The passages of these numbers; those that have been removed are left out."""
        found: dict[int, Passage] = {}
        for n, article, number, start, end in self._named("n, article, number, start, end", numbers):
            if (text := self._article_at(article)) is not None:
                found[n] = passage_of(text, number, Span(start, end))
        return found

    def all_passages(self, after: int = 0, last: int = 2**62, *, sound: bool = False) -> Iterator[tuple[int, Passage]]:
        """Every passage with its number, in the order of numbers; changes made meanwhile may be seen or not.

        Args:
            after: only those above this number,
            last: and up to this one.
            sound: leave out the passages of articles that are not what was stored, instead of IndexDamaged.
        """
        while rows := self._db.execute(
            "SELECT n, article, number, start, end FROM passages WHERE n > ? AND n <= ? ORDER BY n LIMIT ?",
            (after, last, AT_ONCE),
        ).fetchall():
            for after, article, number, start, end in rows:
                try:
                    text = self._article_at(article)
                except IndexDamaged:
                    if not sound:
                        raise
                    continue
                if text is not None:
                    yield after, passage_of(text, number, Span(start, end))

    def vectors(self, after: int = 0, block: int = 10_000) -> Iterator[Block]:
        """The embeddings of passages above `after`, `block` at a time, in the order of passage numbers."""
        while chunk := self._db.execute(
            "SELECT n, embedding FROM passages WHERE n > ? ORDER BY n LIMIT ?", (after, block)
        ).fetchall():
            yield Block(np.array([row[0] for row in chunk], dtype=np.int64), _matrix([row[1] for row in chunk]))
            after = chunk[-1][0]

    def vectors_of(self, numbers: Sequence[int]) -> Block:
        """The embeddings of these passages, in the order of their numbers; those removed are left out."""
        rows = sorted(self._named("n, embedding", numbers))
        return Block(np.array([row[0] for row in rows], dtype=np.int64), _matrix([row[1] for row in rows]))

    def embedded(self, article_id: str) -> list[tuple[Passage, npt.NDArray[np.float32]]]:
        """The passages of an article in order, each with its embedding; none if there is no such article."""
        article = self.article(article_id)
        rows = self._db.execute(
            "SELECT number, start, end, embedding FROM passages "
            "WHERE article = (SELECT n FROM articles WHERE id = ?) ORDER BY number", (article_id,)
        )  # fmt: skip
        return [(passage_of(article, n, Span(a, b)), _matrix([e])[0]) for n, a, b, e in rows] if article else []

    # -- changes

    def describe(self, values: dict[str, Any]) -> None:
        """Remember values under their names."""
        rows = [(name, json.dumps(value)) for name, value in values.items()]
        self._db.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", rows)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """What is put and removed inside is one change: all of it is stored on leaving, or nothing.

        Raises:
            IndexBusy: another process is writing.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise IndexBusy(f"another process is writing to {self.path}; try again when it is done") from error
        try:
            self.describe({"revision": self.revision + 1})
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def put(self, article: Article, passages: Sequence[Passage], vectors: npt.NDArray[np.float32]) -> None:
        """Store an article with one row of vectors for each passage, in place of one with the same id."""
        self.remove(article.id)
        row = article_row(article)
        marks = ",".join("?" * len(row))
        n = self._db.execute(f"INSERT INTO articles ({COLUMNS}) VALUES ({marks})", row).lastrowid
        self._db.executemany(
            "INSERT INTO passages (article, number, start, end, embedding) VALUES (?, ?, ?, ?, ?)",
            [
                (n, p.number, p.span.start, p.span.end, vector.astype(STORED).tobytes())
                for p, vector in zip(passages, vectors, strict=True)
            ],
        )

    def remove(self, article_id: str) -> bool:
        """Take an article out; whether it was there."""
        self._db.execute(
            "INSERT INTO removed SELECT p.n, ? FROM passages p JOIN articles a ON p.article = a.n WHERE a.id = ?",
            (self.revision, article_id),
        )
        return self._db.execute("DELETE FROM articles WHERE id = ?", (article_id,)).rowcount > 0

    # -- below

    def _named(self, columns: str, numbers: Collection_[int]) -> Iterator[Any]:
        wanted = [int(n) for n in numbers]
        for first in range(0, len(wanted), AT_ONCE):
            some = wanted[first : first + AT_ONCE]
            yield from self._db.execute(
                f"SELECT {columns} FROM passages WHERE n IN ({','.join('?' * len(some))})", some
            )


def _read_article(db: sqlite3.Connection, path: Path, n: int) -> Article | None:
    row = db.execute(f"SELECT {COLUMNS} FROM articles WHERE n = ?", (n,)).fetchone()
    if row is None:
        return None
    article, digest = article_of(row)
    if article_digest(article) != digest:
        raise IndexDamaged(
            f"article {article.id!r} in {path} is not what was stored; take it out and add it again "
            "(rag index remove), and see what else is damaged: rag index verify"
        )
    return article


def _bound(text: str) -> str:
    """Text that SQLite can be asked for: no stored text holds lone surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _matrix(blobs: Sequence[bytes]) -> npt.NDArray[np.float32]:
    if not blobs:
        return np.zeros((0, 0), dtype=np.float32)
    return np.frombuffer(b"".join(blobs), dtype=STORED).reshape(len(blobs), -1).astype(np.float32)
