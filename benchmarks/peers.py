"""This project beside Haystack and txtai: the same paragraphs, questions, models and machine.

    pip install -r benchmarks/peers.txt      (into an environment of its own that holds this project too)
    python benchmarks/peers.py SQUAD_DEV.json.gz SQUAD_V2.json.gz --work DIR [--sample 600]

Each keeps the paragraphs of every other article of the first file (none of the second's, on which the confidence was
fitted), and is asked questions of two kinds: of these articles, and of those that were left out, which it cannot
answer. All run all-MiniLM-L6-v2 and the bundled reader, each in the way that its documentation shows for dense
vectors and BM25 together, and each reads what it finds: this project and Haystack eight passages, txtai one text of
its three best, as it does by default. The others get the reader as float32: the bundled file is float16, which a CPU
runs several times slower. EM and F1 are counted twice: of the best answer, though the system may say that there is none
(txtai has no best answer then), and of what it shows, where an answer that it withholds is wrong. Figures go to
benchmarks/results/peers.json.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from statistics import mean, median
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HAYSTACK_TELEMETRY_ENABLED", "False")

import results
from rich.progress import track
from squad import Corpus, Question, read_squad

from rag.answer import Answerer
from rag.index import Index
from rag.metrics import RIGHT_F1, auroc, calibration_error, exact_match, token_f1
from rag.models import embedder_folder, reader_folder
from rag.settings import AnswerSettings
from rag.types import Article

READ = 8  # passages


@dataclass(frozen=True, slots=True)
class Reply:
    """The best answer of one system."""

    text: str  # "" when it gave none
    says_none: bool  # that there is no answer, with its own threshold
    confidence: float | None = None  # None when it tells none
    article_id: str | None = None
    start: int | None = None  # where the answer stands in the article's text, in characters

    @property
    def shown(self) -> str:
        return "" if self.says_none else self.text


Ask = Callable[[str], Reply]


def ours(paragraphs: Sequence[Article], folder: Path) -> Ask:
    usual = AnswerSettings()
    settings = replace(usual, k=READ, threshold=0.0)  # for the answers that it would withhold
    answerer = Answerer(Index.build(paragraphs, folder / "ours"), settings=settings)

    def ask(question: str) -> Reply:
        quotes = answerer.ask(question).quotes
        if not quotes:
            return Reply("", True)
        best = quotes[0]
        return Reply(best.text, best.confidence < usual.threshold, best.confidence, best.article_id, best.start)

    return ask


def haystack(paragraphs: Sequence[Article], folder: Path) -> Ask:
    """Its hybrid pipeline: BM25 and vectors, joined by reciprocal rank fusion, then its extractive reader."""
    from haystack import Document, Pipeline
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
        SentenceTransformersTextEmbedder,
    )
    from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

    model = str(embedder_folder())
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    embedder = SentenceTransformersDocumentEmbedder(model=model, meta_fields_to_embed=["title"], progress_bar=False)
    embedder.warm_up()
    documents = [Document(content=p.text, meta={"article": p.id, "title": p.title}) for p in paragraphs]
    store.write_documents(embedder.run(documents)["documents"])
    pipeline = Pipeline()
    pipeline.add_component("embed", SentenceTransformersTextEmbedder(model=model, progress_bar=False))
    pipeline.add_component("dense", InMemoryEmbeddingRetriever(store))
    pipeline.add_component("bm25", InMemoryBM25Retriever(store))
    pipeline.add_component("join", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=READ))
    pipeline.add_component("read", TransformersExtractiveReader(widened(folder)))
    pipeline.connect("embed.embedding", "dense.query_embedding")
    for retriever in ("dense", "bm25"):
        pipeline.connect(retriever, "join")
    pipeline.connect("join", "read")
    pipeline.warm_up()

    def ask(question: str) -> Reply:
        asked = {"embed": {"text": question}, "bm25": {"query": question}, "read": {"query": question}}
        found = pipeline.run(asked)["read"]["answers"]
        best = next(answer for answer in found if answer.data is not None)
        article, start = best.document.meta["article"], best.document_offset.start
        return Reply(best.data, found[0].data is None, best.score, article, start)

    return ask


def txtai(paragraphs: Sequence[Article], folder: Path) -> Ask:
    """Its hybrid index and its RAG pipeline with an extractive model; titles before the texts do not help it."""
    from txtai import RAG, Embeddings

    embeddings = Embeddings(path=str(embedder_folder()), hybrid=True, content=True)
    embeddings.index([(p.id, p.text, None) for p in paragraphs])
    pipeline = RAG(embeddings, widened(folder), task="question-answering", output="flatten")

    def ask(question: str) -> Reply:
        try:
            found: Any = pipeline(question)
        except TypeError:  # when the reader points at the token that stands for no answer, it has no word
            found = None
        return Reply(found or "", not found)

    return ask


def widened(folder: Path) -> str:
    """The folder of the bundled reader as float32."""
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    reader = folder / "reader"
    AutoModelForQuestionAnswering.from_pretrained(reader_folder(), dtype=torch.float32).save_pretrained(reader)
    AutoTokenizer.from_pretrained(reader_folder()).save_pretrained(reader)
    return str(reader)


SYSTEMS = {
    "this project": (ours, "article-rag"),
    "Haystack": (haystack, "haystack-ai"),
    "txtai": (txtai, "txtai"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("squad", type=Path)
    parser.add_argument("fitted", type=Path, help="what the confidence was fitted on")
    parser.add_argument("--work", type=Path, required=True, help="an empty folder for the index")
    parser.add_argument("--sample", type=int, default=600, help="questions with an answer, and half as many without")
    options = parser.parse_args()
    corpus = read_squad(options.squad)
    fitted = {p.title for p in read_squad(options.fitted).paragraphs}
    titles = sorted({p.title for p in corpus.paragraphs} - fitted)
    kept = set(titles[::2])
    paragraphs = [p for p in corpus.paragraphs if p.title in kept]
    asked = drawn(corpus, kept, set(titles[1::2]), options.sample)
    texts = {p.id: p.text for p in paragraphs}
    table = {}
    for name, (opened, package) in SYSTEMS.items():
        started = time.perf_counter()
        ask = opened(paragraphs, options.work)
        indexing = time.perf_counter() - started
        for question in asked[:5]:  # a first question loads what is not loaded yet
            ask(question.text)
        replies, seconds = [], []
        for question in track(asked, description=name):
            started = time.perf_counter()
            replies.append(ask(question.text))
            seconds.append(time.perf_counter() - started)
        release = "" if package == "article-rag" else f" {version(package)}"
        row = judged(asked, replies, kept, texts) | {
            "median ms": round(1000 * median(seconds)),
            "p95 ms": round(1000 * sorted(seconds)[int(0.95 * len(seconds))]),
            "s to index": round(indexing, 1),
        }
        table[name + release] = row
        print(name + release, row, flush=True)
    results.save(
        "peers",
        "python benchmarks/peers.py squad/dev-v1.1.json.gz squad/calibration-v2.0.json.gz --work DIR",
        {"paragraphs": len(paragraphs), "questions": len(asked), "table": table},
    )


def drawn(corpus: Corpus, kept: set[str], others: set[str], size: int) -> list[Question]:
    """Questions of the articles that are kept, and half as many of others, with a fixed seed."""
    rng = random.Random(1)
    inside = rng.sample([q for q in corpus.questions if q.title in kept], size)
    outside = rng.sample([q for q in corpus.questions if q.title in others], size // 2)
    return rng.sample(inside + outside, len(inside) + len(outside))


def judged(asked: Sequence[Question], replies: Sequence[Reply], kept: set[str], texts: dict[str, str]) -> dict:
    """The figures of one system; None for what it does not tell."""
    pairs = list(zip(asked, replies, strict=True))
    answerable = [question.title in kept for question in asked]
    inside = [(q, r) for q, r in pairs if q.title in kept]
    f1 = [token_f1(r.text, q.answers) if q.title in kept else 0.0 for q, r in pairs]
    right = [x >= RIGHT_F1 for x in f1]
    figures: dict[str, float | None] = {
        "exact match": round(100 * mean(exact_match(r.text, q.answers) for q, r in inside), 1),
        "F1": round(100 * mean(token_f1(r.text, q.answers) for q, r in inside), 1),
        "exact match, withheld is wrong": round(100 * mean(exact_match(r.shown, q.answers) for q, r in inside), 1),
        "F1, withheld is wrong": round(100 * mean(token_f1(r.shown, q.answers) for q, r in inside), 1),
        "exact places": sum(
            r.start is not None and texts[r.article_id or ""][r.start : r.start + len(r.text)] == r.text
            for _, r in pairs
            if r.text
        ),
        "answers": sum(bool(r.text) for _, r in pairs),
        "says that there is none, where there is": sum(r.says_none for _, r in inside),
        "says that there is none, where there is none": sum(r.says_none for q, r in pairs if q.title not in kept),
    }
    sure = [r.confidence for _, r in pairs if r.confidence is not None]
    tells = len(sure) == len(pairs)
    return figures | {
        "AUROC of being answerable": round(auroc(sure, answerable), 3) if tells else None,
        "AUROC of being right": round(auroc(sure, right), 3) if tells else None,
        "calibration error": round(calibration_error(sure, right), 3) if tells else None,
    }


if __name__ == "__main__":
    main()
