"""Other ways of running a model of ours than torch: ONNX Runtime and OpenVINO.

What needs them is left out where they are not installed (pip install onnxruntime onnx onnxscript, best in another
environment; OpenVINO comes with the project on 64-bit Linux).
"""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from rag.models import silent_loading
from rag.openvino_bert import openvino_module

INPUTS = ("input_ids", "attention_mask", "token_type_ids")

Run = Callable[..., SimpleNamespace]  # takes the tensors of INPUTS by name


def available() -> dict[str, Callable[[Any, Sequence[str], int], Run]]:
    """Names of the ways that are installed; each takes a model, the names of what it gives, and a number of threads."""
    found: dict[str, Callable[[Any, Sequence[str], int], Run]] = {}
    if importlib.util.find_spec("onnxruntime"):
        found["ONNX Runtime float32"] = lambda model, outputs, threads: onnx_runtime(
            model, outputs, threads, int8=False
        )
        found["ONNX Runtime int8"] = lambda model, outputs, threads: onnx_runtime(model, outputs, threads, int8=True)
    if importlib.util.find_spec("openvino"):
        found["OpenVINO float32"] = lambda model, outputs, threads: open_vino(model, outputs, threads, "f32")
        found["OpenVINO bfloat16"] = lambda model, outputs, threads: open_vino(model, outputs, threads, "bf16")
    return found


def onnx_runtime(model: Any, outputs: Sequence[str], threads: int, *, int8: bool) -> Run:
    import onnxruntime
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        _exported(model, outputs, path)
        if int8:
            quantize_dynamic(path, path.with_stem("int8"), weight_type=QuantType.QInt8, per_channel=True)
            path = path.with_stem("int8")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def run(**inputs: torch.Tensor) -> SimpleNamespace:
        found = session.run(list(outputs), {name: tensor.numpy() for name, tensor in inputs.items()})
        return SimpleNamespace(**{name: torch.from_numpy(one) for name, one in zip(outputs, found, strict=True)})

    return run


def open_vino(model: Any, outputs: Sequence[str], threads: int, precision: str) -> Run:
    openvino = openvino_module()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        _exported(model, outputs, path)
        hints = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"}
        compiled = openvino.Core().compile_model(openvino.Core().read_model(path), "CPU", hints)

    def run(**inputs: torch.Tensor) -> SimpleNamespace:
        found = compiled({name: tensor.numpy() for name, tensor in inputs.items()})
        return SimpleNamespace(**{name: torch.from_numpy(found[name]) for name in outputs})

    return run


def _exported(model: Any, outputs: Sequence[str], path: Path) -> None:
    """The model as an ONNX file, for any number of texts and tokens."""
    ids = torch.ones((2, 16), dtype=torch.long)
    axes = {name: {0: "texts", 1: "tokens"} for name in [*INPUTS, *outputs]}
    with silent_loading(), torch.inference_mode():
        torch.onnx.export(
            _Plain(model, outputs), (ids,) * len(INPUTS), str(path), input_names=list(INPUTS),
            output_names=list(outputs), dynamic_axes=axes, dynamo=False,
        )  # fmt: skip


class _Plain(torch.nn.Module):
    """A model that takes its inputs in their order and gives the named outputs."""

    def __init__(self, model: Any, outputs: Sequence[str]) -> None:
        super().__init__()
        self._model, self._outputs = model, outputs

    def forward(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        found = self._model(**dict(zip(INPUTS, tensors, strict=True)))
        return tuple(found[name] for name in self._outputs)
