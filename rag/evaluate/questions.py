"""A file of questions with known answers -> GoldQuestions: SQuAD's format, or one JSON object a line."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.errors import InputError
from rag.evaluate.records import GoldQuestion

SUFFIXES = ".json, .json.gz (SQuAD's format), .jsonl or .jsonl.gz (one question a line)"


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
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    kind = suffixes[-1] if suffixes else ""
    if kind not in {".json", ".jsonl"}:
        raise InputError(f"{path} is no file of questions; wanted {SUFFIXES}")
    text = _text(path)
    questions = tuple(_lines(path, text) if kind == ".jsonl" else _squad(path, text))
    if not questions:
        raise InputError(f'{path} holds no questions; wanted {SUFFIXES}, such as {{"question": "...", "answers": []}}')
    return questions


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        if path.suffix.lower() == ".gz":
            content = gzip.decompress(content)
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8") from None
    except (OSError, EOFError, zlib.error) as error:  # gzip.BadGzipFile is an OSError
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot read {path} ({reason}); name a file of questions") from None


def _lines(path: Path, text: str) -> Iterator[GoldQuestion]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _question(_parsed(line, f"{path} line {number}"), f"{path} line {number}")


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        reason = (
            f"{error.msg} at line {error.lineno}, column {error.colno}"
            if isinstance(error, json.JSONDecodeError)
            else "nested too deeply"
        )
        raise InputError(f"{where} is not JSON ({reason}); wanted {SUFFIXES}") from None


def _question(row: Any, where: str) -> GoldQuestion:
    """One line's question."""
    if not isinstance(row, dict):
        raise InputError(f'{where} holds {_named(row)}, wanted an object with "question" and "answers"')
    text = row.get("question")
    if not isinstance(text, str) or not text.strip():
        raise InputError(f'{where} has no "question"; wanted an object with "question" and "answers"')
    answers = row.get("answers")
    answers = [] if answers is None else answers
    if not isinstance(answers, list) or not all(isinstance(one, str) for one in answers):
        raise InputError(f'{where}: "answers" is {_named(answers)}, wanted a list of texts, empty if nothing answers')
    article = row.get("article")
    if article is not None and not isinstance(article, str):
        raise InputError(f'{where}: "article" is {_named(article)}, wanted the id or the title of an article')
    return GoldQuestion(text.strip(), tuple(one for one in answers if one.strip()), article or None)


def _squad(path: Path, text: str) -> Iterator[GoldQuestion]:
    content = _parsed(text, str(path))
    try:
        for article in content["data"]:
            title = str(article.get("title", "")).replace("_", " ")
            for paragraph in article["paragraphs"]:
                for asked in paragraph["qas"]:
                    gold = [] if asked.get("is_impossible") else [answer["text"] for answer in asked["answers"]]
                    answers = tuple(dict.fromkeys(gold))
                    yield GoldQuestion(asked["question"].strip(), answers, title or None, paragraph["context"])
    except (KeyError, TypeError, AttributeError) as error:
        found = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise InputError(
            f"{path} is not in SQuAD's format ({found}); wanted data > paragraphs > context and qas > question, answers"
        ) from None


def _named(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
