"""A small index whose articles and vectors are made up: for benchmarks of what happens to an index, not of answers."""

from __future__ import annotations

import random
import zlib
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from rag.embeddings import Vectors
from rag.types import Article

WORDS = [a + b + c for a in "bdfglmnprst" for b in ("a", "ei", "o", "u") for c in ("k", "lm", "nd", "rt", "s", "x")]


class HashedWords:
    """An embedder without a model: words are counted in sixteen bins, by their checksum."""

    fingerprint = "hashed words 1"
    dimension = 16

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[zlib.crc32(word.strip(".").encode()) % self.dimension] += 1
            row[0] += 0.5  # no row is zero
        return rows / np.linalg.norm(rows, axis=1, keepdims=True) if len(texts) else rows

    embed_questions = embed_passages

    def fits(self, text: str) -> bool:
        return len(text) < 1_000


def made_up(name: str, version: int) -> Article:
    """The one article of a name and a version; its author tells the version."""
    rng = random.Random(f"{name}/{version}")
    lengths = [rng.randint(4, 14) for _ in range(rng.randint(2, 16))]
    sentences = [" ".join(rng.choices(WORDS, k=length)).capitalize() + "." for length in lengths]
    text = "".join(sentence + rng.choice((" ", " ", "\n\n")) for sentence in sentences).strip()
    return Article(
        name,
        " ".join(rng.choices(WORDS, k=3)),
        text,
        author=f"version {version}",
        source=rng.choice(("Courier", "Herald", "Tribune")),
        published=date(2020, 1, 1) + timedelta(rng.randrange(2_000)),
    )


def version_of(article: Article) -> int:
    return int((article.author or "version 0").removeprefix("version "))
