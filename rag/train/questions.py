"""Files -> questions with the text that they are asked of: SQuAD's format, or one JSON object a line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import InputError
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
    found: list[Question] = []
    for path in paths:
        try:
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            rows = _lines(content, path.name) if ".jsonl" in path.suffixes else _squad(json.loads(content), path.name)
            found += rows
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror or error}; name a file of questions") from error
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{path} holds no questions in a known form ({type(error).__name__}: {error}); "
                "wanted SQuAD's JSON, or lines of context, question, answer, start"
            ) from error
    if not found:
        raise InputError("the files hold no questions; name files in SQuAD's format, or JSON Lines of questions")
    return tuple(found)


def _squad(content: Any, file: str) -> Iterator[Question]:
    number = 0
    for group in content["data"]:
        title = group.get("title", "").replace("_", " ")
        for paragraph in group["paragraphs"]:
            article = Article(f"{file}:{number}", title, paragraph["context"])
            number += 1
            for qa in paragraph["qas"]:
                gold = [] if qa.get("is_impossible") else qa["answers"]
                spans = tuple(_span(article, g["text"], g["answer_start"], qa["id"]) for g in gold)
                yield Question(qa["id"], qa["question"].strip(), article, title or article.id, spans)


def _lines(content: bytes, file: str) -> Iterator[Question]:
    articles: dict[str, Article] = {}
    for number, line in enumerate(content.decode().splitlines(), start=1):
        if not line.strip():
            continue
        row, id_ = json.loads(line), f"{file}:{number}"
        article = articles.setdefault(row["context"], Article(f"{file}:{number}", "", row["context"]))
        spans = (_span(article, row["answer"], row["start"], id_),) if row.get("answer") else ()
        yield Question(id_, row["question"].strip(), article, article.id, spans)


def _span(article: Article, answer: str, start: int, id_: str) -> Span:
    """Where an answer stands, without white space round it."""
    if not answer.strip() or start < 0 or article.text[start : start + len(answer)] != answer:
        raise ValueError(f"question {id_}: {answer[:40]!r} does not stand at character {start}")
    start += len(answer) - len(answer.lstrip())
    return Span(start, start + len(answer.strip()))
