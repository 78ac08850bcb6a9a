"""Each thing in an index is damaged in turn: it is named, mended if it can be, and nothing is lost."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import WordCounts, article
from hypothesis import given, settings
from hypothesis import strategies as st
from test_cli import one_line, rag
from test_update import STEPS, by_passage

from rag import generations, update
from rag.errors import IndexBusy, IndexMissing
from rag.index import Index
from rag.store import derived, derived_checks
from rag.store.checks import cutting_faults, embedding_faults
from rag.store.local import FILE, LocalStore
from rag.verify import verify


def sql(town: Index, *statements: str) -> None:
    """Change the tables behind the index's back."""
    with sqlite3.connect(generations.in_use(town.folder) / FILE) as db:
        for statement in statements:
            db.execute(statement)
    db.close()


def test_a_sound_index_has_no_problems(town: Index):
    report = verify(town.folder)
    assert (report.generation, report.articles, report.passages, report.problems) == ("g000001", 3, 3, ())
    assert report.sound


UNIT = np.array([0, 0, 0, 0, 1], dtype=np.float16).tobytes().hex()
PASSAGES = [
    ("DELETE FROM passages WHERE n = 2", "no passage holds all of the characters 0 to 51"),
    ("UPDATE passages SET number = 7 WHERE n = 2", "its passages are not numbered 0, 1, 2, ..."),
    ("UPDATE passages SET start = 3 WHERE n = 2", "no passage holds all of the characters 0 to 3"),
    ("UPDATE passages SET start = -3 WHERE n = 2", "passage 0 is characters -3 to 51 of 51"),
    ("UPDATE passages SET end = 52 WHERE n = 2", "passage 0 is characters 0 to 52 of 51"),
    ("UPDATE passages SET end = 20 WHERE n = 2", "no passage holds all of the characters 20 to 51"),
    ("UPDATE passages SET end = 'x' WHERE n = 2", "passage 0 is characters 0 to x of 51"),
    ("UPDATE passages SET embedding = x'00' WHERE n = 2", "the embedding of passage 0 has not 5 numbers"),
    ("UPDATE passages SET embedding = zeroblob(10) WHERE n = 2", "the embedding of passage 0 has length 0, not 1"),
    ("UPDATE passages SET embedding = x'007e007e007e007e007e' WHERE n = 2", "has length nan, not 1"),
    (f"UPDATE passages SET embedding = x'{UNIT}' WHERE n = 2", "vectors.faiss holds another embedding than the store"),
]


@pytest.mark.parametrize(("statement", "what"), PASSAGES)
def test_damaged_passages_are_named_and_cut_and_embedded_anew(
    town: Index, words: WordCounts, statement: str, what: str
):
    before = by_passage(town.search("ferry hour", 50))
    sql(town, statement)
    report = verify(town.folder)
    assert any(what in p.what and p.article_id == "ferry" and not p.mended for p in report.problems), report.problems
    assert not report.sound and verify(town.folder).problems == report.problems
    embedded = words.texts_embedded
    report = verify(town.folder, repair=True, embedder=words)
    assert report.sound and report.problems and words.texts_embedded == embedded + 1
    assert verify(town.folder).problems == ()
    assert by_passage(Index.open(town.folder, embedder=words).search("ferry hour", 50)) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE articles SET text = replace(text, '612', '613') WHERE id = 'ferry'",
        "UPDATE articles SET title = 'X' WHERE id = 'ferry'",
        "UPDATE articles SET published = 'soon' WHERE id = 'ferry'",
        "UPDATE articles SET digest = zeroblob(32) WHERE id = 'ferry'",
        "UPDATE articles SET text = x'ff' WHERE id = 'ferry'",
    ],
)
def test_a_damaged_text_is_named_and_left_as_it_is(town: Index, words: WordCounts, statement: str):
    sql(town, statement, "UPDATE passages SET embedding = zeroblob(10) WHERE n = 1")
    for repair in (False, True):
        report = verify(town.folder, repair=repair, embedder=words)
        assert [p.kind for p in report.problems if not p.mended and p.article_id is None] == ["article"]
        assert "ferry" in report.problems[-1].what or "number 2" in report.problems[-1].what
        assert not report.sound
    assert [p.mended for p in report.problems] == [True, False]
    assert LocalStore(generations.in_use(town.folder)).counts() == (3, 3)


FILES = ["derived.json", "vectors.faiss", "passages.npy", "terms"]


def whole_file(generation: Path, name: str) -> Path:
    if name == derived.MANIFEST:
        return generation / name
    (folder,) = generation.glob("d0*")
    return folder / name if name != "terms" else max((folder / name).glob("*.store"))


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", [Path.unlink, flip, lambda path: path.write_bytes(path.read_bytes()[:-1])])
def test_damaged_files_are_named_and_made_again(
    town: Index, words: WordCounts, name: str, damage: Callable[[Path], None]
):
    before, embedded = town.search("ferry hour", 50), words.texts_embedded
    damage(whole_file(generations.in_use(town.folder), name))
    report = verify(town.folder)
    assert [p.kind for p in report.problems] == ["files"] and name in report.problems[0].what
    report = verify(town.folder, repair=True, embedder=words)
    assert report.sound and [p.mended for p in report.problems] == [True]
    assert verify(town.folder).problems == () and words.texts_embedded == embedded
    assert Index.open(town.folder, embedder=words).search("ferry hour", 50) == before


@pytest.mark.parametrize(
    ("count", "told"),
    [(2, "terms: passage 0 of article 'bridge' is not found"), (4, "passages.npy names other passages than the store")],
)
def test_files_of_another_index_are_told_by_what_they_hold(
    town: Index, words: WordCounts, tmp_path: Path, count: int, told: str
):
    """Whose digests are right; two of them for three passages might be files that lack the last one."""
    other = Index.build([article(str(n), f"Kite {n}.") for n in range(count)], tmp_path / "o", embedder=words)
    ours, theirs = generations.in_use(town.folder), generations.in_use(other.folder)
    shutil.rmtree(ours / "d000001")
    shutil.copytree(theirs / "d000001", ours / "d000001")
    shutil.copy(theirs / derived.MANIFEST, ours / derived.MANIFEST)
    assert any(told in p.what for p in verify(town.folder).problems)
    assert verify(town.folder, repair=True, embedder=words).sound
    assert verify(town.folder).problems == ()


def test_words_that_are_not_found_are_told(town: Index, words: WordCounts, tmp_path: Path):
    """Files with the right passages and vectors, whose words are those of other texts."""
    texts = {a.id: a.text for a in town.articles()}
    other = Index.build([article(id_, "Eels.", "-") for id_ in texts], tmp_path / "o", embedder=words)
    ours, theirs = generations.in_use(town.folder), generations.in_use(other.folder)
    shutil.copytree(theirs / "d000001" / "terms", ours / "d000001" / "terms", dirs_exist_ok=True)
    for path in (ours / "d000001" / "terms").iterdir():
        if not (theirs / "d000001" / "terms" / path.name).exists():
            path.unlink()
    manifest, other_manifest = derived.Manifest.read(ours), derived.Manifest.read(theirs)
    sums = {k: v for k, v in manifest.sha256.items() if not k.startswith("terms")}
    sums |= {k: v for k, v in other_manifest.sha256.items() if k.startswith("terms")}
    fields = {name: getattr(manifest, name) for name in manifest.__slots__} | {"sha256": sums}
    (ours / derived.MANIFEST).write_text(json.dumps(fields | {derived.CHECK: derived._check(fields)}))
    (problem,) = verify(town.folder).problems
    assert problem.kind == "files" and "is not found by its word" in problem.what
    assert verify(town.folder, repair=True, embedder=words).sound


@pytest.mark.parametrize("damage", [Path.unlink, flip, lambda path: path.write_bytes(b"")])
def test_a_damaged_pointer_is_put_right(town: Index, words: WordCounts, damage: Callable[[Path], None]):
    damage(town.folder / "CURRENT")
    (problem,) = verify(town.folder).problems
    assert problem.kind == "pointer" and "g000001 is the newest generation that is whole" in problem.what
    assert verify(town.folder, repair=True).sound
    assert verify(town.folder).problems == ()
    assert len(Index.open(town.folder, embedder=words)) == 3


def test_passages_of_no_article_are_taken_out(town: Index, words: WordCounts):
    sql(town, "PRAGMA foreign_keys = OFF", "DELETE FROM articles WHERE id = 'volcano'")
    (problem,) = verify(town.folder).problems
    assert problem.what == "1 passages belong to no article"
    assert verify(town.folder, repair=True, embedder=words).sound
    assert verify(town.folder).problems == ()
    assert LocalStore(generations.in_use(town.folder)).counts() == (2, 2)


def test_a_damaged_index_inside_sqlite_is_made_again(town: Index, words: WordCounts):
    path = generations.in_use(town.folder) / FILE
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((page,),) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'passages_of_article'")
        ((size,),) = db.execute("PRAGMA page_size")
    db.close()
    data = bytearray(path.read_bytes())
    data[page * size - 1] ^= 1  # the last byte of its only page: a passage's number
    path.write_bytes(data)
    assert verify(town.folder).problems[0].kind == "database"
    assert verify(town.folder, repair=True, embedder=words).sound
    assert verify(town.folder).problems == ()


def test_rubbish_for_a_database_is_named_and_left(town: Index):
    path = generations.in_use(town.folder) / FILE
    path.write_bytes(b"rubbish" * 1_000)
    for repair in (False, True):
        report = verify(town.folder, repair=repair)
        assert next(p.kind for p in report.problems if not p.mended) == "database" and not report.sound
    assert path.read_bytes() == b"rubbish" * 1_000


def test_without_its_model_passages_stay_damaged_and_that_is_told(town: Index):
    sql(town, PASSAGES[0][0])
    report = verify(town.folder, repair=True, embedder=WordCounts("other"))
    assert not report.sound
    assert report.problems[-1].kind == "model" and "rag index rebuild" in report.problems[-1].what


def test_no_index_and_another_writer_are_clear_errors(town: Index, tmp_path: Path):
    with pytest.raises(IndexMissing):
        verify(tmp_path / "none")
    with generations.writing(town.folder):
        assert verify(town.folder).sound
        with pytest.raises(IndexBusy):
            verify(town.folder, repair=True)


def test_the_command_names_what_is_wrong_and_its_exit_status_says_so(town: Index):
    whole_file(generations.in_use(town.folder), "vectors.faiss").unlink()
    done = rag("index", "verify", "--index", str(town.folder))
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "d000001/vectors.faiss is not what was written",
        "g000001: 3 articles, 3 passages checked; 1 problems",
    ]
    done = rag("index", "verify", "--repair", "--index", str(town.folder))
    assert done.returncode == 0 and done.stdout.startswith("mended: d000001/vectors.faiss")
    done = rag("index", "verify", "--json", "--index", str(town.folder))
    assert json.loads(done.stdout)["sound"] is True
    assert one_line(rag("index", "verify", "--index", str(town.folder)).stdout).endswith("checked; sound\n")


@settings(max_examples=25, deadline=None)
@given(STEPS, st.sampled_from([0, 3, 1_000]), st.sampled_from([2, 10_000]))
def test_after_any_history_nothing_is_wrong(
    tmp_path_factory: pytest.TempPathFactory, steps, in_memory: int, all_up_to: int
):
    folder = tmp_path_factory.mktemp("history")
    index = Index.build([article("first", "The bridge and the ferry.")], folder, embedder=WordCounts("bridge", "ferry"))
    held = {"first"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(update, "CHANGES_IN_MEMORY", in_memory)
        patch.setattr(derived_checks, "ALL_UP_TO", all_up_to)
        patch.setattr(derived_checks, "SAMPLE", 2)
        for what, id_, text in steps:
            if what == "put":
                index.add([article(id_, text)])
                held.add(id_)
            elif id_ in held:
                index.remove([id_])
                held.remove(id_)
        report = verify(folder)
    assert (report.problems, report.articles, report.passages) == ((), len(held), index.passage_count)


HARD = ["x", "🙂 🙃", "لا إله. مرحبا بالعالم.", "no full stop", "a" * 3_000, "One.\n\n\n  Two.\u00a0\u3000Three.\u2028",
        "\u200b"]  # fmt: skip
ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).filter(str.strip)


@given(st.lists(st.one_of(st.sampled_from(HARD), ANY), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_whatever_the_text_nothing_is_wrong(tmp_path_factory: pytest.TempPathFactory, texts: list[str]):
    folder = tmp_path_factory.mktemp("texts")
    Index.build([article(str(i), text) for i, text in enumerate(texts)], folder, embedder=WordCounts("x"))
    assert verify(folder).problems == ()


def test_lists_hold_what_the_store_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from rag.store import vectors

    monkeypatch.setattr(vectors, "EXACT_UP_TO", 500)
    rng = np.random.default_rng(7)

    class Noise(WordCounts):
        dimension = 32

        def embed_passages(self, texts):
            found = rng.standard_normal((len(texts), 32)).astype(np.float32)
            return found / np.linalg.norm(found, axis=1, keepdims=True)

        def __init__(self) -> None:
            self.fingerprint = "noise"

    index = Index.build([article(f"n{n}", f"Kite {n}.") for n in range(3_000)], tmp_path / "i", embedder=Noise())
    assert index.status().lists
    assert verify(tmp_path / "i").problems == ()


def test_faults_worked_out_by_hand():
    assert cutting_faults("One. Two.", [(0, 0, 4), (1, 5, 9)]) == []
    assert cutting_faults("One. Two.", [(0, 0, 6), (1, 5, 9)]) == []  # they may overlap
    assert cutting_faults("  \n", []) == []
    assert cutting_faults("One. Two.", [(0, 0, 4)]) == ["no passage holds all of the characters 4 to 9"]
    assert cutting_faults("One.", [(0, 4, 4)]) == ["passage 0 is characters 4 to 4 of 4"]
    assert embedding_faults([np.array([0.6, 0.8], dtype=np.float16).tobytes()], 2) == []
    assert embedding_faults([None], 2) == ["the embedding of passage 0 has not 2 numbers"]
    assert embedding_faults([np.array([0.7, 0.8], dtype=np.float16).tobytes()], 2) != []
