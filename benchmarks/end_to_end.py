"""End to end: all questions against all paragraphs, and nobody tells which paragraph holds the answer.

    python benchmarks/end_to_end.py SQUAD_DEV.json.gz --work DIR [--sample N]

Each answer is written to a log in DIR as it comes; a run that was interrupted goes on where it stopped. Every
quotation is compared with its article. Figures go to benchmarks/results/end_to_end.json.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import time
from dataclasses import asdict, replace
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import logs
import results
from retrieval import hit_rank, opened_index
from rich.progress import track
from squad import Corpus, Question, read_squad

from rag.answer import Answerer
from rag.metrics import exact_match, recall_at, token_f1
from rag.settings import AnswerSettings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="a folder for the index and the answers")
    parser.add_argument("--sample", type=int, help="so many questions, drawn with a fixed seed; default all")
    options = parser.parse_args()
    corpus = read_squad(options.squad)
    questions = list(corpus.questions)
    if options.sample:
        questions = random.Random(1).sample(questions, options.sample)
    settings = replace(AnswerSettings(), threshold=0.0)  # always answer: no threshold is judged here
    answerer = Answerer(opened_index(options.work / "index", corpus), settings=settings)
    rows = answered(answerer, questions, corpus, options.work)
    figures = summary(rows) | {"settings": asdict(settings), "passages": answerer.index.passage_count}
    for name, value in figures.items():
        print(f"{name}: {value}")
    if not options.sample:
        results.save("end_to_end", "python benchmarks/end_to_end.py squad/dev-v1.1.json.gz --work DIR", figures)


def answered(answerer: Answerer, questions: list[Question], corpus: Corpus, folder: Path) -> list[dict]:
    """One row a question, from the folder's log where it is there already."""
    log = folder / f"answers-{logs.key(answerer.index, answerer.settings)}.jsonl"
    texts = {article.id: article.text for article in corpus.paragraphs}
    known = {row["id"]: row for row in logs.rows(log)}
    with log.open("a") as out:
        for question in track([q for q in questions if q.id not in known], description="asking"):
            started = time.perf_counter()
            answer = answerer.ask(question.text)
            seconds = time.perf_counter() - started
            best = answer.quotes[0] if answer.quotes else None
            row = {
                "id": question.id,
                "answer": best.text if best else "",
                "em": exact_match(best.text if best else "", question.answers),
                "f1": token_f1(best.text if best else "", question.answers),
                "rank": hit_rank(question.article_id, answer.hits),
                "quotes": sum(len(q.citations) for q in answer.quotes),
                "exact_quotes": sum(
                    texts[c.article_id][c.start : c.end] == c.text for q in answer.quotes for c in q.citations
                ),
                "seconds": seconds,
            }
            known[question.id] = row
            out.write(json.dumps(row) + "\n")
            out.flush()
    return [known[q.id] for q in questions]


def summary(rows: list[dict]) -> dict:
    """Shares in per cent, times in milliseconds."""
    seconds = sorted(row["seconds"] for row in rows)
    return {
        "questions": len(rows),
        "exact match": round(100 * statistics.mean(row["em"] for row in rows), 2),
        "F1": round(100 * statistics.mean(row["f1"] for row in rows), 2),
        "recall@5": round(recall_at([row["rank"] for row in rows], 5), 4),
        "quotes": sum(row["quotes"] for row in rows),
        "quotes equal to their article's text": sum(row["exact_quotes"] for row in rows),
        "median ms": round(1000 * statistics.median(seconds)),
        "p95 ms": round(1000 * seconds[int(0.95 * len(seconds))]),
    }


if __name__ == "__main__":
    main()
