"""A set of passages that a search keeps to."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from rag.store.local import Numbers


class Selection:
    """Some of the passages of an index, by their numbers."""

    def __init__(self, all_numbers: Numbers, chosen: npt.NDArray[np.bool_]) -> None:
        """`chosen` tells of each of `all_numbers`, which are in rising order, whether it belongs."""
        self.numbers: Numbers = all_numbers[chosen]
        self._last = int(all_numbers[-1]) if len(all_numbers) else 0

    def __len__(self) -> int:
        return len(self.numbers)

    def __contains__(self, number: int) -> bool:
        return bool(number <= self._last and self._flags[number])

    def holds(self, numbers: Numbers) -> npt.NDArray[np.bool_]:
        """Which of some passages of the index belong."""
        return self._flags[numbers]

    @cached_property
    def _flags(self) -> npt.NDArray[np.bool_]:
        flags = np.zeros(self._last + 1, dtype=np.bool_)
        flags[self.numbers] = True
        return flags

    @cached_property
    def bitmap(self) -> npt.NDArray[np.uint8]:
        """Bit n is set if passage n belongs, counted from the lowest bit of the first byte."""
        return np.packbits(self._flags, bitorder="little")
