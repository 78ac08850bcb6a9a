"""The FAISS index: nearest vectors by inner product, derived from the store."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.store.local import Block, Numbers


class VectorIndex:
    """Unit vectors under passage numbers; scores are cosines, higher is better."""

    def __init__(self, path: Path) -> None:
        """Open a file whose digest has been checked: FAISS can crash on a damaged one."""
        import faiss

        self._index: Any = faiss.read_index(str(path))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    def search(
        self, vector: npt.NDArray[np.float32], k: int, *, only: Numbers | None = None, without: Numbers | None = None
    ) -> list[tuple[int, float]]:
        """Passage numbers and cosines, best first; fewer than `k` when there are fewer passages.

        Args:
            vector: shape (dimension,), of length 1.
            k: at most so many.
            only: search among these passages; None: among all.
            without: leave these out; None: none.
        """
        import faiss

        k = min(k, len(self))
        if k < 1:
            return []
        parameters = faiss.SearchParameters()
        selectors: list[Any] = []
        if only is not None:
            selectors.append(faiss.IDSelectorBatch(only))
        if without is not None:
            selectors.append(faiss.IDSelectorNot(faiss.IDSelectorBatch(without)))
        if selectors:
            parameters.sel = selectors[0] if len(selectors) == 1 else faiss.IDSelectorAnd(*selectors)
        scores, numbers = self._index.search(vector.reshape(1, -1), k, params=parameters)
        return [(int(n), float(score)) for n, score in zip(numbers[0], scores[0], strict=True) if n >= 0]

    def cosines(self, vector: npt.NDArray[np.float32], numbers: Numbers) -> npt.NDArray[np.float32]:
        """The cosine of `vector` with each of the passages named."""
        if not len(numbers):
            return np.zeros(0, dtype=np.float32)
        return np.asarray(self._index.reconstruct_batch(numbers) @ vector, dtype=np.float32)


def build(path: Path, blocks: Iterable[Block], dimension: int) -> None:
    """Write an exact index of all blocks to `path`.

    Raises:
        OSError: it cannot be written.
    """
    import faiss

    index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
    for block in blocks:
        index.add_with_ids(block.vectors, block.numbers)
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise OSError(f"FAISS cannot write {path}: {str(error).split('failed: ')[-1]}") from error
