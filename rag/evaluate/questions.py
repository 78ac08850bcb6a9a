"""A file of questions with known answers -> GoldQuestions: SQuAD's format, or one JSON object a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag import question_files
from rag.errors import InputError
from rag.evaluate.records import GoldQuestion
from rag.question_files import SUFFIXES, named


def read_questions(path: str | Path) -> tuple[GoldQuestion, ...]:
    """Read a file of questions.

    Args:
        path: `.json` in SQuAD's format, 1.1 or 2.0; or `.jsonl`, each line an object with `question`, `answers` (a
            list of texts; empty or missing: the articles don't say) and, if it is known, `article` (id or title).
            Either may end in `.gz`. Keys that are not known are passed over.

    Raises:
        InputError: the file cannot be read or holds no questions; names the line.
    """
    path = Path(path)
    questions = tuple(_lines(path) if question_files.is_lines(path) else _squad(path))
    if not questions:
        raise InputError(f'{path} holds no questions; wanted {SUFFIXES}, such as {{"question": "...", "answers": []}}')
    return questions


def _lines(path: Path) -> Iterator[GoldQuestion]:
    for number, row in question_files.rows(path):
        yield _question(row, f"{path} line {number}")


def _squad(path: Path) -> Iterator[GoldQuestion]:
    for asked in question_files.squad(path):
        answers = tuple(dict.fromkeys(text for text, _ in asked.answers))
        yield GoldQuestion(asked.question, answers, asked.title or None, asked.context)


def _question(row: dict[str, Any], where: str) -> GoldQuestion:
    """One line's question."""
    text = row.get("question")
    if not isinstance(text, str) or not text.strip():
        raise InputError(f'{where} has no "question"; wanted an object with "question" and "answers"')
    if "answers" not in row and "answer" in row:
        raise InputError(f'{where} has "answer", as files for training do; wanted "answers", a list of texts')
    answers = row.get("answers")
    answers = [] if answers is None else answers
    if not isinstance(answers, list) or not all(isinstance(one, str) for one in answers):
        raise InputError(f'{where}: "answers" is {named(answers)}, wanted a list of texts, empty if nothing answers')
    article = row.get("article")
    if article is not None and not isinstance(article, str):
        raise InputError(f'{where}: "article" is {named(article)}, wanted the id or the title of an article')
    return GoldQuestion(text.strip(), tuple(one for one in answers if one.strip()), article or None)
