"""The bundled vocabulary, named encodings, and the script that trains a vocabulary."""

import base64
import gzip
import hashlib
import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from rag import tokens
from rag.errors import InputError, ModelError
from rag.weights import train_tokens

CORPUS = ["the cat sat on the mat", "the cat's mat, the café's 1987 mat", "他说。 🙂"] * 3

HARD = [
    "",
    " ",
    "Mexico's president said on 20 January 2026: “No.”\n\nNext paragraph.",
    "l’été, naïve café, Straße",
    "שלום עולם. مرحبا بالعالم؟",
    "他说你好。我们走吧！",
    "👨‍👩‍👧‍👦🏽 e\u0301\u0301\u0301 \u200b\x00",
    "<|endoftext|> is text like any other",
    "a  b \t\n c   ",
]


def encoded_by_definition(text: str, ranks: dict[bytes, int]) -> list[int]:
    """Byte-level BPE as it is defined: in each piece, join the two neighbours of lowest rank until none can be."""
    ids = []
    for piece in regex.findall(tokens.SPLIT, text):
        parts = [bytes([byte]) for byte in piece.encode()]
        while True:
            ranked = [(ranks[a + b], i) for i, (a, b) in enumerate(pairwise(parts)) if a + b in ranks]
            if not ranked:
                break
            _, i = min(ranked)
            parts[i : i + 2] = [parts[i] + parts[i + 1]]
        ids += [ranks[part] for part in parts]
    return ids


def test_the_bundled_vocabulary_is_ours_and_whole():
    encoding = tokens.encoding()
    assert (encoding.name, encoding.n_vocab) == ("article8k", 8192)
    assert tokens.encoding() is encoding  # read once


def test_common_words_are_single_tokens():
    encoding = tokens.encoding()
    ids = encoding.encode_ordinary("The president said that")
    assert [encoding.decode_single_token_bytes(i) for i in ids] == [b"The", b" president", b" said", b" that"]


@pytest.mark.parametrize("text", HARD)
def test_bundled_ids_are_those_of_bpe_by_definition(text):
    ranks = tokens.parse(tokens.VOCABULARY.read_bytes())
    assert tokens.encoding().encode_ordinary(text) == encoded_by_definition(text, ranks)


@given(st.text())
def test_nothing_is_lost_in_encoding(text):
    encoding = tokens.encoding()
    assert encoding.decode(encoding.encode_ordinary(text)) == text


@pytest.mark.parametrize("text", [" " * 1_000_000 + "a", "a" * 1_000_000, "'s" * 500_000], ids=["spaces", "word", "'s"])
def test_a_megabyte_of_anything_is_encoded(text):
    assert len(tokens.encoding().encode_ordinary(text)) > 1_000


def test_the_card_names_the_digest():
    card = (tokens.VOCABULARY.parent / "README.md").read_text(encoding="utf-8")
    assert tokens.DIGEST in card
    assert hashlib.sha256(tokens.VOCABULARY.read_bytes()).hexdigest() == tokens.DIGEST


def test_a_changed_vocabulary_is_refused(tmp_path, monkeypatch):
    changed = tmp_path / "article8k.tiktoken"
    changed.write_bytes(tokens.VOCABULARY.read_bytes().replace(b" 300\n", b" 301\n"))
    monkeypatch.setattr(tokens, "VOCABULARY", changed)
    tokens.encoding.cache_clear()
    with pytest.raises(ModelError, match=r"article8k.tiktoken has SHA-256 .*, wanted .*restore it"):
        tokens.encoding()


def test_a_missing_vocabulary_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(tokens, "VOCABULARY", tmp_path / "gone.tiktoken")
    tokens.encoding.cache_clear()
    with pytest.raises(ModelError, match=r"gone.tiktoken is missing; restore it"):
        tokens.encoding()


def lines(*extra: bytes, leave_out: int | None = None) -> bytes:
    single = [bytes([byte]) for byte in range(256) if byte != leave_out]
    entries = [base64.b64encode(token) + b" %d" % rank for rank, token in enumerate(single)]
    return b"\n".join([*entries, *extra]) + b"\n"


def test_parse_reads_tokens_and_ranks():
    ranks = tokens.parse(lines(base64.b64encode(b"ab") + b" 256"))
    assert (len(ranks), ranks[b"a"], ranks[b"ab"]) == (257, 97, 256)


@pytest.mark.parametrize(
    ("damaged", "message"),
    [
        (lines(leave_out=0x41), r"lacks 1 of the 256 bytes, first 0x41"),
        (lines(b"YWI= 255"), r"line 257 .* rank 255; wanted: a new token, 256"),
        (lines(b"YQ== 256"), r"line 257 .* wanted: a new token"),
        (lines(b"YWI= 257"), r"line 257 .* rank 257"),
        (lines(b"YWI="), r"line 257 of the vocabulary is b'YWI='; wanted: base64 token, rank"),
        (lines(b"Y!I= 256"), r"line 257"),
        (lines(b"YWI= x"), r"line 257"),
        (b"", r"lacks 256"),
    ],
    ids=["byte missing", "rank twice", "token twice", "gap", "no rank", "no base64", "no number", "empty"],
)
def test_parse_refuses_what_would_make_tiktoken_panic(damaged, message):
    with pytest.raises(ModelError, match=message):
        tokens.parse(damaged)


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ModelError, match=r"no encoding 'cl100k'; choose one of bundled, .*cl100k_base"):
        tokens.encoding("cl100k")


@pytest.mark.parametrize("variable", ["TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"])
def test_a_named_encoding_is_never_downloaded(variable, tmp_path, monkeypatch):
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    monkeypatch.setenv(variable, str(tmp_path))
    file = tmp_path / "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"  # the name that tiktoken gives cl100k_base
    message = re.escape(str(file)) + r".*tiktoken\.get_encoding\('cl100k_base'\)"
    with pytest.raises(ModelError, match=message):
        tokens.encoding("cl100k_base")
    file.write_bytes(b"half a downl")
    with pytest.raises(ModelError, match=message):
        tokens.encoding("cl100k_base")
    assert file.read_bytes() == b"half a downl"  # tiktoken would have removed it and gone to the network


def test_the_addresses_and_digests_are_those_of_tiktoken():
    from tiktoken_ext import openai_public

    source = Path(openai_public.__file__).read_text(encoding="utf-8")
    for file, digest in tokens._NAMED.values():
        assert tokens._ADDRESS.format(file) in source
        assert digest in source


def test_importing_tokens_does_not_import_tiktoken():
    code = "import sys, rag.tokens; print('tiktoken' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_trained_vocabulary_gives_the_ids_of_its_tokenizer():
    tokenizer = train_tokens.train(CORPUS, size=300)
    ranks = tokens.parse(train_tokens.dump(train_tokens.ranks(tokenizer)))
    assert b" mat" in ranks
    encoding = tokens.build("tiny", ranks)
    for text in [*CORPUS, *HARD]:
        assert encoding.encode_ordinary(text) == tokenizer.encode(text).ids


@given(st.text(alphabet=st.sampled_from("the cat's mat\n.,'’1é他🙂\u0301 ")))
def test_trained_ids_are_the_same_for_any_text(text):
    tokenizer = train_tokens.train(CORPUS, size=290)
    encoding = tokens.build("tiny", train_tokens.ranks(tokenizer))
    assert encoding.encode_ordinary(text) == tokenizer.encode(text).ids


def test_training_files_of_each_kind_are_read(tmp_path):
    (tmp_path / "a.txt").write_text("plain text", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"text": "one"}\n{"context": "two"}\n{"context": "two"}\n', encoding="utf-8")
    squad = {"data": [{"title": "t", "paragraphs": [{"context": "p1"}, {"context": "p2"}]}]}
    (tmp_path / "c.json.gz").write_bytes(gzip.compress(json.dumps(squad).encode()))
    found = [list(train_tokens.texts(tmp_path / name)) for name in ("a.txt", "b.jsonl", "c.json.gz")]
    assert found == [["plain text"], ["one", "two"], ["p1\n\np2"]]
    (tmp_path / "d.csv").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match=r"d\.csv ends in none of \.txt, \.jsonl and \.json"):
        list(train_tokens.texts(tmp_path / "d.csv"))


def test_the_script_writes_a_vocabulary_and_says_its_digest(tmp_path):
    (tmp_path / "corpus.txt").write_text("\n".join(CORPUS), encoding="utf-8")
    out = tmp_path / "tiny.tiktoken"
    command = [sys.executable, "-m", "rag.weights.train_tokens", str(tmp_path / "corpus.txt"), "--out", str(out)]
    done = subprocess.run([*command, "--size", "280"], capture_output=True, text=True, check=True)
    assert done.stdout == f"{out}: 280 ranks, SHA-256 {hashlib.sha256(out.read_bytes()).hexdigest()}\n"
    assert done.stderr == ""  # no progress bar where nobody watches
