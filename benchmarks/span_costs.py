"""What a span loses for running on: does it help, and how much of it?

    python benchmarks/span_costs.py SQUAD_DEV.json.gz [--sample N]

Exact match and F1 with the right paragraph given, for several prices (rag/span_costs.py), without a second
look. The model runs once.
"""

from __future__ import annotations

import argparse
import os
import random
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import results
from rich.progress import track

from rag.read import SpanReader
from rag.second_look import SecondLook
from rag.span_costs import Prices
from rag.train.judging import readings, verdict
from rag.train.questions import read_questions

FREE = Prices(token=0.0, sentence=0.0, half_pair=0.0)
CHOSEN = Prices()
VARIANTS = {
    "nothing": FREE,
    "a new sentence": replace(FREE, sentence=CHOSEN.sentence),
    "half a pair": replace(FREE, half_pair=CHOSEN.half_pair),
    "each token": replace(FREE, token=CHOSEN.token),
    "half of all": Prices(CHOSEN.token / 2, CHOSEN.sentence / 2, CHOSEN.half_pair / 2),
    "all": CHOSEN,
    "twice of all": Prices(CHOSEN.token * 2, CHOSEN.sentence * 2, CHOSEN.half_pair * 2),
}


class Remembering:
    """A model that is asked the same again and again, and runs once for each."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._outputs: dict[bytes, Any] = {}

    def __call__(self, **inputs: Any) -> Any:
        key = inputs["input_ids"].numpy().tobytes()
        if key not in self._outputs:
            self._outputs[key] = self._model(**inputs)
        return self._outputs[key]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dev", type=Path)
    parser.add_argument("--sample", type=int, default=2_500, help="so many questions, drawn with a fixed seed")
    options = parser.parse_args()
    questions = read_questions([options.dev])
    questions = random.Random(77).sample(questions, min(options.sample, len(questions)))
    reader = SpanReader(second_look=SecondLook(passages=0))
    reader.model = Remembering(reader.model)
    figures = {}
    for name, prices in VARIANTS.items():
        reader.prices = prices
        found = verdict(readings(reader, track(questions, description=name)))
        figures[name] = asdict(prices) | {"exact_match": round(found.exact_match, 2), "f1": round(found.f1, 2)}
        print(f"{name:15} {found.exact_match:.2f} {found.f1:.2f}")
    command = f"python benchmarks/span_costs.py squad/dev-v1.1.json.gz --sample {options.sample}"
    results.save("span_costs", command, {"questions": len(questions)} | figures)


if __name__ == "__main__":
    main()
