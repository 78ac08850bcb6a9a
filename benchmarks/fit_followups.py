"""Fit the weights of rag.followup.antecedents and rag.followup.needs, and print them as they stand in those modules.

    python benchmarks/fit_followups.py CANARD.json.gz SQUAD_TRAIN.json.gz

Antecedents: a candidate counts as right if putting it into the gap brings the question as close to the person's as any
candidate does (token F1); the weights maximise the likelihood of the right ones among all, over CANARD's part "tune".
Needs: questions without names or pronouns. Those that people rewrote in CANARD's part "tune" need context; a SQuAD
question asked after two turns about another article does not, and one about the same article does a little.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from rewriting import Case, cases, read, token_f1, tokens
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from squad import Question, read_squad
from squad_conversations import FollowUp, follow_ups

from rag.followup import Turn, antecedents, needs
from rag.followup.agreement import NEVER, agreement
from rag.followup.anaphora import gaps
from rag.followup.candidates import Candidate, candidates
from rag.followup.questions import Question as FollowUpQuestion
from rag.followup.records import Gap, Points
from rag.followup.rewriting import leaning
from rag.followup.wording import fill

NEAR = 0.02  # F1 within which two candidates are equally right
RIDGE = 1.0
WEIGHT_OF = {"canard": 2.0, "other article": 0.5, "same article": 0.05, "shortened": 1.0}

Choice = tuple[Gap, list[Candidate], np.ndarray]  # a gap, its candidates, the F1 that each leads to


def choices(found: Sequence[Case]) -> Iterator[Choice]:
    for case in found:
        if tokens(case.question) == tokens(case.person):
            continue
        for gap in gaps(FollowUpQuestion.of(case.question))[:1]:
            ones = [c for c in candidates(case.turns) if agreement(gap, c) > NEVER]
            if gap.bound or gap.points is Points.EVENT or len(ones) < 2:
                continue
            texts = [case.question[: gap.span.start] + fill(case.question, gap, c.name)
                     + case.question[gap.span.end :] for c in ones]  # fmt: skip
            f1 = np.array([token_f1(text, case.person) for text in texts])
            if f1.max() - f1.min() > NEAR:
                yield gap, ones, f1


def fit_antecedents(found: Sequence[Case]) -> dict[str, float]:
    names = list(antecedents.WEIGHTS)
    listed = list(choices(found))
    tables = [
        np.array([[antecedents.features(g, c).get(n, 0.0) for n in names] for c in ones]) for g, ones, _ in listed
    ]
    right = [f1 >= f1.max() - NEAR for _, _, f1 in listed]

    def loss(weights: np.ndarray) -> float:
        total = RIDGE * float(weights @ weights)
        for table, good in zip(tables, right, strict=True):
            scores = table @ weights
            total += float(np.logaddexp.reduce(scores) - np.logaddexp.reduce(scores[good]))
        return total

    weights = minimize(loss, np.zeros(len(names)), method="L-BFGS-B").x
    hit = np.mean([f1[(table @ weights).argmax()] for table, (_, _, f1) in zip(tables, listed, strict=True)])
    best = np.mean([f1.max() for _, _, f1 in listed])
    print(f"# {len(listed)} gaps; token F1 {hit:.4f} with these, {best:.4f} with the best candidate each time")
    return dict(zip(names, weights.tolist(), strict=True))


def fit_needs(found: Sequence[Case], squad: Path) -> tuple[float, dict[str, float]]:
    rows: list[tuple[str, bool, dict[str, float]]] = []
    for case in found:
        lean = leaning(case.question, case.turns)
        if lean is not None:
            needed = tokens(case.question) != tokens(case.person)
            rows.append(("canard", needed, needs.features(FollowUpQuestion.of(case.question), lean, case.turns)))
    for where, question, turns in in_conversation(squad):
        lean = leaning(question, turns)
        if lean is not None:
            rows.append((where, where == "same article", needs.features(FollowUpQuestion.of(question), lean, turns)))
    for follow_up, turns in shortened(squad):
        lean = leaning(follow_up.raw, turns)
        if lean is not None:
            rows.append(("shortened", True, needs.features(FollowUpQuestion.of(follow_up.raw), lean, turns)))
    names = list(rows[0][2])
    table = np.array([[row[2][n] for n in names] for row in rows])
    needed = np.array([row[1] for row in rows])
    weights = np.array([WEIGHT_OF[row[0]] for row in rows])
    model = LogisticRegression(max_iter=1000).fit(table, needed, sample_weight=weights)
    likely = model.predict_proba(table)[:, 1]
    for where in WEIGHT_OF:
        here = np.array([row[0] == where for row in rows])
        above = {limit: round(float(np.mean(likely[here] >= limit)), 3) for limit in (0.2, 0.3, 0.5, 0.7, 0.9)}
        print(f"# {where}: {here.sum()} questions, share at or above each probability {above}")
    return float(model.intercept_[0]), dict(zip(names, model.coef_[0].tolist(), strict=True))


def in_conversation(squad: Path, pairs: int = 6000) -> Iterator[tuple[str, str, list[Turn]]]:
    """Training questions after two turns about the same article or another one."""
    by_title: dict[str, list[Question]] = {}
    for question in read_squad(squad).questions:
        by_title.setdefault(question.title, []).append(question)
    chance = random.Random(0)
    for _ in range(pairs):
        here, other = chance.sample(sorted(by_title), 2)
        turns = [Turn(q.text, q.text, q.answers[0], q.answers[0], here) for q in chance.choices(by_title[here], k=2)]
        same = chance.random() < 0.5
        yield "same article" if same else "other article", chance.choice(by_title[here if same else other]).text, turns


def shortened(squad: Path) -> Iterator[tuple[FollowUp, list[Turn]]]:
    """Training questions that lost "of Warsaw" or the like, after two that name it."""
    for ones in follow_ups(read_squad(squad)).values():
        whole = [one.question for one in ones if one.form != "ellipsis"]
        for number, one in enumerate(ones):
            if one.form == "ellipsis":
                earlier = [whole[number % len(whole)], whole[(number + 1) % len(whole)]]
                yield one, [Turn(q.text, q.text, q.answers[0], q.answers[0], q.title) for q in earlier]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("canard", type=Path)
    parser.add_argument("squad_train", type=Path)
    args = parser.parse_args()
    found = list(cases(read(args.canard, "tune")))
    weights = fit_antecedents(found)
    print("antecedents.WEIGHTS", json.dumps({name: round(value, 2) for name, value in weights.items()}, indent=4))
    bias, weights = fit_needs(found, args.squad_train)
    print("needs.BIAS", round(bias, 2))
    print("needs.WEIGHTS", json.dumps({name: round(value, 2) for name, value in weights.items()}, indent=4))


if __name__ == "__main__":
    main()
