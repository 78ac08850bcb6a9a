"""Ask your own articles and get quoted answers: every answer is a span of a named article.

The pipeline, in order:

    source -> Article -> Passage -> vector + terms -> Index      read_articles, Index.build, Index.sync
    question (+ Filter) -> Hits -> Quotes -> Answer              Index.search, Answerer.ask
    follow-up + turns -> stand-alone question -> Answer          Chat.ask

    index = rag.Index.open("index/store")
    answer = rag.Answerer(index).ask("Who proclaimed the Monroe Doctrine?")
    for quote in answer.quotes:
        print(quote.text, quote.article_id, quote.start, quote.end, quote.confidence)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from rag.errors import RagError
from rag.settings import AnswerSettings, IndexSettings
from rag.types import Answer, Article, Change, Filter, Hit, Passage, Quote, Span

if TYPE_CHECKING:
    from rag.answer import Answerer
    from rag.articles import read_articles
    from rag.chat import Chat
    from rag.index import Index

__all__ = [
    "Answer",
    "AnswerSettings",
    "Answerer",
    "Article",
    "Change",
    "Chat",
    "Filter",
    "Hit",
    "Index",
    "IndexSettings",
    "Passage",
    "Quote",
    "RagError",
    "Span",
    "read_articles",
]

# Loaded on first use: they bring numpy and faiss, and a program that only names rag should not wait for those.
_LATER = {"Answerer": "rag.answer", "Chat": "rag.chat", "Index": "rag.index", "read_articles": "rag.articles"}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(importlib.import_module(_LATER[name]), name)
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
