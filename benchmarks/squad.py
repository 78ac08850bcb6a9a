"""A file in SQuAD's format as a corpus of paragraphs and the questions asked of them."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.types import Article


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    text: str
    article_id: str  # of the paragraph that it was asked of
    answers: tuple[str, ...]  # () when the paragraph does not answer it
    title: str  # of the article that the paragraph comes from


@dataclass(frozen=True, slots=True)
class Corpus:
    paragraphs: tuple[Article, ...]  # each paragraph an article of its own, under its article's title
    questions: tuple[Question, ...]


def read_squad(path: Path) -> Corpus:
    """Read a .json or .json.gz file; paragraphs are numbered in the file's order."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    paragraphs: list[Article] = []
    questions: list[Question] = []
    for article in json.loads(content)["data"]:
        title = article["title"].replace("_", " ")
        for paragraph in article["paragraphs"]:
            id_ = f"paragraph-{len(paragraphs)}"
            paragraphs.append(Article(id_, title, paragraph["context"]))
            questions += [_question(qa, id_, title) for qa in paragraph["qas"]]
    return Corpus(tuple(paragraphs), tuple(questions))


def _question(qa: dict[str, Any], article_id: str, title: str) -> Question:
    gold = () if qa.get("is_impossible") else tuple(answer["text"] for answer in qa["answers"])
    return Question(qa["id"], qa["question"].strip(), article_id, gold, title)
