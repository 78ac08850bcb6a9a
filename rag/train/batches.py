"""Examples -> batches of a few fixed shapes: a CPU compiles its arithmetic for each shape anew."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.train.examples import Example
from rag.windows import null_place

LENGTH_STEP = 32
IGNORED = -100  # the target of a row that only fills a batch up; cross entropy passes over it
AT_ONCE = 1_000  # examples tokenised together

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Encoded:
    """An example as the model sees it."""

    ids: npt.NDArray[np.int32]
    types: npt.NDArray[np.int8]  # which of the two texts, as the tokenizer says it
    start: int  # the answer's first token; that which stands for none
    end: int  # its last token; likewise


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one length; shapes (rows, length) and, for the targets, (rows,)."""

    ids: Integers
    types: Integers
    mask: Integers
    starts: Integers
    ends: Integers


def encode(tokenizer: Any, examples: Sequence[Example], *, max_tokens: int) -> list[Encoded]:
    """The examples as tokens; those longer than `max_tokens` are left out."""
    found: list[Encoded] = []
    for first in range(0, len(examples), AT_ONCE):
        group = examples[first : first + AT_ONCE]
        encodings = tokenizer([e.question for e in group], [e.passage for e in group], verbose=False).encodings
        for example, encoding in zip(group, encodings, strict=True):
            if len(encoding.ids) > max_tokens:
                continue
            start = end = null_place(tokenizer, encoding.ids)
            if example.answer is not None:
                first_token = encoding.char_to_token(example.answer.start, 1)
                last_token = encoding.char_to_token(example.answer.end - 1, 1)
                if first_token is None or last_token is None:
                    continue  # the tokenizer drops the character, as BERT's does with control characters
                start, end = first_token, last_token
            ids, types = np.array(encoding.ids, dtype=np.int32), np.array(encoding.type_ids, dtype=np.int8)
            found.append(Encoded(ids, types, start, end))
    return found


def grouped(encoded: Sequence[Encoded], *, batch_tokens: int, rng: random.Random) -> list[tuple[int, list[int]]]:
    """Lengths with the places of the examples that make up each batch; every example stands in one, in random order."""
    by_length: dict[int, list[int]] = defaultdict(list)
    order = list(range(len(encoded)))
    rng.shuffle(order)
    for place in order:
        by_length[-(-len(encoded[place].ids) // LENGTH_STEP) * LENGTH_STEP].append(place)
    groups = [
        (length, places[first : first + batch_tokens // length])
        for length, places in sorted(by_length.items())
        for first in range(0, len(places), batch_tokens // length)
    ]
    rng.shuffle(groups)
    return groups


def batch(encoded: Iterable[Encoded], *, length: int, rows: int, pad: int) -> Batch:
    """The examples as arrays of `rows` rows; rows that are left over hold padding and count for nothing."""
    ids = np.full((rows, length), pad, dtype=np.int64)
    types, mask = np.zeros_like(ids), np.zeros_like(ids)
    mask[:, 0] = 1  # attention over nothing at all gives NaN
    starts, ends = np.full(rows, IGNORED, dtype=np.int64), np.full(rows, IGNORED, dtype=np.int64)
    for row, one in enumerate(encoded):
        size = len(one.ids)
        ids[row, :size], mask[row, :size] = one.ids, 1
        types[row, :size] = one.types
        starts[row], ends[row] = one.start, one.end
    return Batch(ids, types, mask, starts, ends)
