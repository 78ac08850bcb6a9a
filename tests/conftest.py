"""Parts that the tests share: small fakes whose results can be worked out on paper, and the real thing over seeds/."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import pytest
from hypothesis import settings

from rag.embeddings import Vectors
from rag.index import Index
from rag.read import Candidate
from rag.types import Article, Span

settings.register_profile("no deadline", deadline=None)  # a busy machine is no bug
settings.load_profile("no deadline")

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"


def unit(*rows: list[float]) -> np.ndarray:
    """Rows of length 1, as an embedder gives them."""
    array = np.array(rows, dtype=np.float32)
    return array / np.linalg.norm(array, axis=1, keepdims=True)


class WordCounts:
    """An embedder whose vectors count known words; the last entry is 1, so that no vector is zero."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.fingerprint = "words " + " ".join(words)
        self.dimension = len(words) + 1
        self.texts_embedded = 0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.texts_embedded += len(texts)
        counts = [[float(text.lower().split().count(word)) for word in self.words] + [1.0] for text in texts]
        rows = np.array(counts, dtype=np.float32).reshape(len(texts), self.dimension)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    embed_questions = embed_passages

    def fits(self, text: str) -> bool:
        return len(text) < 2_000


class LookFor:
    """A reader that knows the words to look for, and how sure it is of each: {words: margin}."""

    def __init__(self, margins: dict[str, float]) -> None:
        self.margins = margins

    def read(self, question: str, passages: Sequence[str], *, max_answer_tokens: int, k: int) -> list[Candidate]:
        return [
            Candidate(place, Span(text.index(words), text.index(words) + len(words)), margin)
            for place, text in enumerate(passages)
            for words, margin in self.margins.items()
            if words in text
        ]


def article(id_: str, text: str, title: str = "") -> Article:
    return Article(id=id_, title=title or id_, text=text)


def many(count: int) -> list[Article]:
    return [article(f"n{n:04}", f"The ferry number {n}.") for n in range(count)]


def found(index: Index, question: str, **options: object) -> list[str]:
    """The articles in which a search finds passages."""
    return sorted({hit.passage.article_id for hit in index.search(question, 50, **options)})


@pytest.fixture
def words() -> WordCounts:
    return WordCounts("bridge", "ferry", "council", "volcano")


@pytest.fixture
def town(tmp_path: Path, words: WordCounts) -> Index:
    """Three short articles."""
    articles = [
        article("bridge", "The bridge is closed. A crack was found in the bridge on Monday."),
        article("ferry", "The ferry carries 612 people. It leaves every hour."),
        article("volcano", "The volcano erupted in 1883. Nobody in the council saw it."),
    ]
    return Index.build(articles, tmp_path / "town", embedder=words)


@pytest.fixture(scope="session")
def seeds_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of seeds/ with the real embedding model, built by the project's own script."""
    import subprocess
    import sys

    folder = tmp_path_factory.mktemp("seeds") / "store"
    done = subprocess.run(
        [sys.executable, str(ROOT / "index" / "build.py"), "--out", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder
