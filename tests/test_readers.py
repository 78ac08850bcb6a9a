"""Other extractive readers by name: several families, languages and scripts, and folders that hold no whole reader."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from readers import FAMILIES, TEXTS, pointing_reader
from test_cli import one_line, rag, run

from rag.answer import Answerer
from rag.errors import ModelError
from rag.index import Index
from rag.read import SpanReader
from rag.reader_weights import longest_input
from rag.settings import AnswerSettings
from rag.spans import whole_characters
from rag.types import Article, Span


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_reader_of_any_family_quotes_exact_words_in_any_script(tmp_path: Path, family: str, language: str):
    passage, words = TEXTS[language]
    reader = SpanReader(str(pointing_reader(tmp_path, family, words, passage)))
    assert reader.max_tokens == 128
    found = reader.read("Who closed it?", ["Nothing.", passage, ""], max_answer_tokens=30, k=2)
    best = max(found, key=lambda c: c.margin)
    assert (best.passage, best.span.of(passage)) == (1, words)
    assert best.margin > 1
    assert best.span == Span(passage.index(words), passage.index(words) + len(words))
    assert all(c.span.of(["Nothing.", passage, ""][c.passage]).strip() for c in found)


@pytest.mark.parametrize("family", FAMILIES)
def test_words_in_the_last_window_of_a_long_passage_are_found(tmp_path: Path, family: str):
    passage, words = TEXTS["English"]
    reader = SpanReader(str(pointing_reader(tmp_path, family, words, passage)))
    long = "It rained on. " * 60 + passage
    best = max(reader.read("Who?", [long], max_answer_tokens=30, k=3), key=lambda c: c.margin)
    assert best.span.of(long) == words


def test_the_quotation_of_another_reader_is_exact_in_its_article(tmp_path: Path, words):
    passage, sought = TEXTS["Arabic"]
    folder = pointing_reader(tmp_path / "reader", "xlm-roberta", sought, passage)
    index = Index.build([Article("a", "Town", f"مقدمة قصيرة.\n\n{passage}")], tmp_path / "index", embedder=words)
    settings = AnswerSettings(reader_model=str(folder), threshold=0.0)
    quote = Answerer(index, settings=settings).ask("من أغلق الجسر؟").quotes[0]
    assert (quote.text, index.article("a").text[quote.start : quote.end]) == (sought, sought)


@pytest.mark.models
def test_every_command_that_answers_takes_another_reader(seeds_folder: Path, tmp_path: Path):
    index = Index.open(seeds_folder)
    words = "Monroe Doctrine"
    passage = index.search("What did the White House cite?", 1)[0].passage.text
    passage = f"It cited the {words}." if words not in passage else passage[: passage.index(words) + 40]
    named = ["--index", str(seeds_folder), "--reader", str(pointing_reader(tmp_path / "r", "bert", words, passage)),
             "--threshold", "0"]  # fmt: skip
    question = "What did the White House cite?"
    asked = json.loads(rag("ask", question, "--json", *named).stdout)
    for quote in asked["quotes"]:
        assert index.article(quote["article_id"]).text[quote["start"] : quote["end"]] == quote["text"]
    talked = rag("chat", *named, typed=f"{question}\n")
    assert (talked.returncode, talked.stderr) == (0, "")
    assert f"»{asked['quotes'][0]['text']}«" in talked.stdout
    (tmp_path / "q.jsonl").write_text(json.dumps({"question": question, "answers": [words]}))
    judged = json.loads(rag("evaluate", str(tmp_path / "q.jsonl"), "--json", *named).stdout)
    assert judged["questions"][0]["answer"] == asked["quotes"][0]["text"]


@pytest.mark.parametrize("command", [["ask", "Who?"], ["chat"], ["evaluate", "q.jsonl"]])
def test_a_reader_that_is_not_there_gets_one_line(seeds_folder: Path, tmp_path: Path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    Path("q.jsonl").write_text('{"question": "Who?"}')
    done = rag(*command, "--index", str(seeds_folder), "--reader", "./missing", typed="Who?\n")
    assert done.returncode == 2
    assert "there is no model folder ./missing" in one_line(done.stderr)


@pytest.mark.models
def test_the_page_takes_another_reader_and_says_when_it_is_not_there(seeds_folder: Path):
    import app

    page = typer.Typer()
    page.command()(app.main)
    done = run(page, "--index", str(seeds_folder), "--port", "0", "--reader", "./missing", "--threshold", "0.5")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no model folder ./missing" in one_line(done.stderr)


@pytest.mark.parametrize(("family", "positions", "longest"), [
    ("roberta", 128, 126), ("roberta", 131, 129), ("bert", 130, 130), ("bert", 600, 512), ("xlnet", -1, 512),
])  # fmt: skip
def test_a_model_is_given_as_many_tokens_as_it_has_positions_for(family: str, positions: int, longest: int):
    import torch
    from transformers import AutoConfig, AutoModelForQuestionAnswering

    sizes = {"vocab_size": 9, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    more = {"d_head": 4} if family == "xlnet" else {"max_position_embeddings": positions, "pad_token_id": 1}
    config = AutoConfig.for_model(family, **sizes, intermediate_size=8, **more)
    model = AutoModelForQuestionAnswering.from_config(config).eval()
    assert longest_input(SimpleNamespace(model_max_length=10**30), model) == longest
    assert longest_input(SimpleNamespace(model_max_length=40), model) == 40
    if family != "xlnet":
        assert model(input_ids=torch.full((1, longest), 5)).start_logits.shape == (1, longest)


def test_a_reader_without_numbers_is_damaged(tmp_path: Path):
    from safetensors.torch import load_file, save_file

    passage, words = TEXTS["English"]
    folder = pointing_reader(tmp_path, "bert", words, passage)
    weights = load_file(folder / "model.safetensors")
    weights["qa_outputs.bias"][:] = float("nan")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match="gives NaN"):
        SpanReader(str(folder)).read("Who?", [passage], max_answer_tokens=30, k=1)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    passage, words = TEXTS["English"]
    return pointing_reader(tmp_path_factory.mktemp("reader") / "whole", "bert", words, passage)


def without_head(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if not name.startswith("qa_outputs")}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})


def smaller_config(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"hidden_size": 32}))


DAMAGES = {
    "lacks the weights qa_outputs.bias, qa_outputs.weight": without_head,
    "model.safetensors": lambda folder: (folder / "model.safetensors").unlink(),
    "header": lambda folder: (folder / "model.safetensors").write_bytes(b"x" * 1000),
    "knows no words": lambda folder: [file.unlink() for file in folder.glob("tokenizer*")],
    "Couldn't instantiate": lambda folder: (folder / "tokenizer.json").unlink(),
    "added_tokens": lambda folder: (folder / "tokenizer.json").write_text("{}"),
    "not a valid JSON": lambda folder: (folder / "config.json").write_text("{"),
    "does not load": smaller_config,
    "BertModel, wanted a model fine-tuned": lambda folder: (folder / "config.json").write_text(
        '{"model_type": "bert", "architectures": ["BertModel"]}'
    ),
}


@pytest.mark.parametrize("message", DAMAGES)
def test_a_folder_without_a_whole_reader_is_refused_in_one_line(whole: Path, tmp_path: Path, capfd, message: str):
    folder = tmp_path / "reader"
    shutil.copytree(whole, folder)
    DAMAGES[message](folder)
    with pytest.raises(ModelError, match=message) as caught:
        SpanReader(str(folder))
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "picked", "quoted"),
    [
        ("by Ines Holt.", " Ines Holt", "Ines Holt"),
        ("a\u3000山田 b", "\u3000山田 ", "山田"),
        ("le cafe\u0301 noir", "cafe", "cafe\u0301"),
        ("le cafe\u0301 noir", "\u0301 noir", "e\u0301 noir"),
        ("วันจันทร์", "วันจันทร", "วันจันทร์"),
        ("وَسَلَّمَ.", "وَسَلَّم", "وَسَلَّمَ"),
        ("plain", "plain", "plain"),
    ],
)
def test_quotes_are_whole_characters_without_white_space_round_them(text: str, picked: str, quoted: str):
    start = text.index(picked)
    assert whole_characters(text, start, start + len(picked)).of(text) == quoted


@given(st.text(min_size=1), st.data())
def test_whole_characters_keep_every_letter_that_was_picked(text: str, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    if not text[start:end].strip():
        return
    span = whole_characters(text, start, end)
    assert text[start:end].strip() in span.of(text)
    assert whole_characters(text, span.start, span.end) == span


def test_null_is_where_the_model_classifies(tmp_path: Path, whole: Path):
    """A tokenizer that puts its class token last, as XLNet's does, has the logits of "no answer" there."""
    folder = tmp_path / "last"
    shutil.copytree(whole, folder)
    state = json.loads((folder / "tokenizer.json").read_text())
    pair = state["post_processor"]["pair"]
    state["post_processor"]["pair"] = [*pair[1:], {"SpecialToken": {"id": "[CLS]", "type_id": 1}}]
    (folder / "tokenizer.json").write_text(json.dumps(state))
    passage, words = TEXTS["English"]
    first, last = (
        SpanReader(str(name)).read("Who?", [passage], max_answer_tokens=30, k=1)[0] for name in (whole, folder)
    )
    assert first.span == last.span
    assert first.span.of(passage) == words
    assert last.margin == pytest.approx(first.margin, abs=0.1)
    assert np.isfinite(last.margin)
