"""A model's folder -> what is trained, and back; the moving average between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rag.errors import ModelError
from rag.models import silent_loading

Weights = dict[str, Any]  # name -> tensor


def load(start: Path) -> tuple[Any, Any]:
    """The tokenizer and the model to start from: a reader, or any encoder, which gets a new head.

    Raises:
        ModelError: the folder does not load, or its tokenizer has no offsets.
    """
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    try:
        with silent_loading():
            tokenizer = AutoTokenizer.from_pretrained(start, local_files_only=True)
            model = AutoModelForQuestionAnswering.from_pretrained(start, local_files_only=True, dtype=torch.float32)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{start} does not load as a model to train: {error}") from error
    if not tokenizer.is_fast:
        raise ModelError(f"the tokenizer in {start} has no offsets; wanted one with a tokenizer.json")
    return tokenizer, model


def save(model: Any, tokenizer: Any, weights: Weights, folder: Path) -> None:
    """Write a reader's folder, in float16, with these weights in place of the model's own."""
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    half = {name: value.to(torch.float16) if value.is_floating_point() else value for name, value in weights.items()}
    with silent_loading():
        model.save_pretrained(folder, state_dict=half)
        tokenizer.save_pretrained(folder)
    model.config.dtype = torch.float16  # of the file; the line above has named that of the model in training
    model.config.save_pretrained(folder)
    model.config.dtype = torch.float32


def move(average: Weights, model: Any, *, decay: float, step: int) -> None:
    """Move averaged weights towards the model's, in place; at first faster, so that the start is forgotten."""
    weight = max(1 - decay, 1 / (step + 1))
    now = model.state_dict()
    for name, value in average.items():
        if value.is_floating_point():
            value.lerp_(now[name], weight)
