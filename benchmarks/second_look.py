"""A second look at the sentences of the best answers: does it help, how much of it, and what does it take?

    python benchmarks/second_look.py SQUAD_DEV.json.gz --work DIR [--given N] [--asked N] [--timed N]

Exact match and F1 with the right paragraph given for several weights of the second look, and end to end (nobody tells
which paragraph) for several numbers of passages that are looked at again. The time is that of reading what was found;
each variant reads for the same questions in turn, so that a busy moment hits all.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import results
from retrieval import opened_index
from rich.progress import track
from span_costs import Remembering
from squad import Question, read_squad

from rag.answer import CANDIDATES_EACH, Answerer
from rag.metrics import RIGHT_F1, auroc, exact_match, token_f1
from rag.read import SpanReader
from rag.second_look import SecondLook
from rag.settings import AnswerSettings
from rag.train.judging import readings, verdict
from rag.train.questions import read_questions

WEIGHTS = (0.0, 0.2, 0.4, 0.6, 0.8)
PASSAGES = (0, 1, 2, 4, 8)
NONE = SecondLook(passages=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dev", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="a folder for the index")
    parser.add_argument("--given", type=int, default=2_500, help="questions with their paragraph")
    parser.add_argument("--asked", type=int, default=1_000, help="questions without")
    parser.add_argument("--timed", type=int, default=100, help="of these, so many for the time")
    options = parser.parse_args()
    corpus = read_squad(options.dev)
    answerer = Answerer(
        opened_index(options.work / "index", corpus),
        reader=SpanReader(),
        settings=replace(AnswerSettings(), threshold=0.0),
    )
    asked = random.Random(77).sample(corpus.questions, options.asked)
    figures = {
        "questions": {"paragraph given": options.given, "end to end": options.asked, "timed": options.timed},
        "weight, paragraph given": given(options.dev, options.given),
        "passages, end to end": end_to_end(answerer, asked),
        "passages, ms to read": timed(answerer, asked[: options.timed]),
    }
    results.save("second_look", "python benchmarks/second_look.py squad/dev-v1.1.json.gz --work DIR", figures)


def given(dev: Path, size: int) -> dict:
    questions = read_questions([dev])
    questions = random.Random(77).sample(questions, min(size, len(questions)))
    reader = SpanReader()
    reader.model = Remembering(reader.model)
    table = {}
    for weight in WEIGHTS:
        reader.second_look = SecondLook(weight=weight) if weight else NONE
        found = verdict(readings(reader, track(questions, description=f"weight {weight}")))
        table[str(weight)] = {"exact match": round(found.exact_match, 2), "F1": round(found.f1, 2)}
        print(f"weight {weight}: {table[str(weight)]}", flush=True)
    return table


def end_to_end(answerer: Answerer, questions: list[Question]) -> dict:
    reader = answerer.reader
    model, usual = reader.model, reader.second_look
    rows: dict[int, list[tuple[float, float, float]]] = {number: [] for number in PASSAGES}
    for question in track(questions, description="asking"):
        hits = answerer.index.search(question.text, answerer.settings.k, settings=answerer.settings)
        reader.model = Remembering(model)
        for number in PASSAGES:
            reader.second_look = SecondLook(passages=number)
            best = answerer.answer_from(hits, question.text).quotes[0]
            right = exact_match(best.text, question.answers), token_f1(best.text, question.answers)
            rows[number].append((*right, best.confidence))
    reader.model, reader.second_look = model, usual
    table = {}
    for number in PASSAGES:
        em, f1, sure = zip(*rows[number], strict=True)
        table[str(number)] = {
            "exact match": round(100 * statistics.mean(em), 2),
            "F1": round(100 * statistics.mean(f1), 2),
            "AUROC of being right": round(auroc(sure, [x >= RIGHT_F1 for x in f1]), 4),
        }
        print(f"{number} passages: {table[str(number)]}", flush=True)
    return table


def timed(answerer: Answerer, questions: list[Question]) -> dict:
    reader, width = answerer.reader, answerer.settings.max_answer_tokens
    usual = reader.second_look
    seconds: dict[int, list[float]] = {number: [] for number in PASSAGES}
    for question in track(questions, description="timing"):
        passages = [h.passage.text for h in answerer.index.search(question.text, 8, settings=answerer.settings)]
        for number in PASSAGES:
            reader.second_look = SecondLook(passages=number)
            started = time.perf_counter()
            reader.read(question.text, passages, max_answer_tokens=width, k=CANDIDATES_EACH)
            seconds[number].append(time.perf_counter() - started)
    reader.second_look = usual
    table = {str(number): round(1000 * statistics.median(times), 1) for number, times in seconds.items()}
    print(f"ms to read: {table}")
    return table


if __name__ == "__main__":
    main()
