"""What follow-ups cost retrieval, and how much of it rewriting gives back.

    python benchmarks/conversations.py SQUAD_DEV.json.gz --work DIR [--conversations 600]

Conversations are made of SQuAD's own questions. The first names what its article is about; from the next two that is
taken out (a pronoun, a possessive, "there", or nothing at all in place of "of Warsaw"); the fourth stands alone and
asks about another article; the fifth follows up on that one. Every question is searched three ways: as it was
(original), with the name taken out (raw), and as rag.followup rewrites the raw one. A turn's title is that of the best
passage found; the turn has an answer, SQuAD's, only if that passage comes from the right paragraph. Where rewriting is
not sure, both questions are searched and rag.followup.weigh decides.

Questions that stand alone are measured twice: those fourth ones, and every question of the file after two turns about
another article (of these, some stood alone only beside their paragraph: "Where did he study?").

Rules were written on SQuAD's training articles (see squad_entities.py), so run on the development set to report.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import results
from retrieval import hit_rank, opened_index
from squad import Corpus, Question, read_squad
from squad_conversations import FollowUp, conversations
from squad_entities import ENTITIES

from rag.followup import Rewrite, Turn, Weighed, rewrite, weigh
from rag.index import Index
from rag.types import Hits

K = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what was made of it, and what that found."""

    form: str  # pronoun, possessive, there, ellipsis; or stands alone
    question: Question
    made: Rewrite
    weighed: Weighed


class Search:
    """Ranks of gold paragraphs, each question searched once."""

    def __init__(self, index: Index, corpus: Corpus) -> None:
        self.find = cache(lambda text: index.search(text, 8))
        self.texts = {paragraph.id: paragraph.text for paragraph in corpus.paragraphs}
        self.seconds: list[float] = []

    def turn(self, question: Question, made: Rewrite) -> Turn:
        found = self.weighed(made)
        asked, standalone, best = made.original, found.question, found.hits[0].passage
        if best.article_id != question.article_id:
            return Turn(asked, standalone, title=best.title, article_ids=(best.article_id,))
        text, answer = self.texts[best.article_id], question.answers[0]
        at = max(0, text.find(answer))
        start, end = text.rfind(". ", 0, at) + 1, text.find(". ", at)
        sentence = text[start : end + 1 if end >= 0 else len(text)].strip()
        return Turn(asked, standalone, answer, sentence, best.title, (best.article_id,))

    def rewrite(self, asked: str, turns: list[Turn]) -> Rewrite:
        start = time.perf_counter()
        made = rewrite(asked, turns)
        self.seconds.append(time.perf_counter() - start)
        return made

    def weighed(self, made: Rewrite) -> Weighed:
        found = self.find(made.question)
        return weigh(made, found, found if made.sure else self.find(made.original), k=8)


def replay(search: Search, conversation: list[FollowUp]) -> Iterator[Asked]:
    """The questions of a conversation after its opening."""
    turns: list[Turn] = []
    for place, one in enumerate(conversation):
        opening = place in {0, 3}
        made = search.rewrite(one.question.text if opening else one.raw, turns)
        if place:
            yield Asked("stands alone" if opening else one.form, one.question, made, search.weighed(made))
        turns.append(search.turn(one.question, made))


def after_another(search: Search, corpus: Corpus, most: int) -> Iterator[Asked]:
    """Questions, asked after two turns about another article."""
    by_title: dict[str, list[Question]] = defaultdict(list)
    for question in corpus.questions:
        by_title[question.title].append(question)
    for question in random.Random(0).sample(corpus.questions, min(most, len(corpus.questions))):
        chance = random.Random(question.id)
        other = chance.choice([title for title in by_title if title != question.title])
        earlier = chance.sample(by_title[other], 2)
        turns = [search.turn(one, Rewrite(one.text, one.text, changed=False)) for one in earlier]
        made = search.rewrite(question.text, turns)
        yield Asked("any, after another topic", question, made, search.weighed(made))


def figures(search: Search, asked: list[Asked]) -> dict[str, float]:
    """Recall and how often the question was changed."""

    def recall(hits: Callable[[Asked], Hits]) -> float:
        return share(hit_rank(one.question.article_id, hits(one)[:K]) is not None for one in asked)

    original = recall(lambda one: search.find(one.question.text))
    raw = recall(lambda one: search.find(one.made.original))
    ours = recall(lambda one: one.weighed.hits)
    row = {
        "questions": len(asked),
        f"recall@{K} original": original,
        f"recall@{K} raw": raw,
        f"recall@{K} rewritten": ours,
        "searched twice": share(not one.made.sure for one in asked),
        "changed": share(one.weighed.question != one.made.original for one in asked),
    }
    return row | ({"recovered": round((ours - raw) / (original - raw), 4)} if original > raw else {})


def share(values: Iterable[bool]) -> float:
    listed = list(values)
    return round(sum(listed) / max(1, len(listed)), 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="a folder for the index; used again if it is there")
    parser.add_argument("--conversations", type=int, default=600)
    parser.add_argument("--alone", type=int, default=100_000, help="at most so many questions after another topic")
    parser.add_argument("--listed", action="store_true", help="only the articles that squad_entities.py lists")
    options = parser.parse_args()
    corpus = read_squad(options.squad)
    if options.listed:
        corpus = Corpus(
            tuple(p for p in corpus.paragraphs if p.title in ENTITIES),
            tuple(q for q in corpus.questions if q.title in ENTITIES),
        )
    search = Search(opened_index(options.work, corpus), corpus)
    replayed = [list(replay(search, one)) for one in conversations(corpus, options.conversations)]
    groups: dict[str, list[Asked]] = defaultdict(list)
    for one in chain.from_iterable(replayed):
        groups[one.form].append(one)
    alone = groups.pop("stands alone")
    table = {
        "follow-ups": figures(search, list(chain.from_iterable(groups.values()))),
        **{f"  {form}": figures(search, ones) for form, ones in sorted(groups.items())},
        "stands alone": figures(search, alone),
        "any, after another topic": figures(search, list(after_another(search, corpus, options.alone))),
    }
    for name, row in table.items():
        print(f"{name:26}", "  ".join(f"{label} {value}" for label, value in row.items()))
    seconds = sorted(search.seconds)
    times = {
        "median_ms": round(1000 * seconds[len(seconds) // 2], 2),
        "p99_ms": round(1000 * seconds[len(seconds) * 99 // 100], 2),
    }
    print(f"{len(replayed)} conversations; rewriting took {times}")
    if not options.listed:
        report = {"conversations": len(replayed), "table": table, "rewriting": times}
        results.save("conversations", "python benchmarks/conversations.py squad/dev-v1.1.json.gz --work DIR", report)


if __name__ == "__main__":
    main()
