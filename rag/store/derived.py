"""What is derived from the store, kept on disk and made again whenever it cannot be trusted.

In a generation's folder: vectors.faiss, terms/ and derived.json, which names the store's revision that they were made
from and the SHA-256 of each file. derived.json is written last; what it does not vouch for is not opened.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.models import file_digest
from rag.store import terms, vectors
from rag.store.local import LocalStore

MANIFEST = "derived.json"
VECTORS = "vectors.faiss"
TERMS = "terms"


@dataclass(frozen=True, slots=True)
class Derived:
    """The two indexes that answer a search."""

    vectors: vectors.VectorIndex
    terms: terms.TermIndex


def open_or_rebuild(generation: Path, store: LocalStore) -> Derived:
    """The derived indexes of a generation, made again from the store if missing, stale or damaged."""
    return _open(generation) if _is_sound(generation, store) else rebuild(generation, store)


def rebuild(generation: Path, store: LocalStore) -> Derived:
    """Make the derived indexes from the store, without embedding anything."""
    manifest = generation / MANIFEST
    manifest.unlink(missing_ok=True)
    shutil.rmtree(generation / TERMS, ignore_errors=True)
    revision = store.revision
    vectors.build(generation / VECTORS, store.vectors(), int(store.about("dimension")))
    texts = ((n, passage.heading_and_text) for n, passage in store.all_passages())
    terms.build(generation / TERMS, texts)
    digests = {path.relative_to(generation).as_posix(): file_digest(path) for path in _files(generation)}
    for path in _files(generation):
        flush(path)
    replace_text(manifest, json.dumps({"revision": revision, "sha256": digests}, indent=1))
    return _open(generation)


def replace_text(path: Path, text: str) -> None:
    """Write a small file so that a reader sees the old text or the new one, never a part."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    beside.write_text(text, encoding="utf-8")
    flush(beside)
    beside.replace(path)
    flush(path.parent)


def flush(path: Path) -> None:
    """Wait until a file, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open(generation: Path) -> Derived:
    return Derived(vectors.VectorIndex(generation / VECTORS), terms.TermIndex(generation / TERMS))


def _is_sound(generation: Path, store: LocalStore) -> bool:
    try:
        manifest = json.loads((generation / MANIFEST).read_text(encoding="utf-8"))
        found = {path.relative_to(generation).as_posix(): file_digest(path) for path in _files(generation)}
        return bool(manifest["revision"] == store.revision and manifest["sha256"] == found)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _files(generation: Path) -> Iterator[Path]:
    yield generation / VECTORS
    yield from terms.files(generation / TERMS)
