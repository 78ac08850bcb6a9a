"""The FAISS index: nearest vectors by inner product, derived from the store.

Up to EXACT_UP_TO passages every vector is compared. Beyond, vectors are shared out to lists by their nearest centroid
(IVF), a byte for each number, and the lists nearest to the question are searched. Cosines are worked out anew from the
stored embeddings either way (rag.store.view), so a coarser index may miss a passage but never misstates one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.store.local import Block, Numbers
from rag.store.selection import Selection

EXACT_UP_TO = 200_000  # passages; 14 ms a search on one core, about what embedding the question takes
LISTS_PER_ROOT = 2.0  # lists = this times the square root of the number of passages
PROBES = 128  # lists searched: recall@10 0.986 of a million passages, 0.982 of 38,000 real ones (64: 0.965 and 0.955)
TRAINING_VECTORS_PER_LIST = 48  # FAISS wants 39 and more
WRITE_BYTES = 1 << 20  # handed to the file at once


@dataclass(frozen=True, slots=True)
class Plan:
    """The kind of index for a number of passages."""

    lists: int  # 0: every vector is compared
    probes: int  # lists searched for one question

    @classmethod
    def for_passages(cls, count: int) -> Plan:
        if count <= EXACT_UP_TO:
            return cls(0, 0)
        lists = round(LISTS_PER_ROOT * math.sqrt(count))
        return cls(lists, min(PROBES, lists))

    def still_fits(self, count: int) -> bool:
        """Whether an index of this plan may go on to hold `count` passages."""
        wanted = Plan.for_passages(count)
        return (
            bool(self.lists) == bool(wanted.lists) and wanted.lists <= 2 * self.lists and self.lists <= 4 * wanted.lists
        )


class VectorIndex:
    """Unit vectors under passage numbers; scores are cosines, higher is better."""

    def __init__(self, path: Path, plan: Plan) -> None:
        """Open a file whose digest has been checked: FAISS can crash on a damaged one."""
        import faiss

        # A file of lists is mapped into memory, read as it is needed.
        self._index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC if plan.lists else 0)
        self.plan = plan

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    def numbers(self) -> Numbers:
        """The passages in it, in no order."""
        import faiss

        if not self.plan.lists:
            return np.asarray(faiss.vector_to_array(self._index.id_map), dtype=np.int64)
        lists = self._index.invlists
        parts = [
            np.array(faiss.rev_swig_ptr(lists.get_ids(place), lists.list_size(place)))
            for place in range(lists.nlist)
            if lists.list_size(place)
        ]
        return np.concatenate([np.zeros(0, dtype=np.int64), *parts])

    def best_cosine(self, vector: npt.NDArray[np.float32]) -> float:
        """The cosine of the nearest passage with a vector of length 1, as the index has it; -1 if there is none."""
        import faiss

        parameters = faiss.SearchParametersIVF(nprobe=self.plan.probes) if self.plan.lists else None
        scores, numbers = self._index.search(vector.reshape(1, -1), 1, params=parameters)
        return float(scores[0, 0]) if numbers[0, 0] >= 0 else -1.0

    def search(self, vector: npt.NDArray[np.float32], k: int, among: Selection | None = None) -> Numbers:
        """The `k` nearest passages, best first; fewer when there are fewer.

        Args:
            vector: shape (dimension,), of length 1.
            k: at most so many.
            among: search these passages only; None: all.
        """
        wanted = min(k, len(self) if among is None else len(among))
        if wanted < 1:
            return np.zeros(0, dtype=np.int64)
        share = 1.0 if among is None else len(among) / len(self)
        # With the root, a tenth of a million passages is searched as well (recall@10 0.98) as all of them.
        probes = min(self.plan.lists, math.ceil(self.plan.probes / math.sqrt(share))) if self.plan.lists else 0
        while True:
            found = self._search(vector, wanted, among, probes)
            if len(found) == wanted or probes >= self.plan.lists:
                return found
            probes = min(self.plan.lists, 4 * probes)

    def _search(self, vector: npt.NDArray[np.float32], k: int, among: Selection | None, probes: int) -> Numbers:
        import faiss

        parameters = faiss.SearchParametersIVF(nprobe=probes) if probes else faiss.SearchParameters()
        if among is not None:
            parameters.sel = faiss.IDSelectorBitmap(among.bitmap)
        numbers = self._index.search(vector.reshape(1, -1), k, params=parameters)[1][0]
        return np.asarray(numbers[numbers >= 0], dtype=np.int64)


def build(
    path: Path, blocks: Iterable[Block], dimension: int, plan: Plan, sample: Callable[[int], npt.NDArray[np.float32]]
) -> None:
    """Write an index of all blocks to `path`.

    Args:
        path: the file; one that is there is written over.
        blocks: the vectors.
        dimension: their length.
        plan: what kind of index.
        sample: so many of the vectors, at random; called if the plan has lists.

    Raises:
        OSError: it cannot be written.
    """
    import faiss

    if plan.lists:
        index = faiss.index_factory(dimension, f"IVF{plan.lists},SQ8", faiss.METRIC_INNER_PRODUCT)
        index.train(sample(plan.lists * TRAINING_VECTORS_PER_LIST))
    else:
        half = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        index = faiss.IndexIDMap(half)
    for block in blocks:
        index.add_with_ids(block.vectors, block.numbers)
    _write(index, path)


def extend(old: Path, path: Path, blocks: Iterable[Block], removed: Sequence[int]) -> None:
    """Write the index in `old`, with some vectors more and some less, to `path`.

    Raises:
        OSError: it cannot be written.
    """
    import faiss

    index = faiss.read_index(str(old))
    if removed:
        index.remove_ids(np.array(removed, dtype=np.int64))
    for block in blocks:
        index.add_with_ids(block.vectors, block.numbers)
    _write(index, path)


def _write(index: Any, path: Path) -> None:
    """Through a file of Python's, which fails when the disk is full; FAISS only prints what goes wrong on closing."""
    import faiss

    with path.open("wb") as file:
        faiss.write_index(index, faiss.PyCallbackIOWriter(file.write, WRITE_BYTES))
