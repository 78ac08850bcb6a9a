"""The text of a .txt file -> an Article."""

from __future__ import annotations

import re

from rag.articles.fields import make_article, title_from
from rag.articles.normalise import normalise
from rag.types import Article

MAX_TITLE_CHARS = 120
# A first line, a blank line, and something after it. A line that ends like a sentence is no headline.
TITLE = rf"(?P<title>[^\n]{{0,{MAX_TITLE_CHARS - 1}}}[^\s.,;:。])"
BLANK_REST = r"[^\S\n]*\n"
HEADLINE = re.compile(f"{TITLE}{BLANK_REST}{BLANK_REST}(?P<text>.+)", re.DOTALL)


def read_plain(source: str, name: str) -> Article:
    """Take a short first line above a blank line as the title, and the rest as the text.

    Without such a line everything is text and the title comes from `name`, the file's path within what was read.
    """
    source = normalise(source)
    if match := HEADLINE.fullmatch(source):
        return make_article(match["text"], match["title"], {}, article_id=name)
    return make_article(source, title_from(name), {}, article_id=name)
