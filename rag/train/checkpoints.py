"""What a training run must remember to go on exactly where it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import InputError, ModelError

LATEST = "latest.pt"
BEFORE_COOLDOWN = "before-cooldown.pt"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state after `step` steps."""

    step: int
    epoch: int
    batch: int  # batches done of that epoch
    cooling: bool  # whether the learning rate had begun to fall for good
    steps: int  # those that the run was planned with
    seed: int
    model: dict[str, Any]
    average: dict[str, Any]
    optimizer: dict[str, Any]


def write(checkpoint: Checkpoint, path: Path) -> None:
    """Write beside and rename, so that a kill leaves the checkpoint before.

    Raises:
        InputError: it cannot be written; the one before is left.
    """
    import torch

    beside = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save({name: getattr(checkpoint, name) for name in Checkpoint.__slots__}, beside)
        beside.replace(path)
    except (OSError, RuntimeError) as error:  # RuntimeError: of torch, on a full disk
        beside.unlink(missing_ok=True)
        reason = getattr(error, "strerror", None) or str(error).split("\n")[0]
        raise InputError(
            f"cannot write the checkpoint {path} ({reason}); make room, then go on with --resume"
        ) from error


def to_go_on_from(folder: Path, *, steps: int) -> Checkpoint | None:
    """The checkpoint that a run of so many steps goes on from; None when there is none.

    A run that was cooling down for another number of steps goes on from before its cool-down.

    Raises:
        ModelError: a checkpoint is damaged.
    """
    latest = _read(folder / LATEST)
    if latest is not None and latest.cooling and latest.steps != steps:
        return _read(folder / BEFORE_COOLDOWN)
    return latest


def _read(path: Path) -> Checkpoint | None:
    if not path.is_file():
        return None
    import torch

    try:
        return Checkpoint(**torch.load(path, map_location="cpu", weights_only=True))
    except Exception as error:  # whatever torch makes of bytes that are no checkpoint
        raise ModelError(f"the checkpoint {path} is damaged; remove it and train again") from error
