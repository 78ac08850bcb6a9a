"""Paths that a user names -> the files to read, each with the name that it has within what was named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.articles.normalise import one_line
from rag.errors import InputError

known_suffixes: tuple[str, ...] = (".txt", ".md", ".markdown", ".html", ".htm", ".jsonl")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a row of one, that gave no article."""

    path: str
    reason: str  # one line, for the user
    unread: bool = True  # whether it may hold an article that was not seen


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read."""

    path: Path
    name: str  # the path below the named folder, with forward slashes; of a file named itself, its last part
    root: str  # the last part of the folder that `name` starts from


def find_files(paths: Sequence[Path]) -> Iterator[Found | Skipped]:
    """Walk `paths` in their order and folders by name, each file once however many paths and links lead to it.

    Inside folders, hidden entries and unknown suffixes are passed over; links are followed, after their neighbours.
    A file named itself with an unknown suffix is reported.
    """
    seen: set[Path] = set()
    for path in paths:
        if _is_folder(path):
            yield from _inside(path, seen)
        elif path.suffix.lower() not in known_suffixes:
            reason = f"unknown kind of file; wanted one of {', '.join(known_suffixes)}"
            yield skipped(path, reason, unread=False)
        elif _is_new(path, seen):
            yield Found(path, name=one_line(path.name), root=one_line(path.resolve().parent.name))


def require_all(paths: Sequence[Path]) -> None:
    """Raise InputError at the first path that leads nowhere."""
    for path in paths:
        try:
            path.stat()
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            reason = getattr(error, "strerror", None) or str(error)
            raise InputError(f"cannot read {shown(path)}: {reason}; wanted a file or a folder of articles") from error


def shown(path: Path) -> str:
    """A path that can be printed anywhere, whatever bytes its name holds."""
    return one_line(str(path))


def skipped(path: Path, reason: str, *, unread: bool = True) -> Skipped:
    """What to say of a file that gave no article."""
    return Skipped(shown(path), one_line(reason), unread)


def _inside(folder: Path, seen: set[Path]) -> Iterator[Found | Skipped]:
    root = one_line(folder.resolve().name)
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        if _is_folder(path):
            if not _is_new(path, seen):
                continue
            try:
                entries = sorted(path.iterdir(), key=lambda entry: (entry.is_symlink(), entry.name), reverse=True)
            except OSError as error:
                yield skipped(path, error.strerror or str(error))
                continue
            waiting += (entry for entry in entries if not entry.name.startswith("."))
        elif path.suffix.lower() in known_suffixes and _is_new(path, seen):
            yield Found(path, name=one_line(path.relative_to(folder).as_posix()), root=root)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # not even its kind may be known; reading it tells why
        return False


def _is_new(path: Path, seen: set[Path]) -> bool:
    try:
        real = path.resolve()
    except (OSError, RuntimeError):  # a link to itself
        real = path.absolute()
    new = real not in seen
    seen.add(real)
    return new
