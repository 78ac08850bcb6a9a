"""Files -> questions with the text that they are asked of: SQuAD's format, or one JSON object a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag import question_files
from rag.errors import InputError
from rag.question_files import named
from rag.types import Article, Span


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the text that it is asked of."""

    id: str  # unique among the files that are read together
    text: str
    article: Article
    topic: str  # questions of one topic are about the same things: the article's title, or the text's id
    answers: tuple[Span, ...]  # characters of the article's text; none: the text does not answer the question

    @property
    def answer_texts(self) -> tuple[str, ...]:
        return tuple(span.of(self.article.text) for span in self.answers)


def read_questions(paths: Iterable[Path]) -> tuple[Question, ...]:
    """The questions of all files, in order.

    Args:
        paths: .json or .json.gz in SQuAD's format (1.1 or 2.0); .jsonl or .jsonl.gz with "context", "question",
            "answer" and "start" in each line.

    Raises:
        InputError: a file is missing, of another kind, or an answer does not stand where it is said to; names it.
    """
    paths = list(paths)
    names = Counter(path.name for path in paths)
    found: list[Question] = []
    taken: set[str] = set()
    for place, path in enumerate(paths):
        label = path.name if names[path.name] == 1 else f"{place}:{path.name}"
        for one in _lines(path, label) if question_files.is_lines(path) else _squad(path, label):
            # Two files may give the same ids.
            found.append(one if one.id not in taken else replace(one, id=f"{label}:{len(found)}:{one.id}"))
            taken.add(found[-1].id)
    if not found:
        raise InputError("the files hold no questions; name files in SQuAD's format, or JSON Lines of questions")
    return tuple(found)


def _squad(path: Path, label: str) -> Iterator[Question]:
    articles: dict[int, Article] = {}
    for number, asked in enumerate(question_files.squad(path)):
        article = articles.setdefault(
            asked.paragraph, Article(f"{label}:{asked.paragraph}", asked.title, asked.context)
        )
        spans = tuple(
            _span(article, text, start, f"{asked.where}, question {asked.id}") for text, start in asked.answers
        )
        yield Question(asked.id or f"{label}:q{number}", asked.question, article, asked.title or article.id, spans)


def _lines(path: Path, label: str) -> Iterator[Question]:
    articles: dict[str, Article] = {}
    for number, row in question_files.rows(path):
        where, id_ = f"{path} line {number}", f"{label}:{number}"
        texts = [row.get(name) for name in ("context", "question")]
        if not all(isinstance(text, str) and text.strip() for text in texts):
            raise InputError(f'{where} has no "context" or no "question"; wanted context, question, answer, start')
        if "answers" in row and "answer" not in row:
            raise InputError(f'{where} has "answers", as files for evaluation do; wanted "answer", a text, and "start"')
        context, text = map(str, texts)
        article = articles.setdefault(context, Article(id_, "", context))
        spans = (_span(article, row["answer"], row.get("start"), where),) if row.get("answer") else ()
        yield Question(id_, text.strip(), article, article.id, spans)


def _span(article: Article, answer: Any, start: Any, where: str) -> Span:
    """Where an answer stands, without white space round it."""
    if not isinstance(answer, str) or type(start) is not int:
        raise InputError(
            f"{where}: the answer is {named(answer)} and its start {named(start)}; wanted a text, a number"
        )
    if not answer.strip() or start < 0 or article.text[start : start + len(answer)] != answer:
        raise InputError(
            f"{where}: {answer[:40]!r} does not stand at character {start} of its text; wanted where it does"
        )
    start += len(answer) - len(answer.lstrip())
    return Span(start, start + len(answer.strip()))
