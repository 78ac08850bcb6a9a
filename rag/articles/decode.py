"""The bytes of a file -> its text, or the reason why it is not text."""

from __future__ import annotations

import codecs
import re

from rag.errors import InputError

# The longer mark first: UTF-32's begins with UTF-16's.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CONTROL = re.compile("[\x00-\x07\x0e-\x1a\x1c-\x1f\x7f]")  # none of them tabs, breaks lines or colours a terminal
MAX_CONTROL_SHARE = 0.01  # compressed and compiled files hold 10 % and more
LETTER_BYTES = re.compile(rb"[A-Za-z\x80-\xff]")
HIGH_BYTES = re.compile(rb"[\x80-\xff]")
MAX_HIGH_SHARE = 0.25  # of the letters: under 15 % where Windows-1252 is at home, over 90 % in Cyrillic or Greek


def decode(data: bytes, *, declared: str | None = None) -> str:
    """Read bytes as text, by what is surest first.

    A byte order mark decides. Without one: UTF-8; then `declared`, the encoding that the file itself names; then
    Windows-1252, if every byte has a meaning there and most letters are plain ones, as in Western European text.

    Raises:
        InputError: the bytes are not text, or in none of these encodings.
    """
    text = _decoded(data, declared)
    if len(CONTROL.findall(text)) > MAX_CONTROL_SHARE * len(text):
        raise InputError("not text but binary content")
    return text


def _decoded(data: bytes, declared: str | None) -> str:
    marked = next((encoding for mark, encoding in BYTE_ORDER_MARKS if data.startswith(mark)), None)
    encodings = [marked] if marked else ["utf-8", *([declared] if declared else []), "windows-1252"]
    for encoding in encodings:
        if encoding == "windows-1252" != declared and not _mostly_plain_letters(data):
            break
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    if marked:
        raise InputError(f"marked as {marked.upper()} but not valid {marked.upper()}; save it as UTF-8")
    if b"\0" in data:
        raise InputError("not text but binary content")
    raise InputError("not UTF-8, and no other encoding fits; save it as UTF-8")


def _mostly_plain_letters(data: bytes) -> bool:
    return len(HIGH_BYTES.findall(data)) <= MAX_HIGH_SHARE * len(LETTER_BYTES.findall(data))
