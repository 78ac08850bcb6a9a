"""Files that are handed over, as articles of the index."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import generations
from rag.index import Index
from rag.page import texts
from rag.page.uploads import ARTICLES_AT_ONCE, FileReport, Handed, safe_name, take_in


def handed(folder: Path, name: str, content: str | bytes, number: int = 0) -> Handed:
    """The copy of a file as the server has it, under a name of the server's."""
    path = folder / f"upload-{number}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Handed(path, name)


def outcome(index: Index, *files: Handed) -> tuple[FileReport, ...]:
    return list(take_in(index, files))[-1]


def test_a_file_is_added_then_unchanged_then_updated_and_never_kept(town: Index, tmp_path: Path):
    name = "the mill.txt"
    for text, came in (("A mill.", {"added": 1}), ("A mill.", {"unchanged": 1}), ("Two mills.", {"updated": 1})):
        file = handed(tmp_path, name, text)
        assert outcome(town, file) == (FileReport(name, done=True, **came),)
        assert not file.path.exists()
    assert town.article(name).text == "Two mills."


def test_each_file_has_its_own_outcome(town: Index, tmp_path: Path):
    files = [
        handed(tmp_path, "a.exe", "MZ", 0),
        handed(tmp_path, "b.md", "---\nid: my-id\n---\nA kite.", 1),
        handed(tmp_path, "c.txt", b"\x00\xff" * 9, 2),
        handed(tmp_path, "d.jsonl", '{"text": "Good."}\nnot JSON\n', 3),
    ]
    odd, good, binary, rows = outcome(town, *files)
    assert odd.skipped[0].startswith("unknown kind of file") and odd.articles == 0
    assert (good.added, good.skipped) == (1, ())
    assert binary.articles == 0 and len(binary.skipped) == 1
    assert rows.added == 1 and rows.skipped[0].startswith("line 2: ")
    assert not any(file.path.exists() for file in files)


def test_a_file_of_many_rows_shows_how_far_it_is(town: Index, tmp_path: Path):
    count = 2 * ARTICLES_AT_ONCE + 1
    file = handed(tmp_path, "many.jsonl", "\n".join(json.dumps({"text": f"Row {n}."}) for n in range(count)))
    seen = [report.added for (report,) in take_in(town, [file])]
    assert seen == [0, ARTICLES_AT_ONCE, 2 * ARTICLES_AT_ONCE, count, count]


def test_an_index_that_is_being_written_to_is_the_reason(town: Index, tmp_path: Path):
    with generations.writing(town.folder):
        (report,) = outcome(town, handed(tmp_path, "a.txt", "A kite."))
    assert report.done and report.skipped[0].startswith("another process is writing to the index")
    assert len(town) == 3


def test_a_copy_that_is_gone_is_the_reason(town: Index, tmp_path: Path):
    (report,) = outcome(town, Handed(tmp_path / "gone", "a.txt"))
    assert report.done and report.skipped == (texts.TWICE,)


@pytest.mark.parametrize(
    ("name", "safe"),
    [("a.md", "a.md"), ("../../etc/passwd.txt", "passwd.txt"), ("C:\\fake\\a.md", "a.md"), ("..", "article.txt"),
     ("", "article.txt"), ("a/", "article.txt"), ("مرحبا \U0001f600.txt", "مرحبا \U0001f600.txt")],
)  # fmt: skip
def test_only_the_last_part_of_a_name_counts(name: str, safe: str):
    assert safe_name(name) == safe


@given(st.text(st.characters(), max_size=400))
def test_any_name_can_be_a_files(tmp_path_factory: pytest.TempPathFactory, name: str):
    folder = tmp_path_factory.mktemp("names")
    path = folder / safe_name(name + "a.txt")
    path.write_text("x")
    assert path.parent == folder and list(folder.iterdir()) == [path] and path.suffix == ".txt"
