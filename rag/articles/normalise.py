"""Any string -> a string that may be stored, sliced and compared: done once, on reading."""

from __future__ import annotations

import re
import unicodedata

LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
BYTE_ORDER_MARK = "\ufeff"
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # SQLite ends a text at NUL; UTF-8 has no lone surrogates
REPLACEMENT = "\ufffd"


def normalise(text: str) -> str:
    """Give `text` one form of line end and of each character, and no blank lines around it.

    Every line end becomes a line feed and every character its composed form (NFC); byte order marks are dropped, NUL
    and lone surrogates become U+FFFD. Normalising twice changes nothing.
    """
    text = text.replace(BYTE_ORDER_MARK, "")
    text = LINE_ENDS.sub("\n", text)
    text = storable(text)
    return _without_blank_edges(unicodedata.normalize("NFC", text))


def storable(text: str) -> str:
    """The text with U+FFFD for NUL and lone surrogates, such as a shell makes of bytes that are no UTF-8."""
    return UNSTORABLE.sub(REPLACEMENT, text)


def one_line(text: str) -> str:
    """Normalise a title, a name or an id: white space of any kind and length becomes one space."""
    return " ".join(normalise(text).split())


def _without_blank_edges(text: str) -> str:
    """Drop the lines at both ends that hold only white space; the first line keeps its indent."""
    start = text.rfind("\n", 0, len(text) - len(text.lstrip())) + 1
    end = text.find("\n", len(text.rstrip()))
    text = text[start:] if end < start else text[start:end]
    return "" if text.isspace() else text
