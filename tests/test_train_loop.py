import json
import random
from pathlib import Path

import pytest
from tiny_models import WORDS, tiny_reader

from rag.errors import InputError, ModelError
from rag.read import SpanReader
from rag.train import checkpoints
from rag.train.examples import Example
from rag.train.loop import Done, Trainer
from rag.train.recipe import Recipe
from rag.types import Span

RECIPE = Recipe(steps=120, learning_rate=5e-3, warmup_steps=5, batch_tokens=512, max_tokens=64, average_decay=0.9)


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
    for wrong in ({"steps": 0}, {"steps": 1, "batch_tokens": 100}):
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
    other_seed = Recipe(steps=120, seed=2, learning_rate=5e-3, batch_tokens=512, max_tokens=64)
    assert not same(trained(start, tmp_path / "other", other_seed), whole)
    with pytest.raises(InputError, match="seed 1, 2 was asked for"):
        trained(start, tmp_path / "whole", other_seed, resume=True)


def test_a_longer_run_goes_on_from_before_the_cool_down(start: Path, tmp_path: Path):
    trained(start, tmp_path / "run")
    longer = Recipe(steps=200, learning_rate=5e-3, warmup_steps=5, batch_tokens=512, max_tokens=64, average_decay=0.9)
    assert checkpoints.to_go_on_from(tmp_path / "run", steps=200).step == RECIPE.cooldown_from
    assert same(trained(start, tmp_path / "run", longer, resume=True), trained(start, tmp_path / "at-once", longer))


def test_a_damaged_checkpoint_is_named(tmp_path: Path):
    assert checkpoints.to_go_on_from(tmp_path, steps=1) is None
    (tmp_path / "latest.pt").write_bytes(b"PK\x03\x04 no checkpoint")
    with pytest.raises(ModelError, match=r"latest\.pt is damaged"):
        checkpoints.to_go_on_from(tmp_path, steps=1)


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
