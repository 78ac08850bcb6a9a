"""One training run in its folder: the reader's files, and under training/ what is needed to go on.

FOLDER/config.json model.safetensors tokenizer.json ...    the reader, as of the last checkpoint
FOLDER/training/run.json          what it is trained on, from where, with which seed
FOLDER/training/negatives.jsonl   passages that search returned and that lack the answer
FOLDER/training/latest.pt before-cooldown.pt
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rag.chunks import passages
from rag.errors import InputError
from rag.index import Index
from rag.models import embedder_folder, file_digest, fingerprint, reader_folder
from rag.tokens import encoding
from rag.train.checkpoints import LATEST
from rag.train.examples import Source
from rag.train.negatives import Miss, Search, index_search, mine, read_misses, term_search, write_misses
from rag.train.questions import Question, read_questions
from rag.train.recipe import Mixture
from rag.types import Passage

ENCODER = "all-MiniLM-L6-v2"  # the embedding model that comes with the project, as a start without a reader's head
SEARCHED, KEPT = 12, 8  # passages searched for a question, and those kept that lack the answer: as many as are read


def start_folder(name: str) -> Path:
    """The folder of a model to start from: `bundled`, the encoder of the project, a local folder, or one of the hub's.

    Raises:
        ModelError: it is not there.
    """
    return embedder_folder() if name == ENCODER else reader_folder(name)


def open_run(out: Path, data: Sequence[Path], *, start: Path, seed: int, mixture: Mixture, resume: bool) -> Path:
    """The folder for checkpoints, made if need be.

    Raises:
        InputError: there is a run in it and `resume` is not set, or it was another run.
    """
    folder = out / "training"
    wanted: dict[str, Any] = {
        "data": {path.name: file_digest(path) for path in data if path.is_file()},
        "start": fingerprint(start),
        "seed": seed,
        "mixture": asdict(mixture),
    }
    record = folder / "run.json"
    if (folder / LATEST).exists():
        if not resume:
            raise InputError(f"{out} holds a training run; add --resume to go on with it, or name another folder")
        found = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
        other = [name for name, value in wanted.items() if found.get(name) != value]
        if other:
            raise InputError(
                f"the run in {out} has another {' and '.join(other)}; give what it began with, or name another folder"
            )
    folder.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")
    return folder


def source(
    data: Sequence[Path],
    folder: Path,
    *,
    mixture: Mixture,
    negatives: Path | None,
    index: Path | None,
    progress: Callable[[str], None],
) -> Source:
    """Read the questions, cut their texts and search for negatives, unless they were searched for before.

    Args:
        data: files of questions.
        folder: of the run; negatives are kept there.
        mixture: how texts are cut, and what the epochs are made of.
        negatives: a file of them; None: search.
        index: where to search; None: among the texts of the questions, by words alone.
        progress: called with a few words on what is being done.

    Raises:
        InputError: a file cannot be read.
    """
    progress("reading the questions")
    questions = read_questions(data)
    progress("cutting the texts into passages")
    pieces = cut(questions, mixture.passage_tokens)
    kept = folder / "negatives.jsonl"
    if negatives is not None or kept.exists():
        return Source(questions, pieces, read_misses(negatives or kept), mixture)
    misses = _mined(questions, pieces, index, progress)
    write_misses(misses, kept)
    return Source(questions, pieces, misses, mixture)


def cut(questions: Sequence[Question], passage_tokens: int) -> dict[str, list[Passage]]:
    """The passages of each text, by its article's id."""
    articles = {q.article.id: q.article for q in questions}
    return {id_: passages(article, max_tokens=passage_tokens, encoding=encoding()) for id_, article in articles.items()}


def _mined(
    questions: Sequence[Question],
    pieces: Mapping[str, Sequence[Passage]],
    index: Path | None,
    progress: Callable[[str], None],
) -> dict[str, list[Miss]]:
    def found(search: Search) -> dict[str, list[Miss]]:
        def searched(number: int) -> None:
            if number % 100 == 0:
                progress(f"passages that lack the answer: {number:,} of {len(questions):,} questions")

        return mine(questions, search, depth=SEARCHED, keep=KEPT, progress=searched)

    if index is not None:
        return found(index_search(Index.open(index)))
    with tempfile.TemporaryDirectory() as folder:
        return found(term_search([p for group in pieces.values() for p in group], Path(folder)))
