"""The command `rag train reader`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from rag.errors import InputError
from rag.settings import BUNDLED
from rag.terminal import one_line_errors

if TYPE_CHECKING:
    from rag.train.questions import Question

train_app = typer.Typer(help="Train the models.", no_args_is_help=True, rich_markup_mode=None)

Data = Annotated[list[Path], typer.Argument(help="Questions: SQuAD's JSON, or JSON Lines; may be gzipped.")]
Out = Annotated[Path, typer.Option("--out", help="The folder for the reader, and for what is needed to go on.")]
Start = Annotated[str, typer.Option(help="The model to start from: bundled, all-MiniLM-L6-v2, a folder or a name.")]
Negatives = Annotated[Path | None, typer.Option(help="Passages without the answer, from an earlier run.")]
IndexFolder = Annotated[Path | None, typer.Option("--index", help="An index to find them in; default: BM25 over DATA.")]
Epochs = Annotated[float | None, typer.Option(help="How often to go through the questions; default 1.")]
Steps = Annotated[int | None, typer.Option(help="How many batches instead of epochs.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same reader on the same kind of machine.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")]
Evaluate = Annotated[Path | None, typer.Option(help="Questions to judge the reader by at each checkpoint.")]
Rate = Annotated[float, typer.Option(help="The learning rate between warm-up and cool-down.")]
Cooldown = Annotated[float, typer.Option(help="The share of the steps, at the end, in which the rate falls to 0.")]
Each = Annotated[int, typer.Option(min=1, help="Steps between two checkpoints.")]


@train_app.callback()
def train() -> None:
    """Train the models."""


@train_app.command("reader")
def reader(
    data: Data,
    out: Out,
    start: Start = BUNDLED,
    negatives: Negatives = None,
    index: IndexFolder = None,
    epochs: Epochs = None,
    steps: Steps = None,
    seed: Seed = 1,
    resume: Resume = False,
    evaluate: Evaluate = None,
    learning_rate: Rate = 1e-4,
    cooldown: Cooldown = 0.2,
    checkpoint_steps: Each = 300,
) -> None:
    """Train a reader on questions whose answers stand in their texts; it learns to say when a text has none."""
    from rag.train import checkpoints, runs
    from rag.train.loop import Done, Trainer
    from rag.train.questions import read_questions
    from rag.train.recipe import Mixture, Recipe

    with one_line_errors(), _stop(out), _bar() as show:
        if epochs is not None and steps is not None:
            raise InputError("both --epochs and --steps are given; give one of them")
        if epochs is not None and not 0 < epochs < math.inf:
            raise InputError(f"epochs is {epochs}; it must be above 0")
        recipe = Recipe(1 if steps is None else steps, seed=seed, learning_rate=learning_rate, cooldown_share=cooldown)
        folder = runs.start_folder(start)
        judged_by = read_questions([evaluate]) if evaluate else ()
        if judged_by and not any(question.answers for question in judged_by):
            raise InputError(f"{evaluate} has no question with an answer; a reader cannot be judged by it")
        origin = runs.Origin(data, folder, seed, learning_rate, Mixture(), recipe.noise, negatives, index)
        training = runs.open_run(out, origin, resume=resume)
        source = runs.source(origin, training, progress=show)
        trainer = Trainer(folder, recipe)
        if steps is None:
            show("counting the batches")
            trainer.plan(1.0 if epochs is None else epochs, source.epoch(seed, 0))
        checkpoint = checkpoints.to_go_on_from(training, steps=trainer.recipe.steps) if resume else None
        if checkpoint:
            trainer.restore(checkpoint)
        losses: list[float] = []
        reached = trainer.step

        def step(done: Done) -> None:
            losses.append(done.loss)
            rate = done.tokens / done.seconds
            show(f"loss {sum(losses[-50:]) / len(losses[-50:]):.3f}, {rate:,.0f} tokens/s", done.step, done.steps)

        def at_checkpoint(trainer: Trainer) -> None:
            trainer.save(out)
            line = f"step {trainer.step:,} of {trainer.recipe.steps:,}: loss {sum(losses) / len(losses):.4f}"
            losses.clear()
            typer.echo(line + (f", {_judged(out, judged_by)}" if judged_by else ""))

        trainer.run(lambda epoch: source.epoch(seed, epoch), training, checkpoint_steps=checkpoint_steps,
                    progress=step, at_checkpoint=at_checkpoint)  # fmt: skip
        if trainer.step == reached:  # done before, but perhaps stopped before the reader was written
            trainer.save(out)
        if trainer.left_out:
            typer.echo(f"left out in the last epoch: {trainer.left_out:,} examples of over {trainer.longest} tokens")
    typer.echo(f"trained: {out}; to answer with it: rag ask --reader {out} QUESTION")


def _judged(out: Path, questions: Sequence[Question]) -> str:
    from rag.read import SpanReader
    from rag.train.judging import readings, verdict

    found = verdict(readings(SpanReader(str(out)), questions))
    told = "" if found.auroc is None else f", answerable or not: AUROC {found.auroc:.3f}"
    return f"exact match {found.exact_match:.1f}, F1 {found.f1:.1f}{told}"


@contextmanager
def _bar() -> Iterator[Callable[..., None]]:
    """A progress bar on a terminal; gives what draws it: words, steps done, steps in all (None: unknown)."""
    errors = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=errors, disable=not errors.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(words: str, done: int = 0, of: int | None = None) -> None:
            bar.update(task, description=words, completed=done, total=of)

        yield show


@contextmanager
def _stop(out: Path) -> Iterator[None]:
    """A run that is interrupted says how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"stopped; what was reached at the last checkpoint is in {out}; go on with --resume", err=True)
        raise typer.Exit(130) from None
