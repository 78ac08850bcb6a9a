"""An Answer -> the HTML of its chat message. Pure: strings in, strings out.

Everything that an article or a user wrote passes through `inert` here, and nowhere else becomes markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from rag.page.citations import Citation, of_nearest, of_quotes
from rag.types import Answer, Article, Passage, Quote, Span

TITLE_CHARS = 160  # of a title in a list of sources
SENTENCE_CHARS = 480  # of a sentence in a message; the source panel has all of it
EXCERPT_CHARS = 220  # of a passage in a list of sources
QUESTION_CHARS = 600  # of a question in its message

# All ASCII but letters, digits and the space means something to HTML, Markdown, LaTeX, autolinkers or templates.
_MEANINGFUL = re.compile(r"[\x00-\x1f!-/:-@\[-`{-\x7f]")
# Overrides and isolates that a text leaves open would turn round what follows it on the line.
_BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_WEB = {"http", "https"}


def inert(text: str) -> str:
    """Text as HTML that shows exactly these characters, in HTML and inside Markdown alike."""
    return _MEANINGFUL.sub(_reference, text)


def _reference(match: re.Match[str]) -> str:
    code = ord(match[0])
    allowed = (code >= 0x20 and code != 0x7F) or match[0] in "\t\n\r"
    return f"&#{code};" if allowed else "\N{REPLACEMENT CHARACTER}"


def label(text: str, max_chars: int = TITLE_CHARS) -> str:
    """A title or name as HTML for use within a line: one line, no direction controls, cut if it is long."""
    plain = " ".join(_BIDI_CONTROLS.sub("", text).split())
    return f"<bdi>{inert(shortened(plain, max_chars))}</bdi>"


def shortened(text: str, max_chars: int) -> str:
    """At most `max_chars` characters, cut between words if it can be, with an ellipsis where some are missing."""
    if len(text) <= max_chars:
        return text
    kept = text[: max_chars - 1]
    between_words = kept.rfind(" ", max_chars - 20)
    return kept[: between_words if between_words > 0 else None].rstrip() + "…"


def byline(source: Article | Passage) -> str:
    """Outlet and date as HTML, as far as they are known; else nothing."""
    parts = [label(source.source)] if source.source else []
    if source.published:
        day = source.published
        parts.append(f'<time datetime="{day.isoformat()}">{day.day} {day:%B %Y}</time>')
    return " · ".join(parts)


def web_address(url: str | None) -> str | None:
    """The address if a browser may follow it: http or https with a host; None for anything else."""
    if not url or re.search(r"[\s\x00-\x1f]", url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme.lower() in _WEB and parts.hostname else None


def question_message(question: str) -> str:
    """What the user asked, as they typed it."""
    return f'<div class="asked" dir="auto">{inert(shortened(question, QUESTION_CHARS))}</div>'


def waiting_message(articles: int) -> str:
    """What stands there until the answer does."""
    return f'<div class="waiting">Reading {_counted(articles, "article")}…</div>'


def remark_message(text: str) -> str:
    """What is said about the collection or in return for a greeting."""
    return f'<div class="remark">{inert(text)}</div>'


def notice_message(text: str) -> str:
    """One line about something that could not be done."""
    return f'<div class="notice">{inert(text)}</div>'


def answer_message(answer: Answer) -> str:
    """The short answer, its sentence and its citations, then other answers; or that the articles don't say."""
    if not answer.answered:
        return _unanswered(answer)
    groups = of_quotes(answer)
    first, *others = (_quote(cited) for cited in groups)
    rest = f'<div class="others"><h3>The articles also say</h3>{"".join(others)}</div>' if others else ""
    return f'<div class="answer">{first}{rest}</div>'


def _unanswered(answer: Answer) -> str:
    nearest = "".join(
        f"<li>{_source(citation, passage)}"
        f'<div class="excerpt" dir="auto">{inert(_one_line(shortened(passage.text, EXCERPT_CHARS)))}</div></li>'
        for citation, passage in of_nearest(answer)
    )
    passages = f'<h3>The nearest passages</h3><ul class="sources">{nearest}</ul>' if nearest else ""
    return f'<div class="answer unanswered"><div class="words">The articles don&#39;t say.</div>{passages}</div>'


def _quote(cited: Iterable[tuple[Citation, Quote]]) -> str:
    cited = list(cited)
    best = cited[0][1]
    sources = "".join(f"<li>{_source(citation, quote.passage)}</li>" for citation, quote in cited)
    return (
        f'<div class="quote"><div class="words"><strong dir="auto">{inert(_one_line(best.text))}</strong> '
        f'<span class="sure">{best.confidence:.0%} sure</span></div>'
        f'<div class="around" dir="auto">{_sentence(best)}</div><ul class="sources">{sources}</ul></div>'
    )


def _sentence(quote: Quote) -> str:
    """The sentence with the quoted words marked, cut around them if it is very long."""
    text = quote.passage.text
    shown = clipped(quote.sentence_span, around=quote.span, max_chars=max(SENTENCE_CHARS, len(quote.span)))
    before, after = Span(shown.start, quote.span.start), Span(quote.span.end, shown.end)
    return "".join(
        (
            "…" if shown.start > quote.sentence_span.start else "",
            inert(_one_line(before.of(text))),
            f"<mark>{inert(_one_line(quote.text))}</mark>",
            inert(_one_line(after.of(text))),
            "…" if shown.end < quote.sentence_span.end else "",
        )
    )


def clipped(span: Span, *, around: Span, max_chars: int) -> Span:
    """The part of `span`, at most `max_chars` long, that has `around` about in its middle.

    `around` lies within `span`; if it is itself too long, its beginning is kept.
    """
    if len(span) <= max_chars:
        return span
    spare = max(0, max_chars - len(around)) // 2
    start = min(max(span.start, around.start - spare), span.end - max_chars)
    return Span(start, start + max_chars)


def _source(citation: Citation, passage: Passage) -> str:
    about = byline(passage)
    return (
        f'<a class="cite" href="{inert(citation.link)}"><span class="number">&#91;{citation.number}&#93;</span> '
        f'<span class="title">{label(passage.title or passage.article_id)}</span></a>'
        + (f' <span class="byline">{about}</span>' if about else "")
    )


def _one_line(text: str) -> str:
    return re.sub(r"\s", " ", text)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def page_heading(title: str, *, articles: int, passages: int) -> str:
    """The page's title and what it answers from."""
    return (
        f"<h1>{inert(title)}</h1><p>Answers are quoted word for word from {_counted(articles, 'article')} "
        f"({_counted(passages, 'passage')}). Follow a number to read the words in their place.</p>"
    )
