"""What the reader and the retriever thought -> the probability that an answer is right.

A logistic regression on a few numbers, fitted by benchmarks/calibrate.py on questions that the reader was not trained
on: six in ten the articles answer, the others they do not, some by a near miss.
"""

from __future__ import annotations

import math
from dataclasses import astuple

from rag.types import Evidence

# Weights in the order of Evidence's fields, then the intercept.
WEIGHTS = (0.1716, 0.0915, 3.6695, 0.1178)
INTERCEPT = -4.2247
BOUNDS = Evidence(margin=15.0, lead=15.0, dense=1.0, others=3.0)  # beyond these, more says no more


def probability(evidence: Evidence) -> float:
    """The calibrated probability that the candidate answers the question, between 0 and 1."""
    total = INTERCEPT + sum(w * x for w, x in zip(WEIGHTS, bounded(evidence), strict=True))
    return 1 / (1 + math.exp(-total))


def bounded(evidence: Evidence) -> tuple[float, ...]:
    """The numbers in their order, each within plus or minus its bound."""
    return tuple(max(-bound, min(bound, x)) for x, bound in zip(astuple(evidence), astuple(BOUNDS), strict=True))
