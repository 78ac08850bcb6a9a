import json
import math
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT
from tiny_models import WORDS, tiny_reader

from rag.errors import InputError, ModelError
from rag.read import SpanReader
from rag.train import checkpoints
from rag.train.examples import Example
from rag.train.loop import Done, Trainer
from rag.train.recipe import QUIET, Noise, Recipe
from rag.types import Span

RECIPE = Recipe(
    steps=120, learning_rate=5e-3, warmup_steps=5, batch_tokens=512, max_tokens=64, average_decay=0.9, noise=QUIET
)


class Stopped(Exception):
    """What a kill does to a run."""


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_reader(tmp_path_factory.mktemp("start"))


def gold_examples(epoch: int) -> list[Example]:
    """The answer is `gold` wherever it stands; without it there is none."""
    rng = random.Random(epoch)
    found = []
    for _ in range(150):
        words = rng.choices(WORDS[:8], k=rng.randint(1, 6))  # any length, so that it tells nothing
        if rng.random() < 0.5:
            words[rng.randrange(len(words))] = "gold"
        text = " ".join(words)
        at = text.find("gold")
        found.append(Example("where is it?", text, Span(at, at + 4) if at >= 0 else None))
    return found


def trained(start: Path, folder: Path, recipe: Recipe = RECIPE, *, stop_at: int = 0, resume: bool = False) -> Trainer:
    trainer = Trainer(start, recipe)
    if resume:
        trainer.restore(checkpoints.to_go_on_from(folder, steps=recipe.steps))

    def progress(done: Done) -> None:
        if done.step == stop_at:
            raise Stopped

    trainer.run(gold_examples, folder, checkpoint_steps=20, progress=progress)
    return trainer


def same(one: Trainer, other: Trainer) -> bool:
    return all(bool((one.average[name] == value).all()) for name, value in other.average.items())


def test_the_rate_warms_up_stays_and_cools_down():
    recipe = Recipe(steps=10, learning_rate=8.0, warmup_steps=4, cooldown_share=0.3)
    assert recipe.cooldown_from == 7
    assert [recipe.rate(step) for step in range(10)] == [2, 4, 6, 8, 8, 8, 8, 6, 4, 2]
    for wrong in ({"steps": 0}, {"steps": 1, "batch_tokens": 100}, {"steps": 1, "learning_rate": -1.0},
                  {"steps": 1, "learning_rate": math.nan}):  # fmt: skip
        with pytest.raises(InputError):
            Recipe(**wrong)


def test_a_tiny_model_learns_the_answer_and_to_say_that_there_is_none(start: Path, tmp_path: Path):
    trained(start, tmp_path / "run").save(tmp_path / "reader")
    assert json.loads((tmp_path / "reader" / "config.json").read_text())["dtype"] == "float16"
    reader = SpanReader(str(tmp_path / "reader"))
    texts = ["tiger stone gold river", "gold tiger", "tiger stone river", "house"]
    found = [reader.read("where is it?", [text], max_answer_tokens=3, k=1)[0] for text in texts]
    assert [c.span.of(text) for c, text in zip(found[:2], texts, strict=False)] == ["gold", "gold"]
    assert [c.margin > 0 for c in found] == [True, True, False, False]


def test_a_run_that_was_stopped_and_gone_on_with_ends_with_the_same_weights(start: Path, tmp_path: Path):
    whole = trained(start, tmp_path / "whole")
    for stop_at in (47, 110):  # before and in the cool-down
        folder = tmp_path / str(stop_at)
        with pytest.raises(Stopped):
            trained(start, folder, stop_at=stop_at)
        assert same(trained(start, folder, resume=True), whole)
    loud = replace(RECIPE, steps=60, noise=Noise())
    with pytest.raises(Stopped):
        trained(start, tmp_path / "loud", loud, stop_at=47)
    gone_on = trained(start, tmp_path / "loud", loud, resume=True)
    assert same(gone_on, trained(start, tmp_path / "loud at once", loud)) and not same(gone_on, whole)
    other_seed = replace(RECIPE, seed=2)
    assert not same(trained(start, tmp_path / "other", other_seed), whole)
    with pytest.raises(InputError, match="seed 1, 2 was asked for"):
        trained(start, tmp_path / "whole", other_seed, resume=True)


def test_a_longer_run_goes_on_from_before_the_cool_down(start: Path, tmp_path: Path):
    trained(start, tmp_path / "run")
    longer = replace(RECIPE, steps=200)
    assert checkpoints.to_go_on_from(tmp_path / "run", steps=200).step == RECIPE.cooldown_from
    assert same(trained(start, tmp_path / "run", longer, resume=True), trained(start, tmp_path / "at-once", longer))


def test_a_damaged_checkpoint_is_named(tmp_path: Path):
    assert checkpoints.to_go_on_from(tmp_path, steps=1) is None
    (tmp_path / "latest.pt").write_bytes(b"PK\x03\x04 no checkpoint")
    for damaged in (b"PK\x03\x04 no checkpoint", b"garbage", b"\x80\x04abc", b""):
        (tmp_path / "latest.pt").write_bytes(damaged)
        with pytest.raises(ModelError, match=r"latest\.pt is damaged"):
            checkpoints.to_go_on_from(tmp_path, steps=1)


NO_ROOM = """
import resource, signal, sys
from pathlib import Path
from rag.train import checkpoints
from rag.train.loop import Trainer
from rag.train.recipe import QUIET, Noise, Recipe
trainer, folder = Trainer(Path(sys.argv[1]), Recipe(steps=1)), Path(sys.argv[2])
checkpoints.write(trainer.checkpoint(), folder / "latest.pt")
trainer.save(folder)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))
for write in (lambda: checkpoints.write(trainer.checkpoint(), folder / "latest.pt"), lambda: trainer.save(folder)):
    try:
        write()
    except Exception as error:
        print(type(error).__name__, str(error).split(" (")[0], str(error).count("\\n"))
"""


def test_without_room_what_was_written_before_stays_whole(start: Path, tmp_path: Path):
    command = [sys.executable, "-c", NO_ROOM, str(start), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout.splitlines() == [
        f"InputError cannot write the checkpoint {tmp_path / 'latest.pt'} 0",
        f"InputError cannot write the reader to {tmp_path} 0",
    ], done.stderr
    assert checkpoints.to_go_on_from(tmp_path, steps=1).step == 0
    assert SpanReader(str(tmp_path)).read("where?", ["the gold"], max_answer_tokens=1, k=1)
    assert not [path for path in tmp_path.iterdir() if "part" in path.name]


def test_a_loss_that_is_no_number_ends_the_run_and_nothing_is_written(start: Path, tmp_path: Path):
    with pytest.raises(ModelError, match="a learning rate of 1e\\+30 is too high"):
        trained(start, tmp_path, Recipe(steps=5, learning_rate=1e30, batch_tokens=512, max_tokens=64))
    assert not list(tmp_path.iterdir())
    trainer = Trainer(start, RECIPE)
    next(iter(trainer.average.values()))[0] = 1e6  # more than float16 holds
    with pytest.raises(ModelError, match="are not finite"):
        trainer.save(tmp_path / "reader")
    assert not (tmp_path / "reader").exists()


def test_examples_longer_than_the_model_are_left_out_and_counted(start: Path, tmp_path: Path):
    trainer = Trainer(start, Recipe(steps=1, batch_tokens=512))
    assert trainer.longest == 64  # though the recipe takes 384
    long = Example("where is it?", "the gold " * 60, Span(4, 8))
    trainer.run(lambda _: [*gold_examples(0), long], tmp_path, progress=lambda _: None)
    assert trainer.left_out == 1


def test_epochs_are_counted_in_batches(start: Path):
    trainer = Trainer(start, RECIPE)
    trainer.plan(2.0, gold_examples(0))  # 150 examples of up to 32 tokens, 16 a batch: 10 batches
    assert trainer.recipe.steps == 20
    with pytest.raises(InputError, match="at most 64 tokens"):
        trainer.plan(1.0, [Example("where?", "the " * 70, None)])


def test_an_encoder_gets_a_head_and_something_else_is_refused(start: Path, tmp_path: Path):
    from transformers import BertModel

    BertModel.from_pretrained(start).save_pretrained(tmp_path / "encoder")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / "encoder" / name).write_bytes((start / name).read_bytes())
    trained(tmp_path / "encoder", tmp_path / "run").save(tmp_path / "reader")
    assert len(SpanReader(str(tmp_path / "reader")).read("where is it?", ["the gold"], max_answer_tokens=1, k=1)) == 1
    with pytest.raises(ModelError, match="does not load"):
        Trainer(tmp_path, RECIPE)
