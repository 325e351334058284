"""A name in, an encoder out: bundled, from a local folder, or from the hub; safetensors only."""

from __future__ import annotations

import json
from pathlib import Path

from huggingface_hub import snapshot_download
from safetensors import SafetensorError, safe_open
from torch import nn
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging

from clirlab.errors import InputError, unknown_name
from clirlab.models.bundled import BUNDLED, bundled_folder
from clirlab.models.encoder import TokenEncoder

# Stanford's ColBERT keeps the projection among the encoder's weights, PyLate in a module folder of its own
PROJECTION_FILES = ("1_Dense/model.safetensors", "model.safetensors")
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
transformers_logging.disable_progress_bar()  # it counts tensors, in a tenth of a second
HUB_PATTERNS = ["*.json", "*.safetensors", "*.txt", "*.model", "1_Dense/*"]


def load_encoder(name: str | Path, prefixes: dict[str, str] | None = None, device: str = "cpu") -> TokenEncoder:
    """Load a token encoder.

    Parameters
    ----------
    name : str or Path
        A bundled name (``"e5-small"``), a local folder, or an id on the Hugging Face hub (``"owner/model"``).
    prefixes : dict of str to str, optional
        What is written before each kind of text; the prompts in the folder's ``config_sentence_transformers.json``
        where none are given.
    device : str
        Where it computes, such as ``"cpu"`` or ``"cuda"``.

    Raises
    ------
    InputError
        If there is no such encoder, its weights are in pickle format or cut short, or its tokenizer gives no offsets.

    Examples
    --------
    >>> load_encoder("e5-small")
    TokenEncoder(e5-small: 12 layers, d = 384)
    """
    folder = encoder_folder(str(name))
    check_weights(folder)
    model, report = AutoModel.from_pretrained(
        folder, use_safetensors=True, output_loading_info=True, **_without_pooler(folder)
    )
    if missing := sorted(report["missing_keys"]):
        raise InputError(f"{folder}: {len(missing)} tensors of the model are not in its weights, such as {missing[0]}")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if not tokenizer.is_fast:
        raise InputError(f"{name}: its tokenizer gives no character offsets; a tokenizer.json is needed")
    if prefixes is None:
        prefixes = _prompts(folder)
    return TokenEncoder(model.to(device), tokenizer, str(name), prefixes, _projection(folder, device))


def encoder_folder(name: str) -> Path:
    """The folder of a bundled, local or hub model."""
    if name in BUNDLED:
        return bundled_folder(name)
    if Path(name).is_dir():
        return Path(name)
    if name.count("/") != 1 or name.startswith((".", "/")):
        raise unknown_name("encoder (and no such folder)", name, BUNDLED)
    try:  # the hub client has dozens of error types; all of them mean the same here
        return Path(snapshot_download(name, allow_patterns=HUB_PATTERNS))
    except Exception as error:
        raise InputError(f"{name}: no such folder, and not to be had from the hub ({type(error).__name__})") from error


def check_weights(folder: Path) -> None:
    """Refuse pickled and damaged weights before anything is loaded."""
    if not (folder / "config.json").is_file():
        raise InputError(f"{folder}: no config.json; not the folder of a transformers model")
    if not any((folder / name).is_file() for name in ("tokenizer.json", "tokenizer_config.json")):
        raise InputError(f"{folder}: no tokenizer.json; save the tokenizer into the same folder")
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        if pickled := [file.name for pattern in PICKLES for file in folder.glob(pattern)]:
            raise InputError(
                f"{folder / pickled[0]}: weights in pickle format are not loaded, since they can run code; "
                "save the model again with safetensors (model.save_pretrained)"
            )
        raise InputError(f"{folder}: no *.safetensors file with weights")
    for file in [*weights, *folder.glob("1_Dense/*.safetensors")]:
        try:
            with safe_open(file, "pt"):
                pass
        except SafetensorError as error:
            raise InputError(f"{file}: cut short or damaged ({error}); fetch or convert it again") from error


def _without_pooler(folder: Path) -> dict[str, bool]:
    """BERT-like checkpoints are loaded without the pooler, which no token vector needs."""
    kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    return {"add_pooling_layer": False} if kind in {"bert", "roberta", "xlm-roberta", "camembert"} else {}


def _prompts(folder: Path) -> dict[str, str]:
    file = folder / "config_sentence_transformers.json"
    prompts = json.loads(file.read_text(encoding="utf-8")).get("prompts", {}) if file.is_file() else {}
    if "document" in prompts:
        prompts.setdefault("passage", prompts["document"])
    return prompts


def _projection(folder: Path, device: str) -> nn.Linear | None:
    for file in (folder / name for name in PROJECTION_FILES):
        if file.is_file():
            with safe_open(file, "pt") as weights:
                if "linear.weight" in weights.keys():  # noqa: SIM118 - no mapping, only has keys()
                    weight = weights.get_tensor("linear.weight").float()
                    bias = weights.get_tensor("linear.bias").float() if "linear.bias" in weights.keys() else None  # noqa: SIM118
                    linear = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
                    linear.load_state_dict({"weight": weight} | ({} if bias is None else {"bias": bias}))
                    return linear.to(device)
    return None
