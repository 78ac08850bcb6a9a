"""What the server tells the tab to keep, forget or download: JSON, read by history.js. Pure but for the running number.

Conversations are kept by the browser alone. Each message carries a number of its own, so that no two are equal and
the browser sees each of them.
"""

from __future__ import annotations

import itertools
import json

from rag.page.saved import Json, saved_filter
from rag.page.talk import Talk, saved_said
from rag.types import Filter

_numbers = itertools.count(1)


def keep_turn(talk: Talk) -> str:
    """Keep what was said last; the first turn begins a conversation."""
    turn, where = saved_said(talk.said[-1]), saved_filter(talk.where)
    return _message(talk=talk.id, place=len(talk.said) - 1, turn=turn, where=where)


def keep_asked(talk: Talk, question: str) -> str:
    """Keep the question that is being answered, in case the tab is closed or the server stopped before it is."""
    return _message(talk=talk.id, asking=question)


def lost(question: str) -> str:
    """The server has started anew since the tab was drawn: hand back the conversation, and ask this again."""
    return _message(lost=question)


def keep_filter(where: Filter) -> str:
    """Keep what the tab's questions are narrowed to."""
    return _message(where=saved_filter(where))


def reopened(talk: Talk, key: str, where: Filter) -> str:
    """The conversation kept under `key` goes on as this one, narrowed to `where`."""
    return _message(talk=talk.id, reopened=key, where=saved_filter(where))


def begun_anew(where: Filter | None = None, *, tell: str = "") -> str:
    """No conversation is open in the tab; the next is narrowed to `where`, None: as before; see also `tell`."""
    return _message(anew=True, where=None if where is None else saved_filter(where), tell=tell)


def download(name: str, text: str) -> str:
    """Hand the user a file."""
    return _message(download={"name": name, "text": text})


def tell(text: str) -> str:
    """Show one line above the conversations."""
    return _message(tell=text)


def _message(**fields: object) -> str:
    message: Json = {"number": next(_numbers), **fields}
    return json.dumps(message).replace("<", "\\u003c")  # nobody shall take an article's text for markup
