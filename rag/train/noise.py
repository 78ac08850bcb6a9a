"""Noise that keeps a model from learning its examples by heart: hidden words and dropped activations.

A dropout that draws a number for each activation takes a CPU about as long as the arithmetic. Here the masks are
stretches of one table, which is drawn anew now and then (Srivastava et al. 2014,
https://jmlr.org/papers/v15/srivastava14a.html).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from rag.errors import InputError
from rag.train.batches import Batch

TABLE = 16_000_003  # masks; more than a layer of a batch has activations
STEPS_A_TABLE = 50


def hide_words(one: Batch, rng: np.random.Generator, *, mask: int, kept: Sequence[int], share: float) -> Batch:
    """The batch with word pieces of every second row, on average, exchanged for the mask; answers stay to be seen.

    Args:
        one: the batch.
        rng: what chooses.
        mask: the id that stands for a hidden word piece.
        kept: ids that are never hidden, such as those between question and passage.
        share: of the word pieces in those rows.
    """
    places = np.arange(one.ids.shape[1])
    answer = (places >= one.starts[:, None]) & (places <= one.ends[:, None])
    rows = rng.random((len(one.ids), 1)) < 0.5
    hidden = rows & (rng.random(one.ids.shape) < share) & ~answer & ~np.isin(one.ids, kept) & (one.mask == 1)
    return replace(one, ids=np.where(hidden, mask, one.ids))


class MaskTable:
    """Masks for dropout that depend on the seed and the step alone."""

    def __init__(self, share: float, seed: int) -> None:
        self.share = share
        self._seed = seed
        self._drawn = -1
        self._table = torch.empty(0)
        self.go_to(0)

    def go_to(self, step: int) -> None:
        """Begin a step."""
        if self.share and step // STEPS_A_TABLE != self._drawn:
            self._drawn = step // STEPS_A_TABLE
            drawn = torch.rand(TABLE, generator=self._generator(self._drawn, 1)) >= self.share
            self._table = drawn.to(torch.bfloat16) / (1 - self.share)
        self._at = self._generator(step, 2)

    def mask(self, activations: torch.Tensor) -> torch.Tensor:
        """Zeros for what is dropped, else what keeps the expected sum; of the activations' shape and kind."""
        size = activations.numel()
        if size > TABLE:
            raise InputError(f"a batch has {size:,} activations, wanted at most {TABLE:,}; make batch_tokens smaller")
        first = int(torch.randint(TABLE - size + 1, (1,), generator=self._at))
        return self._table[first : first + size].view(activations.shape).to(activations)

    def _generator(self, step: int, use: int) -> torch.Generator:
        return torch.Generator().manual_seed(((self._seed * 1_000_003 + step) * 4 + use) % 2**63)


class Dropout(torch.nn.Module):
    """A dropout that is never off; in place of those of a model that is in its state for use."""

    def __init__(self, table: MaskTable) -> None:
        super().__init__()
        self.p = 0.0  # what some attentions ask their dropout for
        self._masks = table

    def forward(self, activations: torch.Tensor) -> torch.Tensor:
        """Drop a share of the activations."""
        return activations * self._masks.mask(activations)


def drop_activations(model: torch.nn.Module, table: MaskTable) -> None:
    """Exchange the model's dropouts, but for those of the attention, which come before its sums."""
    for name, module in list(model.named_modules()):
        for child_name, child in list(module.named_children()):
            if isinstance(child, torch.nn.Dropout) and "self" not in name.split("."):
                setattr(module, child_name, Dropout(table))


def freeze_embeddings(model: torch.nn.Module) -> None:
    """Leave the vectors of the words as they are: rare ones would move, all others stay."""
    for name, parameter in model.named_parameters():
        if "embeddings" in name.split("."):
            parameter.requires_grad_(False)
