"""A gap + the candidates -> the name that the gap points to: the highest of linear scores."""

from __future__ import annotations

from collections.abc import Sequence

from rag.followup.agreement import NEVER, agreement
from rag.followup.candidates import Candidate
from rag.followup.records import Gap, Kind, Points

# Fitted by benchmarks/fit_followups.py and rounded; "title" and "dropped" are set by hand on conversations made of
# SQuAD's training articles, since no dialog of CANARD leaves its article.
WEIGHTS: dict[str, float] = {
    "recency": 1.2,
    "title": 1.2,
    "count": 1.6,
    "soft": -1.3,
    "agree": 0.7,
    "question": 0.8,
    "aside": 0.0,
    "answer": 0.5,
    "sentence": 0.05,
    "headline": -0.2,
    "focus": -0.3,
    "pair": 0.2,
    "dropped": -2.0,
}

# What a name must reach to fill a gap, tried in this order: the least agreement, and the most points of score that it
# may lie behind the best name of any kind. "It" may stand for the unknown, "the band" may not.
_MUST_REACH: dict[Points, tuple[tuple[float, float], ...]] = {
    Points.PERSON: ((0.0, 0.8),),
    Points.NAMED: ((0.1, 0.8),),
    Points.PLACE: ((0.5, 2.0), (-0.9, 0.8)),
}
_OTHERS_MUST_REACH = ((-0.9, 0.8),)


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
    for where in ("question", "aside", "answer", "sentence", "headline", "focus", "pair"):
        if where in seen:
            values[where] = 1 / (1 + seen[where])
    return values


def score(gap: Gap | None, candidate: Candidate) -> float:
    """How likely a candidate is what the gap points to, on a scale of its own."""
    return sum(WEIGHTS[name] * value for name, value in features(gap, candidate).items())


def choose(gap: Gap, found: Sequence[Candidate]) -> Candidate | None:
    """The best candidate for a gap, None if none may fill it."""
    ranked = sorted((c for c in found if agreement(gap, c) > NEVER), key=lambda c: score(gap, c), reverse=True)
    for least, lag in _MUST_REACH.get(gap.points, _OTHERS_MUST_REACH):
        best = next((c for c in ranked if agreement(gap, c) >= least), None)
        if best and score(gap, best) >= score(gap, ranked[0]) - lag:
            return best
    return None


def topic(found: Sequence[Candidate]) -> Candidate | None:
    """What the conversation is about."""
    names = [c for c in found if c.nature.kind is not Kind.YEAR and c.seen.keys() != {"focus"}]
    return max(names, key=lambda c: score(None, c), default=None)
