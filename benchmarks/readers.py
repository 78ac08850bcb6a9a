"""Eight processes search while one adds 1,000 articles and removes 500: errors, or hits that were removed?

    python benchmarks/readers.py [--rebuild]

Readers note each hit's article and when its search began; the writer notes when each removal had returned. A hit of a
search that began later than that is wrong. With --rebuild a new generation is put to use half-way. Exit status 1 if
anything was wrong. Figures go to benchmarks/results/readers.json with --save.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import statistics
import sys
import tempfile
import time
import traceback
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import results
from small_index import WORDS, HashedWords, made_up

from rag import update
from rag.index import Index
from rag.settings import IndexSettings
from rag.types import Article

START, ADDED, REMOVED, READERS = 2_000, 1_000, 500, 8
AT_ONCE = 5  # articles that one call adds; each second call removes as many
K = 10


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rebuild", action="store_true", help="put a new generation to use half-way")
    parser.add_argument("--save", action="store_true", help="to benchmarks/results/readers.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        figures = _run(Path(name), rebuild=options.rebuild)
    print(json.dumps(figures, indent=1))
    if options.save:
        path = results.FOLDER / "readers.json"
        saved = json.loads(path.read_text(encoding="utf-8"))["figures"] if path.exists() else {}
        saved["with a rebuild" if options.rebuild else "in place"] = figures
        results.save("readers", "python benchmarks/readers.py --save; ... --rebuild --save", saved)
    return 1 if figures["errors"] or figures["hits_of_removed_articles"] or figures["texts_that_differ"] else 0


def _run(folder: Path, *, rebuild: bool) -> dict[str, Any]:
    settings = IndexSettings(passage_tokens=60)
    Index.build((made_up(f"a{n}", 0) for n in range(START)), folder / "i", settings=settings, embedder=HashedWords())
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    readers = [context.Process(target=_read, args=(folder, n, stop)) for n in range(READERS)]
    for reader in readers:
        reader.start()
    while len(list(folder.glob("*.ready"))) < READERS:
        time.sleep(0.05)
    started = time.perf_counter()
    gone = _write(folder / "i", rebuild=rebuild)
    took = time.perf_counter() - started
    time.sleep(1)
    stop.set()
    for reader in readers:
        reader.join()
    seen = [json.loads(line) for path in folder.glob("*.log") for line in path.read_text(encoding="utf-8").splitlines()]
    searches = [one for one in seen if "hits" in one]
    late = [name for one in searches for name in one["hits"] if one["began"] > gone.get(name, float("inf"))]
    new = {name for one in searches for name in one["hits"] if name.startswith("b")}
    return {
        "searches": len(searches),
        "hits": sum(len(one["hits"]) for one in searches),
        "hits_of_new_articles": sum(name in new for one in searches for name in one["hits"]),
        "errors": [one["error"] for one in seen if "error" in one]
        + [f"exit {r.exitcode}" for r in readers if r.exitcode],
        "hits_of_removed_articles": len(late),
        "texts_that_differ": sum(one["differ"] for one in searches),
        "short_of_hits": sum(len(one["hits"]) < K for one in searches),
        "search_p50_ms": round(1000 * statistics.median(one["took"] for one in searches), 1),
        "search_p95_ms": round(1000 * statistics.quantiles((one["took"] for one in searches), n=20)[-1], 1),
        "writer_s": round(took, 1),
        "load": round(os.getloadavg()[0], 1),
    }


def _write(folder: Path, *, rebuild: bool) -> dict[str, float]:
    """Add and remove; when each removal had returned."""
    update.CHANGES_IN_MEMORY = 1_500  # so that the files are made anew a few times meanwhile
    index = Index.open(folder, embedder=HashedWords())
    rng = random.Random(1)
    held = [f"a{n}" for n in range(START)]
    gone: dict[str, float] = {}
    for first in range(0, ADDED, AT_ONCE):
        articles: list[Article] = [made_up(f"b{n}", 0) for n in range(first, first + AT_ONCE)]
        index.add(articles)
        held += [article.id for article in articles]
        if len(gone) < REMOVED and first % (2 * AT_ONCE) == 0:
            some = rng.sample(held, AT_ONCE)
            index.remove(some)
            gone |= dict.fromkeys(some, time.monotonic())
            held = [name for name in held if name not in some]
        if rebuild and first == ADDED // 2:
            index.rebuild(settings=IndexSettings(passage_tokens=80), embedder=HashedWords())
    assert len(gone) == REMOVED
    return gone


def _read(folder: Path, number: int, stop: Event) -> None:
    index = Index.open(folder / "i", embedder=HashedWords())
    rng = random.Random(number)
    with (folder / f"{number}.log").open("w", encoding="utf-8") as log:
        (folder / f"{number}.ready").touch()
        while not stop.is_set():
            question = " ".join(rng.choices(WORDS, k=3))
            began = time.monotonic()
            try:
                hits = index.search(question, K)
                took = time.monotonic() - began
                differ = sum(made_up(h.passage.article_id, 0).text[h.passage.span.start : h.passage.span.end]
                             != h.passage.text for h in hits)  # fmt: skip
                line = {"began": began, "took": took, "hits": [h.passage.article_id for h in hits], "differ": differ}
            except Exception:  # noqa: BLE001 - whatever it is, the benchmark must show it
                line = {"error": traceback.format_exc()}
            log.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    sys.exit(main())
