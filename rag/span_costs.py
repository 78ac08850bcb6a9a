"""A passage's tokens -> what each span loses for running on.

A reader scores where an answer starts apart from where it ends, so the best sum may join the start of one answer to
the end of another. Such spans are long, run into the next sentence, or hold half of a pair of brackets. What the costs
are worth is in benchmarks/README.md, "What a span loses".
"""

# ruff: noqa: RUF001  brackets of other scripts look like ours

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

PAIRS = tuple((pair[0], pair[1]) for pair in ("()", "[]", "{}", "“”", "«»", "（）", "「」", "『』", "【】", "《》"))

Costs = npt.NDArray[np.float32]  # (tokens, width): of the span that starts at i and holds j + 1 tokens
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Prices:
    """What it is that costs, in logits; the results hardly change between half and twice of each."""

    token: float = 0.03  # for each token
    sentence: float = 2.0  # for each sentence that begins within the span
    half_pair: float = 2.0  # for each kind of brackets or quotation marks that the span opens or closes only


def span_costs(
    text: str, offsets: Sequence[tuple[int, int]], sentence_starts: Sequence[int], prices: Prices, *, width: int
) -> Costs:
    """What to take off the scores of a passage's spans, shape (tokens, width).

    Args:
        text: the passage.
        offsets: of its tokens, in characters; (0, 0) for those that are none of its.
        sentence_starts: where its sentences begin, in order.
        prices: what costs how much.
        width: the most tokens that a span may hold.
    """
    first = np.arange(len(offsets))[:, None]
    sizes = np.arange(1, width + 1)
    last = np.minimum(first + sizes, len(offsets)) - 1
    starts = np.asarray(sentence_starts, dtype=np.int64)
    begun_before = np.searchsorted(starts, [a for a, _ in offsets], side="right")
    begun_within = np.searchsorted(starts, [b for _, b in offsets], side="left")[last] - begun_before[first]
    costs = prices.token * sizes + prices.sentence * np.maximum(begun_within, 0)
    words = [text[a:b] for a, b in offsets]
    signs = set("".join(words))
    halves = np.zeros_like(last)
    for left, right in PAIRS:
        if left in signs or right in signs:
            halves += _within([w.count(left) - w.count(right) for w in words], first, last) != 0
    if '"' in signs:
        halves += _within([w.count('"') for w in words], first, last) % 2
    costs += prices.half_pair * halves
    return np.asarray(costs, dtype=np.float32)


def _within(counts: Sequence[int], first: Integers, last: Integers) -> Integers:
    """The sums of the counts from each first to each last token, both included."""
    before = np.append(0, np.cumsum(counts))
    return np.asarray(before[last + 1] - before[first], dtype=np.int64)
