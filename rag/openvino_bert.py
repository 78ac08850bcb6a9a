"""A BERT reader of transformers -> the same network on OpenVINO.

On a processor that multiplies bfloat16, OpenVINO takes about two thirds of torch's time, in float32 about six sevenths
(benchmarks/README.md, "How the reader is run"), as it joins the steps between two matrix products into one. The network
is built from the loaded weights, in a third of a second; openvino.convert_model would trace the model, which takes
three times as long and warns that the trace may hold for some inputs only.
"""

from __future__ import annotations

import importlib.util
import sys
from threading import Lock
from types import SimpleNamespace
from typing import Any

import numpy as np

_IMPORTING = Lock()  # of two readers that are loaded at once


def runs_on_openvino(model: Any) -> bool:
    """Whether OpenVinoBert can stand for a model: OpenVINO is installed and the model a plain BERT that finds spans."""
    config = model.config
    return (
        importlib.util.find_spec("openvino") is not None
        and type(model).__name__ == "BertForQuestionAnswering"
        and config.hidden_act == "gelu"
        and config.num_labels == 2
        and not config.is_decoder
    )


class OpenVinoBert:
    """Takes what the model takes, as torch tensors, and gives its start and end logits; one batch at a time."""

    def __init__(self, model: Any, *, precision: str = "bf16") -> None:
        """Build the network.

        Args:
            model: transformers' BertForQuestionAnswering, which is not needed afterwards.
            precision: of products, OpenVINO's INFERENCE_PRECISION_HINT: "bf16" or "f32".
        """
        import torch

        hints = {
            "INFERENCE_PRECISION_HINT": precision,
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": torch.get_num_threads(),  # as many as torch is allowed now
            "ENABLE_CPU_PINNING": False,  # every program that pins its threads to cores takes the same ones
        }
        self._network = openvino_module().Core().compile_model(_network(model), "CPU", hints)
        self._turn = Lock()  # the network takes one batch after another, and no core would be idle for a second

    def __call__(self, input_ids: Any, attention_mask: Any, token_type_ids: Any = None) -> SimpleNamespace:
        """Logits of shape (texts, tokens), as `start_logits` and `end_logits`; without types, all are of the first."""
        import torch

        types = torch.zeros_like(input_ids) if token_type_ids is None else token_type_ids

        hidden = np.where(attention_mask.numpy() == 0, np.float32(-1e4), np.float32(0))[:, None, None, :]
        positions = np.arange(input_ids.shape[1], dtype=np.int64)[None]
        with self._turn:
            found = self._network([input_ids.numpy(), types.numpy(), positions, hidden])[0]
        return SimpleNamespace(start_logits=torch.from_numpy(found[0]), end_logits=torch.from_numpy(found[1]))


def openvino_module() -> Any:
    """The module, without its telemetry: when it is imported, it tells Google Analytics so, without asking."""
    name = "openvino_telemetry"
    with _IMPORTING:
        before = sys.modules.get(name)
        sys.modules[name] = None  # type: ignore[assignment]  # "not installed", for which openvino is prepared
        try:
            import openvino
        finally:
            del sys.modules[name]
            if before is not None:
                sys.modules[name] = before
    return openvino


def _network(model: Any) -> Any:
    """The layers of BERT (Devlin et al. 2019, https://arxiv.org/abs/1810.04805) with a head for starts and ends."""
    openvino = openvino_module()
    ops, config, weights = openvino.opset15, model.config, model.state_dict()

    def weight(name: str) -> Any:
        return ops.constant(weights[name].float().numpy())

    def linear(x: Any, name: str) -> Any:
        product = ops.matmul(x, weight(f"{name}.weight"), transpose_a=False, transpose_b=True)
        return ops.add(product, weight(f"{name}.bias"))

    def normalised(x: Any, name: str) -> Any:
        last = ops.constant(np.array([-1]))
        plain = ops.mvn(x, last, normalize_variance=True, eps=config.layer_norm_eps, eps_mode="inside_sqrt")
        return ops.add(ops.multiply(plain, weight(f"{name}.weight")), weight(f"{name}.bias"))

    def looked_up(ids: Any, table: str) -> Any:
        return ops.gather(weight(f"bert.embeddings.{table}_embeddings.weight"), ids, ops.constant(np.int64(0)))

    heads = config.num_attention_heads
    by_head = ops.constant(np.array([0, 0, heads, config.hidden_size // heads]))  # 0: as it is
    together = ops.constant(np.array([0, 0, config.hidden_size]))
    swapped = ops.constant(np.array([0, 2, 1, 3]))  # (texts, tokens, heads, size) <-> (texts, heads, tokens, size)

    def attended(x: Any, name: str) -> Any:
        queries_keys_values = (
            ops.transpose(ops.reshape(linear(x, f"{name}.{part}"), by_head, special_zero=True), swapped)
            for part in ("query", "key", "value")
        )
        seen = ops.scaled_dot_product_attention(*queries_keys_values, attention_mask=mask)
        return ops.reshape(ops.transpose(seen, swapped), together, special_zero=True)

    ids, types = (ops.parameter([-1, -1], np.int64, name) for name in ("input_ids", "token_type_ids"))
    positions = ops.parameter([1, -1], np.int64, "positions")
    mask = ops.parameter([-1, 1, 1, -1], np.float32, "mask")  # added to the attention's logits
    x = ops.add(looked_up(ids, "word"), looked_up(types, "token_type"))
    x = normalised(ops.add(x, looked_up(positions, "position")), "bert.embeddings.LayerNorm")
    for number in range(config.num_hidden_layers):
        layer = f"bert.encoder.layer.{number}"
        seen = linear(attended(x, f"{layer}.attention.self"), f"{layer}.attention.output.dense")
        x = normalised(ops.add(seen, x), f"{layer}.attention.output.LayerNorm")
        wide = ops.gelu(linear(x, f"{layer}.intermediate.dense"), "erf")
        x = normalised(ops.add(linear(wide, f"{layer}.output.dense"), x), f"{layer}.output.LayerNorm")
    starts_ends = ops.transpose(linear(x, "qa_outputs"), ops.constant(np.array([2, 0, 1])))
    return openvino.Model([starts_ends], [ids, types, positions, mask], "reader")
