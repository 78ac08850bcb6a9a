import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag import models
from rag.embeddings import SentenceEmbedder
from rag.errors import ModelError


def test_the_bundled_models_are_the_published_ones():
    assert (models.embedder_folder() / "model.safetensors").is_file()
    assert (models.reader_folder() / "model.safetensors").is_file()
    assert models.file_digest(models.embedder_folder() / "model.safetensors").startswith("53aa51172d142c89")


def test_every_bundled_file_has_a_digest_that_is_checked():
    folder = models.WEIGHTS / "reader"
    unchecked = {p.name for p in folder.iterdir()} - set(models.READER_DIGESTS) - {"README.md"}
    assert unchecked == set()


def test_a_changed_or_missing_file_is_named(tmp_path: Path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=r"config\.json has SHA-256 44136fa355b3\.\.\., wanted 000"):
        models.check_digests(tmp_path, {"config.json": "0" * 64})
    with pytest.raises(ModelError, match=r"weights\.bin is missing"):
        models.check_digests(tmp_path, {"weights.bin": "0" * 64})


@pytest.mark.parametrize("name", ["/no/such/folder", "./nowhere", "~nobody/x", "a/b/c"])
def test_a_model_that_is_not_there_is_said_so_at_once(name: str):
    with pytest.raises(ModelError, match="no model folder"):
        models.embedder_folder(name)


def test_a_name_of_the_hub_that_cannot_be_reached_is_one_clear_error():
    with pytest.raises(ModelError, match="neither a folder here nor to be had from the hub"):
        models.reader_folder("nobody/no-such-model")


def test_a_folder_without_a_model_is_refused(tmp_path: Path):
    with pytest.raises(ModelError, match=r"no config\.json"):
        models.embedder_folder(str(tmp_path))


def test_the_fingerprint_changes_with_weights_and_tokenizer_only(tmp_path: Path):
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "tokenizer.json").write_text("{}")
    first = models.fingerprint(tmp_path)
    (tmp_path / "README.md").write_text("a card")
    assert models.fingerprint(tmp_path) == first
    (tmp_path / "tokenizer.json").write_text("{ }")
    assert models.fingerprint(tmp_path) != first


@pytest.fixture(scope="module")
def embedder() -> SentenceEmbedder:
    return SentenceEmbedder()


@pytest.mark.models
def test_vectors_have_length_one_and_keep_their_order(embedder: SentenceEmbedder):
    texts = ["A bridge over the harbour.", "Volcanoes erupt.", "", "🙂", "long " * 2_000]
    vectors = embedder.embed_passages(texts)
    assert vectors.shape == (5, 384) and vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    for row, text in zip(vectors, texts, strict=True):
        assert float(row @ embedder.embed_questions([text])[0]) > 0.999  # alone in float32, together in bfloat16
    assert embedder.embed_passages([]).shape == (0, 384)


@pytest.mark.models
def test_sense_counts_even_where_no_word_is_shared(embedder: SentenceEmbedder):
    question = embedder.embed_questions(["How do I get my money back?"])[0]
    near, far = embedder.embed_passages(["Refunds are paid within two weeks.", "I do have a bad back."])
    assert float(question @ near) > float(question @ far)


@pytest.mark.models
def test_fits_is_the_limit_at_which_the_model_cuts(embedder: SentenceEmbedder):
    # two of the 256 tokens mark begin and end
    assert embedder.fits(" ".join(["bridge"] * 254))
    assert not embedder.fits(" ".join(["bridge"] * 255))
    assert embedder.max_tokens == 256


@pytest.mark.models
def test_a_local_folder_serves_as_well_as_the_bundled_model(tmp_path: Path, embedder: SentenceEmbedder):
    shutil.copytree(models.embedder_folder(), tmp_path / "copy")
    copy = SentenceEmbedder(str(tmp_path / "copy"))
    assert copy.fingerprint == embedder.fingerprint
    assert copy.embed_questions(["bridge"]) == pytest.approx(embedder.embed_questions(["bridge"]))


@pytest.mark.models
def test_prompts_of_a_model_are_put_before_questions_and_passages(tmp_path: Path, embedder: SentenceEmbedder):
    """A model whose configuration names prompts embeds a text as if they stood in front of it."""
    folder = tmp_path / "prompted"
    shutil.copytree(models.embedder_folder(), folder)
    (folder / "config_sentence_transformers.json").write_text(
        '{"prompts": {"query": "question: ", "document": "passage: "}, "default_prompt_name": null}'
    )
    prompted = SentenceEmbedder(str(folder))
    plain = embedder.embed_questions(["question: bridge"])[0]
    assert prompted.embed_questions(["bridge"])[0] == pytest.approx(plain, abs=1e-5)
    assert prompted.embed_passages(["bridge"])[0] == pytest.approx(
        embedder.embed_questions(["passage: bridge"])[0], abs=1e-5
    )


def test_import_rag_is_light_and_brings_no_torch_and_no_gradio():
    code = (
        "import sys, time; t = time.perf_counter(); import rag; s = time.perf_counter() - t\n"
        "heavy = {'torch', 'gradio', 'faiss', 'transformers', 'sentence_transformers', 'numpy'} & set(sys.modules)\n"
        "print(s, sorted(heavy))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    seconds, heavy = out.split(" ", 1)
    assert heavy.strip() == "[]"
    assert float(seconds) < 0.3
