"""Texts and a teacher in, the vectors of their content out: computed once, and kept on disk where a folder is given."""

from __future__ import annotations

import copy
import hashlib
import json
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from clirlab.errors import InputError
from clirlab.files import write_aside
from clirlab.models import TokenEncoder, fingerprint
from clirlab.models.encoder import autocast, fast_dtype
from clirlab.models.tokenize import Tokenized


def content_vectors(
    teacher: TokenEncoder,
    texts: Sequence[str],
    kind: str = "query",
    dtype: str = "auto",
    cache: Path | None = None,
    progress: bool = False,
    cut: Sequence[Tokenized] | None = None,
    known: str | None = None,
) -> list[Tensor]:
    """Vectors of the content tokens of each text as the teacher gave them, each of shape (n, d), float32, on the CPU.

    A text that occurs several times is encoded once.

    Parameters
    ----------
    cache : Path, optional
        A folder where vectors are looked up and left, under a checksum of teacher, texts, kind and arithmetic. A
        damaged file is computed anew, with a warning.
    cut : sequence of Tokenized, optional
        The pieces of the texts, where they are there already.
    known : str, optional
        The teacher's fingerprint, where it is there already.

    Raises
    ------
    InputError
        If `cache` is a file, or the disk is full.

    Examples
    --------
    >>> from clirlab.models import load_encoder
    >>> [tuple(x.shape) for x in content_vectors(load_encoder("e5-small"), ["habari ya dunia", "dunia"])]
    [(3, 384), (1, 384)]
    """
    if cache is not None and Path(cache).is_file():
        raise InputError(f"{cache} is a file; a cache of vectors needs a folder")
    number = {text: i for i, text in reversed(list(enumerate(texts)))}
    firsts = sorted(number.values())
    unique = [texts[i] for i in firsts]
    pieces = None if cut is None else [cut[i] for i in firsts]
    if cache is None:
        vectors = _encoded(teacher, unique, kind, dtype, progress, pieces)
    else:
        arithmetic = str(fast_dtype(teacher.device.type)) if dtype == "auto" else dtype
        asked = json.dumps([known or fingerprint(teacher), kind, arithmetic, teacher.device.type, unique])
        path = Path(cache) / f"vectors-{hashlib.sha256(asked.encode()).hexdigest()[:40]}.safetensors"
        found = _read(path, len(unique), teacher.dim) if path.is_file() else None
        vectors = _encoded(teacher, unique, kind, dtype, progress, pieces) if found is None else found
        if found is None:
            _write(path, vectors, teacher.dim)
    row = {i: k for k, i in enumerate(firsts)}
    return [vectors[row[number[text]]] for text in texts]


def on_device(encoder: TokenEncoder, device: torch.device) -> TokenEncoder:
    """The encoder itself where it computes there, else a copy; the encoder never moves.

    Examples
    --------
    >>> from clirlab.models import load_encoder
    >>> encoder = load_encoder("e5-small")
    >>> on_device(encoder, torch.device("cpu")) is encoder
    True
    """
    if encoder.device.type == device.type and device.index in (None, encoder.device.index):
        return encoder
    copied = TokenEncoder(
        copy.deepcopy(encoder.model),
        encoder.tokenizer,
        encoder.name,
        encoder.prefixes,
        copy.deepcopy(encoder.projection),
    )
    move(copied, device)
    return copied


def move(encoder: TokenEncoder, device: torch.device) -> None:
    """Let the encoder compute on this device from now on."""
    encoder.model.to(device)
    if encoder.projection is not None:
        encoder.projection.to(device)


def _encoded(
    teacher: TokenEncoder, texts: list[str], kind: str, dtype: str, progress: bool, cut: list[Tokenized] | None
) -> list[Tensor]:
    vectors: list[Tensor] = [torch.empty(0, teacher.dim)] * len(texts)
    # one context around all batches, so that the weights are cast to bfloat16 once and not for each batch
    with autocast(teacher.device, dtype):
        for positions, batch in teacher.batches(texts, kind, dtype=dtype, progress=progress, cut=cut):
            raw = batch.vectors * batch.norms.unsqueeze(-1)
            for row, i in enumerate(positions):
                vectors[i] = raw[row][batch.mask[row]]
    return vectors


def _write(path: Path, vectors: list[Tensor], dim: int) -> None:
    joined = torch.cat(vectors) if vectors else torch.empty(0, dim)
    with write_aside(path) as partial:
        save_file({"vectors": joined, "lengths": torch.tensor([len(x) for x in vectors])}, partial)


def _read(path: Path, count: int, dim: int) -> list[Tensor] | None:
    """The vectors of a file; none, with a warning, where it is damaged."""
    try:
        tensors = load_file(path)
        lengths = tensors["lengths"].tolist()
        if len(lengths) != count or tensors["vectors"].shape != (sum(lengths), dim):
            raise ValueError(f"vectors of {count} texts expected, {len(lengths)} found")
        return list(tensors["vectors"].split(lengths))
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        warnings.warn(f"{path} is damaged ({error}); its vectors are computed anew", stacklevel=4)
        return None
