"""One pass over files and folders: articles come out; what could not be read, and how far it has come, is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag.articles.files import read_articles
from rag.articles.folders import Found, Skipped, find_files, known_suffixes, require_all, shown
from rag.types import Article

NAMING = (".md", ".markdown", ".jsonl")  # kinds of file in which an article may name its own id


class Reading:
    """Iterate over it once for the articles; the rest can be asked at any time."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = paths
        self.skipped: list[Skipped] = []
        self.bytes_read = 0
        self.kept: list[str] = []  # what `may_hold` was true of

    def require_all(self) -> None:
        """Raise InputError if one of the paths leads nowhere, before anything is read."""
        require_all(self.paths)

    def __iter__(self) -> Iterator[Article]:
        for one in read_articles(self.paths, on_bytes=self._count):
            if isinstance(one, Skipped):
                self.skipped.append(one)
            else:
                yield one

    def total_bytes(self) -> int:
        """The size of all that there is to read."""
        return sum(_size(one.path) for one in find_files(self.paths) if isinstance(one, Found))

    def may_hold(self, article_id: str) -> bool:
        """Whether one of the files that were skipped so far may hold the article of an id; see Unread."""
        unread = tuple(one.path for one in self.skipped if one.unread)
        held = bool(unread) and _unread(unread, tuple(shown(path) for path in self.paths)).may_hold(article_id)
        if held:
            self.kept.append(article_id)
        return held

    def _count(self, size: int) -> None:
        self.bytes_read += size


@dataclass(frozen=True, slots=True)
class Unread:
    """Files and folders that could not be read, and the ids that their articles may have.

    An id that is a path, or a path and "#" and more, may come from a file whose path ends with that path, or from a
    folder whose path ends with the beginning of it. Any other id may come from a file in which articles name their own
    ids. A folder that was named itself may hold any id.
    """

    ends: frozenset[str]  # of the paths, from any of their parts on
    may_name: bool  # whether articles in them may name their own ids
    everything: bool

    @classmethod
    def of(cls, unread: Sequence[str], named: Sequence[str]) -> Unread:
        """Of paths that could not be read, and the paths that were named to be read."""
        parts = [path.split("/") for path in unread]
        folders = {path for path in unread if not path.lower().endswith(known_suffixes)}
        return cls(
            frozenset("/".join(some[first:]) for some in parts for first in range(len(some))),
            may_name=bool(folders) or any(path.lower().endswith(NAMING) for path in unread),
            everything=not folders.isdisjoint(named),
        )

    def may_hold(self, article_id: str) -> bool:
        path = article_id.rpartition("#")[0] or article_id
        if self.everything or article_id in self.ends:
            return True
        if not path.lower().endswith(known_suffixes):
            return self.may_name
        parts = path.split("/")
        return any("/".join(parts[:last]) in self.ends for last in range(1, len(parts) + 1))


_unread = lru_cache(maxsize=1)(Unread.of)  # asked for each id of an index in turn


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # it is named when it is read
        return 0
