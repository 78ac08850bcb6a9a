"""A question, taken apart once: its words and its names, with what stands around any place in it."""

from __future__ import annotations

from dataclasses import dataclass

from rag.followup.entities import Mention, mentions
from rag.followup.records import Word
from rag.followup.spelling import split


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its words and names."""

    text: str
    words: tuple[Word, ...]
    names: tuple[Mention, ...]

    @classmethod
    def of(cls, text: str) -> Question:
        return cls(text, split(text), mentions(text))

    def before(self, place: int) -> list[str]:
        """The words that end before a place."""
        return [word.text for word in self.words if word.span.end <= place]

    def after(self, place: int) -> list[str]:
        """The words that start at or after a place."""
        return [word.text for word in self.words if word.span.start >= place]

    def between(self, start: int, end: int) -> list[str]:
        """The words that lie within two places."""
        return [word.text for word in self.words if word.span.start >= start and word.span.end <= end]

    def last_before(self, place: int) -> str:
        """The word that ends before a place, "" at the start."""
        return next((word.text for word in reversed(self.words) if word.span.end <= place), "")

    def next_after(self, place: int) -> str:
        """The word that starts at or after a place, "" at the end."""
        return next((word.text for word in self.words if word.span.start >= place), "")

    def comma(self, start: int, end: int) -> bool:
        """Whether a comma lies between two places."""
        return "," in self.text[start:end]
