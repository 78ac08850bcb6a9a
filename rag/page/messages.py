"""An Answer -> the HTML of its chat message. Pure: strings in, strings out.

Everything that an article or a user wrote passes through `inert` here, and nowhere else becomes markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.answer import rivals
from rag.chat import Step
from rag.page import texts
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
        parts.append(f'<time datetime="{source.published.isoformat()}">{inert(texts.day(source.published))}</time>')
    return " · ".join(parts)


def question_message(question: str) -> str:
    """What the user asked, as they typed it."""
    return f'<div class="asked" dir="auto">{inert(shortened(question, QUESTION_CHARS))}</div>'


def waiting_message(step: Step, *, passages: int) -> str:
    """What stands there until the answer does: how far the question has come.

    Args:
        step: searching, or reading what was found.
        passages: of the whole collection.
    """
    if step.hits is None:
        stage, said = "searching", texts.searching(passages)
    else:
        stage, said = "reading", texts.reading(len(step.hits), len({hit.passage.article_id for hit in step.hits}))
    return f'<div class="waiting {stage}"><span class="done"></span>{inert(said)}</div>'


def remark_message(text: str) -> str:
    """What is said about the collection or in return for a greeting."""
    return f'<div class="remark">{inert(text)}</div>'


def notice_message(text: str) -> str:
    """One line about something that could not be done."""
    return f'<div class="notice">{inert(text)}</div>'


def answer_message(answer: Answer) -> str:
    """The short answer, its sentence and citations, and other answers folded; or that the articles don't say.

    Answers of other articles that are about as sure stand beside the first.
    """
    if not answer.answered:
        return _unanswered(answer)
    together = len(rivals(answer))
    drawn = [_quote(cited) for cited in of_quotes(answer)]
    beside, folded = drawn[:together], drawn[together:]
    rest = (
        f'<details class="others"><summary>{inert(texts.others(len(folded)))}</summary>{"".join(folded)}</details>'
        if folded
        else ""
    )
    if len(beside) == 1:
        return f'<div class="answer">{beside[0]}{rest}</div>'
    return (
        f'<div class="answer disagreeing"><h3>{inert(texts.DIFFERENT)}</h3>'
        f'<div class="beside">{"".join(beside)}</div>{rest}</div>'
    )


def _unanswered(answer: Answer) -> str:
    nearest = "".join(
        f"<li>{_source(citation, passage)}"
        f'<div class="excerpt" dir="auto">{inert(_one_line(shortened(passage.text, EXCERPT_CHARS)))}</div></li>'
        for citation, passage in of_nearest(answer)
    )
    passages = f'<h3>{inert(texts.NEAREST)}</h3><ul class="sources">{nearest}</ul>' if nearest else ""
    return f'<div class="answer unanswered"><div class="words">{inert(texts.UNSAID)}</div>{passages}</div>'


def _quote(cited: Iterable[tuple[Citation, Quote]]) -> str:
    cited = list(cited)
    best = cited[0][1]
    sources = "".join(f"<li>{_source(citation, quote.passage)}</li>" for citation, quote in cited)
    return (
        f'<div class="quote"><div class="words"><strong dir="auto">{inert(_one_line(best.text))}</strong> '
        f'<span class="sure">{inert(texts.sure(best.confidence))}</span></div>'
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


def page_heading(*, articles: int, passages: int) -> str:
    """The page's title and what it answers from, and the keys that it knows.

    The script reads what it has to say from the attributes of the list of keys.
    """
    keys = "".join(f"<div><dt>{inert(key)}</dt><dd>{inert(what)}</dd></div>" for key, what in texts.KEYS.items())
    return (
        f"<h1>{inert(texts.TITLE)}</h1><p>{inert(texts.heading(articles, passages))}</p>"
        f'<details id="keys" data-copied="{inert(texts.COPIED)}" data-not-copied="{inert(texts.NOT_COPIED)}">'
        f'<summary>{inert(texts.KEYS_TITLE)}</summary><div class="list"><dl>{keys}</dl>'
        f'<label><input type="checkbox" checked> {inert(texts.KEYS_ON)}</label></div></details>'
    )
