"""How a reader is trained: every number that changes the weights, each with its reason."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rag.errors import InputError


@dataclass(frozen=True, slots=True)
class Mixture:
    """What an epoch is made of; shares are of the questions that have an answer."""

    passage_tokens: int = 160  # as the index cuts passages by default
    whole: float = 0.2  # asked of the whole text instead of the passage that holds the answer
    titled: float = 0.0  # with the article's title above the passage; answers are read from the passage alone
    retrieved: float = 0.4  # asked once more, of a passage that search returns and that lacks the answer
    altered: float = 0.05  # asked once more, altered so that the text no longer answers it
    questions_each: int = 5  # an epoch, at most, of one passage; and of one text as many without an answer

    def __post_init__(self) -> None:
        for name in ("whole", "titled", "retrieved", "altered"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} is {getattr(self, name)}; it must lie between 0 and 1")


@dataclass(frozen=True, slots=True)
class Noise:
    """What keeps the model from learning its examples by heart; benchmarks/README.md, "A new reader"."""

    dropped: float = 0.1  # share of the activations, as when the encoder was made
    hidden: float = 0.15  # share of the word pieces of every second example
    frozen_embeddings: bool = True

    def __post_init__(self) -> None:
        for name in ("dropped", "hidden"):
            if not 0 <= getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}; it must be 0 or more, and below 1")


QUIET = Noise(dropped=0.0, hidden=0.0, frozen_embeddings=False)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Warm-up, a constant rate, a linear cool-down: what comes before the cool-down can be gone on from.

    Zhai et al. 2022, https://arxiv.org/abs/2106.04560
    """

    steps: int
    seed: int = 1
    learning_rate: float = 1e-4
    warmup_steps: int = 100
    cooldown_share: float = 0.2  # of the steps
    batch_tokens: int = 4096  # padding included; a fixed size keeps the number of shapes small, and each is compiled
    max_tokens: int = 384  # of question and passage together; what is longer is left out
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    average_decay: float = 0.998  # of the moving average of the weights, which is what is kept
    noise: Noise = Noise()

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise InputError(f"steps is {self.steps}; it must be 1 or more")
        if not 0 < self.learning_rate < math.inf:
            raise InputError(f"learning_rate is {self.learning_rate}; it must be above 0")
        if not 0 <= self.cooldown_share <= 1:
            raise InputError(f"cooldown_share is {self.cooldown_share}; it must lie between 0 and 1")
        if self.batch_tokens < self.max_tokens:
            raise InputError(f"batch_tokens is {self.batch_tokens}; wanted max_tokens ({self.max_tokens}) or more")

    @property
    def cooldown_from(self) -> int:
        """The first step of the cool-down, counted from 0."""
        return self.steps - round(self.steps * self.cooldown_share)

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0."""
        warm = min(1.0, (step + 1) / self.warmup_steps) if self.warmup_steps else 1.0
        cool = min(1.0, (self.steps - step) / (self.steps - self.cooldown_from + 1))
        return self.learning_rate * min(warm, cool)
