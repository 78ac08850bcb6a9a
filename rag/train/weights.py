"""A model's folder -> what is trained, and back; the moving average between."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from rag.errors import InputError, ModelError
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
    """Write a reader's folder, in float16, with these weights in place of the model's own.

    Each file is written beside and renamed, so that a kill leaves none in part.

    Raises:
        ModelError: a weight is no number of float16.
        InputError: the folder cannot be written to.
    """
    import torch
    from safetensors import SafetensorError

    half = {name: value.to(torch.float16) if value.is_floating_point() else value for name, value in weights.items()}
    wrong = [name for name, value in half.items() if not torch.isfinite(value).all()]
    if wrong:
        raise ModelError(f"the trained weights {wrong[0]} are not finite; train anew with a lower learning rate")
    beside = folder / ".part"
    shutil.rmtree(beside, ignore_errors=True)  # of a run that was killed
    try:
        beside.mkdir(parents=True)
        with silent_loading():
            model.save_pretrained(beside, state_dict=half)
            tokenizer.save_pretrained(beside)
        model.config.dtype = torch.float16  # of the file; the line above has named that of the model in training
        model.config.save_pretrained(beside)
        for path in beside.iterdir():
            path.replace(folder / path.name)
        beside.rmdir()
    except (OSError, SafetensorError) as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise InputError(
            f"cannot write the reader to {folder} ({error}); make room, then go on with --resume"
        ) from error
    finally:
        model.config.dtype = torch.float32


def move(average: Weights, model: Any, *, decay: float, step: int) -> None:
    """Move averaged weights towards the model's, in place; at first faster, so that the start is forgotten."""
    weight = max(1 - decay, 1 / (step + 1))
    now = model.state_dict()
    for name, value in average.items():
        if value.is_floating_point():
            value.lerp_(now[name], weight)
