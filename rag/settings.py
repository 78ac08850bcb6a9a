"""Every number and model name that changes results, each with its reason.

Some of them shape the index (which words share a passage, which vectors stand for them). They are saved with it,
and an index made with others must be rebuilt. The rest may differ from one question to the next.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.errors import InputError

BUNDLED = "bundled"  # the name of the parts that ship with the project


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """What shapes the index; equal settings and equal articles give an equal index."""

    embedding_model: str = BUNDLED  # all-MiniLM-L6-v2; or a local folder, or a name on the hub
    encoding: str = BUNDLED  # the tiktoken vocabulary that passages are budgeted in; or a name such as cl100k_base
    passage_tokens: int = 160  # about 100 words; 240 answers as well but reads slower (F1 76.7 at 160 ms, 77.1 at 254)
    overlap_sentences: int = 0  # sentences are whole and titles repeat, so passages need not share text

    def __post_init__(self) -> None:
        if self.passage_tokens < 8:
            raise InputError(f"passage_tokens is {self.passage_tokens}; it must be 8 or more")
        if self.overlap_sentences < 0:
            raise InputError(f"overlap_sentences is {self.overlap_sentences}; it must be 0 or more")


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """What a question is answered with; any index takes any of these."""

    reader_model: str = BUNDLED  # or a local folder, or a name on the hub
    k: int = 8  # passages read for a question: about 25 ms each on two cores
    candidates: int = 100  # passages taken from dense search and from BM25 before they are fused
    bm25_weight: float = 0.4  # share of BM25 in the fused score, 0 to 1; the rest is dense
    max_answer_tokens: int = 30  # word pieces in a span; 99.8 % of SQuAD's gold answers are shorter
    retrieval_weight: float = (
        20.0  # logits that a fused score of 1 adds to the margin: end to end F1 74.6 at 0, 77.5 here
    )
    threshold: float = 0.25  # confidence under which the articles don't say; benchmarks/results/calibration.json
    max_quotes: int = 3  # different answers shown side by side
    max_question_chars: int = 1_000  # a longer question is a pasted document, and the models would cut it silently

    def __post_init__(self) -> None:
        for name in ("k", "candidates", "max_answer_tokens", "max_quotes", "max_question_chars"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}; it must be 1 or more")
        for name in ("bm25_weight", "threshold"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} is {getattr(self, name)}; it must lie between 0 and 1")
