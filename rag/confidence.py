"""What the reader and the retriever thought -> the probability that an answer is right.

A logistic regression on a few numbers. benchmarks/calibrate.py fits it, on questions that the reader was not trained
on, and writes the weights beside the reader that they belong to.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rag.errors import ModelError
from rag.models import WEIGHTS
from rag.types import Evidence

FILE = WEIGHTS / "confidence.json"
# Beyond these, more says no more: that of the margin makes up for texts on which right answers have smaller ones.
BOUNDS = Evidence(margin=6.0, lead=15.0, dense=1.0, others=3.0, misfit=1.0)
NAMES = tuple(asdict(BOUNDS))


@dataclass(frozen=True, slots=True)
class Calibration:
    """What each number of the evidence is worth, in logits."""

    weights: tuple[float, ...]  # in the order of Evidence's fields
    intercept: float
    reader: str  # SHA-256 of the reader's weights that it was fitted with

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Calibration:
        """From the object that `record` makes.

        Raises:
            ModelError: a weight is missing, unknown or no number.
        """
        weights = record.get("weights")
        if not isinstance(weights, Mapping) or set(weights) != set(NAMES):
            raise ModelError(f"the confidence has weights for {weights!r}, wanted {', '.join(NAMES)}")
        numbers = [*(weights[name] for name in NAMES), record.get("intercept")]
        if not all(isinstance(x, (int, float)) and math.isfinite(x) for x in numbers):
            raise ModelError(f"the confidence has the weights {numbers}, wanted finite numbers")
        return cls(tuple(float(x) for x in numbers[:-1]), float(numbers[-1]), str(record.get("reader", "")))

    @property
    def record(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "reader": self.reader,
            "weights": dict(zip(NAMES, self.weights, strict=True)),
            "intercept": self.intercept,
        }


def probability(evidence: Evidence, calibration: Calibration | None = None) -> float:
    """The calibrated probability that the candidate answers the question, between 0 and 1.

    Args:
        evidence: of the candidate.
        calibration: None takes the one of the bundled reader.
    """
    known = calibration or bundled()
    total = known.intercept + sum(w * x for w, x in zip(known.weights, bounded(evidence), strict=True))
    return 1 / (1 + math.exp(-total))


def bounded(evidence: Evidence) -> tuple[float, ...]:
    """The numbers in their order, each within plus or minus its bound."""
    return tuple(max(-bound, min(bound, x)) for x, bound in zip(astuple(evidence), astuple(BOUNDS), strict=True))


@cache
def bundled() -> Calibration:
    """The calibration of the bundled reader.

    Raises:
        ModelError: its file is missing or damaged.
    """
    return load(FILE)


def load(path: Path) -> Calibration:
    """Read a calibration.

    Raises:
        ModelError: the file is missing or damaged.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot read the weights of the confidence, {path} ({error}); install the project again") \
            from error  # fmt: skip
    if not isinstance(record, dict):
        raise ModelError(f"{path} holds no object; install the project again")
    return Calibration.of(record)
