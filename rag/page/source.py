"""An Article and a Citation -> the HTML of the source panel, the cited words marked in their place. Pure."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

from rag import cite
from rag.page import texts
from rag.page.citations import Citation, checksum
from rag.page.messages import byline, clipped, inert, label
from rag.types import Article, Span

SHOWN_CHARS = 20_000  # around the cited words; a browser takes seconds to lay out an article of megabytes
HEADLINE_CHARS = 400


def article_panel(article: Article, citation: Citation, *, index_revision: str | None = None) -> str:
    """The article with its title, origin and proof, scrollable, and buttons to the citations before and after."""
    changed = has_changed(article, citation)
    notice = f'<p class="changed" role="alert">{inert(texts.CHANGED)}</p>' if changed else ""
    if changed:
        words, context = Span(0, 0), Span(0, 0)
    else:
        words, context = citation.words, citation.context
    return (
        f'<section class="source" aria-label="{_position(citation)}" data-link="{inert(citation.link)}" '
        f'data-said="{inert(texts.showing(citation.number, citation.count, article.title or article.id))}">'
        f"<header>{_steps(citation)}{_head(article)}{_tools(article, citation, words, index_revision)}</header>{notice}"
        f'<div class="scroller" tabindex="0" role="document" aria-label="{inert(texts.ARTICLE_TEXT)}">'
        f"{_text(article.text, words, context)}</div></section>"
    )


def empty_panel(hint: str) -> str:
    """The panel while no article is shown."""
    return f'<section class="source empty" aria-label="{inert(texts.SOURCE)}"><p>{inert(hint)}</p></section>'


def has_changed(article: Article, citation: Citation) -> bool:
    """Whether the article no longer says there what was quoted, as far as the citation can tell."""
    context, proof = citation.context, citation.proof
    outside = context.end > len(article.text)
    return outside or (proof is not None and proof.check != checksum(context.of(article.text)))


def _position(citation: Citation) -> str:
    return inert(texts.position(citation.number, citation.count))


def _steps(citation: Citation) -> str:
    back = _step("previous", "&lsaquo;", possible=citation.number > 1)
    on = _step("next", "&rsaquo;", possible=citation.number < citation.count)
    home = f'<button type="button" class="home">{inert(texts.BACK)}</button>'
    return f'<div class="position"><span>{_position(citation)}</span>{home}{back}{on}</div>'


def _step(name: str, sign: str, *, possible: bool) -> str:
    state = "" if possible else " disabled"
    return f'<button type="button" data-step="{name}" aria-label="{inert(texts.STEPS[name])}"{state}>{sign}</button>'


def _head(article: Article) -> str:
    author = texts.author(label(article.author)) if article.author else ""
    facts = " · ".join(part for part in (byline(article), author) if part)
    return f'<h2>{label(article.title or article.id, HEADLINE_CHARS)}</h2><div class="facts">{facts}</div>'


def _tools(article: Article, citation: Citation, words: Span, index_revision: str | None) -> str:
    """The quote to copy, its receipt, and the original page at the quoted words."""
    tools = []
    if len(words):
        quoted = inert(cite.citation(article, words.of(article.text)))
        tools.append(f'<button type="button" class="copy" data-copy="{quoted}">{inert(texts.COPY)}</button>')
    if len(words) and citation.proof:
        receipt = cite.receipt_of(
            article, words, citation.context, question=citation.proof.question,
            standalone_question=citation.proof.standalone_question, confidence=citation.proof.confidence,
            index_revision=index_revision,
        )  # fmt: skip
        content = quote(json.dumps(receipt.record(), indent=1), safe="")
        name = re.sub(r"[^a-z0-9]+", "-", article.id.lower())[-60:].strip("-")
        tools.append(
            f'<a class="receipt" download="receipt-{name}-{words.start}-{words.end}.json" '
            f'title="{inert(texts.RECEIPT_HINT)}" href="data:application/json,{content}">{inert(texts.RECEIPT)}</a>'
        )
    address = cite.deep_link(article, words)
    if address:
        tools.append(
            f'<a class="original" href="{inert(address)}" target="_blank" rel="noopener noreferrer">'
            f"{inert(texts.ORIGINAL)}</a>"
        )
    return f'<div class="tools">{"".join(tools)}</div>' if tools else ""


def _text(text: str, words: Span, context: Span) -> str:
    """The article's text, or as much of it around the cited words as a browser draws at once."""
    end = len(text)
    shown = clipped(Span(0, end), around=words if len(words) else context, max_chars=SHOWN_CHARS)
    context = Span(max(context.start, shown.start), min(context.end, shown.end))
    words = Span(max(words.start, shown.start), min(words.end, shown.end))
    marked = f"<mark>{inert(words.of(text))}</mark>" if len(words) else ""
    return (
        _missing(texts.missing_before(shown.start) if shown.start else "")
        + f'<div class="text" dir="auto">{inert(text[shown.start : context.start])}'
        + f'<span class="context">{inert(text[context.start : words.start])}{marked}'
        + f"{inert(text[words.end : context.end])}</span>{inert(text[context.end : shown.end])}</div>"
        + _missing(texts.missing_after(end - shown.end) if shown.end < end else "")
    )


def _missing(note: str) -> str:
    return f'<p class="missing">{inert(note)}</p>' if note else ""
