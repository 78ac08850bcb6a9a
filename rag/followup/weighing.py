"""An unsure rewriting + what both questions found -> the question that was meant, and the passages to read.

A question that belongs to the conversation comes closer to a passage once the conversation's topic is named in it; one
that stands alone moves away. So the cosines of the best passages tell which one was meant.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.followup.records import Rewrite
from rag.types import Hit, Hits

MIN_GAIN = 0.05  # cosine that naming the topic must add, or the question stands alone
GAIN_WEIGHT = 2.0  # how much more a rewritten question's ranking counts for each point of gain
_RANK_OFFSET = 3  # reciprocal rank fusion's constant, small for lists of eight


@dataclass(frozen=True, slots=True)
class Weighed:
    """What was meant, and what was found for it."""

    question: str
    hits: Hits


def weigh(made: Rewrite, rewritten: Hits, original: Hits, *, k: int) -> Weighed:
    """Decide between a rewritten question and the original by what each of them found.

    Args:
        made: the rewriting; if it is sure, `original` is not looked at.
        rewritten: passages for the rewritten question, best first.
        original: passages for the question as it was asked, best first.
        k: at most so many.
    """
    if made.sure:
        return Weighed(made.question, rewritten[:k])
    gain = _closest(rewritten) - _closest(original)
    if gain < MIN_GAIN:
        return Weighed(made.original, original[:k])
    return Weighed(made.question, fused(rewritten, original, 1 + gain * GAIN_WEIGHT)[:k])


def fused(first: Hits, second: Hits, weight: float) -> Hits:
    """Two rankings as one, no passage twice: by the sum of 1 / (3 + place), the first ranking's times a weight."""
    hits: dict[tuple[str, int], Hit] = {}
    votes: dict[tuple[str, int], float] = {}
    for ranking, share in ((first, weight), (second, 1.0)):
        for place, hit in enumerate(ranking):
            key = (hit.passage.article_id, hit.passage.number)
            hits.setdefault(key, hit)
            votes[key] = votes.get(key, 0.0) + share / (_RANK_OFFSET + place)
    return tuple(hits[key] for key in sorted(hits, key=lambda key: -votes[key]))


def _closest(hits: Hits) -> float:
    return max((hit.dense for hit in hits if hit.dense is not None), default=0.0)
