"""One training run in its folder: the reader's files, and under training/ what is needed to go on.

FOLDER/config.json model.safetensors tokenizer.json ...    the reader, as of the last checkpoint
FOLDER/training/run.json          what it is trained on, from where, with which seed and rate
FOLDER/training/negatives.jsonl   passages that search returned and that lack the answer
FOLDER/training/latest.pt before-cooldown.pt
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.chunks import passages
from rag.errors import InputError, ModelError
from rag.index import Index
from rag.models import embedder_folder, file_digest, fingerprint, reader_folder
from rag.store.derived import replace_text
from rag.tokens import encoding
from rag.train.checkpoints import LATEST
from rag.train.examples import Source
from rag.train.negatives import Miss, Search, index_search, mine, read_misses, term_search, write_misses
from rag.train.questions import Question, read_questions
from rag.train.recipe import Mixture, Noise
from rag.types import Passage

NEGATIVES = "negatives.jsonl"
ENCODER = "all-MiniLM-L6-v2"  # the embedding model that comes with the project, as a start without a reader's head
SEARCHED, KEPT = 12, 8  # passages searched for a question, and those kept that lack the answer: as many as are read


def start_folder(name: str) -> Path:
    """The folder of a model to start from: `bundled`, the encoder of the project, a local folder, or one of the hub's.

    Raises:
        ModelError: it is not there.
    """
    return embedder_folder() if name == ENCODER else reader_folder(name)


@dataclass(frozen=True, slots=True)
class Origin:
    """What a run is made from; one that is gone on with must have begun with the same."""

    data: Sequence[Path]
    start: Path  # the folder of the model
    seed: int
    learning_rate: float
    mixture: Mixture
    noise: Noise
    negatives: Path | None = None  # a file of them; None: they are searched for
    index: Path | None = None  # where; None: among the texts of the questions, by words alone

    @property
    def record(self) -> dict[str, Any]:
        """As a JSON object, files by their digests."""
        return {
            "data": [[path.name, file_digest(path)] for path in self.data if path.is_file()],
            "start": fingerprint(self.start),
            "seed": self.seed,
            "learning rate": self.learning_rate,
            "mixture": asdict(self.mixture),
            "noise": asdict(self.noise),
            "negatives": self._negatives,
        }

    @property
    def _negatives(self) -> str:
        if self.negatives is not None and self.negatives.is_file():
            return file_digest(self.negatives)
        return str(self.index.resolve()) if self.index else "BM25"


def open_run(out: Path, origin: Origin, *, resume: bool) -> Path:
    """The folder for checkpoints, made if need be.

    Raises:
        InputError: there is a run in it and `resume` is not set, or it was another run; or it cannot be made.
        ModelError: what is there of a run is damaged.
    """
    folder = out / "training"
    record, wanted = folder / "run.json", origin.record
    begun = _begun(record)
    if (folder / LATEST).exists():
        if not resume:
            raise InputError(f"{out} holds a training run; add --resume to go on with it, or name another folder")
        if begun is None:
            raise ModelError(f"{record} is missing or damaged, so the run cannot be gone on with; name another folder")
        if origin.negatives is None and origin.index is None:
            wanted["negatives"] = begun.get("negatives")  # those that the run keeps
        other = [name for name, value in wanted.items() if begun.get(name) != value]
        if other:
            raise InputError(
                f"the run in {out} has another {' and '.join(other)}; give what it began with, or name another folder"
            )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if begun != wanted:
            (folder / NEGATIVES).unlink(missing_ok=True)  # of a run that never reached a checkpoint
            replace_text(record, json.dumps(wanted, indent=1) + "\n")
    except OSError as error:
        raise InputError(f"cannot write in {folder} ({error.strerror}); name another folder with --out") from error
    return folder


def _begun(record: Path) -> dict[str, Any] | None:
    """What a run began with; None where that is not there or not whole."""
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def source(origin: Origin, folder: Path, *, progress: Callable[[str], None]) -> Source:
    """Read the questions, cut their texts and search for negatives, unless the run has them already.

    Args:
        origin: of the run.
        folder: of the run, from `open_run`; negatives are kept there.
        progress: called with a few words on what is being done.

    Raises:
        InputError: a file cannot be read.
    """
    progress("reading the questions")
    questions = read_questions(origin.data)
    progress("cutting the texts into passages")
    pieces = cut(questions, origin.mixture.passage_tokens)
    kept = folder / NEGATIVES
    if not kept.exists():
        given = read_misses(origin.negatives) if origin.negatives else None
        write_misses(_mined(questions, pieces, origin.index, progress) if given is None else given, kept)
    return Source(questions, pieces, read_misses(kept), origin.mixture)


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
    def found(search: Search, own: Search) -> dict[str, list[Miss]]:
        def searched(number: int) -> None:
            if number % 100 == 0:
                progress(f"passages that lack the answer: {number:,} of {len(questions):,} questions")

        return mine(questions, search, own, depth=SEARCHED, keep=KEPT, progress=searched)

    with tempfile.TemporaryDirectory() as folder:
        own = term_search([p for group in pieces.values() for p in group], Path(folder))
        return found(own if index is None else index_search(Index.open(index)), own)
