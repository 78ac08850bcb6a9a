"""Train the token vocabulary: python -m rag.weights.train_tokens FILES... --out VOCABULARY.tiktoken

Files hold plain text (.txt), an object with "text" or "context" on each line (.jsonl) or SQuAD (.json); .gz as well.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import InputError
from rag.tokens import SPLIT, parse

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SIZE = 8192  # ranks; twice as many would save 10 % of the tokens and double the file


def train(texts: Iterable[str], *, size: int = SIZE, progress: bool = False) -> Tokenizer:
    """A byte-level BPE tokenizer learnt from `texts`; the same texts in the same order give the same one."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=progress,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def ranks(tokenizer: Tokenizer) -> dict[bytes, int]:
    """The tokenizer's vocabulary as tiktoken wants it: bytes to rank, lowest rank first."""
    byte_of = _byte_of_letter()
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    return {bytes(byte_of[letter] for letter in token): rank for token, rank in vocabulary}


def dump(ranks: dict[bytes, int]) -> bytes:
    """The lines of a vocabulary file in tiktoken's format."""
    return b"".join(b"%s %d\n" % (base64.b64encode(token), rank) for token, rank in ranks.items())


def texts(file: Path) -> Iterator[str]:
    """The texts in a file: of equal lines one, of a SQuAD article all its paragraphs as one."""
    opener = gzip.open if file.suffix == ".gz" else open
    with opener(file, "rt", encoding="utf-8") as stream:
        match file.with_suffix("").suffix if file.suffix == ".gz" else file.suffix:
            case ".txt":
                yield stream.read()
            case ".jsonl":
                rows = (json.loads(line) for line in stream)
                yield from dict.fromkeys(row.get("text") or row["context"] for row in rows)
            case ".json":
                for article in json.load(stream)["data"]:
                    yield "\n\n".join(paragraph["context"] for paragraph in article["paragraphs"])
            case _:
                raise InputError(f"{file} ends in none of .txt, .jsonl and .json (with .gz or without)")


def _byte_of_letter() -> dict[str, int]:
    """The byte that each letter of byte-level BPE stands for: printable Latin-1 for itself, the rest from U+0100."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(0x100 + place): byte for place, byte in enumerate(others)}


def main() -> None:
    """Train on the files named and write the vocabulary."""
    parser = argparse.ArgumentParser(prog="python -m rag.weights.train_tokens", description=train.__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--size", default=SIZE, type=int, help="ranks, the 256 bytes among them (%(default)s)")
    asked = parser.parse_args()
    corpus = (text for file in asked.files for text in texts(file))
    lines = dump(ranks(train(corpus, size=asked.size, progress=sys.stderr.isatty())))
    asked.out.write_bytes(lines)
    print(f"{asked.out}: {len(parse(lines))} ranks, SHA-256 {hashlib.sha256(lines).hexdigest()}")


if __name__ == "__main__":
    main()
