"""The BM25 index: words of passages on disk, with stemming, derived from the store (tantivy)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rag.store.local import Numbers

TOKENIZER = "words"
WRITER_BYTES = 64 << 20  # memory of the one writing thread; more is not faster for passages


class TermIndex:
    """Passages by their words; scores are Okapi BM25 (k1 = 1.2, b = 0.75), higher is better."""

    def __init__(self, folder: Path, language: str = "english") -> None:
        """Open the index that `build` wrote in `folder`; it is read as it is now, later changes are not seen.

        Raises:
            ValueError: there is none, or it does not open.
        """
        import tantivy

        self._analyzer = _analyzer(language)
        self._index = tantivy.Index.open(str(folder))
        self._index.register_tokenizer(TOKENIZER, self._analyzer)
        self._searcher = self._index.searcher()

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(
        self, text: str, k: int, *, only: Numbers | None = None, without: Numbers | None = None
    ) -> list[tuple[int, float]]:
        """Passage numbers and scores, best first: at most `k` that share a word with `text`, stop words aside.

        Args:
            text: a question; no query syntax.
            k: at most so many.
            only: search among these passages; None: among all.
            without: leave these out; None: none.
        """
        from tantivy import Occur, Query

        words = self._analyzer.analyze(text)
        if not words:
            return []
        query = Query.boolean_query(
            [(Occur.Should, Query.term_query(self._index.schema, "text", word)) for word in words]
        )
        clauses = [(Occur.Must, query)]
        if only is not None:
            among = Query.term_set_query(self._index.schema, "n", only.tolist())
            clauses.append((Occur.Must, Query.const_score_query(among, 0.0)))
        if without is not None:
            clauses.append((Occur.MustNot, Query.term_set_query(self._index.schema, "n", without.tolist())))
        if len(clauses) > 1:
            query = Query.boolean_query(clauses)
        hits = self._searcher.search(query, limit=k, count=False).hits
        numbers = self._searcher.fast_field_values("n", [address for _, address in hits])
        return [(int(n), float(score)) for n, (score, _) in zip(numbers, hits, strict=True)]


def build(folder: Path, passages: Iterable[tuple[int, str]], language: str = "english") -> None:
    """Write an index of numbered texts into the empty or missing folder `folder`.

    Raises:
        OSError: it cannot be written.
    """
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_unsigned_field("n", stored=False, indexed=True, fast=True)
    schema.add_text_field("text", stored=False, tokenizer_name=TOKENIZER, index_option="freq")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        index = tantivy.Index(schema.build(), path=str(folder))
        index.register_tokenizer(TOKENIZER, _analyzer(language))
        writer = index.writer(WRITER_BYTES, 1)
        for n, text in passages:
            document = tantivy.Document()
            document.add_unsigned("n", n)
            document.add_text("text", text)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
    except ValueError as error:  # tantivy has no other kind
        raise OSError(f"tantivy cannot write in {folder}: {error}") from error


def files(folder: Path) -> Sequence[Path]:
    """The files that hold the index; the rest are locks."""
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.endswith(".lock"))


def _analyzer(language: str) -> Any:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    filters = (
        Filter.remove_long(64),
        Filter.lowercase(),
        Filter.ascii_fold(),
        Filter.stopword(language),
        Filter.stemmer(language),
    )
    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for step in filters:
        builder = builder.filter(step)
    return builder.build()
