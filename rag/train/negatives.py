"""Questions + a search -> passages that it returns for them and that do not hold the answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag.errors import InputError
from rag.index import Index
from rag.metrics import normal_form
from rag.store import terms
from rag.store.analysis import Analysis
from rag.train.questions import Question
from rag.types import Passage

# Of scripts that put spaces between words: not Thai, Lao, Burmese, Khmer, Chinese, Japanese.
LETTER = r"[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"


@dataclass(frozen=True, slots=True)
class Miss:
    """A passage that a question finds and that does not answer it."""

    title: str
    text: str


Misses = Mapping[str, Sequence[Miss]]  # by the question's id, nearest first
Search = Callable[[str, int], Sequence[Passage]]  # a question and a number -> so many passages, best first


def term_search(passages: Sequence[Passage], folder: Path) -> Search:
    """Search by BM25 alone: quick to make, for nothing need be embedded.

    Args:
        passages: those to search.
        folder: empty or missing; holds the terms.
    """
    analysis = Analysis()
    terms.build(folder, ((n, p.heading_and_text) for n, p in enumerate(passages)), analysis)
    index = terms.TermIndex(folder, analysis)

    def search(question: str, k: int) -> Sequence[Passage]:
        return [passages[n] for n, _ in index.search(question, k)]

    return search


def index_search(index: Index) -> Search:
    """Search as questions are searched for when they are answered."""
    return lambda question, k: [hit.passage for hit in index.search(question, k)]


def holds_answer(text: str, answers: Sequence[str]) -> bool:
    """Whether the words of an answer stand in a row in the text, case, punctuation and a, an, the aside.

    A hyphen or an apostrophe ends a word as well; scripts without spaces have no words. An answer of none but a, an,
    the and punctuation counts as held: nobody could tell.
    """
    held = f" {_normal_form(text)} "
    return any(
        not normal_form(answer) or f" {normal_form(answer)} " in held or _stands_in(text, answer) for answer in answers
    )


def _stands_in(text: str, answer: str) -> bool:
    """Whether the characters of an answer stand in the text, not as a part of a longer word."""
    if answer.casefold() not in text.casefold():
        return False
    before, after = (rf"(?<!{LETTER})", rf"(?!{LETTER})")
    first, last = (re.match(LETTER, answer[0]), re.match(LETTER, answer[-1]))
    pattern = (before if first else "") + re.escape(answer) + (after if last else "")
    return re.search(pattern, text, re.IGNORECASE) is not None


_normal_form = lru_cache(maxsize=100_000)(normal_form)  # a passage is found by many questions


def mine(
    questions: Sequence[Question],
    search: Search,
    own: Search,
    *,
    depth: int,
    keep: int,
    progress: Callable[[int], None],
) -> dict[str, list[Miss]]:
    """For each question the nearest passages that lack its answer; for one without, the nearest of its own text.

    Args:
        questions: what is asked.
        search: where to look.
        own: among the passages of the texts that the questions are asked of; may be the same.
        depth: how many passages are searched for.
        keep: how many of them are kept at most.
        progress: called with the number of questions done.
    """
    found: dict[str, list[Miss]] = {}
    shared: dict[Miss, Miss] = {}  # one record a passage, however many questions find it
    for number, question in enumerate(questions, start=1):
        if question.answers:
            texts = question.answer_texts
            found_for = [p for p in search(question.text, depth) if not _of_gold(p, question)]
            lacking = [p for p in found_for if not holds_answer(p.text, texts)]
        else:  # other texts may answer it
            lacking = [p for p in own(question.text, depth) if p.article_id == question.article.id]
        misses = [Miss(p.title, p.text) for p in lacking[:keep]]
        found[question.id] = [shared.setdefault(miss, miss) for miss in misses]
        progress(number)
    return found


def _of_gold(passage: Passage, question: Question) -> bool:
    """Whether some of an answer stands in the passage, whatever its words."""
    same = passage.article_id == question.article.id
    return same and any(passage.span.overlaps(answer) for answer in question.answers)


def write_misses(misses: Misses, path: Path) -> None:
    """Write a file of JSON Lines: each passage once, under a number, then each question with its passages' numbers.

    It is written beside and renamed: a file that is there is whole.

    Raises:
        InputError: it cannot be written.
    """
    numbers: dict[Miss, int] = {}
    beside = path.with_suffix(".part")
    try:
        with beside.open("w", encoding="utf-8") as out:
            for id_, group in misses.items():
                for miss in group:
                    if miss not in numbers:
                        numbers[miss] = len(numbers)
                        row = {"passage": numbers[miss], "title": miss.title, "text": miss.text}
                        out.write(json.dumps(row, ensure_ascii=False) + "\n")
                out.write(json.dumps({"question": id_, "passages": [numbers[miss] for miss in group]}) + "\n")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(f"cannot write {path} ({error.strerror}); make room or name another folder") from error


def read_misses(path: Path) -> dict[str, list[Miss]]:
    """Read what `write_misses` wrote.

    Raises:
        InputError: the file is missing or of another kind.
    """
    passages: dict[int, Miss] = {}
    found: dict[str, list[Miss]] = {}
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if "passage" in row:
                    passages[row["passage"]] = Miss(row["title"], row["text"])
                else:
                    found[row["question"]] = [passages[number] for number in row["passages"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} does not hold negatives ({error}); leave it out and name an index instead") from error
    return found
