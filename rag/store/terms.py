"""The BM25 index: words of passages on disk, with stemming, derived from the store (tantivy).

Two fields hold each passage: `text`, stemmed and without stop words, which questions are searched in, and `exact`,
every word as it stands but for case and accents, which phrases are looked up in.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from rag.store.analysis import Analysis
from rag.store.local import Numbers
from rag.store.selection import Selection

STEMMED, EXACT = "words", "exact"  # names of the tokenizers
WRITER_BYTES = 64 << 20  # memory of the one writing thread; more is not faster for passages
FEW = 6_000  # so many passages are named one by one; among more, hits are counted off until there are enough
DEEPEST = 1 << 20  # hits asked of tantivy at most: it sets memory aside for all of them
K1, B = 1.2, 0.75  # tantivy's own


class TermIndex:
    """Passages by their words; scores are Okapi BM25 (k1 = 1.2, b = 0.75), higher is better."""

    def __init__(self, folder: Path, analysis: Analysis) -> None:
        """Open the index that `build` wrote in `folder`; later changes are not seen.

        Raises:
            ValueError: there is none, or it does not open.
        """
        self._analysis = analysis
        if os.access(folder, os.W_OK):
            self._open(folder)
            return
        apart = Path(tempfile.mkdtemp())  # tantivy makes a lock beside what it opens, now and, in a thread, later
        weakref.finalize(self, _clear, apart)
        for path in files(folder):
            shutil.copyfile(path, apart / path.name)
        self._open(apart)

    def _open(self, folder: Path) -> None:
        import tantivy

        self._index: Any = tantivy.Index.open(str(folder))
        self._register()
        self._searcher = self._index.searcher()

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def frequency(self, word: str) -> int:
        """How many passages hold a word, as the analysis gives it."""
        return int(self._searcher.doc_freq("text", word))

    def numbers(self) -> Numbers:
        """The passages in it, in no order."""
        from tantivy import Query

        found = self._hits(Query.all_query(), len(self)) if len(self) else []
        return np.array([n for n, _ in found], dtype=np.int64)

    def holders(self, word: str) -> frozenset[int]:
        """The passages that hold a word, as the analysis gives it."""
        from tantivy import Query

        query = Query.term_query(self._index.schema, "text", word)
        return frozenset(n for n, _ in self._hits(query, max(1, self.frequency(word))))

    @cached_property
    def average_length(self) -> float:
        """Words a passage, stop words aside, as BM25 counts them; 0 for no passages."""
        from tantivy import Query

        limit, seen = 8, 0
        while words := self._searcher.terms_with_prefix("text", "", limit=limit)[seen:]:
            for word, _ in words:
                query = Query.term_query(self._index.schema, "text", word)
                for _, address in self._searcher.search(query, 1, count=False).hits:  # none: all its passages are gone
                    return _detail(json.loads(query.explain(self._searcher, address).to_json()), "avgdl")
            seen, limit = limit, 8 * limit
        return 0.0

    def search(self, text: str, k: int, among: Selection | None = None) -> list[tuple[int, float]]:
        """Passage numbers and scores, best first: at most `k` that share a word with `text`, stop words aside.

        Args:
            text: a question; no query syntax.
            k: at most so many.
            among: search these passages only; None: all.
        """
        from tantivy import Occur, Query

        words = self._analysis.stems(text)
        if not words or not len(self) or (among is not None and not len(among)):
            return []
        schema = self._index.schema
        k = min(k, len(self))  # tantivy sets memory aside for all of them
        query = Query.boolean_query([(Occur.Should, Query.term_query(schema, "text", word)) for word in words])
        if among is None:
            return self._hits(query, k)
        if len(among) <= FEW:
            named = Query.const_score_query(Query.term_set_query(schema, "n", among.numbers.tolist()), 0.0)
            return self._hits(Query.boolean_query([(Occur.Must, query), (Occur.Must, named)]), k)
        depth = math.ceil(1.5 * k * len(self) / len(among))
        while True:
            depth = min(depth, len(self), DEEPEST)
            hits = self._searcher.search(query, limit=depth, count=False).hits
            numbers = self._numbers(hits)
            rows = np.flatnonzero(among.holds(numbers))[:k]
            if len(rows) == k or len(hits) < depth or depth in (len(self), DEEPEST):
                return [(int(numbers[row]), float(hits[row][0])) for row in rows]
            depth *= 4

    def holding(self, phrase: str) -> Numbers:
        """The passages that hold the words of `phrase` in a row, whatever their case and accents."""
        from tantivy import Query

        words = self._analysis.words(phrase)
        if not words or not len(self):
            return np.zeros(0, dtype=np.int64)
        schema = self._index.schema
        if len(words) == 1:
            query = Query.term_query(schema, "exact", words[0])
        else:
            query = Query.phrase_query(schema, "exact", list(words))
        return np.sort(self._numbers(self._searcher.search(query, limit=len(self), count=False).hits))

    def _hits(self, query: Any, limit: int) -> list[tuple[int, float]]:
        hits = self._searcher.search(query, limit=limit, count=False).hits
        return [(int(n), float(score)) for n, (score, _) in zip(self._numbers(hits), hits, strict=True)]

    def _numbers(self, hits: Sequence[tuple[float, Any]]) -> Numbers:
        """The passage numbers of tantivy's hits."""
        return np.array(self._searcher.fast_field_values("n", [address for _, address in hits]), dtype=np.int64)

    def _register(self) -> None:
        self._index.register_tokenizer(STEMMED, self._analysis.stemmer)
        self._index.register_tokenizer(EXACT, self._analysis.splitter)


def build(folder: Path, passages: Iterable[tuple[int, str]], analysis: Analysis) -> None:
    """Write an index of numbered texts into the empty or missing folder `folder`.

    Raises:
        OSError: it cannot be written.
    """
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_unsigned_field("n", stored=False, indexed=True, fast=True)
    schema.add_text_field("text", stored=False, tokenizer_name=STEMMED, index_option="freq")
    schema.add_text_field("exact", stored=False, tokenizer_name=EXACT, index_option="position")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        index = tantivy.Index(schema.build(), path=str(folder))
        _write(index, analysis, passages, ())
    except ValueError as error:  # tantivy has no other kind
        raise OSError(f"tantivy cannot write in {folder}: {error}") from error


def extend(
    old: Path, folder: Path, passages: Iterable[tuple[int, str]], removed: Sequence[int], analysis: Analysis
) -> None:
    """Write the index in `old`, with some passages more and some less, into the missing folder `folder`.

    The files of `old` are shared, not copied: tantivy never changes a file of a segment.

    Raises:
        OSError: it cannot be written.
    """
    import tantivy

    folder.mkdir(parents=True)
    for path in files(old):
        beside = folder / path.name
        if path.suffix == ".json":
            shutil.copyfile(path, beside)
        else:
            _share(path, beside)
    try:
        _write(tantivy.Index.open(str(folder)), analysis, passages, removed)
    except ValueError as error:
        raise OSError(f"tantivy cannot write in {folder}: {error}") from error


def files(folder: Path) -> Sequence[Path]:
    """The files that hold the index; the rest are locks."""
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.endswith(".lock"))


def _clear(folder: Path) -> None:
    for _ in range(2):  # a lock may be made while the folder is emptied
        shutil.rmtree(folder, ignore_errors=True)


def _share(path: Path, beside: Path) -> None:
    try:
        os.link(path, beside)
    except OSError:  # a file system without links
        shutil.copyfile(path, beside)


def _write(index: Any, analysis: Analysis, passages: Iterable[tuple[int, str]], removed: Sequence[int]) -> None:
    import tantivy

    index.register_tokenizer(STEMMED, analysis.stemmer)
    index.register_tokenizer(EXACT, analysis.splitter)
    writer = index.writer(WRITER_BYTES, 1)
    for n in removed:  # by query: deleting by term takes n for a signed number and finds none
        writer.delete_documents_by_query(tantivy.Query.term_query(index.schema, "n", n))
    for n, text in passages:
        document = tantivy.Document()
        document.add_unsigned("n", n)
        document.add_text("text", text)
        document.add_text("exact", text)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def _detail(explained: dict[str, Any], name: str) -> float:
    """The value of the first detail whose description begins with a name; 0 if there is none."""
    if explained["description"].startswith(name):
        return float(explained["value"])
    return next((found for part in explained.get("details", ()) if (found := _detail(part, name))), 0.0)
