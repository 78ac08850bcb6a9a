"""The command `rag evaluate`."""

from __future__ import annotations

import json
import random
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from rag.errors import InputError
from rag.output import console
from rag.terminal import Reader, Threshold, answer_settings, one_line_errors

if TYPE_CHECKING:
    from rag.answer import Answerer
    from rag.evaluate.records import Evaluation, GoldQuestion

Questions = Annotated[Path, typer.Argument(help="Questions with answers: .jsonl, or .json in SQuAD's format; or .gz.")]
IndexFolder = Annotated[Path, typer.Option("--index", help="The folder of the index.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, with every question.")]
Out = Annotated[Path | None, typer.Option("--out", help="A folder for evaluation.json and evaluation.png.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Ask only so many questions, drawn with a fixed seed.")]


def evaluate(
    file: Questions,
    index: IndexFolder = Path("index/store"),
    as_json: AsJson = False,
    out: Out = None,
    limit: Limit = None,
    threshold: Threshold = None,
    reader: Reader = None,
) -> None:
    """Ask questions whose answers are known, and say how good the answers and their confidences are."""
    from rag.answer import Answerer
    from rag.evaluate.curves import check_drawing
    from rag.evaluate.questions import read_questions
    from rag.evaluate.report import evaluation_record, figures_table
    from rag.index import Index

    with one_line_errors():
        settings = answer_settings(threshold, reader)
        questions = read_questions(file)
        if limit is not None and limit < len(questions):
            questions = tuple(random.Random(1).sample(questions, limit))
        if out is not None:
            check_drawing()
            _make_folder(out)
        found = _evaluated(Answerer(Index.open(index), settings=settings), questions)
        record = {"file": str(file), "index": str(index), "settings": asdict(settings), **evaluation_record(found)}
        if as_json:
            typer.echo(json.dumps(record, ensure_ascii=False, indent=2))
        else:
            console().print(figures_table(found.figures))
        if out is not None:
            _write(found, record, out)


def _evaluated(answerer: Answerer, questions: tuple[GoldQuestion, ...]) -> Evaluation:
    """The evaluation, with a progress bar on a terminal."""
    from rag.evaluate.run import evaluate as run

    errors = Console(stderr=True)
    columns = (TextColumn("asking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, disable=not errors.is_terminal, transient=True) as bar:
        task = bar.add_task("asking", total=len(questions))
        return run(answerer, questions, progress=lambda done: bar.update(task, completed=done))


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise InputError(
            f"cannot make the folder {out} or write there ({error.strerror}); name another with --out"
        ) from None


def _write(found: Evaluation, record: dict[str, Any], out: Path) -> None:
    from rag.evaluate.curves import draw

    try:
        (out / "evaluation.json").write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        draw(found, out / "evaluation.png")
    except OSError as error:
        raise InputError(f"cannot write to {out} ({error.strerror}); name another folder with --out") from None
