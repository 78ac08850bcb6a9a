"""What programs can call on the page's server by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr

from rag.errors import RagError
from rag.inputs import count_from, filter_from, text_from
from rag.service import Service


def endpoints(service: Service, *, may_add: bool) -> None:
    """Name them in the open gr.Blocks; `add` only if programs may add articles."""

    def ask(question: str, standalone_question: str = "", where: dict[str, Any] | None = None) -> dict[str, Any]:
        """Answer in the articles' own words; start and end count characters of the article's text.

        Args:
            question: as the user put it.
            standalone_question: what it means, if a conversation gives it its meaning; empty: the question itself.
            where: which articles to search: articles, without, sources, authors (lists), since, until, phrase.
        """
        with _told():
            asked, meant = text_from(question, "question"), text_from(standalone_question, "standalone_question")
            return dict(service.ask(asked, meant, where=filter_from(where)))

    def search(question: str, k: int = 8, where: dict[str, Any] | None = None) -> dict[str, Any]:
        """Find the passages that fit a question best, best first; start and end count characters of the article's text.

        Args:
            question: or some words to search for.
            k: at most so many passages.
            where: see ask.
        """
        with _told():
            return dict(service.search(text_from(question, "question"), count_from(k, "k"), where=filter_from(where)))

    def add(articles: list[dict[str, Any]]) -> dict[str, Any]:
        """Store articles; one whose id is there already takes its place.

        Args:
            articles: objects with text, and title, id, url, author, published, source, licence.
        """
        with _told():
            return dict(service.add(articles))

    for function in (ask, search):
        gr.api(function, api_name=function.__name__, concurrency_id="models", concurrency_limit=1)
    if may_add:
        gr.api(add, api_name="add", concurrency_id="collection", concurrency_limit=1)


@contextmanager
def _told() -> Iterator[None]:
    """Give our own errors to the caller as what went wrong."""
    try:
        yield
    except RagError as error:
        raise gr.Error(str(error), print_exception=False) from error
