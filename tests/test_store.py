import multiprocessing
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, unit
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import generations
from rag.errors import IndexBusy, IndexDamaged, RagError
from rag.index import Index
from rag.store.local import FILE, LocalStore
from rag.store.rows import article_digest
from rag.types import Article, Passage, Span

ARTICLE = Article("a", "Title", "One. Two 🙂 three.", "https://x.example/a", "Ada", date(2026, 3, 3), "Courier", "CC0")


def cut(article: Article, *spans: tuple[int, int]) -> list[Passage]:
    return [
        Passage(article.id, i, Span(a, b), article.text[a:b], article.title, article.url, article.author,
                article.published, article.source)
        for i, (a, b) in enumerate(spans)
    ]  # fmt: skip


def put(store: LocalStore, article: Article, passages: list[Passage], vectors_: np.ndarray) -> None:
    with store.changing():
        store.put(article, passages, vectors_)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path, create=True)


def test_a_store_that_cannot_be_made_is_not_called_damaged(tmp_path: Path):
    with pytest.raises(sqlite3.OperationalError):
        LocalStore(tmp_path / "no such folder", create=True)


def test_what_goes_in_comes_out(store: LocalStore):
    passages = cut(ARTICLE, (0, 4), (5, 17))
    put(store, ARTICLE, passages, unit([1, 0], [3, 4]))
    assert store.article("a") == ARTICLE
    assert list(store.articles()) == [ARTICLE]
    assert store.counts() == (1, 2)
    assert store.passages([2, 1]) == {1: passages[0], 2: passages[1]}
    assert [p for _, p in store.all_passages()] == passages
    (block,) = store.vectors()
    assert block.numbers.tolist() == [1, 2]
    assert block.vectors == pytest.approx(np.array([[1, 0], [0.6, 0.8]]), abs=1e-3)


def test_an_article_of_the_same_id_takes_the_place_and_numbers_are_not_used_again(store: LocalStore):
    put(store, ARTICLE, cut(ARTICLE, (0, 4)), unit([1, 0]))
    put(store, ARTICLE, cut(ARTICLE, (5, 17)), unit([0, 1]))
    assert store.counts() == (1, 1)
    assert store.passages([2])[2].text == "Two 🙂 three."
    assert store.passages([1]) == {}
    assert store.rows("SELECT n FROM removed").fetchall() == [(1,)]


def test_a_change_that_fails_half_way_changes_nothing(store: LocalStore):
    put(store, ARTICLE, cut(ARTICLE, (0, 4)), unit([1, 0]))
    before = store.revision

    with pytest.raises(RuntimeError, match="power cut"), store.changing():
        store.put(Article("b", "B", "text"), [], unit([1, 0])[:0])
        store.remove("a")
        raise RuntimeError("power cut")
    assert store.counts() == (1, 1)
    assert store.revision == before


def test_a_second_writer_gets_one_clear_line(tmp_path: Path, store: LocalStore):
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store._db.execute("PRAGMA busy_timeout = 10")
    with pytest.raises(IndexBusy, match="another process is writing"):
        put(store, ARTICLE, [], unit([1, 0])[:0])
    other.execute("ROLLBACK")
    other.close()


def test_reading_goes_on_while_another_connection_writes(tmp_path: Path, store: LocalStore):
    put(store, ARTICLE, cut(ARTICLE, (0, 4)), unit([1, 0]))
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("DELETE FROM articles")
    assert store.counts() == (1, 1)
    other.execute("ROLLBACK")
    other.close()


def test_a_store_that_is_gone_is_not_made_anew(tmp_path: Path):
    with pytest.raises(IndexDamaged, match="is missing"):
        LocalStore(tmp_path)
    assert list(tmp_path.iterdir()) == []


READ = """
import sys
from pathlib import Path
from rag.index import Index
from conftest import WordCounts
index = Index.open(sys.argv[1], embedder=WordCounts("bridge", "ferry", "council", "volcano"))
print(len(index), index.search("volcano")[0].passage.article_id)
from rag.verify import verify
print({verify(Path(sys.argv[1])).problems for _ in range(10)})
try:
    index.remove(["ferry"])
except Exception as error:
    print(type(error).__name__)
"""


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may write everywhere")
@pytest.mark.parametrize("log", [False, True])
def test_an_index_that_may_not_be_written_is_searched_and_checked(town: Index, log: bool, tmp_path_factory):
    """With all changes in the one file, and with some in SQLite's log beside it; nothing temporary stays."""
    apart = tmp_path_factory.mktemp("apart")
    generation = generations.in_use(town.folder)
    held = sqlite3.connect(generation / FILE)
    held.execute("SELECT count(*) FROM articles").fetchone()
    if not log:
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        town._serving.store.close()
        held.close()
    assert (generation / f"{FILE}-wal").exists() is log
    paths = [town.folder, *town.folder.rglob("*")]
    modes = [path.stat().st_mode for path in paths]
    for path, mode in zip(paths, modes, strict=True):
        path.chmod(mode & ~0o222)
    try:
        drop = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
        env = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "TMPDIR": str(apart)}
        done = subprocess.run([*drop, sys.executable, "-c", READ, str(town.folder)], capture_output=True, text=True,
                              check=False, env=env)  # fmt: skip
    finally:
        for path, mode in zip(paths, modes, strict=True):
            path.chmod(mode)
        held.close()
    assert done.stdout.splitlines() == ["3 volcano", "{()}", "IndexNotWritten"], done.stderr
    assert not list(apart.iterdir())


def _open_without_room(folder: Path, said: multiprocessing.Queue) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # no file may grow
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        LocalStore(folder)
    except RagError as error:
        said.put((type(error).__name__, str(error)))
    else:
        said.put(("opened", ""))


def test_a_disk_without_room_is_not_called_damage(tmp_path: Path, store: LocalStore):
    put(store, ARTICLE, cut(ARTICLE, (0, 4)), unit([1, 0]))
    store.close()
    context = multiprocessing.get_context("spawn")
    said = context.Queue()
    child = context.Process(target=_open_without_room, args=(tmp_path, said))
    child.start()
    kind, message = said.get(timeout=60)
    child.join()
    assert (kind, "free some space" in message) == ("IndexNotWritten", True)
    assert LocalStore(tmp_path).article("a") == ARTICLE


def test_rubbish_is_no_store(tmp_path: Path):
    (tmp_path / FILE).write_bytes(b"rubbish" * 1000)
    with pytest.raises(IndexDamaged, match="not a readable index"):
        LocalStore(tmp_path)


@settings(max_examples=25, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_any_text_is_kept_character_for_character(tmp_path_factory: pytest.TempPathFactory, text: str):
    store = LocalStore(tmp_path_factory.mktemp("any"), create=True)
    one = Article("x", text, text)
    put(store, one, cut(one, (0, len(text))), unit([1, 0]))
    assert store.article("x") == one
    assert store.passages([1])[1].text == text
    store.close()


def test_an_article_that_is_not_what_was_stored_is_never_served(store: LocalStore):
    put(store, ARTICLE, cut(ARTICLE, (0, 4)), unit([1, 0]))
    store.rows("UPDATE articles SET text = replace(text, 'One', 'Won')")
    with pytest.raises(IndexDamaged, match=r"'a' .* is not what was stored"):
        store.article("a")
    with pytest.raises(IndexDamaged, match=r"'a' .* is not what was stored"):
        store.passages([1])


@pytest.mark.parametrize("field", ["id", "title", "text", "url", "author", "published", "source", "licence"])
def test_the_digest_of_an_article_covers_every_field(field: str):
    other = replace(ARTICLE, **{field: date(2026, 3, 4) if field == "published" else "other"})
    assert article_digest(other) != article_digest(ARTICLE)
    assert article_digest(replace(ARTICLE)) == article_digest(ARTICLE)
