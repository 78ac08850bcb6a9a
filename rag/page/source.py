"""An Article and a Citation -> the HTML of the source panel, the cited words marked in their place. Pure."""

from __future__ import annotations

from rag.page.citations import Citation
from rag.page.messages import byline, clipped, inert, label, web_address
from rag.types import Article, Span

SHOWN_CHARS = 20_000  # around the cited words; a browser takes seconds to lay out an article of megabytes
HEADLINE_CHARS = 400


def article_panel(article: Article, citation: Citation) -> str:
    """The article with its title and origin, scrollable, and buttons to the citations before and after this one."""
    return (
        f'<section class="source" aria-label="Source {citation.number} of {citation.count}" '
        f'data-link="{inert(citation.link)}">{_head(article, citation)}'
        f'<div class="scroller" tabindex="0" role="document" aria-label="Text of the article">'
        f"{_text(article.text, citation)}</div></section>"
    )


def empty_panel(hint: str) -> str:
    """The panel while no article is shown."""
    return f'<section class="source empty" aria-label="Source"><p>{inert(hint)}</p></section>'


def _head(article: Article, citation: Citation) -> str:
    title = label(article.title or article.id, HEADLINE_CHARS)
    author = f"by {label(article.author)}" if article.author else ""
    address = web_address(article.url)
    original = (
        f'<a class="original" href="{inert(address)}" target="_blank" rel="noopener noreferrer">Original page ↗</a>'
        if address
        else ""
    )
    facts = " · ".join(part for part in (byline(article), author, original) if part)
    back = _step("previous", "&lsaquo;", possible=citation.number > 1)
    on = _step("next", "&rsaquo;", possible=citation.number < citation.count)
    return (
        f'<header><div class="position"><span>Source {citation.number} of {citation.count}</span>{back}{on}</div>'
        f'<h2>{title}</h2><div class="facts">{facts}</div></header>'
    )


def _step(name: str, sign: str, *, possible: bool) -> str:
    state = "" if possible else " disabled"
    return f'<button type="button" data-step="{name}" aria-label="{name.capitalize()} source"{state}>{sign}</button>'


def _text(text: str, citation: Citation) -> str:
    """The article's text, or as much of it around the cited words as a browser draws at once."""
    end = len(text)
    if citation.context.end > end:  # the article has changed since the answer was given
        words = context = Span(0, 0)
    else:
        words, context = citation.words, citation.context
    shown = clipped(Span(0, end), around=words if len(words) else context, max_chars=SHOWN_CHARS)
    context = Span(max(context.start, shown.start), min(context.end, shown.end))
    words = Span(max(words.start, shown.start), min(words.end, shown.end))
    marked = f"<mark>{inert(words.of(text))}</mark>" if len(words) else ""
    return (
        _missing(shown.start, "before")
        + f'<div class="text" dir="auto">{inert(text[shown.start : context.start])}'
        + f'<span class="context">{inert(text[context.start : words.start])}{marked}'
        + f"{inert(text[words.end : context.end])}</span>{inert(text[context.end : shown.end])}</div>"
        + _missing(end - shown.end, "after")
    )


def _missing(chars: int, where: str) -> str:
    return f'<p class="missing">{chars:,} characters {where} this are not shown.</p>' if chars else ""
