import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import tiny_reader
from transformers import AutoModelForQuestionAnswering

from rag.errors import InputError
from rag.train import noise
from rag.train.batches import Batch
from rag.train.loop import Trainer
from rag.train.noise import MaskTable, hide_words
from rag.train.recipe import Noise, Recipe

CLS, SEP, PAD, MASK = 2, 3, 0, 4


def rows(count: int, length: int) -> Batch:
    """[CLS] question [SEP] passage [SEP] and padding; the answer is the passage's second and third token."""
    ids = np.full((count, length), 9, dtype=np.int64)
    ids[:, 0], ids[:, 5], ids[:, length - 4], ids[:, length - 3 :] = CLS, SEP, SEP, PAD
    mask = (ids != PAD).astype(np.int64)
    starts, ends = np.full(count, 7), np.full(count, 8)
    starts[0] = ends[0] = 0  # no answer
    return Batch(ids, np.zeros_like(ids), mask, starts, ends)


@given(st.integers(0, 1_000), st.sampled_from([0.05, 0.15, 0.5]), st.integers(16, 40))
def test_only_word_pieces_outside_the_answer_are_hidden(seed, share, length):
    before = rows(6, length)
    after = hide_words(before, np.random.default_rng(seed), mask=MASK, kept=(CLS, SEP, PAD), share=share)
    changed = after.ids != before.ids
    assert (after.ids[changed] == MASK).all() and (before.ids[changed] == 9).all()
    assert not changed[1:, 7:9].any()
    assert after.starts is before.starts and after.mask is before.mask


def test_half_of_the_rows_lose_the_share_that_was_asked_for():
    before = rows(4_000, 60)
    after = hide_words(before, np.random.default_rng(1), mask=MASK, kept=(CLS, SEP, PAD), share=0.2)
    lost = (after.ids == MASK).sum(1)
    touched = lost > 0
    assert 0.48 < touched.mean() < 0.52
    assert 0.19 < lost[touched].mean() / 52 < 0.21  # 60 less four signs, three of padding, and most rows' two of answer


def test_masks_drop_the_share_keep_the_sum_and_depend_on_seed_and_step_alone():
    table, activations = MaskTable(0.1, seed=3), torch.ones(40, 384)
    table.go_to(7)
    first, second = table.mask(activations), table.mask(activations)
    assert first.unique().tolist() == pytest.approx([0, 1 / 0.9], rel=0.01)  # bfloat16
    assert 0.08 < float((first == 0).float().mean()) < 0.12
    assert not bool((first == second).all())
    again = MaskTable(0.1, seed=3)
    again.go_to(60)  # another table
    assert not bool((again.mask(activations) == first).all())
    again.go_to(7)
    assert bool((again.mask(activations) == first).all())
    other = MaskTable(0.1, seed=4)
    other.go_to(7)
    assert not bool((other.mask(activations) == first).all())
    with pytest.raises(InputError, match="make batch_tokens smaller"):
        table.mask(torch.empty(noise.TABLE + 1, device="meta"))


@settings(deadline=None, max_examples=10)
@given(st.floats(0.05, 0.9))
def test_a_dropped_activation_gets_no_gradient(share):
    table = MaskTable(share, seed=1)
    activations = torch.ones(500, requires_grad=True)
    dropped = noise.Dropout(table)(activations)
    dropped.sum().backward()
    assert bool(((dropped == 0) == (activations.grad == 0)).all())


def test_the_dropouts_of_a_model_are_exchanged_but_for_those_of_the_attention(tmp_path):
    model = AutoModelForQuestionAnswering.from_pretrained(tiny_reader(tmp_path)).eval()
    plain = {name for name, module in model.named_modules() if isinstance(module, torch.nn.Dropout)}
    noise.drop_activations(model, MaskTable(0.5, seed=1))
    left = {name for name, module in model.named_modules() if isinstance(module, torch.nn.Dropout)}
    assert left == {name for name in plain if name.endswith("attention.self.dropout")} and left != plain
    ids = torch.tensor([[2, 5, 3, 6, 7, 3]])
    one, two = (model(input_ids=ids).start_logits for _ in range(2))
    assert not torch.allclose(one, two)


def test_training_leaves_the_embeddings_alone_or_not_as_asked(tmp_path):
    start = tiny_reader(tmp_path / "start")
    for frozen in (True, False):
        recipe = Recipe(steps=1, batch_tokens=512, max_tokens=64, noise=Noise(frozen_embeddings=frozen))
        trainer = Trainer(start, recipe)
        before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
        trainer._learn(rows(4, 32))
        moved = {name for name, value in trainer.model.state_dict().items() if not torch.equal(value, before[name])}
        assert moved and any("embeddings" in name for name in moved) is not frozen


def test_shares_that_cannot_be_are_refused():
    for wrong in ({"dropped": 1.0}, {"hidden": -0.1}, {"hidden": float("nan")}):
        with pytest.raises(InputError, match="must be 0 or more, and below 1"):
            Noise(**wrong)


@pytest.mark.parametrize("seed", [-1, 2**62])
def test_any_seed_will_do(tmp_path, seed):
    trainer = Trainer(tiny_reader(tmp_path), Recipe(steps=1, seed=seed, batch_tokens=512, max_tokens=64))
    assert trainer._learn(rows(4, 32)) > 0
