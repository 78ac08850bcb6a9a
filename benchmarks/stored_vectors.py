"""What is lost by storing vectors in fewer bits? Dense recall of SQuAD's questions, float32 against float16 and a byte.

    python benchmarks/stored_vectors.py SQUAD_DEV.json.gz --questions 2000

Every question is compared with every paragraph. Figures go to benchmarks/results/stored_vectors.json.
"""

from __future__ import annotations

import argparse
import os
import random
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import faiss
import numpy as np
import results
from squad import read_squad

from rag.embeddings import SentenceEmbedder, Vectors
from rag.metrics import recall_at


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--questions", type=int, default=2_000)
    options = parser.parse_args()
    corpus, embedder = read_squad(options.squad), SentenceEmbedder()
    asked = random.Random(1).sample(corpus.questions, options.questions)
    questions = embedder.embed_questions([question.text for question in asked])
    rows = embedder.embed_passages([f"{p.title}\n{p.text}" for p in corpus.paragraphs])
    place = {paragraph.id: n for n, paragraph in enumerate(corpus.paragraphs)}
    gold = np.array([place[question.article_id] for question in asked])
    kinds = {"float32": rows, "float16": rows.astype(np.float16).astype(np.float32), "a byte (SQ8)": _in_bytes(rows)}
    table = {}
    for name, stored in kinds.items():
        scores = questions @ stored.T
        ranks = (scores > scores[np.arange(len(gold)), gold][:, None]).sum(axis=1).tolist()
        table[name] = {f"recall@{k}": round(recall_at(ranks, k), 4) for k in (1, 5, 20)}
        table[name]["least_cosine"] = round(float((rows * stored).sum(axis=1).min()), 6)
        print(name, table[name])
    figures = {"questions": len(asked), "paragraphs": len(corpus.paragraphs), "table": table}
    results.save("stored_vectors", "python benchmarks/stored_vectors.py squad/dev-v1.1.json.gz", figures)


def _in_bytes(rows: Vectors) -> Vectors:
    """As the lists of rag.store.vectors hold them."""
    codec = faiss.ScalarQuantizer(rows.shape[1], faiss.ScalarQuantizer.QT_8bit)
    codec.train(rows)
    return codec.decode(codec.compute_codes(rows))


if __name__ == "__main__":
    main()
