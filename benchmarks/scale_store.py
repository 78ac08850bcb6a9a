"""Big indexes out of a real one: perturbed copies of its passages, vectors between and around its vectors."""

from __future__ import annotations

import random
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag import generations
from rag.index import Index
from rag.settings import IndexSettings
from rag.store.local import LocalStore
from rag.types import Article, Passage, Span

Matrix = npt.NDArray[np.float32]
PASSAGES_AN_ARTICLE = 5
SOURCES, AUTHORS, DAYS = 10, 1_000, 1_000  # a source has a tenth of the articles, an author a thousandth
FIRST_DAY = date(2020, 1, 1)
CHANGED_WORDS = 0.2  # share of a copy's words that are replaced by words of other passages
NOISE = 0.35  # length of what is added to a vector of length 1, in a random direction
SEED = 20_001


def make(folder: Path, real: Index, count: int) -> None:
    """Fill a generation with `count` passages, without derived files."""
    store_of_real = LocalStore(generations.in_use(real.folder))
    blocks = list(store_of_real.vectors())
    vectors = np.concatenate([block.vectors for block in blocks])
    passages = [passage for _, passage in real.numbered_passages()]
    about = {"settings": asdict(IndexSettings()), "embedder": store_of_real.about("embedder"),
             "dimension": vectors.shape[1]}  # fmt: skip
    rng, numbers = random.Random(SEED), np.random.default_rng(SEED)
    words = [word for passage in rng.sample(passages, min(2_000, len(passages))) for word in passage.text.split()]
    with generations.writing(folder):
        generation, store = generations.begin(folder, about)
        for first in range(0, count, 5_000):
            chosen = numbers.integers(len(passages), size=min(5_000, count - first))
            rows = between_and_around(vectors, chosen, numbers)
            with store.changing():
                for place in range(0, len(chosen), PASSAGES_AN_ARTICLE):
                    some = chosen[place : place + PASSAGES_AN_ARTICLE]
                    article, cut = _article(first + place, [passages[n] for n in some], words, rng)
                    store.put(article, cut, rows[place : place + PASSAGES_AN_ARTICLE])
        store.describe({generations.WHOLE: True})
        store.close()
        generations.switch(folder, generation)


def between_and_around(vectors: Matrix, chosen: npt.NDArray[np.int64], rng: np.random.Generator) -> Matrix:
    """A unit vector for each of the chosen ones: mixed with another, moved a little."""
    share = rng.uniform(0.6, 1.0, size=(len(chosen), 1)).astype(np.float32)
    others = vectors[rng.integers(len(vectors), size=len(chosen))]
    noise = rng.standard_normal((len(chosen), vectors.shape[1]), dtype=np.float32) * (NOISE / vectors.shape[1] ** 0.5)
    rows = share * vectors[chosen] + (1 - share) * others + noise
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def _article(
    number: int, originals: list[Passage], words: list[str], rng: random.Random
) -> tuple[Article, list[Passage]]:
    texts = [_perturbed(passage.text, words, rng) for passage in originals]
    about = Article(
        f"copy-{number}", originals[0].title, "\n\n".join(texts),
        author=f"Author {rng.randrange(AUTHORS)}", source=f"Source {rng.randrange(SOURCES)}",
        published=FIRST_DAY + timedelta(rng.randrange(DAYS)),
    )  # fmt: skip
    passages, start = [], 0
    for place, text in enumerate(texts):
        span = Span(start, start + len(text))
        passages.append(replace(originals[place], article_id=about.id, number=place, span=span, text=text,
                                title=about.title))  # fmt: skip
        start = span.end + 2
    return about, passages


def _perturbed(text: str, words: list[str], rng: random.Random) -> str:
    own = text.split()
    for place in rng.sample(range(len(own)), int(CHANGED_WORDS * len(own))):
        own[place] = rng.choice(words)
    return " ".join(own) or "-"
