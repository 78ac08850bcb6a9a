"""Texts -> unit vectors, with a sentence-transformers model."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from rag.errors import ModelError
from rag.models import bfloat16_is_fast, embedder_folder, fingerprint, silent_loading
from rag.settings import BUNDLED

Vectors = npt.NDArray[np.float32]  # (texts, dimension), rows of length 1


class Embedder(Protocol):
    """Anything that turns texts into unit vectors."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same text would get another vector."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Rows in the order of `texts`; no texts give shape (0, dimension)."""

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """The same for questions; some models prompt the two differently."""

    def fits(self, text: str) -> bool:
        """Whether the model reads all of `text`: beyond its limit a model cuts silently."""


class SentenceEmbedder:
    """A sentence-transformers model on the CPU; prompts for questions and passages are used where it has them."""

    def __init__(self, model: str = BUNDLED) -> None:
        """Load a model by name: the bundled all-MiniLM-L6-v2, a local folder, or a name on the hub.

        Raises:
            ModelError: the model is missing, damaged, or no sentence embedding model.
        """
        folder = embedder_folder(model)
        from sentence_transformers import SentenceTransformer

        try:
            with silent_loading():
                self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"{folder} does not load as an embedding model: {error}") from error
        self.fingerprint = fingerprint(folder)
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.max_tokens = int(self._model.max_seq_length or 512)
        self._counting = deepcopy(self._model.tokenizer)  # one remembers whether it cuts, for all threads that use it

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, self._model.encode_document)

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, self._model.encode_query)

    def fits(self, text: str) -> bool:
        # A word piece holds at least a character, so short texts need no counting.
        if len(text) + 2 <= self.max_tokens:
            return True
        tokens = self._counting(text, truncation=False, verbose=False)["input_ids"]
        return len(tokens) <= self.max_tokens

    def _embed(self, texts: Sequence[str], encode: Any) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with _fast_arithmetic(len(texts)):
            vectors = encode(list(texts), normalize_embeddings=True, batch_size=32, show_progress_bar=False)
        return np.ascontiguousarray(vectors, dtype=np.float32)


def _fast_arithmetic(texts: int) -> AbstractContextManager[Any]:
    """bfloat16 where the processor has it: cosine to float32 0.99998; single texts gain nothing from it."""
    if texts < 4 or not bfloat16_is_fast():
        return nullcontext()
    import torch

    return torch.autocast("cpu", torch.bfloat16)
