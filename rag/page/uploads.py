"""Files that a user hands over -> articles of the index, told file by file; the files themselves are not kept."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from rag.articles import Skipped, read_articles
from rag.errors import RagError
from rag.index import Index
from rag.page import texts
from rag.types import Article

ARTICLES_AT_ONCE = 32  # stored together, so that a file of many rows shows how far it is
NAME_BYTES = 200  # file systems take 255; a longer name keeps its end, which tells the kind of file


@dataclass(frozen=True, slots=True)
class FileReport:
    """What has come of a file so far."""

    name: str
    done: bool = False
    reading: bool = False
    added: int = 0  # articles
    updated: int = 0
    unchanged: int = 0
    skipped: tuple[str, ...] = ()  # why the file, or rows of it, gave no article

    @property
    def articles(self) -> int:
        """How many articles were stored or found stored."""
        return self.added + self.updated + self.unchanged


@dataclass(frozen=True, slots=True)
class Handed:
    """A file as a browser handed it over."""

    path: Path  # of the copy on this machine
    name: str  # that it has on the user's


def take_in(index: Index, files: Sequence[Handed]) -> Iterator[tuple[FileReport, ...]]:
    """Add the articles of files to an index, reporting after each step on all files; the copies are removed.

    An article goes by its file's name, unless the file itself gives it an id, so the same name again is an update.
    """
    reports = [FileReport(file.name) for file in files]
    for place, file in enumerate(files):
        reports[place] = replace(reports[place], reading=True)
        yield tuple(reports)
        for report in _file(index, file):
            reports[place] = report
            yield tuple(reports)


def safe_name(name: str) -> str:
    """The last part of a file's name, in a form that any file system takes."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].replace("\0", "\N{REPLACEMENT CHARACTER}").strip()
    encoded = last.encode("utf-8", "replace")[-NAME_BYTES:]
    cut = encoded.decode("utf-8", "ignore")
    return cut if cut not in {"", ".", ".."} else "article.txt"


def _file(index: Index, file: Handed) -> Iterator[FileReport]:
    report = FileReport(file.name, reading=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / safe_name(file.name)
            shutil.move(file.path, path)
            for batch in _batches(read_articles([path])):
                change = index.add(one for one in batch if isinstance(one, Article))
                reasons = tuple(one.reason for one in batch if isinstance(one, Skipped))
                report = replace(
                    report,
                    added=report.added + len(change.added),
                    updated=report.updated + len(change.updated),
                    unchanged=report.unchanged + change.unchanged,
                    skipped=report.skipped + reasons,
                )
                yield report
    except FileNotFoundError:  # equal files of two tabs are one file on the disk
        report = replace(report, skipped=(*report.skipped, texts.TWICE))
    except (RagError, OSError) as error:
        reason = str(error) if isinstance(error, RagError) else error.strerror or str(error)
        report = replace(report, skipped=(*report.skipped, reason))
    finally:
        file.path.unlink(missing_ok=True)
        with suppress(OSError):
            file.path.parent.rmdir()  # gradio makes one for each file
    yield replace(report, reading=False, done=True)


def _batches(outcomes: Iterator[Article | Skipped]) -> Iterator[list[Article | Skipped]]:
    batch: list[Article | Skipped] = []
    for outcome in outcomes:
        batch.append(outcome)
        if len(batch) == ARTICLES_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
