"""Questions with known answers -> how well an index and a reader answer them.

from rag.evaluate import evaluate, read_questions

found = evaluate(rag.Answerer(index), read_questions("questions.jsonl"))
print(found.figures.f1, found.figures.calibration_error)
for one in found.judged:
    print(one.question, one.answer, one.right)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from rag.evaluate.questions import read_questions
from rag.evaluate.records import Evaluation, Figures, GoldQuestion, Judged

if TYPE_CHECKING:
    from rag.evaluate.run import evaluate

__all__ = ["Evaluation", "Figures", "GoldQuestion", "Judged", "evaluate", "read_questions"]


def __getattr__(name: str) -> Any:  # later, as in rag: the command line should not wait for numpy and faiss
    if name == "evaluate":
        return importlib.import_module("rag.evaluate.run").evaluate
    raise AttributeError(f"module 'rag.evaluate' has no attribute {name!r}")
