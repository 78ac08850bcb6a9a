"""What users think of answers: one JSON object a line beside the index, and as questions for `rag evaluate`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from rag.errors import IndexNotWritten
from rag.types import Answer

FILE = "feedback.jsonl"  # in the folder of the index; a rebuild leaves it there
UP, DOWN, WITHDRAWN = "up", "down", "withdrawn"


@dataclass(frozen=True, slots=True)
class Rating:
    """A thumb up or down for the best quotation of an answer, or for "the articles don't say"."""

    question: str  # as it was asked
    standalone_question: str
    answer: str  # the quoted words; empty: the articles don't say
    article: str | None  # id; None if nothing was quoted
    start: int | None  # characters of the article's text
    end: int | None
    rating: str  # UP, DOWN, or WITHDRAWN
    reason: str = ""
    when: str = ""  # ISO 8601

    @property
    def rated(self) -> tuple[str, str, str | None, int | None, int | None]:
        """What was rated; a later rating of the same takes the place of an earlier one."""
        return self.standalone_question, self.answer, self.article, self.start, self.end


def rating_of(answer: Answer, *, good: bool | None, when: datetime, reason: str = "") -> Rating:
    """The rating of an answer; None takes back the one before."""
    best = answer.quotes[0] if answer.quotes else None
    return Rating(
        answer.question,
        answer.standalone_question,
        best.text if best else "",
        best.article_id if best else None,
        best.start if best else None,
        best.end if best else None,
        WITHDRAWN if good is None else UP if good else DOWN,
        " ".join(reason.split()),
        when.isoformat(timespec="seconds"),
    )


def explained(rating: Rating, reason: str) -> Rating:
    """The rating with a reason."""
    return replace(rating, reason=" ".join(reason.split()))


def keep(folder: Path, rating: Rating) -> None:
    """Append a rating to the file in a folder; it is on the disk when this returns.

    Raises:
        IndexNotWritten: the disk is full or cannot be written to.
    """
    line = json.dumps(asdict(rating)).encode("ascii") + b"\n"
    try:
        with (folder / FILE).open("ab+", buffering=0) as file:
            if file.seek(0, os.SEEK_END) and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
                line = b"\n" + line  # the line before was cut off by a crash
            file.write(line)  # one write in append mode: lines of several processes do not mix
            os.fsync(file.fileno())
    except OSError as error:
        raise IndexNotWritten(
            f"cannot write {folder / FILE} ({error.strerror}); the rating is not kept: free some space"
        ) from error


def kept(folder: Path) -> tuple[Rating, ...]:
    """The latest rating of each answer, in the order of their lines; lines that are damaged are passed over."""
    try:
        lines = (folder / FILE).read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    latest: dict[Any, Rating] = {}
    for line in lines:
        if (rating := _read(line)) is not None:
            latest.pop(rating.rated, None)
            if rating.rating != WITHDRAWN:
                latest[rating.rated] = rating
    return tuple(latest.values())


def as_questions(ratings: Iterable[Rating]) -> str:
    """Questions with the answers that users found right, one JSON object a line, as `rag evaluate` reads them.

    A thumb down says what is wrong, not what is right, so it gives no line. Where users found that the articles don't
    say, `answers` is empty.
    """
    right: dict[str, list[Rating]] = {}
    for rating in ratings:
        if rating.rating == UP:
            right.setdefault(rating.standalone_question, []).append(rating)
    return "".join(json.dumps(_question(question, good), ensure_ascii=True) + "\n" for question, good in right.items())


def _question(question: str, good: list[Rating]) -> dict[str, Any]:
    quoted = [rating for rating in good if rating.answer] or good
    articles = {rating.article for rating in quoted if rating.article}
    reasons = [rating.reason for rating in quoted if rating.reason]
    row: dict[str, Any] = {
        "question": question,
        "answers": list(dict.fromkeys(rating.answer for rating in quoted if rating.answer)),
        "rating": UP,
        "asked": quoted[0].question,
    }
    if len(articles) == 1:
        row["article"] = articles.pop()
    if reasons:
        row["reason"] = "; ".join(dict.fromkeys(reasons))
    return row


def _read(line: bytes) -> Rating | None:
    try:
        rating = Rating(**json.loads(line))
    except (ValueError, TypeError, RecursionError):
        return None
    texts = (rating.question, rating.standalone_question, rating.answer, rating.reason)
    sound = all(isinstance(text, str) for text in texts) and rating.rating in (UP, DOWN, WITHDRAWN)
    return rating if sound and isinstance(rating.article, str | None) else None
