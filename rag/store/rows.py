"""The tables of the store, and records as their rows."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from rag.types import Article, Passage, Span

SCHEMA = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    n INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again after a removal
    id TEXT NOT NULL UNIQUE,
    digest BLOB NOT NULL,                 -- SHA-256 of the fields
    title TEXT NOT NULL, url TEXT, author TEXT, published TEXT, source TEXT, licence TEXT,
    text TEXT NOT NULL                    -- last, so that the other columns are read without it
);
CREATE INDEX fields_of_articles ON articles(source, author, published);  -- filters read these without the texts
CREATE TABLE passages (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles(n) ON DELETE CASCADE,
    number INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    embedding BLOB NOT NULL
);
CREATE INDEX passages_of_article ON passages(article, number);
CREATE TABLE removed (n INTEGER PRIMARY KEY, revision INTEGER NOT NULL);  -- passages that are gone, and since when
CREATE INDEX removed_since ON removed(revision);
"""
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f]")  # accents; vowel signs of Hebrew and Arabic
COLUMNS = "id, digest, title, url, author, published, source, licence, text"


def article_row(article: Article) -> tuple[Any, ...]:
    """The values of COLUMNS."""
    published = article.published.isoformat() if article.published else None
    return (article.id, article_digest(article), article.title, article.url, article.author, published,
            article.source, article.licence, article.text)  # fmt: skip


def article_of(row: Sequence[Any]) -> tuple[Article, bytes]:
    """The article of a row of COLUMNS, and the digest stored with it."""
    id_, digest, title, url, author, published, source, licence, text = row
    return Article(id_, title, text, url, author, date_of(published), source, licence), bytes(digest)


def article_digest(article: Article) -> bytes:
    """SHA-256 over every field; two articles are the same if and only if theirs are."""
    published = article.published.isoformat() if article.published else None
    fields = (article.id, article.title, article.url, article.author, published, article.source, article.licence)
    # Lone surrogates cannot be stored, but must not end in an exception here.
    return hashlib.sha256(json.dumps([*fields, article.text]).encode("ascii")).digest()


def date_of(text: str | None) -> date | None:
    """A stored date; None stays None."""
    return date.fromisoformat(text) if text else None


def passage_of(article: Article, number: int, span: Span) -> Passage:
    """A passage, its words cut from the article."""
    return Passage(
        article.id, number, span, span.of(article.text),
        article.title, article.url, article.author, article.published, article.source,
    )  # fmt: skip


def folded(text: str | None) -> str:
    """Text as it is searched and sorted in a table: case and accents aside."""
    if text is None or text.isascii():
        return (text or "").lower()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
