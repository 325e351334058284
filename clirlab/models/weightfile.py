"""The weight file of the bundled encoder in, its sizes, vocabulary and tensors out.

Format ``E5S1``, little endian: a Unigram vocabulary with scores, the table of its normaliser, and the tensors of a BERT
encoder, most of them quantised to 4 bits in blocks of 32 (``q4_0``: an f16 scale d and 16 bytes q;
w[j] = ((q[j] & 15) - 8) d and w[j + 16] = ((q[j] >> 4) - 8) d).
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clirlab.errors import InputError

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
