"""Rows of a long benchmark, one JSON object a line, so that a run that was interrupted goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from rag.index import Index
from rag.models import fingerprint, reader_folder
from rag.second_look import SecondLook
from rag.settings import AnswerSettings
from rag.span_costs import Prices


def rows(log: Path) -> list[dict]:
    """The rows of a log; a last one that a kill has cut short is taken off it."""
    if not log.exists():
        return []
    content = log.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        log.write_bytes(whole)
    return [json.loads(line) for line in whole.splitlines()]


def key(index: Index, settings: AnswerSettings, *, aside: tuple[str, ...] = ()) -> str:
    """Names what rows depend on: passages, embeddings, the reader and how it reads, all settings but those aside."""
    passages = [(p.article_id, p.number, p.span) for _, p in index.numbered_passages()]
    reader = fingerprint(reader_folder(settings.reader_model))
    parts = (
        passages,
        index.embedder.fingerprint,
        reader,
        Prices(),
        SecondLook(),
        [pair for pair in sorted(asdict(settings).items()) if pair[0] not in aside],
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
