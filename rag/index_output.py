"""Changes of an index and how it is, in words and as a JSON object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rag.status import Status
from rag.types import Change
from rag.verify import Report

SHOWN = 5  # ids named, of many


def some(ids: Sequence[str]) -> str:
    """How many articles, and the first ids."""
    # An id may hold anything; what a terminal would obey is written out.
    names = ", ".join(id_ if id_.isprintable() else repr(id_) for id_ in ids[:SHOWN])
    more = ", ..." if len(ids) > SHOWN else ""
    return f"{len(ids):,} article{'s' if len(ids) != 1 else ''} ({names}{more})" if ids else "no articles"


def change_line(change: Change) -> str:
    """What was changed, in numbers."""
    counts = f"added {len(change.added):,}, updated {len(change.updated):,}, removed {len(change.removed):,} articles"
    return f"{counts}, {change.unchanged:,} unchanged; embedded {change.embedded:,} passages"


def plan_lines(change: Change) -> Iterator[str]:
    """What would be changed, with the first ids."""
    for verb, ids in (("add", change.added), ("update", change.updated), ("remove", change.removed)):
        yield f"would {verb} {some(ids)}"
    yield f"{change.unchanged:,} unchanged"


def status_record(found: Status) -> dict[str, Any]:
    """How an index is, as the JSON object that the command line gives."""
    changed = found.changed.isoformat() if found.changed else None
    return asdict(found) | {"folder": str(found.folder), "changed": changed}


def status_lines(found: Status) -> Iterator[str]:
    """How an index is, in words."""
    made = found.settings
    yield f"{found.folder}: {found.articles:,} articles, {found.passages:,} passages"
    yield f"embedding model: {made.embedding_model} ({found.embedder}, {found.dimension} numbers a vector)"
    overlap = f", overlapping by {made.overlap_sentences} sentences" if made.overlap_sentences else ""
    yield f"passages of at most {made.passage_tokens} tokens ({made.encoding}){overlap}"
    yield f"search: {_kind(found)}"
    yield f"on disk: {_size(found.store_bytes)} SQLite, {_size(found.derived_bytes)} FAISS and BM25"
    changed = f"{found.changed:%Y-%m-%d %H:%M:%S} UTC" if found.changed else "unknown"
    kept = f"; kept beside it: {', '.join(found.earlier)}" if found.earlier else ""
    yield f"generation {found.generation}, revision {found.revision}, last changed {changed}{kept}"
    if found.writing:
        yield "another process is changing it"
        return
    if found.in_flight:
        yield f"interrupted before it had stored {some(found.in_flight)}; the same command goes on from there"
    for one in found.unfinished:
        counted = f"a build was interrupted when it had stored {one.articles:,} articles ({one.generation})"
        yield f"{counted}; the same command goes on from there"


def report_record(report: Report) -> dict[str, Any]:
    """What was found in an index, as the JSON object that the command line gives."""
    return asdict(report) | {"sound": report.sound}


def report_lines(report: Report) -> Iterator[str]:
    """What was found in an index, in words."""
    for problem in report.problems:
        yield f"{'mended: ' if problem.mended else ''}{problem.what}"
    counted = f"{report.generation}: {report.articles:,} articles, {report.passages:,} passages checked"
    left = sum(not problem.mended for problem in report.problems)
    yield f"{counted}; {f'{left:,} problems' if left else 'sound'}"


def _kind(found: Status) -> str:
    if found.lists is None:
        return "the FAISS and BM25 files are missing; they are made when the index is opened"
    kind = f"{found.probes} of {found.lists:,} lists" if found.lists else "exact"
    return f"{kind}, {found.unfiled:,} changed passages in memory" if found.unfiled else kind


def _size(count: int) -> str:
    """Bytes as one says them."""
    if count < 1_000_000:
        return f"{count / 1e3:.0f} kB"
    return f"{count / 1e6:,.1f} MB" if count < 1_000_000_000 else f"{count / 1e9:,.2f} GB"
