"""Builds and changes that are broken off: nothing that was stored is lost or embedded again."""

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest
from conftest import WordCounts, article, found, many

from rag import generations
from rag.errors import InputError
from rag.index import Index
from rag.ingest import lost
from rag.store.local import LocalStore


class Stopping(WordCounts):
    """An embedder that fails after some texts."""

    def __init__(self, texts: int, *words: str) -> None:
        super().__init__(*words)
        self.left = texts

    def embed_passages(self, texts):
        self.left -= len(texts)
        if self.left < 0:
            raise KeyboardInterrupt
        return super().embed_passages(texts)


def test_an_interrupted_build_goes_on_without_embedding_again(tmp_path: Path):
    with pytest.raises(KeyboardInterrupt):
        Index.build(many(1_000), tmp_path / "i", embedder=Stopping(600, "ferry"))
    again = WordCounts("ferry")
    index = Index.build(many(1_000), tmp_path / "i", embedder=again)
    assert len(index) == 1_000
    assert again.texts_embedded == 1_000 - 512
    assert [path.name for path in tmp_path.joinpath("i").glob("g*")] == ["g000001"]


def test_a_build_of_nothing_leaves_what_an_interrupted_one_had_stored(tmp_path: Path):
    with pytest.raises(KeyboardInterrupt):
        Index.build(many(1_000), tmp_path / "i", embedder=Stopping(600, "ferry"))
    with pytest.raises(InputError, match="no articles"):
        Index.build([], tmp_path / "i", embedder=WordCounts("ferry"))
    again = WordCounts("ferry")
    assert len(Index.build(many(1_000), tmp_path / "i", embedder=again)) == 1_000
    assert again.texts_embedded == 1_000 - 512


def test_a_build_that_is_interrupted_before_its_last_step_costs_nothing_again(tmp_path: Path):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generations, "switch", interrupt)
        with pytest.raises(KeyboardInterrupt):
            Index.build(many(20), tmp_path / "i", embedder=WordCounts("ferry"))
    again = WordCounts("ferry")
    assert len(Index.build(many(20), tmp_path / "i", embedder=again)) == 20
    assert again.texts_embedded == 0


def interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_an_unfinished_build_of_another_kind_is_not_used(tmp_path: Path):
    with pytest.raises(KeyboardInterrupt):
        Index.build(many(1_000), tmp_path / "i", embedder=Stopping(600, "ferry"))
    other = WordCounts("ferry", "bridge")
    index = Index.build(many(300), tmp_path / "i", embedder=other)
    assert (len(index), other.texts_embedded) == (300, 300)
    assert len(list(tmp_path.joinpath("i").glob("g*"))) == 1


def test_what_was_in_flight_is_named_until_the_next_change(town: Index, words: WordCounts):
    stopping = Stopping(3, *words.words)
    index = Index.open(town.folder, embedder=stopping)
    with pytest.raises(KeyboardInterrupt):
        index.add(many(600))
    store = LocalStore(generations.in_use(town.folder))
    assert lost(store) == tuple(a.id for a in many(256))
    assert len(town) == 3 and found(town, "ferry") == ["bridge", "ferry", "volcano"]
    town.add(many(10))
    assert lost(store) == ()


def _add_for_ever(folder: Path, stored: Path) -> None:
    index = Index.open(folder, embedder=WordCounts("bridge", "ferry", "council", "volcano"))
    with stored.open("a", buffering=1) as log:
        for n in range(10**6):
            index.add([article(f"new-{n}", f"A kite, number {n}.")])
            log.write(f"stored new-{n}\n")
            if n % 5 == 4:
                log.write(f"going new-{n - 1}\n")
                index.remove([f"new-{n - 1}"])
                log.write(f"gone new-{n - 1}\n")


@pytest.mark.parametrize("seconds", [0.02, 0.11, 0.3])
def test_a_writer_that_is_killed_loses_nothing_that_it_reported(
    town: Index, words: WordCounts, tmp_path: Path, seconds: float
):
    log = tmp_path / "stored.jsonl"
    log.touch()
    child = multiprocessing.get_context("spawn").Process(target=_add_for_ever, args=(town.folder, log))
    child.start()
    deadline = time.monotonic() + 60
    while not log.stat().st_size and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(seconds)
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    told: dict[str, set[str]] = {"stored": set(), "going": set(), "gone": set()}
    for line in log.read_text().splitlines():
        word, id_ = line.split()
        told[word].add(id_)
    index = Index.open(town.folder, embedder=words)
    held = {a.id for a in index.articles()}
    assert told["stored"] and told["stored"] - told["going"] <= held
    assert not told["gone"] & held
    assert len(held - told["stored"]) <= 3 + 1  # those of the town, and the one in flight
    index.add([article("after", "The kite of afterwards.")])
    assert "after" in found(index, "afterwards")
