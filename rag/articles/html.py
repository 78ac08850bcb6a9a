"""A saved HTML page -> an Article: its main text, without menus, comments and advertisements."""

from __future__ import annotations

import codecs
import logging
import re
from datetime import date
from typing import Any

from rag.articles.fields import make_article, parse_date, title_from
from rag.articles.normalise import normalise, one_line
from rag.articles.page_text import page_blocks
from rag.errors import InputError
from rag.types import Article

# Where a page declares its encoding: in the first KiB (the HTML standard), with room for a long first comment.
DECLARATION_BYTES = 4096
CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]+encoding\s*=\s*["']([\w.:-]+)""", re.I)
# Encodings of the web by Python's names, each read as the larger one that browsers take it for.
LARGER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}
WEB_ENCODING = re.compile(r"cp(125\d|866|874|932|949)|iso8859-\d+|koi8-[ru]|mac-\w+|euc_jp|iso2022_jp|big5|gb18030")

DOCUMENT = re.compile(r"<(!doctype|html|head|body)\b", re.IGNORECASE)
# Names of <meta> elements that state when the page was published.
PUBLISHED = frozenset(
    {
        "article:published_time",
        "datepublished",
        "date",
        "dc.date",
        "dc.date.issued",
        "dcterms.date",
        "dcterms.issued",
        "citation_publication_date",
        "parsely-pub-date",
        "sailthru.date",
        "pubdate",
        "publishdate",
        "publish-date",
    }
)
JSON_PUBLISHED = re.compile(r'"datePublished"\s*:\s*"([^"]*)"')
TIME_PUBLISHED = (
    '//time[@datetime][@pubdate or @itemprop="datePublished" or contains(@class, "publish")]/@datetime'
    " | //article//header//time/@datetime"
)


def declared_encoding(page: bytes) -> str | None:
    """The encoding that a page names for itself; None if it names none, or none of the web's."""
    match = CHARSET.search(page[:DECLARATION_BYTES])
    if match is None:
        return None
    try:
        name = codecs.lookup((match[1] or match[2]).decode("ascii")).name
    except LookupError:
        return None
    name = LARGER.get(name, name)
    return name if WEB_ENCODING.fullmatch(name) else None


def read_html(source: str, name: str) -> Article:
    """Read a page: text, title, author, site, address and licence as trafilatura finds them, the date as stated.

    The date is one that the page gives in its metadata, year first; none is guessed from the text (see parse_date).

    Raises:
        InputError: no main text was found.
    """
    tree = _parse(normalise(source))
    published = _published(tree) if tree is not None else None
    page = _extract(tree) if tree is not None else None
    if page is None:
        raise InputError("no main text found in the page")
    title = one_line(page.title or "") or title_from(name)
    blocks = list(page_blocks(page.body))
    if blocks and one_line(blocks[0]) == title:
        blocks = blocks[1:]
    fields = {
        "url": page.url,
        "author": page.author,
        "published": published and published.isoformat(),
        "source": page.sitename,
        "licence": page.license,
    }
    return make_article("\n\n".join(blocks), title, fields, article_id=name)


def _parse(source: str) -> Any:
    """The page as a tree; None if it holds nothing."""
    from trafilatura.utils import load_html

    _silence()
    if not DOCUMENT.search(source):  # a fragment, or a text that is only called .html
        source = f"<html><body>{source}</body></html>"
    return load_html(source)


def _extract(tree: Any) -> Any:
    """Text and metadata of a page, from the tree alone: nothing is fetched. None if there is no main text."""
    from trafilatura import bare_extraction

    try:
        return bare_extraction(
            tree,
            with_metadata=True,
            include_comments=False,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except Exception as error:  # pages have any shape; one that breaks the extractor must not end the load
        raise InputError(f"the page cannot be read ({type(error).__name__})") from error


def _silence() -> None:
    """Keep the extractor's log off the screen: what it says of a page is told as the reason for skipping it."""
    for name in ("trafilatura", "htmldate", "courlan", "justext"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _published(tree: Any) -> date | None:
    """The first date that the page states for machines: in <meta>, in JSON-LD, in a marked <time>."""
    stated = [
        meta.get("content")
        for meta in tree.xpath("//meta[@content]")
        if (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower() in PUBLISHED
    ]
    for script in tree.xpath('//script[@type="application/ld+json"]'):
        stated += JSON_PUBLISHED.findall(script.text or "")
    stated += tree.xpath(TIME_PUBLISHED)
    return next(filter(None, map(parse_date, stated)), None)
