"""How close rag.followup comes to people who made follow-ups stand alone (CANARD, Elgohary et al. 2019).

    python benchmarks/rewriting.py CANARD.json.gz [--part report|tune|all] [--show N]

CANARD's dialogs are split in two by the article that they are about. Rules were written and weights fitted (see
benchmarks/fit_followups.py) while looking at the part "tune" only; the figures to quote are those of "report".
The earlier questions of a dialog enter as our own rewriting left them, never as the person rewrote them.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import statistics
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import results

from rag.followup import Rewrite, Turn, rewrite
from rag.followup.english import FUNCTION_WORDS
from rag.followup.spelling import TOKEN, bare

NO_ANSWER = "I don't know."
ANSWER_WORDS = 8  # an answer of at most so many words counts as the quoted words; a longer one is a sentence


@dataclass(frozen=True, slots=True)
class Case:
    """A question in its dialog, and what a person made of it."""

    question: str
    person: str
    turns: tuple[Turn, ...]
    ours: Rewrite
    seconds: float


def in_tune(row: dict[str, Any]) -> bool:
    """Whether a row belongs to the part that was looked at: by the article, so that both parts share none."""
    article = row["QuAC_dialog_id"].rsplit("_", 1)[0]
    return hashlib.sha256(article.encode()).digest()[0] % 2 == 0


def read(path: Path, part: str) -> list[dict[str, Any]]:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows: list[dict[str, Any]] = json.loads(raw)
    return [row for row in rows if part == "all" or in_tune(row) is (part == "tune")]


def cases(rows: list[dict[str, Any]]) -> Iterator[Case]:
    """Replay every dialog: the history opens with the article's title and a section's heading."""
    dialogs: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        dialogs.setdefault(row["QuAC_dialog_id"], []).append(row)
    for dialog in dialogs.values():
        turns: list[Turn] = []
        for row in sorted(dialog, key=lambda r: r["Question_no"]):
            title, heading, *said = row["History"]
            turns = turns or [Turn("", "", sentence=heading, title=title)]
            for question, answer in list(zip(said[::2], said[1::2], strict=True))[len(turns) - 1 :]:
                answer = "" if answer.startswith(NO_ANSWER) else answer
                short = answer if len(answer.split()) <= ANSWER_WORDS else ""
                turns.append(Turn(question, rewrite(question, turns).question, short, answer, title))
            start = time.perf_counter()
            ours = rewrite(row["Question"], turns)
            yield Case(row["Question"], row["Rewrite"], tuple(turns), ours, time.perf_counter() - start)


def tokens(text: str) -> list[str]:
    """Words in small letters, without accents and possessive endings."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return [bare(token).casefold().strip(".") for token in TOKEN.findall(plain)]


def token_f1(ours: str, theirs: str) -> float:
    a, b = Counter(tokens(ours)), Counter(tokens(theirs))
    return 2 * sum((a & b).values()) / max(1, sum(a.values()) + sum(b.values()))


def added(question: str, longer: str) -> set[str]:
    """The content words (no function words) of `longer` that the question lacks."""
    return set(tokens(longer)) - set(tokens(question)) - FUNCTION_WORDS


def figures(found: list[Case]) -> dict[str, float]:
    kept = [c for c in found if tokens(c.question) == tokens(c.person)]
    rest = [c for c in found if tokens(c.question) != tokens(c.person)]
    names = [(added(c.question, c.person), c) for c in rest if added(c.question, c.person)]
    mean = statistics.fmean
    return {
        "questions": len(found),
        "need none": len(kept),
        "need none, get none": mean(tokens(c.ours.question) == tokens(c.question) for c in kept),
        "need one": len(rest),
        "need one, get one": mean(tokens(c.ours.question) != tokens(c.question) for c in rest),
        "token F1, raw": mean(token_f1(c.question, c.person) for c in rest),
        "token F1, rewritten": mean(token_f1(c.ours.question, c.person) for c in rest),
        "recall of added words, raw": 0.0,
        "recall of added words, rewritten": mean(
            len(words & set(tokens(c.ours.question))) / len(words) for words, c in names
        ),
        "precision of added words": mean(
            len(ours & set(tokens(c.person))) / len(ours) for c in rest if (ours := added(c.question, c.ours.question))
        ),
        "ms, median": 1000 * statistics.median(c.seconds for c in found),
        "ms, worst": 1000 * max(c.seconds for c in found),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("canard", type=Path)
    parser.add_argument("--part", choices=("report", "tune", "all"), default="report")
    parser.add_argument("--show", type=int, default=0, help="print so many of the rewritten questions")
    args = parser.parse_args()
    found = list(cases(read(args.canard, args.part)))
    for case in found[: args.show]:
        print(f"{case.question}\n  person {case.person}\n  ours   {case.ours.question}")
    result = {name: round(value, 4) for name, value in figures(found).items()}
    for name, value in result.items():
        print(f"{name:34s} {value:g}")
    if args.part == "report":
        results.save("rewriting", "python benchmarks/rewriting.py canard/dev-half.json.gz", result)


if __name__ == "__main__":
    main()
