"""Which encoding a file is read in."""

import random
import zlib

import pytest

from rag.articles.decode import decode
from rag.errors import InputError

FRENCH = "Le conseil a décidé hier, à l’unanimité, de rouvrir le vieux pont près de l’église."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "windows-1252"])
def test_western_text_is_read_in_any_of_these(encoding):
    assert decode(FRENCH.encode(encoding)).removeprefix("\ufeff") == FRENCH


def test_utf_16_of_either_byte_order():
    assert decode(b"\xfe\xff" + FRENCH.encode("utf-16-be")) == FRENCH
    assert decode(b"\xff\xfe" + FRENCH.encode("utf-16-le")) == FRENCH


def test_a_declared_encoding_comes_after_utf_8():
    russian = "Совет закрыл мост."
    assert decode(russian.encode("koi8-r"), declared="koi8-r") == russian
    assert decode(russian.encode("utf-8"), declared="koi8-r") == russian  # saved anew, with the old declaration
    assert decode(FRENCH.encode("windows-1252"), declared="ascii") == FRENCH


def test_no_bytes_are_no_text():
    assert decode(b"") == ""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("Совет закрыл мост.".encode("koi8-r"), "not UTF-8, and no other encoding fits"),
        ("市議会は橋を閉鎖した。".encode("shift_jis"), "not UTF-8, and no other encoding fits"),
        (b"plain words \x81 and a byte that no encoding here has", "not UTF-8, and no other encoding fits"),
        (b"\xef\xbb\xbfmarked \xff wrongly", "marked as UTF-8 but not valid UTF-8"),
        (b"\xff\xfeabc", "marked as UTF-16 but not valid UTF-16"),
        (FRENCH.encode("utf-16-le"), "binary"),  # no byte order mark: every second byte is NUL
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + zlib.compress(random.Random(1).randbytes(4000)), "binary"),
        (bytes(range(128)), "binary"),
        (b"\0", "binary"),
    ],
)
def test_what_is_not_text_is_refused(data, reason):
    with pytest.raises(InputError, match=reason):
        decode(data)


def test_one_stray_control_character_does_not_condemn_a_text():
    assert decode(b"a page \0 of words, " + b"many words " * 20).startswith("a page \0 of")
