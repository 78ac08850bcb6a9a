"""Files and folders -> Articles: text, Markdown with front matter, HTML pages, JSON Lines."""

from rag.articles.files import Skipped, known_suffixes, read_article, read_articles
from rag.articles.normalise import normalise

__all__ = ["Skipped", "known_suffixes", "normalise", "read_article", "read_articles"]
