"""Logits of word pieces -> the best spans; offsets of word pieces -> whole characters."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.span_costs import Costs
from rag.types import Span

Logits = npt.NDArray[np.float32]  # (tokens,)


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """A range of tokens, both ends included."""

    first: int
    last: int
    score: float  # start logit + end logit - cost


def best_spans(start: Logits, end: Logits, costs: Costs, *, k: int) -> list[TokenSpan]:
    """Rank the token ranges of one passage, best first; the ranges returned do not overlap.

    Args:
        start: start logits, shape (tokens,), -inf where a span may not start.
        end: end logits, shape (tokens,), -inf where a span may not end.
        costs: what each range loses, shape (tokens, the most tokens that a range may hold).
        k: at most so many ranges.
    """
    if not len(start):
        return []
    width = min(costs.shape[1], len(start))
    # scores[i, j]: the span that starts at i and holds j + 1 tokens
    ends = np.lib.stride_tricks.sliding_window_view(np.append(end, np.full(width - 1, -np.inf)), width)
    scores = start[:, None] + ends - costs[:, :width]
    spans: list[TokenSpan] = []
    for _ in range(k):
        first, extra = (int(i) for i in np.unravel_index(int(np.argmax(scores)), scores.shape))
        score = float(scores[first, extra])
        if not np.isfinite(score):
            break
        last = first + extra
        spans.append(TokenSpan(first, last, score))
        scores[first : last + 1] = -np.inf  # spans that start inside this one
        for before in range(max(0, first - width + 1), first):  # spans that reach into it
            scores[before, first - before :] = -np.inf
    return spans


def whole_characters(text: str, start: int, end: int) -> Span:
    """The range without white space at its ends, and with all marks that belong to its first and last letter.

    SentencePiece counts the space before a word as part of it; BERT's tokenizer drops accents and vowel signs.

    Args:
        text: the passage.
        start: of a range that holds more than white space.
        end: one past its last character.
    """
    quoted = text[start:end]
    start, end = start + len(quoted) - len(quoted.lstrip()), end - len(quoted) + len(quoted.rstrip())
    while start > 0 and _is_mark(text[start]):
        start -= 1
    while end < len(text) and _is_mark(text[end]):
        end += 1
    return Span(start, end)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")
