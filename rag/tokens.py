"""The vocabularies that passages are budgeted in: the bundled one, or one of tiktoken's by name."""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ModelError
from rag.settings import BUNDLED

if TYPE_CHECKING:
    import tiktoken

VOCABULARY = Path(__file__).parent / "weights" / "tokens" / "article8k.tiktoken"
DIGEST = "42e62fa597b8f3481d10eec9ba22b1cd18f8277a8e11d39be67e126aef5b5a5f"

# A word, an ending such as 's, a number up to a year's length or a run of signs, each with the space before it if any;
# else white space. Without look-around tiktoken scans in linear time; `\s+(?!\S)` makes it panic on 1 MB of spaces.
SPLIT = r" ?[\p{L}\p{M}]+|['’][\p{L}\p{M}]+| ?\p{N}{1,4}| ?[^\s\p{L}\p{M}\p{N}]+|\s+"

# The file behind each named encoding, and its digest as published in tiktoken's source.
_ADDRESS = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
_NAMED = {
    "r50k_base": ("r50k_base", "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930"),
    "p50k_base": ("p50k_base", "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069"),
    "p50k_edit": ("p50k_base", "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069"),
    "cl100k_base": ("cl100k_base", "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"),
    "o200k_base": ("o200k_base", "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"),
    "o200k_harmony": ("o200k_base", "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"),
}


@functools.cache
def encoding(name: str = BUNDLED) -> tiktoken.Encoding:
    """The vocabulary of that name, ready to encode; never downloaded.

    Raises:
        ModelError: the name is unknown, or its file is missing, damaged or not yet cached on this machine.
    """
    return _bundled() if name == BUNDLED else _named(name)


def build(name: str, ranks: dict[bytes, int]) -> tiktoken.Encoding:
    """An encoding over our own split pattern; `ranks` as `parse` gives them."""
    import tiktoken

    return tiktoken.Encoding(name, pat_str=SPLIT, mergeable_ranks=ranks, special_tokens={})


def parse(lines: bytes) -> dict[bytes, int]:
    """Read a vocabulary in tiktoken's format: a token in base64, a space and its rank on each line.

    What passes here cannot make tiktoken panic: every byte is a token, no token stands twice, and the ranks count
    up from 0 without a gap.
    """
    ranks: dict[bytes, int] = {}
    for number, line in enumerate(lines.splitlines(), start=1):
        try:
            token, rank = line.split()
            key = base64.b64decode(token, validate=True)
            ranks[key] = int(rank)
        except (ValueError, binascii.Error):
            raise ModelError(f"line {number} of the vocabulary is {line[:40]!r}; wanted: base64 token, rank") from None
        if len(ranks) != number or ranks[key] != number - 1:
            raise ModelError(
                f"line {number} of the vocabulary gives rank {int(rank)}; wanted: a new token, {number - 1}"
            )
    missing = [byte for byte in range(256) if bytes([byte]) not in ranks]
    if missing:
        raise ModelError(f"the vocabulary lacks {len(missing)} of the 256 bytes, first {missing[0]:#04x}")
    return ranks


def _bundled() -> tiktoken.Encoding:
    restore = "restore it from the project's repository, or install article-rag again"
    if not VOCABULARY.is_file():
        raise ModelError(f"the bundled vocabulary {VOCABULARY} is missing; {restore}")
    lines = VOCABULARY.read_bytes()
    if (found := hashlib.sha256(lines).hexdigest()) != DIGEST:
        raise ModelError(f"{VOCABULARY} has SHA-256 {found[:12]}..., wanted {DIGEST[:12]}...; {restore}")
    return build(VOCABULARY.stem, parse(lines))


def _named(name: str) -> tiktoken.Encoding:
    """One of tiktoken's own, from its cache only: its download can hang for ever behind a silent proxy."""
    if name not in _NAMED:
        raise ModelError(f"there is no encoding {name!r}; choose one of {', '.join([BUNDLED, *_NAMED])}")
    import tiktoken

    file, digest = _NAMED[name]
    cached = _cache() / hashlib.sha1(_ADDRESS.format(file).encode(), usedforsecurity=False).hexdigest()
    if not cached.is_file() or hashlib.sha256(cached.read_bytes()).hexdigest() != digest:
        raise ModelError(
            f"encoding {name!r} is not on this machine (no sound {cached}); where there is a network, run: "
            f"python -c \"import tiktoken; tiktoken.get_encoding('{name}')\""
        )
    return tiktoken.get_encoding(name)


def _cache() -> Path:
    """The folder that tiktoken keeps downloads in."""
    chosen = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR"))
    return Path(tempfile.gettempdir(), "data-gym-cache") if chosen is None else Path(chosen)
