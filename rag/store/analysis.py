"""A text's words, as BM25 counts them and as phrases are compared; the index and what is not yet in it share these."""

from __future__ import annotations

from typing import Any

LONGEST = 65_000  # bytes of a word; tantivy takes 65,530


class Analysis:
    """How one language is taken apart (tantivy's analyzers)."""

    def __init__(self, language: str = "english") -> None:
        from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

        # Phrases count places, and a word that is left out would leave a gap in the file alone.
        plain = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(LONGEST))
        folded = plain.filter(Filter.lowercase()).filter(Filter.ascii_fold())
        self.splitter: Any = folded.build()
        again = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(64))
        stopped = again.filter(Filter.lowercase()).filter(Filter.ascii_fold()).filter(Filter.stopword(language))
        self.stemmer: Any = stopped.filter(Filter.stemmer(language)).build()

    def stems(self, text: str) -> list[str]:
        """The stems of its words in order, stop words left out."""
        return [str(word) for word in self.stemmer.analyze(text)]

    def words(self, text: str) -> list[str]:
        """All its words in order, without case and accents."""
        return [str(word) for word in self.splitter.analyze(text)]
