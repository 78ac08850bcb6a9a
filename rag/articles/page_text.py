"""The tree of a page's main text -> its paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import indent
from typing import Any

Element = Any  # lxml's elements ship no types; the tags are those of trafilatura: p head quote list item table row cell

INLINE = frozenset({"hi", "ref", "del", "lb", "graphic", "span"})
SPACE = re.compile(r"\s+")
LINE_BREAK = "\0"  # stands for <lb/> until white space is folded; a normalised page holds no NUL


def page_blocks(body: Element) -> Iterator[str]:
    """Paragraphs, headings, lists, tables and code in their order, none of them empty.

    White space is folded as a browser does, except in code; list items and table rows have a line each.
    """
    loose = [body.text or ""]  # words that stand in no paragraph of their own
    for child in body:
        if _is_inline(child):
            loose.append(_words(child))
        else:
            yield from _fold(loose)
            yield from _block(child)
            loose.clear()
        loose.append(child.tail or "")
    yield from _fold(loose)


def _is_inline(element: Element) -> bool:
    return element.tag in INLINE or (element.tag == "code" and "\n" not in "".join(element.itertext()))


def _block(element: Element) -> Iterator[str]:
    match element.tag:
        case "code":
            if (code := "".join(element.itertext()).strip("\n")).strip():
                yield code
        case "list":
            ordered = element.get("rend") == "ol"
            items = [_item(item, f"{n}. " if ordered else "- ") for n, item in enumerate(element, 1)]
            yield "\n".join(filter(None, items))
        case "table":
            yield "\n".join(filter(None, (_row(row) for row in element.iter("row"))))
        case _:
            yield from page_blocks(element)


def _item(item: Element, marker: str) -> str:
    lines = "\n".join(page_blocks(item))
    return marker + indent(lines, " " * len(marker)).lstrip(" ") if lines else ""


def _row(row: Element) -> str:
    return " | ".join(" ".join(" ".join(page_blocks(cell)).split()) for cell in row)


def _words(element: Element) -> str:
    if element.tag == "lb":
        return LINE_BREAK + (element.text or "")
    return (element.text or "") + "".join(_words(child) + (child.tail or "") for child in element)


def _fold(words: list[str]) -> Iterator[str]:
    """The words as one paragraph, if there are any."""
    lines = [SPACE.sub(" ", line).strip() for line in "".join(words).split(LINE_BREAK)]
    if paragraph := "\n".join(lines).strip():
        yield paragraph
