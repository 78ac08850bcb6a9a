"""Text -> its words with their places, and the forms that words are compared in."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rag.followup.records import Word
from rag.types import Span

APOSTROPHES = frozenset("'\u2019")
_ABBREVIATION = r"(?:[^\W\d_]|St|Dr|Mr|Mrs|Ms|Jr|Sr|Mt|Ft)\.(?=\s?\S)|(?:[^\W\d_]\.){2,}"
TOKEN = re.compile(rf"{_ABBREVIATION}|[^\W_]+(?:['\u2019.&/-][^\W_]+)*")
_POSSESSIVE = re.compile(r"['\u2019]s?$")
_ENDING = re.compile(r"['\u2019](?:s|re|d|ll|ve)?$")


@lru_cache(maxsize=64)
def split(text: str) -> tuple[Word, ...]:
    """The words of a text; an ending such as 's is no part of its word."""
    found = []
    for match in TOKEN.finditer(text):
        word = _ENDING.sub("", match[0])
        found.append(Word(word.casefold(), Span(match.start(), match.start() + len(word))))
    return tuple(found)


def bare(name: str) -> str:
    """A name without its possessive ending."""
    return _POSSESSIVE.sub("", name)


def folded(text: str) -> str:
    """Small letters without accents."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))


def singular(noun: str) -> str:
    """The singular of a regular plural; any other word as it is."""
    if len(noun) < 4 or not noun.endswith("s") or noun.endswith(("ss", "us", "is", "ies")):
        return f"{noun[:-3]}y" if noun.endswith("ies") and len(noun) > 4 else noun
    return noun[:-1]


def is_plural(noun: str) -> bool:
    """Whether a word looks like a plural."""
    return len(noun) > 3 and noun.endswith("s") and not noun.endswith(("ss", "us", "is"))
