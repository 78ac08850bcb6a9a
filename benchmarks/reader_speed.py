"""How fast does the reader read eight passages for a question, by way of running it, and what does F1 lose?

    python benchmarks/reader_speed.py SQUAD_DEV.json.gz [--questions N] [--rounds N]

Passages are SQuAD paragraphs of about 160 tokens. Each way reads the same eight in turn, round after round, so that a
busy moment hits all of them; on a machine that does other work too, the fastest round tells more than the median. All
but the last read a sentence a second time, as the project does. F1 is that of the paragraph given, against float32.
Ways that need another runtime than torch: see runtimes.py.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import results
import runtimes
import torch
from rich.progress import track
from squad import Corpus, Question, read_squad

from rag.metrics import token_f1
from rag.models import bfloat16_is_fast, reader_folder
from rag.read import SpanReader
from rag.reader_weights import load_reader, torch_in_bfloat16
from rag.second_look import SecondLook
from rag.settings import AnswerSettings
from rag.tokens import encoding

THREADS = (1, 2)
PASSAGES = 8
AS_IT_IS = "as it is (OpenVINO bfloat16)"
SETTINGS = AnswerSettings()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--questions", type=int, default=1_000, help="for F1")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    if not bfloat16_is_fast():
        parser.exit(2, "this processor does not multiply bfloat16, so several ways would run in float32 unasked\n")
    corpus = read_squad(options.squad)
    question, passages = eight_passages(corpus)
    asked = random.Random(1).sample(corpus.questions, options.questions)
    table: dict[str, dict[str, float]] = {}
    for threads in THREADS:
        torch.set_num_threads(threads)
        ways = dict(ways_to_read(threads))
        for name, times in timed(ways, question, passages, options.rounds).items():
            row = table.setdefault(name, {})
            row[f"median ms, {threads} threads"] = round(1000 * statistics.median(times), 1)
            row[f"fastest ms, {threads} threads"] = round(1000 * min(times), 1)
    for name, reader in ways.items():
        table[name]["F1"] = round(mean_f1(reader, asked, corpus, name), 2)
    for row in table.values():
        row["F1 against float32"] = round(row["F1"] - table["torch float32"]["F1"], 2)
    print(json.dumps(table, indent=1))
    pieces = [len(ids) for ids in SpanReader().tokenizer([question] * PASSAGES, passages)["input_ids"]]
    figures = {
        "passages": PASSAGES,
        "word pieces with the question": sum(pieces),
        "questions": len(asked),
        "ways": table,
    }
    results.save("reader_speed", "python benchmarks/reader_speed.py squad/dev-v1.1.json.gz", figures)


def eight_passages(corpus: Corpus) -> tuple[str, list[str]]:
    """A question and eight paragraphs of 150 to 160 tokens, as the project counts them."""
    tokens = encoding()
    fitting = [p.text for p in corpus.paragraphs if 150 <= len(tokens.encode_ordinary(p.text)) <= 160]
    return corpus.questions[0].text, random.Random(1).sample(fitting, PASSAGES)


def ways_to_read(threads: int) -> Iterator[tuple[str, SpanReader]]:
    """Each way of running the bundled reader, with its name."""
    yield "torch float32", changed(lambda model: model)
    yield "torch bfloat16 autocast", changed(torch_in_bfloat16)
    yield "torch .bfloat16()", changed(lambda model: model.bfloat16())
    yield "torch dynamic int8", changed(dynamic_int8)
    yield "torch dynamic int8, scaled by channel", changed(dynamic_int8_by_channel)
    for name, runtime in runtimes.available().items():
        yield name, changed(lambda model: runtime(model, ("start_logits", "end_logits"), threads))  # noqa: B023
    yield AS_IT_IS, SpanReader()
    yield f"{AS_IT_IS}, without the second look", SpanReader(second_look=SecondLook(passages=0))


def changed(change: Callable[[Any], Any]) -> SpanReader:
    reader = SpanReader(bfloat16=False)
    reader.model = change(load_reader(reader_folder())[1])
    return reader


def dynamic_int8(model: Any) -> Any:
    return torch.ao.quantization.quantize_dynamic(model, {torch.nn.Linear}, dtype=torch.qint8)


def dynamic_int8_by_channel(model: Any) -> Any:
    """A scale for each row of a matrix instead of one for all, and eight bits for what it is multiplied with, not 7."""
    quantization = torch.ao.quantization
    eight_bits = quantization.PlaceholderObserver.with_args(
        dtype=torch.quint8, quant_min=0, quant_max=255, is_dynamic=True
    )
    scales = quantization.QConfig(eight_bits, quantization.default_per_channel_weight_observer)
    return quantization.quantize_dynamic(model, {torch.nn.Linear: scales}, dtype=torch.qint8)


def timed(ways: dict[str, SpanReader], question: str, passages: list[str], rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in track(range(rounds + 2), description="timing"):
        for name, reader in ways.items():
            started = time.perf_counter()
            reader.read(question, passages, max_answer_tokens=SETTINGS.max_answer_tokens, k=3)
            if number >= 2:  # the first two warm up
                times[name].append(time.perf_counter() - started)
    return times


def mean_f1(reader: SpanReader, questions: list[Question], corpus: Corpus, name: str) -> float:
    texts = {article.id: article.text for article in corpus.paragraphs}
    total = 0.0
    for question in track(questions, description=name):
        text = texts[question.article_id]
        best = reader.read(question.text, [text], max_answer_tokens=SETTINGS.max_answer_tokens, k=1)[0]
        total += token_f1(best.span.of(text), question.answers)
    return 100 * total / len(questions)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
