"""Question + passages -> candidate answers, with an extractive reader.

The reader gives each word piece a logit for "the answer starts here" and one for "it ends here"; the first token
stands for "no answer in this passage". A span scores start + end logit; its margin over the first token's pair is
comparable between passages, as a softmax within each passage would not be (Clark and Gardner 2018,
https://arxiv.org/abs/1710.10723). Spans that run on lose a part of their score: rag/span_costs.py. The sentence of the
best answer is then read by itself, which settles its words: rag/second_look.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from rag.errors import InputError, ModelError
from rag.models import bfloat16_is_fast, reader_folder
from rag.reader_weights import fastest, load_reader, longest_input
from rag.second_look import Look, SecondLook, both_looks
from rag.sentences import sentence_around, sentences
from rag.settings import BUNDLED
from rag.span_costs import Costs, Prices, span_costs
from rag.spans import TokenSpan, best_spans, whole_characters
from rag.types import Span
from rag.windows import Window, logits, windows

MAX_QUESTION_TOKENS = 256  # leaves half of a 512-token reader for the passage
BATCH = 8  # passages in one pass; more do not run faster on a CPU


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words of one passage that may answer the question."""

    passage: int  # its place among the passages read
    span: Span  # characters of the passage's text, never empty
    # Span score of the first look, less its cost and the score of "no answer in this passage"; logits, may be negative.
    # A second look at the words leaves it as it is: what it knows of other passages would be lost.
    margin: float


class Reader(Protocol):
    """Anything that finds possible answers in passages."""

    def read(self, question: str, passages: Sequence[str], *, max_answer_tokens: int, k: int) -> list[Candidate]:
        """At most `k` candidates a passage that do not overlap; in the order of passages, best first in each."""


class SpanReader:
    """A fine-tuned AutoModelForQuestionAnswering on the CPU; `model` may be replaced by anything called like it."""

    def __init__(
        self,
        model: str = BUNDLED,
        *,
        prices: Prices | None = None,
        second_look: SecondLook | None = None,
        bfloat16: bool | None = None,
    ) -> None:
        """Load a reader by name: the bundled one, a local folder, or a name on the hub.

        Args:
            model: the name.
            prices: what a span loses for running on; None takes the defaults.
            second_look: how much is read again; None takes the defaults.
            bfloat16: whether to multiply in it: 2.1 times as fast as float32 at the same F1
                (benchmarks/reader_speed.py); None: where the processor has it.

        Raises:
            ModelError: the model is missing, damaged, or no extractive reader with a fast tokenizer.
        """
        self.tokenizer, self.model = load_reader(reader_folder(model))
        self.max_tokens = longest_input(self.tokenizer, self.model)
        self.model = fastest(self.model, bfloat16=bfloat16_is_fast() if bfloat16 is None else bfloat16)
        self.prices = prices or Prices()
        self.second_look = second_look or SecondLook()

    def read(self, question: str, passages: Sequence[str], *, max_answer_tokens: int, k: int) -> list[Candidate]:
        """See Reader.read.

        Raises:
            InputError: the question is longer than the reader can take.
            ModelError: the reader's weights give no numbers.
        """
        if not passages:
            return []
        tokens = len(self.tokenizer(question, add_special_tokens=False, verbose=False)["input_ids"])
        limit = min(MAX_QUESTION_TOKENS, self.max_tokens // 2)
        if tokens > limit:
            raise InputError(f"the question has {tokens} word pieces, the reader takes {limit}; please shorten it")
        begin = [[sentence.start for sentence in sentences(passage)] for passage in passages]
        found: list[list[_Found]] = [[] for _ in passages]
        for window, look, null in self._looks(question, passages):
            passage = passages[window.passage]
            costs = span_costs(passage, look.offsets, begin[window.passage], self.prices, width=max_answer_tokens)
            found[window.passage] += _decode(window.passage, passage, look, null, costs, k=k)
        kept = [_without_overlaps(group, k) for group in found]
        settled = self._settled(question, passages, [group[0] for group in kept if group])
        groups = ([one.candidate for one in group] for group in kept)
        return [c for place, group in enumerate(groups) for c in _reworded(group, settled.get(place))]

    def _settled(self, question: str, passages: Sequence[str], best: Sequence[_Found]) -> dict[int, Span]:
        """The words that a second look at their sentences chooses, by the place of their passage."""
        again: list[tuple[_Found, Span]] = []
        for one in sorted(best, key=lambda f: -f.candidate.margin)[: self.second_look.passages]:
            passage = passages[one.candidate.passage]
            sentence = sentence_around(passage, one.candidate.span)
            if sentence.of(passage) != passage.strip():
                again.append((one, sentence))
        if not again:
            return {}
        looks = list(self._looks(question, [s.of(passages[f.candidate.passage]) for f, s in again]))
        parts = Counter(window.passage for window, _, _ in looks)
        settled = {}
        for window, look, _ in looks:
            one, sentence = again[window.passage]
            if parts[window.passage] > 1:  # too long a sentence for the reader: no part of it may decide
                continue
            start, end = both_looks(one.look, look, sentence.start, self.second_look.weight)
            for span in best_spans(start, end, one.costs, k=1):
                settled[one.candidate.passage] = _characters(passages[one.candidate.passage], one.look, span)
        return settled

    def _looks(self, question: str, texts: Sequence[str]) -> Iterator[tuple[Window, Look, float]]:
        """Each window of the texts, what the reader makes of it, and its score of "no answer here"."""
        waiting = windows(self.tokenizer, question, texts, max_tokens=self.max_tokens)
        for first in range(0, len(waiting), BATCH):
            batch = waiting[first : first + BATCH]
            starts_ends = logits(self.tokenizer, self.model, batch)
            for window, start, end in zip(batch, *starts_ends, strict=True):
                if np.isnan(start).any() or np.isnan(end).any():
                    raise ModelError("the reader gives NaN, so its weights are damaged; train it again or name another")
                text, places = texts[window.passage], zip(window.sequence_ids, window.offsets, strict=True)
                inside = np.array([part == 1 and bool(text[a:b].strip()) for part, (a, b) in places])
                look = Look(window.offsets, np.where(inside, start, -np.inf), np.where(inside, end, -np.inf))
                yield window, look, float(start[window.null] + end[window.null])


@dataclass(frozen=True, slots=True)
class _Found:
    """A candidate and what it was chosen by."""

    candidate: Candidate
    look: Look
    costs: Costs


def _decode(place: int, passage: str, look: Look, null: float, costs: Costs, *, k: int) -> list[_Found]:
    spans = best_spans(look.start, look.end, costs, k=k)
    return [_Found(Candidate(place, _characters(passage, look, s), s.score - null), look, costs) for s in spans]


def _characters(passage: str, look: Look, span: TokenSpan) -> Span:
    return whole_characters(passage, look.offsets[span.first][0], look.offsets[span.last][1])


def _without_overlaps(found: list[_Found], k: int) -> list[_Found]:
    """The best `k` that do not overlap: windows of one passage see some words twice."""
    kept: list[_Found] = []
    for one in sorted(found, key=lambda f: -f.candidate.margin):
        if not any(one.candidate.span.overlaps(other.candidate.span) for other in kept):
            kept.append(one)
    return kept[:k]


def _reworded(candidates: list[Candidate], words: Span | None) -> list[Candidate]:
    """The candidates of one passage with these words as the best, and without those that overlap them.

    Their margins stay where they are, in falling order.
    """
    if words is None:
        return candidates
    spans = [words, *(c.span for c in candidates if not c.span.overlaps(words))]
    return [replace(candidate, span=span) for candidate, span in zip(candidates, spans, strict=False)]
