"""A question with a known source -> the articles of an index that this source is."""

from __future__ import annotations

import re

from rag.evaluate.records import GoldQuestion
from rag.index import Index


class GoldArticles:
    """Finds gold articles: by id, else by the paragraph that they contain, else by title."""

    def __init__(self, index: Index) -> None:
        self._ids: set[str] = set()
        self._titles: dict[str, list[str]] = {}
        self._index = index
        self._texts: dict[str, str] = {}  # of all articles, once a paragraph is looked for
        self._paragraphs: dict[str, tuple[str, ...]] = {}
        for article in index.articles():
            self._ids.add(article.id)
            self._titles.setdefault(_plain(article.title), []).append(article.id)

    def of(self, question: GoldQuestion) -> tuple[str, ...]:
        """Ids of the articles that answer a question; empty if it names none, or none that is in the index."""
        if question.article in self._ids:
            return (str(question.article),)
        containing = self._containing(question.paragraph) if question.paragraph else ()
        if containing or not question.article:
            return containing
        return tuple(self._titles.get(_plain(question.article), ()))

    def _containing(self, paragraph: str) -> tuple[str, ...]:
        if not self._texts:
            self._texts = {article.id: _plain(article.text) for article in self._index.articles()}
        words = _plain(paragraph)
        if words not in self._paragraphs:  # many questions share a paragraph
            self._paragraphs[words] = tuple(id_ for id_, text in self._texts.items() if words and words in text)
        return self._paragraphs[words]


def _plain(text: str) -> str:
    """Text as it is compared: any white space or underscore is one space, case aside."""
    return re.sub(r"[\s_]+", " ", text).strip().casefold()
