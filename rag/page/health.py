"""What a monitor is told: GET /health."""

from __future__ import annotations

import sqlite3
from typing import Any

from rag import generations
from rag.answer import Answerer
from rag.errors import RagError


def health(answerer: Answerer) -> tuple[int, dict[str, Any]]:
    """An HTTP status and what to say with it: 200 if questions can be answered, 503 and the reason if not."""
    index = answerer.index
    try:
        generations.in_use(index.folder)  # what is open could be read on after its folder is gone
        told = {
            "articles": len(index),
            "passages": index.passage_count,
            "revision": index.revision,
            "models_loaded": answerer.models_loaded,
        }
    except (RagError, sqlite3.Error, OSError) as error:
        return 503, {"status": "index cannot be read", "reason": str(error)}
    return 200, {"status": "ok", **told}
