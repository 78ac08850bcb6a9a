"""The reader on OpenVINO against the same reader on torch; and that OpenVINO keeps to itself."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from readers import FAMILIES, TEXTS, pointing_reader
from transformers import AutoConfig, AutoModelForQuestionAnswering

from rag.models import bfloat16_is_fast, reader_folder
from rag.openvino_bert import OpenVinoBert, runs_on_openvino
from rag.read import SpanReader
from rag.reader_weights import fastest, load_reader, torch_in_bfloat16

ROOT = Path(__file__).parents[1]
PASSAGES = [
    "Ada Wren is the harbour master. She has run the port since 2011, when the old pier burned down.",
    "The ferry is called Kittiwake. " * 12,
    "It rained.",
]
QUESTIONS = ["Who is the harbour master?", "What is the ferry called?", "Since when has she run the port?"]

# pyproject.toml installs OpenVINO only there.
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine != "x86_64", reason="OpenVINO is used on 64-bit Intel and AMD only"
)


@pytest.fixture(scope="module")
def bundled():
    return load_reader(reader_folder())[1]


@pytest.fixture(scope="module")
def exact(bundled) -> OpenVinoBert:
    return OpenVinoBert(bundled, precision="f32")


def logits_of(run, ids, mask, types) -> np.ndarray:
    """Starts and ends of the tokens that are not hidden, in a row."""
    with torch.inference_mode():
        found = run(input_ids=ids, attention_mask=mask, token_type_ids=types)
    seen = mask.bool()
    return torch.cat([found.start_logits.float()[seen], found.end_logits.float()[seen]]).numpy()


def batch(lengths: list[int], seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Texts of any words and these lengths, padded to the longest, their second halves of another type."""
    longest = max(lengths)
    ids = torch.randint(0, 30_522, (len(lengths), longest), generator=torch.Generator().manual_seed(seed))
    place = torch.arange(longest)[None]
    ends = torch.tensor(lengths)[:, None]
    return ids, (place < ends).long(), (place >= ends // 2).long()


@pytest.mark.models
@given(st.lists(st.integers(1, 90), min_size=1, max_size=5), st.integers(0, 2**31))
def test_in_float32_the_logits_are_those_of_torch(bundled, exact: OpenVinoBert, lengths: list[int], seed: int):
    inputs = batch(lengths, seed)
    assert logits_of(exact, *inputs) == pytest.approx(logits_of(bundled, *inputs), abs=1e-4)


@pytest.mark.models
def test_the_longest_input_gives_the_logits_of_torch(bundled, exact: OpenVinoBert):
    inputs = batch([512, 300], 1)
    assert logits_of(exact, *inputs) == pytest.approx(logits_of(bundled, *inputs), abs=1e-4)


@pytest.mark.models
def test_in_bfloat16_the_logits_are_as_near_to_float32_as_those_of_torch(bundled, exact: OpenVinoBert):
    inputs = batch([64, 200, 131], 2)
    wanted = logits_of(exact, *inputs)
    if not bfloat16_is_fast():  # OpenVINO then takes float32 unasked
        assert logits_of(OpenVinoBert(bundled), *inputs) == pytest.approx(wanted, abs=1e-4)
        return
    on_torch = logits_of(torch_in_bfloat16(load_reader(reader_folder())[1]), *inputs)
    off = np.abs(logits_of(OpenVinoBert(bundled), *inputs) - wanted)
    assert off.max() > 1e-3  # it is not float32
    assert off.mean() < 0.05  # of logits between -10 and 10
    assert off.mean() < 2 * np.abs(on_torch - wanted).mean() + 1e-3


@pytest.mark.parametrize("size", [{"layer_norm_eps": 0.1}, {"num_attention_heads": 1}, {"type_vocab_size": 5}])
def test_a_bert_of_any_shape_gives_the_logits_of_torch(size: dict):
    config = AutoConfig.for_model(
        "bert", **{"vocab_size": 30_522, "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3, **size},
        intermediate_size=40, max_position_embeddings=64, initializer_range=0.5,
    )  # fmt: skip
    torch.manual_seed(3)
    model = AutoModelForQuestionAnswering.from_config(config).eval()
    assert runs_on_openvino(model)
    inputs = batch([64, 9, 1], 3)
    wanted = logits_of(model, *inputs)
    assert np.ptp(wanted) > 1
    assert logits_of(OpenVinoBert(model, precision="f32"), *inputs) == pytest.approx(wanted, abs=1e-3)


@pytest.mark.parametrize("change", [{"hidden_act": "relu"}, {"is_decoder": True}, {"num_labels": 3}])
def test_a_bert_that_is_not_plain_stays_with_torch(change: dict):
    config = AutoConfig.for_model("bert", hidden_size=8, num_hidden_layers=1, num_attention_heads=2, **change)
    assert not runs_on_openvino(AutoModelForQuestionAnswering.from_config(config))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("bfloat16", [False, True])
def test_every_family_finds_its_words_as_fast_as_it_can(tmp_path: Path, family: str, bfloat16: bool):
    passage, words = TEXTS["English"]
    folder = pointing_reader(tmp_path, family, words, passage)
    assert isinstance(fastest(load_reader(folder)[1], bfloat16=bfloat16), OpenVinoBert) == (family == "bert")
    (best,) = SpanReader(str(folder), bfloat16=bfloat16).read("Who?", [passage], max_answer_tokens=30, k=1)
    assert best.span.of(passage) == words


def test_a_tokenizer_that_gives_no_types_of_tokens_is_taken_as_torch_takes_it(tmp_path: Path):
    passage, words = TEXTS["English"]
    folder = pointing_reader(tmp_path, "bert", words, passage)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(
        json.dumps({**settings, "model_input_names": ["input_ids", "attention_mask"]})
    )
    for bfloat16 in (False, True):
        (best,) = SpanReader(str(folder), bfloat16=bfloat16).read("Who?", [passage], max_answer_tokens=30, k=1)
        assert best.span.of(passage) == words


def test_two_readers_are_loaded_at_once(tmp_path: Path):
    passage, words = TEXTS["English"]
    folder = pointing_reader(tmp_path, "bert", words, passage)
    code = f"""
import sys
sys.path[:0] = {[str(ROOT)]!r}
from threading import Barrier, Thread
from rag.read import SpanReader
SpanReader({str(folder)!r}, bfloat16=False)  # torch itself is loaded
begin, loaded = Barrier(4), []
def load():
    begin.wait()
    loaded.append(SpanReader({str(folder)!r}, bfloat16=True))
threads = [Thread(target=load) for _ in range(4)]
for one in threads: one.start()
for one in threads: one.join()
sys.exit(len(loaded) != 4)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.mark.models
def test_questions_of_several_threads_at_once_get_the_answers_of_each_alone(exact: OpenVinoBert):
    reader = SpanReader(bfloat16=False)
    reader.model = exact

    def read(question: str):
        return reader.read(question, PASSAGES, max_answer_tokens=30, k=2)

    alone = {question: read(question) for question in QUESTIONS}
    assert alone[QUESTIONS[0]][0].span.of(PASSAGES[0]) == "Ada Wren"
    with ThreadPoolExecutor(6) as threads:
        for question, found in zip(QUESTIONS * 20, threads.map(read, QUESTIONS * 20), strict=True):
            assert found == alone[question]


TELLS_NOBODY = """
import sys
called = []
SENDS = ("socket.", "urllib.", "os.fork", "os.posix_spawn", "subprocess.")  # a message would go out in a process
sys.addaudithook(lambda event, given: called.append(event) if event.startswith(SENDS) else None)
sys.path[:0] = {path!r}
{before}
from rag.reader_weights import load_reader
from rag.openvino_bert import OpenVinoBert
from rag.models import reader_folder
OpenVinoBert(load_reader(reader_folder())[1])
import json, openvino, time
time.sleep(1)  # or in a thread
print(json.dumps([called, [name for name in sys.modules if name.startswith("openvino_telemetry")],
                  callable(openvino.convert_model)]))
"""


@pytest.mark.models
@pytest.mark.parametrize("before", ["", "import openvino_telemetry"])
def test_openvino_calls_nobody_and_leaves_nothing_behind(tmp_path: Path, before: str):
    """Imported as it comes, it sends a message to Google Analytics and keeps an identity in the home folder."""
    code = TELLS_NOBODY.format(path=[str(ROOT)], before=before)
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}  # no CI, by which it would keep quiet anyway
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    called, telemetry, converts = json.loads(done.stdout)
    assert called == []
    assert ("openvino_telemetry" in telemetry) == bool(before)  # what another library loaded stays loaded
    assert converts  # and openvino is whole for others
    assert [path.name for path in tmp_path.rglob("*") if "openvino" in path.name or path.name == "intel"] == []
