"""Files, folders and rows: what is read, under which id, and what is skipped for which reason."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.articles import Skipped, known_suffixes, normalise, read_article, read_articles
from rag.errors import InputError
from rag.types import Article


@pytest.fixture
def folder(tmp_path):
    """A function that writes files, given as path=content, into a folder called news."""

    def write(files):
        for name, content in files.items():
            path = tmp_path / "news" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path / "news"

    return write


def articles(*paths):
    return [item for item in read_articles(paths) if isinstance(item, Article)]


def skips(*paths):
    return [item for item in read_articles(paths) if isinstance(item, Skipped)]


def ids(*paths):
    return [article.id for article in articles(*paths)]


def jsonl(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_a_folder_is_read_in_the_order_of_its_names_with_paths_as_ids(folder):
    news = folder({"b.md": "b", "a/z.txt": "z", "a/c/d.MARKDOWN": "d", "B.TXT": "B", "é.txt": "e"})
    assert ids(news) == ["B.TXT", "a/c/d.MARKDOWN", "a/z.txt", "b.md", "é.txt"]


def test_ids_do_not_depend_on_where_the_folder_lies_or_how_it_is_named(folder, monkeypatch):
    news = folder({"town/a.txt": "a"})
    monkeypatch.chdir(news)
    assert ids(news) == ids(news.relative_to(news)) == ids(news / "town" / "..") == ["town/a.txt"]


def test_a_name_in_decomposed_letters_gives_the_same_id(folder):
    assert ids(folder({"e\u0301.txt": "x"})) == ["\u00e9.txt"]


def test_a_file_named_itself_is_known_by_its_name(folder):
    news = folder({"town/a.txt": "x"})
    assert ids(news / "town" / "a.txt") == ["a.txt"]


def test_hidden_entries_and_unknown_suffixes_are_passed_over_inside_folders(folder):
    news = folder({"a.txt": "a", ".b.txt": "b", ".git/c.txt": "c", "d.pdf": "d", "e": "e", "txt": "f"})
    assert list(read_articles([news])) == [Article(id="a.txt", title="A", text="a")]


def test_a_hidden_file_named_itself_is_read(folder):
    assert ids(folder({".b.txt": "b"}) / ".b.txt") == [".b.txt"]


def test_an_unknown_suffix_named_itself_is_reported(folder):
    news = folder({"d.pdf": "d", "a.txt": "a"})
    skipped, article = read_articles([news / "d.pdf", news / "a.txt"])
    assert skipped == Skipped(
        str(news / "d.pdf"),
        "unknown kind of file; wanted one of .txt, .md, .markdown, .html, .htm, .jsonl",
        unread=False,
    )
    assert article.id == "a.txt"


def test_a_folder_without_articles_gives_nothing(folder):
    assert list(read_articles([folder({"d.pdf": "d"})])) == []
    assert list(read_articles([])) == []


def test_a_path_that_leads_nowhere_is_an_error_before_anything_is_read(folder):
    news = folder({"a.txt": "a"})
    for nowhere in (news / "none.txt", news / "a.txt" / "b.txt", news / ("x" * 300), news / "nul\0.txt"):
        with pytest.raises(InputError, match="wanted a file or a folder"):
            read_articles([news, nowhere])
    with pytest.raises(InputError, match=r"cannot read .*none\.txt: No such file"):
        read_articles([news / "none.txt"])


def test_bad_files_among_good_ones_are_told_by_name_and_reason(folder):
    news = folder(
        {
            "1.txt": b"\0\1\2",
            "2.txt": "",
            "3.md": "---\na: b: c\n---\nx",
            "4.html": "<html></html>",
            "5.txt": b"\xff\xfe\x00",
            "6.txt": "good",
        }
    )
    *told, good = read_articles([news])
    assert good == Article(id="6.txt", title="6", text="good")
    assert [(skipped.path, skipped.reason.split(";")[0]) for skipped in told] == [
        (str(news / "1.txt"), "not text but binary content"),
        (str(news / "2.txt"), "empty"),
        (str(news / "3.md"), "front matter is not YAML at line 2: mapping values are not allowed here"),
        (str(news / "4.html"), "no main text found in the page"),
        (str(news / "5.txt"), "marked as UTF-16 but not valid UTF-16"),
    ]


@pytest.fixture
def an_ordinary_user():
    """Root may read everything, so a test that runs as root becomes somebody else for a while."""
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    yield
    os.seteuid(me)


def test_what_may_not_be_read_is_told(folder, tmp_path, request):
    news = folder({"a.txt": "a", "shut/b.txt": "b", "c.txt": "c"})
    for parent in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        parent.chmod(0o755)
    (news / "a.txt").chmod(0)
    (news / "shut").chmod(0)
    request.getfixturevalue("an_ordinary_user")
    try:
        assert [(s.path, s.reason) for s in skips(news)] == [
            (str(news / "a.txt"), "Permission denied"),
            (str(news / "shut"), "Permission denied"),
        ]
        assert ids(news) == ["c.txt"]
    finally:
        if os.geteuid() != 65534:  # root removes it as it is
            (news / "shut").chmod(0o700)


def test_links_are_followed_but_never_in_circles(folder):
    news = folder({"town/a.txt": "a", "z/b.txt": "b"})
    (news / "town" / "up").symlink_to(news)
    (news / "town" / "self").symlink_to(news / "town" / "self")
    (news / "again").symlink_to(news / "z")
    (news / "a-link.txt").symlink_to(news / "z" / "b.txt")
    assert list(read_articles([news])) == [
        Article(id="town/a.txt", title="A", text="a"),
        Article(id="z/b.txt", title="B", text="b"),
    ]


def test_broken_links_and_pipes_are_told(folder):
    news = folder({"c.txt": "c"})
    (news / "a.txt").symlink_to(news / "none")
    (news / "loop.md").symlink_to(news / "loop.md")
    os.mkfifo(news / "b.txt")
    assert sorted((Path(s.path).name, s.reason) for s in skips(news)) == [
        ("a.txt", "No such file or directory"),
        ("b.txt", "neither a file nor a folder"),
        ("loop.md", "Too many levels of symbolic links"),
    ]
    assert ids(news) == ["c.txt"]


def test_a_file_that_several_paths_lead_to_is_read_once(folder):
    news = folder({"a.txt": "a", "town/b.txt": "b"})
    assert ids(news, news / "a.txt", news / "town", news) == ["a.txt", "town/b.txt"]


def test_a_name_of_undecodable_bytes_can_be_printed(folder):
    news = folder({"a.txt": ""})
    (news / "a.txt").rename(news / os.fsdecode(b"caf\xe9\n.txt"))
    (skipped,) = skips(news)
    assert skipped.path.encode("utf-8").endswith("caf\ufffd .txt".encode())
    assert "\n" not in skipped.path


def test_rows(folder):
    news = folder(
        {
            "rows.jsonl": "\ufeff"
            + jsonl(
                {"id": 7, "title": "T", "text": "x", "url": "u", "author": "A", "date": "2026-01-05", "source": "S"},
                {"body": "y\r\nz", "published": "03/04/2026", "licence": "CC0", "more": [1]},
            )
            + "\n  \n"
            + jsonl({"content": "w", "text": None, "id": ""})
        }
    )
    y = hashlib.sha256(b"\ny\nz").hexdigest()[:16]
    w = hashlib.sha256(b"\nw").hexdigest()[:16]
    assert list(read_articles([news])) == [
        Article(id="7", title="T", text="x", url="u", author="A", published=date(2026, 1, 5), source="S"),
        Article(id=f"rows.jsonl#{y}", title="", text="y\nz", licence="CC0"),
        Article(id=f"rows.jsonl#{w}", title="", text="w"),
    ]


def test_a_row_keeps_its_id_when_others_are_put_before_it(folder):
    news = folder({"rows.jsonl": jsonl({"text": "x", "title": "T"})})
    (before,) = ids(news)
    folder({"rows.jsonl": jsonl({"text": "w"}, {"text": "x", "title": "T"})})
    assert ids(news)[1] == before == "rows.jsonl#" + hashlib.sha256(b"T\nx").hexdigest()[:16]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b'{"text": "x"', "not JSON at column 13: Expecting ',' delimiter"),
        (b"[1, 2]", "a list, wanted a JSON object"),
        (b"null", "null, wanted a JSON object"),
        (b"{}", "no text; wanted one of the keys text, body, content"),
        (b'{"text": 5}', "text is a number, wanted text"),
        (b'{"text": " "}', "empty"),
        (b'{"text": "x", "title": ["a", 1]}', "title is a list, wanted text"),
        (b'{"text": "x", "published": 20260105}', "published is a number, wanted text"),
        (b'{"text": "\xff"}', "not UTF-8 at byte 11"),
        (b"[" * 100_000, "JSON that is too deep or holds too long a number"),
        (b'{"text": ' + b"1" * 5000 + b"}", "JSON that is too deep or holds too long a number"),
    ],
)
def test_bad_rows_are_told_by_line_and_the_others_are_read(folder, row, reason):
    news = folder({"rows.jsonl": jsonl({"text": "a"}).encode() + b"\n" + row + b"\n" + jsonl({"text": "b"}).encode()})
    first, told, last = read_articles([news])
    assert (first.text, last.text) == ("a", "b")
    assert told == Skipped(str(news / "rows.jsonl"), f"line 3: {reason}")


def test_rows_in_utf_16_are_told_once(folder):
    news = folder({"rows.jsonl": jsonl({"text": "a"}, {"text": "b"}).encode("utf-16")})
    assert [s.reason for s in read_articles([news])] == ["UTF-16, but JSON Lines are read as UTF-8; save it as UTF-8"]


def test_escapes_of_nul_and_half_characters_are_made_storable(folder):
    news = folder({"rows.jsonl": r'{"text": "a\u0000b\ud800c\ud83d\ude00", "id": "\udfff"}'})
    assert list(read_articles([news])) == [Article(id="\ufffd", title="", text="a\ufffdb\ufffdc😀")]


def test_rows_are_read_one_at_a_time(folder):
    news = folder({"rows.jsonl": jsonl({"text": "a"}, {"text": "b"}), "z.txt": "z"})
    reading = read_articles([news])
    assert next(reading).text == "a"
    (news / "z.txt").write_text("written after the first row was read")
    assert [article.text for article in reading] == ["b", "written after the first row was read"]


def test_the_same_row_again_is_skipped(folder):
    news = folder({"rows.jsonl": jsonl({"text": "a"}, {"text": "b"}, {"text": "a"}, {"text": "a", "more": 1})})
    assert [s.reason for s in skips(news)] == [
        f"line {line}: the same article as {news / 'rows.jsonl'} line 1" for line in (3, 4)
    ]
    assert len(ids(news)) == 2


def test_a_second_article_with_an_id_gets_its_folder_in_front(folder):
    news = folder({"east/a.txt": "east", "west/a.txt": "west", "r.jsonl": jsonl({"id": "a.txt", "text": "row"})})
    row = "news/r.jsonl#" + hashlib.sha256(b"\nrow").hexdigest()[:16]
    assert ids(news / "east", news / "west", news) == ["a.txt", "west/a.txt", row]
    assert ids(news / "east", news / "west" / "a.txt") == ["a.txt", "west/a.txt"]


def test_a_third_one_is_skipped_and_both_are_named(folder):
    news = folder({"1.md": "---\nid: x\n---\n1", "2.md": "---\nid: news/3.md\n---\n2", "3.md": "---\nid: x\n---\n3"})
    *good, told = read_articles([news])
    assert [article.id for article in good] == ["x", "news/3.md"]
    assert told == Skipped(str(news / "3.md"), f"its id 'x' is already that of {news / '1.md'}", unread=False)


def test_read_article(folder):
    news = folder({"a.md": "# T\n\nx", "rows.jsonl": "{}", "b.txt": "", "c.pdf": "x"})
    assert read_article(news / "a.md") == Article(id="a.md", title="T", text="x")
    for name, reason in [
        ("rows.jsonl", "may hold many articles"),
        ("", "may hold many articles"),
        ("b.txt", r"b\.txt: empty$"),
        ("c.pdf", r"c\.pdf: unknown kind of file"),
        ("none.md", "No such file"),
    ]:
        with pytest.raises(InputError, match=reason):
            read_article(news / name)


# White space at the ends and the forms that normalising changes are other tests' business.
WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40).map(lambda t: " ".join(normalise(t).split()))
ROWS = st.lists(
    st.builds(
        Article,
        id=WORDS.filter(bool),
        title=WORDS,
        text=WORDS.filter(bool),
        url=st.none() | WORDS.filter(bool),
        author=st.none() | WORDS.filter(bool),
        published=st.none() | st.dates(),
        source=st.none() | WORDS.filter(bool),
        licence=st.none() | WORDS.filter(bool),
    ),
    max_size=5,
    unique_by=lambda article: article.id,
)


@given(ROWS, st.booleans())
def test_rows_come_back_as_they_were_written(tmp_path_factory, written, ascii_only):
    fields = ("id", "title", "text", "url", "author", "published", "source", "licence")
    rows = [{name: getattr(article, name) for name in fields} for article in written]
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    lines = (json.dumps(row, default=str, ensure_ascii=ascii_only) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8", newline="")
    assert list(read_articles([path])) == written


@given(
    st.binary(max_size=200),
    st.sampled_from(["", "---\n", "<p>", '{"text": "', "\ufeff"]),
    st.sampled_from(known_suffixes),
)
def test_any_bytes_give_articles_or_reasons(tmp_path_factory, data, start, suffix):
    path = tmp_path_factory.mktemp("any") / f"a{suffix}"
    path.write_bytes(start.encode() + data)
    for item in read_articles([path]):
        if isinstance(item, Article):
            assert item.id
            assert item.text.strip()
            assert normalise(item.text) == item.text
        else:
            assert item.reason
            assert "\n" not in item.reason


def test_importing_the_reader_loads_no_parser():
    code = "import sys, rag.articles; print(*{'yaml', 'markdown_it', 'trafilatura', 'lxml'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "\n"
