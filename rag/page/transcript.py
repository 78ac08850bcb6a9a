"""A conversation -> Markdown: questions, quoted answers, and where the words stand. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rag.page import texts
from rag.page.citations import of_nearest, of_quotes
from rag.page.talk import Said
from rag.types import Answer, Passage

_MARKUP = re.compile(r"[\\`*_{}\[\]<>#|!&~$^=]|^[-+]|^\d+(?=[.)])")


def transcript(said: Iterable[Said]) -> str:
    """The conversation as a Markdown file; offsets count characters of the article's text."""
    return f"# {texts.CONVERSATION}\n" + "".join(f"\n{part}\n" for one in said for part in _turn(one))


def plain(text: str) -> str:
    """Text on one line as Markdown that shows exactly these characters."""
    return _MARKUP.sub(_escaped, " ".join(text.split()))


def _escaped(match: re.Match[str]) -> str:
    return f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}"  # a number makes a list with what follows


def _turn(said: Said) -> Iterator[str]:
    yield f"## {plain(said.asked)}"
    if said.answer is None:
        yield plain(said.remark or said.notice)
        return
    if said.rewritten:
        yield f"{texts.ASKED_AS}: {plain(said.answer.standalone_question)}"
    yield from _answer(said.answer)


def _answer(answer: Answer) -> Iterator[str]:
    if not answer.answered:
        yield plain(texts.UNSAID)
        yield "\n".join(
            f"{citation.number}. {_source(passage)}, {citation.context.start}\u2013{citation.context.end}"
            for citation, passage in of_nearest(answer)
        )
    for group in of_quotes(answer):
        best = group[0][1]
        yield f"**{plain(best.text)}** ({best.confidence:.0%})"
        yield f"> {plain(best.sentence)}"
        yield "\n".join(
            f"{citation.number}. {_source(quote.passage)}, {citation.words.start}\u2013{citation.words.end}"
            for citation, quote in group
        )


def _source(passage: Passage) -> str:
    day = passage.published.isoformat() if passage.published else None
    parts = (passage.title or passage.article_id, passage.source, day, passage.article_id, passage.url)
    return ", ".join(plain(part) for part in parts if part)
