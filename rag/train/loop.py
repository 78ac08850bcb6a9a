"""A start model and examples -> a trained reader, with checkpoints that a stopped run goes on from exactly."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import InputError, ModelError
from rag.models import bfloat16_is_fast
from rag.reader_weights import longest_input
from rag.train import checkpoints, weights
from rag.train.batches import LENGTH_STEP, Batch, Encoded, batch, encode, grouped
from rag.train.checkpoints import BEFORE_COOLDOWN, LATEST, Checkpoint
from rag.train.examples import Example
from rag.train.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Done:
    """How far a run is."""

    step: int
    steps: int
    loss: float  # mean over the batch, start and end together
    tokens: int  # in this process, padding included
    seconds: float


class Trainer:
    """A model in training."""

    def __init__(self, start: Path, recipe: Recipe) -> None:
        """Load the model to start from.

        Raises:
            ModelError: the folder does not load, or its tokenizer has no offsets.
        """
        import torch

        from rag.train import noise

        self.recipe = recipe
        torch.manual_seed(recipe.seed)  # of a new head
        self.tokenizer, self.model = weights.load(start)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model.eval().to(self.device)  # eval: without torch's dropout, which a CPU is slow at
        self.masks = noise.MaskTable(recipe.noise.dropped, recipe.seed)
        if recipe.noise.dropped:
            noise.drop_activations(self.model, self.masks)
        if recipe.noise.frozen_embeddings:
            noise.freeze_embeddings(self.model)
        self.average = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self.optimizer = torch.optim.AdamW(
            [p for p in self.model.parameters() if p.requires_grad],
            lr=recipe.learning_rate,
            weight_decay=recipe.weight_decay,
            fused=True,
        )
        longest = min(recipe.max_tokens, longest_input(self.tokenizer, self.model))
        self.longest = longest // LENGTH_STEP * LENGTH_STEP  # tokens of an example; a longer one is left out
        self.left_out = 0  # examples of the last epoch that were longer
        self.step = self.epoch = self.batches_done = 0

    def plan(self, epochs: float, examples: Sequence[Example]) -> None:
        """Set the number of steps to that of so many epochs, of which `examples` is one."""
        batches = len(self._grouped(self._encoded(examples), 0))
        self.recipe = replace(self.recipe, steps=max(1, round(epochs * batches)))

    def run(
        self,
        examples_of: Callable[[int], Sequence[Example]],
        folder: Path,
        *,
        checkpoint_steps: int = 300,
        progress: Callable[[Done], None],
        at_checkpoint: Callable[[Trainer], None] = lambda _: None,
    ) -> None:
        """Train until the recipe's last step.

        Args:
            examples_of: the examples of an epoch, counted from 0; the same ones each time it is called.
            folder: for the checkpoints.
            checkpoint_steps: how many steps lie between two of them.
            progress: called after each step.
            at_checkpoint: called after each checkpoint is written.

        Raises:
            InputError: an epoch holds no example that fits, or a checkpoint cannot be written.
            ModelError: the loss is no number any more.
        """
        if checkpoint_steps < 1:
            raise InputError(f"checkpoint_steps is {checkpoint_steps}; it must be 1 or more")
        started, tokens = time.monotonic(), 0
        for one in self._batches(examples_of):
            loss = self._learn(one)
            tokens += one.ids.size
            if self.step == self.recipe.cooldown_from:
                checkpoints.write(self.checkpoint(), folder / BEFORE_COOLDOWN)
            progress(Done(self.step, self.recipe.steps, loss, tokens, time.monotonic() - started))
            if self.step % checkpoint_steps == 0 or self.step == self.recipe.steps:
                checkpoints.write(self.checkpoint(), folder / LATEST)
                at_checkpoint(self)

    def checkpoint(self) -> Checkpoint:
        """Everything that `restore` needs."""
        return Checkpoint(
            step=self.step,
            epoch=self.epoch,
            batch=self.batches_done,
            cooling=self.step > self.recipe.cooldown_from,
            steps=self.recipe.steps,
            seed=self.recipe.seed,
            model=self.model.state_dict(),
            average=self.average,
            optimizer=self.optimizer.state_dict(),
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint as if nothing had happened.

        Raises:
            InputError: its run had another seed.
        """
        if checkpoint.seed != self.recipe.seed:
            raise InputError(
                f"the checkpoint was trained with seed {checkpoint.seed}, {self.recipe.seed} was asked for; "
                f"name --seed {checkpoint.seed}, or another folder"
            )
        self.model.load_state_dict(checkpoint.model)
        self.optimizer.load_state_dict(checkpoint.optimizer)
        self.average = {name: value.to(self.device) for name, value in checkpoint.average.items()}
        self.step, self.epoch, self.batches_done = checkpoint.step, checkpoint.epoch, checkpoint.batch

    def save(self, folder: Path) -> None:
        """Write the averaged weights as a reader's folder, in float16."""
        weights.save(self.model, self.tokenizer, self.average, folder)

    def _batches(self, examples_of: Callable[[int], Sequence[Example]]) -> Iterator[Batch]:
        """The batches that are still to come, over as many epochs as it takes."""
        pad = int(self.tokenizer.pad_token_id or 0)
        while self.step < self.recipe.steps:
            encoded = self._encoded(examples_of(self.epoch))
            groups = self._grouped(encoded, self.epoch)
            for length, places in groups[self.batches_done :]:
                if self.step == self.recipe.steps:
                    return
                self.batches_done += 1
                rows = self.recipe.batch_tokens // length
                yield batch((encoded[place] for place in places), length=length, rows=rows, pad=pad)
            self.epoch, self.batches_done = self.epoch + 1, 0

    def _encoded(self, examples: Sequence[Example]) -> list[Encoded]:
        encoded = encode(self.tokenizer, examples, max_tokens=self.longest)
        if not encoded:
            raise InputError(f"no example has at most {self.longest} tokens; give questions with shorter texts")
        self.left_out = len(examples) - len(encoded)
        return encoded

    def _grouped(self, encoded: Sequence[Encoded], epoch: int) -> list[tuple[int, list[int]]]:
        rng = random.Random(f"{self.recipe.seed} {epoch} batches")
        return grouped(encoded, batch_tokens=self.recipe.batch_tokens, rng=rng)

    def _learn(self, one: Batch) -> float:
        import torch
        from torch.nn.functional import cross_entropy

        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.rate(self.step)
        one = self._with_hidden_words(one)
        self.masks.go_to(self.step)
        inputs = {"input_ids": one.ids, "attention_mask": one.mask}
        if "token_type_ids" in self.tokenizer.model_input_names:
            inputs["token_type_ids"] = one.types
        tensors = {name: torch.from_numpy(values).to(self.device) for name, values in inputs.items()}
        targets = (torch.from_numpy(values).to(self.device) for values in (one.starts, one.ends))
        with self._fast_arithmetic():
            output = self.model(**tensors)
        hidden = tensors["attention_mask"] == 0
        logits = [x.float().masked_fill(hidden, -1e4) for x in (output.start_logits, output.end_logits)]
        loss = torch.stack([cross_entropy(x, y) for x, y in zip(logits, targets, strict=True)]).sum()
        if not torch.isfinite(loss):
            raise ModelError(
                f"the loss of step {self.step + 1} is {float(loss.detach())}: a learning rate of "
                f"{self.recipe.learning_rate:g} is too high for this model; train it anew with a lower one"
            )
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip_norm)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        weights.move(self.average, self.model, decay=self.recipe.average_decay, step=self.step)
        return float(loss.detach())

    def _with_hidden_words(self, one: Batch) -> Batch:
        from rag.train import noise

        share, mask = self.recipe.noise.hidden, self.tokenizer.mask_token_id
        if not share or mask is None:  # a model that knows no mask reads all words
            return one
        rng = np.random.default_rng([self.recipe.seed % 2**63, self.step])  # it takes no negative seed
        return noise.hide_words(one, rng, mask=mask, kept=self.tokenizer.all_special_ids, share=share)

    def _fast_arithmetic(self) -> AbstractContextManager[Any]:
        import torch

        if self.device == "cpu" and not bfloat16_is_fast():
            return nullcontext()
        return torch.autocast(self.device, torch.bfloat16)
