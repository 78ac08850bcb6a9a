"""One pass over files: what it counts, and which ids a file that could not be read may stand for."""

from pathlib import Path

import pytest

from rag.articles.reading import Reading, Unread
from rag.errors import InputError


def test_every_byte_is_counted_once(tmp_path: Path):
    (tmp_path / "a.txt").write_text("One, é.", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"text": "Two."}\n\n{"text": "Three."}\n{"no": 1}\n')
    (tmp_path / "c.md").write_bytes(b"\x00\xff" * 9)
    (tmp_path / "passed-over.pdf").write_text("x")
    reading = Reading([tmp_path])
    assert [article.text for article in reading] == ["One, é.", "Two.", "Three."]
    assert [Path(one.path).name for one in reading.skipped] == ["b.jsonl", "c.md"]
    assert reading.bytes_read == reading.total_bytes() == sum(
        (tmp_path / name).stat().st_size for name in ("a.txt", "b.jsonl", "c.md")
    )  # fmt: skip


def test_a_path_that_leads_nowhere_is_told_before_anything_is_read(tmp_path: Path):
    with pytest.raises(InputError, match="none"):
        Reading([tmp_path, tmp_path / "none"]).require_all()


@pytest.mark.parametrize(
    ("unread", "article_id", "held"),
    [
        ("news/town/a.txt", "town/a.txt", True),
        ("news/town/a.txt", "a.txt", True),
        ("news/town/a.txt", "news/town/a.txt", True),  # as a second article of the same id is named
        ("news/town/a.txt", "wn/a.txt", False),
        ("news/town/a.txt", "town/b.txt", False),
        ("news/town/a.txt", "a.txt/more.txt", True),  # a folder may have such a name
        ("news/rows.jsonl", "rows.jsonl#0123456789abcdef", True),
        ("news/rows.jsonl", "other.jsonl#0123456789abcdef", False),
        ("news/rows.jsonl", "any id", True),
        ("news/front-matter.md", "any id", True),
        ("news/plain.txt", "any id", False),
        ("news/a#1.txt", "a#1.txt", True),
        ("news/town", "town/a.txt", True),
        ("news/town", "town/deep/rows.jsonl#0", True),
        ("news/town", "village/a.txt", False),
        ("news/town", "any id", True),
        ("named", "whatever.txt", True),
    ],
)
def test_what_an_unread_file_or_folder_may_hold(unread: str, article_id: str, held: bool):
    assert Unread.of([unread], ["named"]).may_hold(article_id) is held


def test_what_was_read_after_all_holds_nothing_back(tmp_path: Path):
    """A row that is there twice was seen, and a file of an unknown kind never gave an article."""
    (tmp_path / "rows.jsonl").write_text('{"text": "Two.", "id": "x"}\n' * 2)
    (tmp_path / "notes.pdf").write_text("x")
    reading = Reading([tmp_path, tmp_path / "notes.pdf"])
    assert len(list(reading)) == 1 and len(reading.skipped) == 2
    assert not reading.may_hold("y") and not reading.may_hold("notes.pdf")
    assert reading.kept == []
