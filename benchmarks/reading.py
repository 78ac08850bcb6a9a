"""The reader alone: the right paragraph is given, and it has to find the words in it, or say that there are none.

    python benchmarks/reading.py SQUAD_DEV.json.gz SQUAD_V2.json.gz --work DIR [--reader FOLDER] [--sample N]

Exact match and F1 by SQuAD's metric on the first file; on the second, which holds questions without an answer, how well
the margin tells the two kinds apart. Each reading is written to DIR as it comes; a run that was interrupted goes on
where it stopped. Figures of whole files go to benchmarks/results/reading.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
from dataclasses import asdict
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import logs
import results
from rich.progress import track

from rag.models import fingerprint, reader_folder
from rag.read import SpanReader
from rag.settings import BUNDLED
from rag.train.judging import Reading, readings, verdict
from rag.train.questions import Question, read_questions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dev", type=Path)
    parser.add_argument("unanswerable", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="a folder for the readings")
    parser.add_argument("--reader", default=BUNDLED, help="a folder or a name; default the bundled one")
    parser.add_argument("--sample", type=int, help="so many questions of each file, drawn with a fixed seed")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    reader = SpanReader(options.reader)
    read_with = repr((fingerprint(reader_folder(options.reader)), reader.prices, reader.second_look))
    which = hashlib.sha256(read_with.encode()).hexdigest()[:16]
    figures = {}
    for path in (options.dev, options.unanswerable):
        questions = list(read_questions([path]))
        if options.sample:
            questions = random.Random(1).sample(questions, min(options.sample, len(questions)))
        found = logged(reader, questions, options.work / f"{path.name.split('.')[0]}-{which}.jsonl")
        figures[path.name] = {"questions": len(found)} | {
            name: round(value, 4 if name == "auroc" else 2)
            for name, value in asdict(verdict(found)).items()
            if value is not None
        }
    print(json.dumps(figures, indent=1))
    if not options.sample and options.reader == BUNDLED:
        command = "python benchmarks/reading.py squad/dev-v1.1.json.gz squad/calibration-v2.0.json.gz --work DIR"
        results.save("reading", command, figures)


def logged(reader: SpanReader, questions: list[Question], log: Path) -> list[Reading]:
    """The readings, from the log where they are there already."""
    known = {row["id"]: Reading(**row) for row in logs.rows(log)}
    with log.open("a") as out:

        def write(reading: Reading) -> None:
            out.write(json.dumps(asdict(reading)) + "\n")
            out.flush()

        new = track([q for q in questions if q.id not in known], description=log.stem)
        known |= {reading.id: reading for reading in readings(reader, new, done=write)}
    return [known[q.id] for q in questions]


if __name__ == "__main__":
    main()
