"""What programs may ask of an index: plain values in, JSON objects out. The page's API and `rag mcp` stand on it."""

from __future__ import annotations

import threading

from rag.answer import Answerer
from rag.errors import InputError
from rag.index import EVERYTHING
from rag.inputs import articles_from
from rag.output import AnswerRecord, answer_record, hit_record
from rag.records import (
    ArticleRecord,
    ChangeRecord,
    ListRecord,
    SearchRecord,
    change_record,
    entry_record,
    part_record,
)
from rag.store.catalogue import same_name
from rag.store.overview import Entry
from rag.types import Filter

MOST_HITS = 100  # of one search; more is a download of the index
MOST_ENTRIES = 200  # of one list
SOURCES_TOLD = 20  # to someone who named one that is not there


class Service:
    """One index for many callers, who are answered one after the other.

    The models take one question at a time: two at once would only slow each other on a few cores.
    """

    def __init__(self, answerer: Answerer) -> None:
        self.answerer = answerer
        self.index = answerer.index
        self._models = threading.Lock()

    def ask(self, question: str, standalone_question: str = "", *, where: Filter = EVERYTHING) -> AnswerRecord:
        """See Answerer.ask; an empty stand-alone question is none."""
        self._check(where)
        with self._models:
            answer = self.answerer.ask(question, standalone_question=standalone_question or None, where=where)
        return answer_record(answer)

    def search(self, question: str, k: int = 8, *, where: Filter = EVERYTHING) -> SearchRecord:
        """See Index.search.

        Raises:
            InputError: the question cannot be asked, or k is not between 1 and `MOST_HITS`.
        """
        if k > MOST_HITS:
            raise InputError(f"k is {k}; it must be {MOST_HITS} or less")
        self._check(where)
        with self._models:
            hits = self.index.search(question, k, where=where, settings=self.answerer.settings)
        return {"question": question, "hits": [hit_record(hit) for hit in hits]}

    def list_articles(
        self, words: str = "", *, where: Filter = EVERYTHING, first: int = 0, most: int = 50
    ) -> ListRecord:
        """Articles in the order in which they were added.

        Args:
            words: that the title holds, all of them, in any order and case; none takes every article.
            where: whose sources, authors, dates and ids to list.
            first: pass over so many.
            most: at most so many, up to `MOST_ENTRIES`.
        """
        if first < 0 or not 1 <= most <= MOST_ENTRIES:
            raise InputError(f"first is {first} and most is {most}; wanted 0 or more, and 1 to {MOST_ENTRIES}")
        self._check(where)
        wanted = words.casefold().split()
        listed = [
            entry
            for entry in self.index.entries()
            if lets_through(where, entry) and all(word in entry.title.casefold() for word in wanted)
        ]
        return {
            "total": len(listed),
            "articles": [entry_record(entry) for entry in listed[first : first + most]],
        }

    def get_article(self, article_id: str, *, start: int = 0, most_chars: int = 20_000) -> ArticleRecord:
        """An article's text from character `start` on, at most so many characters of it.

        Raises:
            InputError: there is no such article, or it has no such part.
        """
        article = self.index.article(article_id)
        if most_chars < 1 or not 0 <= start <= len(article.text):
            raise InputError(
                f"start is {start} and most_chars {most_chars}; the text has {len(article.text):,} characters"
            )
        end = min(start + most_chars, len(article.text))
        return part_record(article, start, end)

    def add(self, rows: object) -> ChangeRecord:
        """See Index.add; nothing is stored unless every row can be read.

        Raises:
            InputError: there are none, there are too many, or one cannot be read.
            IndexBusy, IndexNotWritten: see Index.add.
        """
        return change_record(self.index.add(articles_from(rows)))

    def _check(self, where: Filter) -> None:
        """Raise InputError for an article or a source that is not there: to find nothing would say something else."""
        for article_id in sorted(where.articles | where.without):
            self.index.article(article_id)
        if where.sources:
            held = [name for name, _ in self.index.collection(titles=0).sources]
            known = {same_name(name) for name in held}
            for name in sorted(where.sources):
                if same_name(name) not in known:
                    there = ", ".join(held[:SOURCES_TOLD]) or "none"
                    raise InputError(f"no article is from {name!r}; there are: {there}")


def lets_through(where: Filter, entry: Entry) -> bool:
    """Whether a filter, its phrase aside, would search the article."""
    day = entry.published
    return (
        (not where.articles or entry.id in where.articles)
        and entry.id not in where.without
        and _among(entry.source, where.sources)
        and _among(entry.author, where.authors)
        and (where.since is None or (day is not None and day >= where.since))
        and (where.until is None or (day is not None and day <= where.until))
    )


def _among(name: str | None, names: frozenset[str]) -> bool:
    return not names or (name is not None and same_name(name) in {same_name(one) for one in names})
