"""Files and folders -> Articles, and the reasons why some gave none."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rag.articles.decode import decode
from rag.articles.folders import Found, Skipped, find_files, known_suffixes, require_all, shown, skipped
from rag.articles.html import declared_encoding, read_html
from rag.articles.jsonl import read_row, row_id
from rag.articles.markdown import read_markdown
from rag.articles.plain import read_plain
from rag.errors import InputError
from rag.types import Article

__all__ = ["Skipped", "known_suffixes", "read_article", "read_articles"]

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_articles(
    paths: Sequence[Path], *, on_bytes: Callable[[int], None] = lambda _: None
) -> Iterator[Article | Skipped]:
    """Read files and folders, one article in memory at a time; a bad file among good ones is told and passed over.

    An article's id is the one that its front matter or row gives, else its path below the named folder (of a file
    named itself, its last part), so it is the same on every machine. A second, different article with the same id gets
    the folder's own name in front; the same article again is skipped.

    Args:
        paths: files and folders.
        on_bytes: called with the size of each file, or row of a .jsonl file, when it has been read.

    Raises:
        InputError: one of `paths` leads nowhere; raised before anything is read.
    """
    require_all(paths)
    return _read(paths, on_bytes)


def read_article(path: Path) -> Article:
    """Read the one article of a text, Markdown or HTML file.

    Raises:
        InputError: there is no such file, it cannot be read, or it is of a kind that holds many articles.
    """
    require_all([path])
    if path.is_dir() or path.suffix.lower() == ".jsonl":
        raise InputError(f"{shown(path)} may hold many articles; wanted a file of one, or use read_articles")
    outcome = next(_read([path], lambda _: None))
    if isinstance(outcome, Skipped):
        raise InputError(f"{outcome.path}: {outcome.reason}")
    return outcome


def _read(paths: Sequence[Path], on_bytes: Callable[[int], None]) -> Iterator[Article | Skipped]:
    ids = Ids()
    for found in find_files(paths):
        if isinstance(found, Skipped):
            yield found
            continue
        try:
            if found.path.suffix.lower() == ".jsonl":
                yield from _rows(found, ids, on_bytes)
            else:
                article = _article(found, on_bytes)
                yield ids.claim(article, f"{found.root}/{found.name}", found.path)
        except InputError as error:
            yield skipped(found.path, str(error))
        except OSError as error:
            yield skipped(found.path, error.strerror or str(error))


def _article(found: Found, on_bytes: Callable[[int], None]) -> Article:
    _require_regular(found.path)
    data = found.path.read_bytes()
    on_bytes(len(data))
    match found.path.suffix.lower():
        case ".html" | ".htm":
            return read_html(decode(data, declared=declared_encoding(data)), found.name)
        case ".md" | ".markdown":
            return read_markdown(decode(data), found.name)
        case _:
            return read_plain(decode(data), found.name)


def _rows(found: Found, ids: Ids, on_bytes: Callable[[int], None]) -> Iterator[Article | Skipped]:
    _require_regular(found.path)
    with found.path.open("rb") as file:
        for number, row in enumerate(file, start=1):
            on_bytes(len(row))
            if number == 1 and row.startswith(UTF16_MARKS):
                raise InputError("UTF-16, but JSON Lines are read as UTF-8; save it as UTF-8")
            if not row.strip():
                continue
            try:
                article = read_row(row, found.name)
                yield ids.claim(article, f"{found.root}/{row_id(article, found.name)}", found.path, number)
            except InputError as error:
                yield skipped(found.path, f"line {number}: {error}")


def _require_regular(path: Path) -> None:
    """Raise InputError for a pipe or a device: reading it might never end."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise InputError("neither a file nor a folder")


@dataclass(slots=True)
class Ids:
    """The ids given in one load, so that no two articles share one."""

    taken: dict[str, tuple[int, str]] = field(default_factory=dict)  # id -> hash of its article, where that was read

    def claim(self, article: Article, longer_id: str, path: Path, line: int | None = None) -> Article | Skipped:
        """The article under its own id, else under `longer_id` if another has the first; skipped if that fails too."""
        at = "" if line is None else f"line {line}: "
        content, place = hash(replace(article, id="")), shown(path) + (f" line {line}" if line else "")
        for free in (article.id, longer_id):
            if free not in self.taken:
                self.taken[free] = (content, place)
                return replace(article, id=free)
            if self.taken[free][0] == content:
                return skipped(path, f"{at}the same article as {self.taken[free][1]}", unread=False)
        reason = f"{at}its id {article.id!r} is already that of {self.taken[article.id][1]}"
        return skipped(path, reason, unread=False)
