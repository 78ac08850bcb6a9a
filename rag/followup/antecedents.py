"""A gap + the candidates -> the name that the gap points to: the highest of linear scores."""

from __future__ import annotations

from collections.abc import Sequence

from rag.followup.agreement import agreement
from rag.followup.candidates import Candidate
from rag.followup.records import Gap, Kind, Points

WEIGHTS: dict[str, float] = {
    "recency": 1.11,
    "title": 0.7,
    "count": 1.54,
    "soft": -1.14,
    "agree": 0.75,
    "question": 0.41,
    "answer": 0.41,
    "sentence": 0.02,
    "headline": -0.23,
    "focus": -0.15,
    "pair": 0.46,
    "dropped": -2.0,  # set by hand: no dialog of CANARD changes its topic
}

_LEAST_AGREEMENT = {Points.PERSON: 0.0, Points.NAMED: 0.1}  # "it" may stand for the unknown, "the band" may not


def features(gap: Gap | None, candidate: Candidate) -> dict[str, float]:
    """What speaks for and against a candidate; without a gap, for it as what the conversation is about."""
    seen = candidate.seen
    values = {
        "recency": 1 / (1 + min(seen.values())),
        "title": float("title" in seen),
        "count": min(candidate.weight, 4.0) / 4,
        "dropped": float(candidate.dropped),
        "soft": float(not candidate.firm and "title" not in seen),
        "agree": agreement(gap, candidate) if gap else 0.0,
    }
    for where in ("question", "answer", "sentence", "headline", "focus", "pair"):
        if where in seen:
            values[where] = 1 / (1 + seen[where])
    return values


def score(gap: Gap | None, candidate: Candidate) -> float:
    """How likely a candidate is what the gap points to, on a scale of its own."""
    return sum(WEIGHTS[name] * value for name, value in features(gap, candidate).items())


def choose(gap: Gap, found: Sequence[Candidate]) -> Candidate | None:
    """The best candidate for a gap, None if none may fill it."""
    fits = [c for c in found if agreement(gap, c) >= _LEAST_AGREEMENT.get(gap.points, -0.9)]
    return max(fits, key=lambda c: score(gap, c), default=None)


def topic(found: Sequence[Candidate]) -> Candidate | None:
    """What the conversation is about."""
    names = [c for c in found if c.nature.kind is not Kind.YEAR and c.seen.keys() != {"focus"}]
    return max(names, key=lambda c: score(None, c), default=None)
