"""The commands that make, change and describe an index; all with the real embedding model, on a few words."""

import json
from pathlib import Path

import pytest
from conftest import WordCounts, article, many
from test_cli import build, one_line, rag
from test_interruptions import Stopping

from rag import generations
from rag.index import Index
from rag.types import Article

pytestmark = pytest.mark.models


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """Three files."""
    folder = tmp_path / "news"
    folder.mkdir()
    for name, text in {"a": "Ada Wren is the harbour master.", "b": "The ferry sails.", "c": "A bridge."}.items():
        (folder / f"{name}.txt").write_text(text)
    return folder


@pytest.fixture
def store(news: Path, tmp_path: Path) -> Path:
    """Their index."""
    assert build(str(news), "--out", str(tmp_path / "store")).returncode == 0
    return tmp_path / "store"


def held(store: Path) -> dict[str, str]:
    return {a.id: a.text for a in Index.open(store).articles()}


def change(news: Path) -> None:
    """One file more, one other, one less."""
    (news / "b.txt").write_text("The ferry stays.")
    (news / "c.txt").unlink()
    (news / "d.txt").write_text("A kite.")


AFTER = {"a.txt": "Ada Wren is the harbour master.", "b.txt": "The ferry stays.", "d.txt": "A kite."}


def test_sync_says_what_it_would_do_and_then_does_it(news: Path, store: Path):
    change(news)
    before, revision = held(store), Index.open(store).revision
    done = rag("index", "sync", str(news), "--index", str(store), "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "would add 1 article (d.txt)",
        "would update 1 article (b.txt)",
        "would remove 1 article (c.txt)",
        "1 unchanged",
    ]
    assert (held(store), Index.open(store).revision) == (before, revision)
    done = rag("index", "sync", str(news), "--index", str(store))
    assert (done.returncode, done.stderr) == (0, "")
    told = "added 1, updated 1, removed 1 articles, 1 unchanged; embedded 2 passages in"
    assert one_line(done.stdout).startswith(told)
    assert held(store) == AFTER


@pytest.mark.parametrize("mode", ["", "--sync", "--rebuild"])
def test_build_py_ends_with_the_same_articles_whichever_way(news: Path, store: Path, mode: str):
    change(news)
    done = build(str(news), "--out", str(store), *mode.split())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("indexed 3 articles" if mode == "--rebuild" else "added 1, updated 1, removed 1")
    assert held(store) == AFTER
    assert generations.in_use(store).name == ("g000002" if mode == "--rebuild" else "g000001")


def test_build_py_makes_an_index_of_other_settings_anew_unless_told_to_synchronise(news: Path, store: Path):
    options = str(news), "--out", str(store), "--passage-tokens", "40"
    done = build(*options, "--sync")
    assert done.returncode == 2
    assert "has passage_tokens 160, 40 was asked for; run: rag index rebuild" in one_line(done.stderr)
    done = build(*options, "--dry-run")
    assert "the index would be made anew" in done.stdout and "3 unchanged" in done.stdout
    assert generations.in_use(store).name == "g000001"
    done = build(*options, "--keep", "1")
    assert done.returncode == 0
    assert "making the index anew: the index in" in one_line(done.stderr) and "passage_tokens 160" in done.stderr
    assert [path.name for path in generations.all_of(store)] == ["g000001", "g000002"]
    assert build(*options, "--sync").returncode == 0
    assert "one of them" in one_line(build(*options, "--sync", "--rebuild").stderr)


def test_build_py_dry_run_without_an_index_adds_everything_and_makes_nothing(news: Path, tmp_path: Path):
    done = build(str(news), "--out", str(tmp_path / "none"), "--dry-run")
    assert done.stdout.startswith("would add 3 articles (a.txt, b.txt, c.txt)")
    assert not (tmp_path / "none").exists()
    done = build(str(news), "--out", str(tmp_path / "none"), "--sync", "--dry-run")
    assert done.returncode == 2 and "there is no index" in one_line(done.stderr)


def test_a_file_that_cannot_be_read_any_more_does_not_remove_its_article(news: Path, store: Path):
    (news / "b.txt").write_bytes(b"\x00\xff" * 50)
    (news / "c.txt").unlink()
    done = rag("index", "sync", str(news), "--index", str(store))
    assert done.returncode == 1
    assert "b.txt: " in done.stderr.splitlines()[0]
    assert done.stderr.splitlines()[1] == "kept 1 article (b.txt), which may be in what was skipped"
    assert set(held(store)) == {"a.txt", "b.txt"}


@pytest.mark.parametrize("dry_run", [[], ["--dry-run"]])
def test_nothing_to_synchronise_with_removes_nothing(tmp_path: Path, store: Path, dry_run: list[str]):
    (tmp_path / "empty").mkdir()
    done = rag("index", "sync", str(tmp_path / "empty"), "--index", str(store), *dry_run)
    assert done.returncode == 2
    assert "there are no articles to index" in one_line(done.stderr)
    assert len(held(store)) == 3


def test_add_and_remove(news: Path, store: Path, tmp_path: Path):
    (tmp_path / "e.txt").write_text("Eels.")
    done = rag("index", "add", str(tmp_path / "e.txt"), str(news / "a.txt"), "--index", str(store))
    assert one_line(done.stdout).startswith("added 1, updated 0, removed 0 articles, 1 unchanged")
    done = rag("index", "remove", "a.txt", "nowhere", "--index", str(store))
    assert done.returncode == 2 and "no article has the id 'nowhere'" in one_line(done.stderr)
    assert set(held(store)) == {"a.txt", "b.txt", "c.txt", "e.txt"}
    assert rag("index", "remove", "a.txt", "e.txt", "--index", str(store)).returncode == 0
    assert set(held(store)) == {"b.txt", "c.txt"}


STRANGE = ["🙂.txt", 'it\'s "quoted"', "two\nlines", "-dash", "--help", "\x1b[31mred", "שלום", "%s {x} [b]", "; DROP"]


def test_any_id_can_be_added_shown_and_removed(store: Path, tmp_path: Path):
    Index.open(store).add([Article(id_, id_, "Words.") for id_ in STRANGE])
    done = rag("index", "sync", str(tmp_path / "news"), "--index", str(store), "--dry-run")
    assert "\x1b" not in done.stdout and len(done.stdout.splitlines()) == 4
    for id_ in STRANGE:
        done = rag("index", "remove", "--index", str(store), "--", id_)
        assert (done.returncode, done.stderr) == (0, "")
    assert set(held(store)) == {"a.txt", "b.txt", "c.txt"}


def test_an_id_from_a_file_name_that_is_no_utf_8_is_removed_by_that_name(store: Path, tmp_path: Path):
    (tmp_path / "\udcff.txt").write_text("Words.")  # what a shell makes of a lone byte
    assert rag("index", "add", str(tmp_path / "\udcff.txt"), "--index", str(store)).returncode == 0
    assert "\ufffd.txt" in held(store)
    assert rag("index", "remove", "\udcff.txt", "--index", str(store)).returncode == 0
    done = rag("index", "remove", "\udcff.txt", "--index", str(store))
    assert done.returncode == 2 and "no article has the id" in one_line(done.stderr)


def test_rebuild_works_where_the_index_does_not_open(town: Index):
    """Its model is not the one that is installed under the name that its settings give."""
    done = rag("index", "sync", "seeds", "--index", str(town.folder))
    assert done.returncode == 2 and f"run: rag index rebuild --index {town.folder}" in one_line(done.stderr)
    done = rag("index", "rebuild", "--index", str(town.folder), "--keep", "1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("indexed 3 articles, 3 passages in")
    assert set(held(town.folder)) == {"bridge", "ferry", "volcano"}
    assert [path.name for path in generations.all_of(town.folder)] == ["g000001", "g000002"]
    done = rag("index", "rebuild", "--index", str(town.folder), "--passage-tokens", "8")
    assert done.stdout.startswith("indexed 3 articles, 10 passages in")
    done = rag("index", "rebuild", "--index", str(town.folder), "--passage-tokens", "7")
    assert done.returncode == 2 and "passage_tokens is 7" in one_line(done.stderr)


def test_rebuild_from_files_keeps_the_settings_of_the_index(news: Path, town: Index):
    assert rag("index", "rebuild", "--index", str(town.folder), "--passage-tokens", "50").returncode == 0
    assert rag("index", "rebuild", str(news), "--index", str(town.folder)).returncode == 0
    found = Index.open(town.folder)
    assert (len(found), found.settings.passage_tokens) == (3, 50)
    assert found.article("a.txt").text.startswith("Ada Wren")


def test_another_writer_is_one_clear_line(news: Path, store: Path):
    with generations.writing(store):
        for command in ("sync", "add", "build"):
            done = rag("index", command, str(news / "a.txt"), "--index", str(store))
            assert done.returncode == 2 and "another process is writing to the index" in one_line(done.stderr)
        assert "another process is changing it" in rag("index", "status", "--index", str(store)).stdout
    assert len(held(store)) == 3


def test_a_change_that_was_interrupted_is_told_and_gone_on_with(news: Path, store: Path):
    found = Index.open(store)
    found._serving.embedder = Stopping(3, "bridge")
    with pytest.raises(KeyboardInterrupt):
        found.add(many(600))
    lost = "256 articles (n0000, n0001, n0002, n0003, n0004, ...)"
    assert f"interrupted before it had stored {lost}" in rag("index", "status", "--index", str(store)).stdout
    done = rag("index", "add", str(news), "--index", str(store))
    assert one_line(done.stderr) == f"an earlier run was interrupted before it had stored {lost}; going on from there\n"
    done = rag("index", "add", str(news), "--index", str(store))
    assert done.stderr == ""
    assert "interrupted" not in rag("index", "status", "--index", str(store)).stdout


def test_a_build_that_was_interrupted_is_told(town: Index, news: Path):
    with pytest.raises(KeyboardInterrupt):
        Index.build(many(600), town.folder, embedder=Stopping(300, *town.embedder.words))
    done = rag("index", "status", "--index", str(town.folder))
    assert "a build was interrupted when it had stored 256 articles (g000002)" in done.stdout
    (town.folder / "CURRENT").unlink()
    done = build(str(news), "--out", str(town.folder))
    assert "an earlier build was interrupted when it had stored" in one_line(done.stderr)
    assert done.returncode == 0


def test_ctrl_c_is_one_line(news: Path, store: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Index, "add", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    done = rag("index", "add", str(news), "--index", str(store))
    assert done.returncode == 130 and "the same command goes on" in one_line(done.stderr)


def test_status_in_words_and_as_json(town: Index):
    town.add([article("kite", "A kite.")])
    lines = rag("index", "status", "--index", str(town.folder)).stdout.splitlines()
    assert lines[0] == f"{town.folder}: 4 articles, 4 passages"
    assert lines[1] == "embedding model: bundled (words bridge ferry council volcano, 5 numbers a vector)"
    assert lines[2:4] == ["passages of at most 160 tokens (bundled)", "search: exact, 1 changed passages in memory"]
    assert lines[5].startswith("generation g000001, revision 3, last changed 20")
    record = json.loads(rag("index", "status", "--json", "--index", str(town.folder)).stdout)
    assert (record["articles"], record["passages"], record["unfiled"], record["lists"]) == (4, 4, 1, 0)
    assert record["settings"]["passage_tokens"] == 160
    assert (record["in_flight"], record["unfinished"], record["writing"]) == ([], [], False)
    assert record["store_bytes"] > 10_000 and record["derived_bytes"] > 1_000


def test_status_of_an_open_index_is_that_of_its_folder(town: Index, words: WordCounts):
    town.rebuild(embedder=words, keep=1)
    found = town.status()
    assert (found.generation, found.earlier, found.articles, found.unfiled) == ("g000002", ("g000001",), 3, 0)
    assert found.changed is not None
    (generations.in_use(town.folder) / "derived.json").unlink()
    assert town.status().lists is None
    assert "missing" in rag("index", "status", "--index", str(town.folder)).stdout


def test_status_without_an_index_is_one_line(tmp_path: Path):
    done = rag("index", "status", "--index", str(tmp_path))
    assert done.returncode == 2 and "there is no index" in one_line(done.stderr)
