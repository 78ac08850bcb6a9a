"""Files of questions, SQuAD's format or JSON Lines, as far as training and evaluation read them alike."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import InputError

SUFFIXES = ".json, .json.gz (SQuAD's format), .jsonl or .jsonl.gz (one question a line)"
NAMES = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of SQuAD's."""

    where: str  # it stands, for messages
    id: str  # "" if it has none
    question: str
    title: str  # of its article, "" if it has none
    paragraph: int  # counted through the file from 0
    context: str
    answers: tuple[tuple[str, Any], ...]  # texts that are not blank, and where they are said to start


def is_lines(path: Path) -> bool:
    """Whether a file holds one question a line, by its name.

    Raises:
        InputError: neither that nor SQuAD's format.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    kind = suffixes[-1] if suffixes else ""
    if kind not in {".json", ".jsonl"}:
        raise InputError(f"{path} is no file of questions; wanted {SUFFIXES}")
    return kind == ".jsonl"


def content(path: Path) -> str:
    """The file's text, without a byte order mark; raises InputError."""
    try:
        read = path.read_bytes()
        if path.suffix.lower() == ".gz":
            read = gzip.decompress(read)
        return read.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8") from None
    except (OSError, EOFError, zlib.error) as error:  # gzip.BadGzipFile is an OSError
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot read {path} ({reason}); name a file of questions") from None


def rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of JSON Lines, each with the number of its line from 1; raises InputError."""
    for number, line in enumerate(content(path).split("\n"), start=1):
        if line.strip():
            where = f"{path} line {number}"
            row = _parsed(line, where)
            if not isinstance(row, dict):
                raise InputError(f'{where} holds {named(row)}, wanted an object with "question"')
            yield number, row


def squad(path: Path) -> Iterator[Asked]:
    """The questions of SQuAD's format, 1.1 or 2.0; raises InputError."""
    parsed = _parsed(content(path), str(path))
    try:
        paragraph = -1
        for article in parsed["data"]:
            title = article.get("title")
            for one in article["paragraphs"]:
                paragraph += 1
                where = f"paragraph {paragraph + 1}"
                context = text_of(one["context"], f"{where}: context")
                for qa in one["qas"]:
                    question = text_of(qa["question"], f"{where}: question").strip()
                    if not question:
                        raise TypeError(f"{where}: question is blank")
                    gold = [] if qa.get("is_impossible") else qa["answers"]
                    answers = [
                        (text_of(answer["text"], f"{where}: text"), answer.get("answer_start")) for answer in gold
                    ]
                    yield Asked(
                        where=f"{path} {where}",
                        id=str(qa.get("id") or ""),
                        question=question,
                        title="" if title is None else text_of(title, "title").replace("_", " "),
                        paragraph=paragraph,
                        context=context,
                        answers=tuple(answer for answer in answers if answer[0].strip()),
                    )
    except (KeyError, TypeError, AttributeError) as error:
        found = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise InputError(
            f"{path} is not in SQuAD's format ({found}); wanted data > paragraphs > context and qas > question, answers"
        ) from None


def text_of(value: Any, what: str) -> str:
    """A text; TypeError says what else it is."""
    if not isinstance(value, str):
        raise TypeError(f"{what} is {named(value)}")
    return value


def named(value: Any) -> str:
    """What kind of thing a JSON value is."""
    return NAMES.get(type(value), "a number")


def _parsed(text: str, where: str) -> Any:
    try:
        value = json.loads(text)
        if "\\ud" in text.lower():  # half a character, which could not be written out again
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        reason = f"{error.msg} at line {error.lineno}, column {error.colno}"
    except RecursionError:
        reason = "nested too deeply"
    except UnicodeEncodeError:
        reason = "half a character: \\ud800 to \\udfff come in pairs"
    except ValueError:
        reason = "a number of thousands of digits"
    else:
        return value
    raise InputError(f"{where} is not JSON ({reason}); wanted {SUFFIXES}")
