"""A folder -> the tokenizer and the model of an extractive reader, and what runs it fastest; or a clear error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rag.errors import ModelError
from rag.models import silent_loading
from rag.openvino_bert import OpenVinoBert, runs_on_openvino


def load_reader(folder: Path) -> tuple[Any, Any]:
    """The tokenizer and the model in a folder.

    Raises:
        ModelError: they are missing or damaged, or no extractive reader with a fast tokenizer.
    """
    import torch
    from safetensors import SafetensorError
    from transformers import AutoConfig, AutoModelForQuestionAnswering, AutoTokenizer

    try:
        with silent_loading():
            config = AutoConfig.from_pretrained(folder, local_files_only=True)
            if not any("QuestionAnswering" in name for name in config.architectures or ()):
                wanted = "wanted a model fine-tuned to answer questions"
                raise ModelError(f"{folder} holds {', '.join(config.architectures or ['no architecture'])}, {wanted}")
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model, report = AutoModelForQuestionAnswering.from_pretrained(
                folder, local_files_only=True, dtype=torch.float32, output_loading_info=True
            )
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
        reason = " ".join(str(error).split())
        raise ModelError(f"{folder} does not load as an extractive reader: {reason}") from error
    if report["missing_keys"]:  # they would be drawn at random
        raise ModelError(f"{folder} lacks the weights {', '.join(sorted(report['missing_keys'])[:3])}; copy it again")
    if not tokenizer.is_fast:
        raise ModelError(f"the tokenizer in {folder} has no offsets; wanted one with a tokenizer.json")
    if len(tokenizer) <= len(tokenizer.all_special_tokens):
        raise ModelError(f"the tokenizer in {folder} knows no words; its tokenizer.json is missing, copy it again")
    return tokenizer, model.eval()


def longest_input(tokenizer: Any, model: Any) -> int:
    """Tokens of question and passage together that a model of transformers takes, at most 512."""
    positions = int(getattr(model.config, "max_position_embeddings", 512))
    # RoBERTa and its kin number positions from that of the padding + 1, so some of theirs cannot be used.
    tables = (module for name, module in model.named_modules() if name.endswith("position_embeddings"))
    unused = max(
        (table.padding_idx + 1 for table in tables if getattr(table, "padding_idx", None) is not None), default=0
    )
    usable = positions - unused if positions > 0 else 512  # XLNet has none, and says -1
    return min(512, usable, int(tokenizer.model_max_length))


def fastest(model: Any, *, bfloat16: bool) -> Callable[..., Any]:
    """Runs the model, with products in bfloat16 or float32: on OpenVINO, or on torch where that cannot run it."""
    if runs_on_openvino(model):
        return OpenVinoBert(model, precision="bf16" if bfloat16 else "f32")
    return torch_in_bfloat16(model) if bfloat16 else model


def torch_in_bfloat16(model: Any) -> Callable[..., Any]:
    """Runs the model on torch; its matrices are cast once, as autocast would for every batch."""
    import torch

    for module in model.modules():
        if isinstance(module, torch.nn.Linear):
            module.bfloat16()

    def run(**inputs: Any) -> Any:
        with torch.autocast("cpu", torch.bfloat16):
            return model(**inputs)

    return run
