"""The sentence of an answer, read again by itself -> which of its words the answer is.

Alone with the question, a sentence gets other logits than within its passage; a part of them added to the first ones
makes the words right more often. What that is worth is in benchmarks/README.md, "The second look".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.spans import Logits


@dataclass(frozen=True, slots=True)
class SecondLook:
    """How much is read again; the results hardly change between half and one and a half times the weight."""

    passages: int = 1  # of so many passages, the best; 0: nothing is read again
    weight: float = 0.4  # of the logits of the second look, those of the first have 1


@dataclass(frozen=True, slots=True)
class Look:
    """Tokens and what the reader makes of them."""

    offsets: Sequence[tuple[int, int]]  # of each token, in characters of the text that was read
    start: Logits  # -inf where no span may start
    end: Logits  # -inf where no span may end


def both_looks(first: Look, again: Look, place: int, weight: float) -> tuple[Logits, Logits]:
    """The first look's start and end logits with a part of the second's added; -inf for tokens seen only once.

    Args:
        first: at a passage.
        again: at a stretch of it.
        place: where the stretch begins in the passage, in characters.
        weight: of the second look's logits.
    """
    # Tokens are told apart by their ends: some tokenizers count the space before a word as part of it.
    seen = {end: i for i, (_, end) in enumerate(first.offsets) if np.isfinite(first.start[i])}
    start, end = np.full_like(first.start, -np.inf), np.full_like(first.end, -np.inf)
    for j, (_, stop) in enumerate(again.offsets):
        i = seen.get(stop + place) if np.isfinite(again.start[j]) else None
        if i is not None:
            start[i] = first.start[i] + weight * again.start[j]
            end[i] = first.end[i] + weight * again.end[j]
    return start, end
