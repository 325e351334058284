"""A name in, an encoder out: bundled, from a local folder, or from the hub; safetensors only."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path

from huggingface_hub import snapshot_download
from safetensors import SafetensorError, safe_open
from torch import nn
from transformers import AutoModel, AutoTokenizer
from transformers.utils import logging as transformers_logging

from clirlab.errors import InputError, unknown_name
from clirlab.models.bundled import BUNDLED, bundled_folder
from clirlab.models.encoder import TokenEncoder

# where there is no modules.json: PyLate's usual folder; among the encoder's weights, as Stanford's ColBERT has it
PROJECTIONS = ("1_Dense/model.safetensors", "model.safetensors")
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
transformers_logging.disable_progress_bar()  # it counts tensors, in a tenth of a second
HUB_PATTERNS = ["*.json", "*.safetensors", "*.txt", "*.model"]  # their stars match what lies in folders, too


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
    folder = folder_of(str(name), "encoder")
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


def folder_of(
    name: str, kind: str, bundled: Collection[str] = tuple(BUNDLED), patterns: Sequence[str] = HUB_PATTERNS
) -> Path:
    """The folder of a model: bundled, local, or fetched from the hub (files of these patterns alone).

    Raises
    ------
    InputError
        If there is no such folder, and it is not to be had from the hub.
    """
    if name in bundled:
        return bundled_folder(name)
    if Path(name).is_dir():
        return Path(name)
    if name.count("/") != 1 or name.startswith((".", "/")):
        raise unknown_name(f"{kind} (and no such folder)", name, bundled)
    try:  # the hub client has dozens of error types; all of them mean the same here
        return Path(snapshot_download(name, allow_patterns=list(patterns)))
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
    for file in [*weights, *folder.glob("*_Dense/*.safetensors")]:
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
    config = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    prompts = dict(config.get("prompts") or {})
    for kind in ("query", "document"):
        # PyLate has a token of its own there, before the prompt
        if prefix := config.get(f"{kind}_prefix"):
            prompts[kind] = prefix + prompts.get(kind, "").removeprefix(prefix)
    # one name for one thing
    if prompts.get("passage", prompts.get("document")) == prompts.get("document"):
        prompts |= {"passage": document} if (document := prompts.pop("document", None)) is not None else {}
    return prompts


def _projection(folder: Path, device: str) -> nn.Linear | None:
    listed = (folder / "modules.json").is_file()
    for file in _dense_files(folder) if listed else [folder / name for name in PROJECTIONS]:
        if file.is_file():
            with safe_open(file, "pt") as weights:
                if "linear.weight" in weights.keys():  # noqa: SIM118 - no mapping, only has keys()
                    weight = weights.get_tensor("linear.weight").float()
                    bias = weights.get_tensor("linear.bias").float() if "linear.bias" in weights.keys() else None  # noqa: SIM118
                    linear = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
                    linear.load_state_dict({"weight": weight} | ({} if bias is None else {"bias": bias}))
                    return linear.to(device)
    return None


def _dense_files(folder: Path) -> list[Path]:
    """The weights of the module that projects tokens; sentence vectors may have layers of other kinds above them.

    Raises
    ------
    InputError
        If there are several projections.
    """
    file = folder / "modules.json"
    modules = json.loads(file.read_text(encoding="utf-8"))
    found = []
    for dense in (folder / module["path"] for module in modules if module["type"].endswith(".Dense")):
        config = json.loads((dense / "config.json").read_text(encoding="utf-8"))
        if config.get("activation_function", "").endswith("Identity") and not config.get("use_residual"):
            found.append(dense / "model.safetensors")
    if len(found) > 1:
        raise InputError(f"{file}: {len(found)} projections, one behind the other; an encoder has at most one here")
    return found
