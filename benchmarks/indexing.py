"""How fast are articles indexed, and how much of the time is the embedding model's?

    python benchmarks/indexing.py REAL_INDEX --articles 3000
    python benchmarks/indexing.py REAL_INDEX --variants

The first builds an index of some of the articles and times what the model takes of it. The second embeds a sample of
passages in several ways: arithmetic, threads, batch sizes, sorted by length or not, other runtimes (runtimes.py) where
they are installed; each in a process of its own.
Figures go to benchmarks/results/indexing.json.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import results
import runtimes

from rag.embeddings import SentenceEmbedder, Vectors
from rag.index import Index

SAMPLE = 256  # passages that a variant embeds
VARIANTS: list[dict[str, Any]] = [
    *({"arithmetic": a, "threads": t, "batch": 32, "sorted": True}
      for a, t in itertools.product(("float32", "bf16 autocast", "bf16 weights"), (1, 2))),
    *({"arithmetic": "bf16 autocast", "threads": 2, "batch": b, "sorted": True} for b in (16, 64)),
    {"arithmetic": "bf16 autocast", "threads": 2, "batch": 32, "sorted": False},
    *({"arithmetic": name, "threads": t, "batch": 32, "sorted": True}
      for name, t in itertools.product(runtimes.available(), (1, 2))),
]  # fmt: skip


class Timed(SentenceEmbedder):
    """Ours, with the time that the model takes."""

    model_s = 0.0
    fits_s = 0.0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        started = time.perf_counter()
        try:
            return super().embed_passages(texts)
        finally:
            self.model_s += time.perf_counter() - started

    def fits(self, text: str) -> bool:
        started = time.perf_counter()
        try:
            return super().fits(text)
        finally:
            self.fits_s += time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("real", type=Path, help="an index of real articles")
    parser.add_argument("--articles", type=int, default=3_000)
    parser.add_argument("--variants", action="store_true")
    options = parser.parse_args()
    path = results.FOLDER / "indexing.json"
    figures = json.loads(path.read_text(encoding="utf-8"))["figures"] if path.exists() else {}
    if options.variants:
        figures["variants"] = _variants(options.real)
    else:
        figures["build"] = _build(options.real, options.articles)
        print(json.dumps(figures["build"], indent=1))
    results.save("indexing", "python benchmarks/indexing.py REAL_INDEX [--variants]", figures)


def _build(real: Path, count: int) -> dict[str, float]:
    articles = list(itertools.islice(Index.open(real).articles(), count))
    embedder = Timed()
    embedder.embed_passages(["warm"] * 8)
    embedder.model_s = 0.0
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        index = Index.build(articles, folder, embedder=embedder)
        took = time.perf_counter() - started
    return {
        "articles": count, "passages": index.passage_count, "s": round(took, 1),
        "passages_a_second": round(index.passage_count / took, 1), "model_share": round(embedder.model_s / took, 4),
        "counting_word_pieces_share": round(embedder.fits_s / took, 4), "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def _variants(real: Path) -> list[dict[str, Any]]:
    passages = list(itertools.islice((p.heading_and_text for _, p in Index.open(real).numbered_passages()), 20_000))
    texts = random.Random(1).sample(passages, SAMPLE)
    context, reference, table = multiprocessing.get_context("spawn"), None, []
    for variant in VARIANTS:
        with context.Pool(1) as pool:
            vectors, seconds = pool.apply(_embedded, (texts, variant))
        reference = vectors if reference is None else reference  # the first is float32
        cosines = (vectors * reference).sum(axis=1)
        row = {**variant, "passages_a_second": round(SAMPLE / seconds, 1),
               "least_cosine": round(float(cosines.min()), 5),
               "mean_cosine": round(float(cosines.mean()), 6), "load": round(os.getloadavg()[0], 1)}  # fmt: skip
        print(json.dumps(row), flush=True)
        table.append(row)
    return table


def _embedded(texts: list[str], variant: dict[str, Any]) -> tuple[Vectors, float]:
    import torch

    torch.set_num_threads(variant["threads"])
    model: Any = SentenceEmbedder()._model
    arithmetic, batch = variant["arithmetic"], variant["batch"]
    if arithmetic == "bf16 weights":
        model = model.bfloat16()
    runtime = runtimes.available().get(arithmetic)
    if runtime:
        run = runtime(model[0].model, ("last_hidden_state",), variant["threads"])
        model[0].model.forward = lambda **given: run(**{name: given[name] for name in runtimes.INPUTS})

    def encode(some: list[str]) -> Vectors:
        autocast = torch.autocast("cpu", torch.bfloat16) if arithmetic == "bf16 autocast" else nullcontext()
        with autocast, torch.inference_mode():
            return np.asarray(
                model.encode(some, batch_size=batch, convert_to_tensor=True, show_progress_bar=False).float(),
                np.float32,
            )

    encode(texts[:batch])
    started = time.perf_counter()
    if variant["sorted"]:  # encode sorts by length itself
        rows = encode(texts)
    else:
        rows = np.concatenate([encode(texts[n : n + batch]) for n in range(0, len(texts), batch)])
    seconds = time.perf_counter() - started
    return rows / np.linalg.norm(rows, axis=1, keepdims=True), seconds


if __name__ == "__main__":
    main()
