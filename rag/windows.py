"""Question-passage pairs -> windows of tokens that a reader can take -> logits of starts and ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rag.spans import Logits


@dataclass(frozen=True, slots=True)
class Window:
    """One question-passage pair as the model sees it."""

    passage: int  # its place among the passages read
    ids: list[int]
    type_ids: list[int]
    offsets: list[tuple[int, int]]
    sequence_ids: list[int | None]  # 1: a token of the passage
    null: int  # the place of the token that stands for "no answer": the first, or wherever the model classifies


def windows(tokenizer: Any, question: str, passages: Sequence[str], *, max_tokens: int) -> list[Window]:
    """Question-passage pairs as tokens, the shortest first; a passage too long becomes several, which overlap."""
    encoded = tokenizer(
        [question] * len(passages),
        list(passages),
        truncation="only_second",
        max_length=max_tokens,
        stride=max_tokens // 8,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    cut = [
        Window(int(encoded["overflow_to_sample_mapping"][i]), encoding.ids, encoding.type_ids, encoding.offsets,
               encoding.sequence_ids, null_place(tokenizer, encoding.ids))
        for i, encoding in enumerate(encoded.encodings)
    ]  # fmt: skip
    return sorted(cut, key=lambda window: len(window.ids))  # like lengths share a batch: less padding


def logits(tokenizer: Any, model: Any, batch: Sequence[Window]) -> tuple[list[Logits], list[Logits]]:
    """For each window, a logit for each of its tokens to start a span, and one for each to end it."""
    import torch

    longest = max(len(window.ids) for window in batch)
    shape = (len(batch), longest)
    ids = torch.full(shape, int(tokenizer.pad_token_id or 0), dtype=torch.long)
    types, mask = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
    for row, window in enumerate(batch):
        ids[row, : len(window.ids)] = torch.tensor(window.ids)
        types[row, : len(window.ids)] = torch.tensor(window.type_ids)
        mask[row, : len(window.ids)] = 1
    inputs: dict[str, Any] = {"input_ids": ids, "attention_mask": mask}
    if "token_type_ids" in tokenizer.model_input_names:
        inputs["token_type_ids"] = types
    with torch.inference_mode():
        output = model(**inputs)
    start, end = output.start_logits.float().numpy(), output.end_logits.float().numpy()
    lengths = [len(window.ids) for window in batch]
    return [s[:n] for s, n in zip(start, lengths, strict=True)], [e[:n] for e, n in zip(end, lengths, strict=True)]


def null_place(tokenizer: Any, ids: Sequence[int]) -> int:
    """The token that stands for "no answer": where the model classifies, else the first."""
    cls = tokenizer.cls_token_id
    return ids.index(cls) if cls in ids else 0
