"""Token vectors in, the arrays of an index out: what lies in which file, in which type."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from clirlab.models import TokenBatch

FORMAT = 1  # raised with every change of what is written
MANIFEST, LOG = "index.json", "log.jsonl"
READ = 2**24  # bytes
DTYPES: dict[str, np.dtype] = {"float32": np.dtype("<f4"), "float16": np.dtype("<f2"), "int8": np.dtype("i1")}


class Source(BaseModel):
    """What decides the vectors of an index beside the passages: two halves with the same source fit together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    encoder: str
    fingerprint: str
    width: int
    dtype: Literal["float32", "float16", "int8"]
    arithmetic: str  # of the encoder: float32 or bfloat16

    @property
    def called(self) -> str:
        """The encoder by name and the start of its fingerprint."""
        return f"{self.encoder} ({self.fingerprint[:12]})"


class Manifest(BaseModel):
    """The last file that is written: an index is whole where it is there.

    Attributes
    ----------
    passages, tokens : int
        How many there are; tokens are those of content.
    sizes : dict of str to int
        Bytes of each file.
    log : str
        SHA-256 of the log, which has the checksums of all files, chunk by chunk.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Source
    passages: int
    tokens: int
    sizes: dict[str, int]
    log: str


class Chunk(BaseModel):
    """A line of the log (the first one is the source): what is there once a chunk is written.

    Attributes
    ----------
    key : str
        SHA-256 of the ids and texts of its passages.
    passages, tokens : int
        How many there are in this chunk and all before it.
    sizes, checksums : dict of str to int and str
        Of each file its bytes up to the end of this chunk, and the SHA-256 of the bytes that are the chunk's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    passages: int
    tokens: int
    sizes: dict[str, int]
    checksums: dict[str, str]


NOTHING = Chunk(key="", passages=0, tokens=0, sizes={}, checksums={})


def file_types(source: Source) -> dict[str, tuple[np.dtype, int]]:
    """Of each file the type of its numbers and how many make a row.

    One row a token: vectors (unit norm, as far as the type can say it), scales (int8 alone), norms. One row a passage:
    pooled, and after a first 0 the ends of its tokens and of its id. ids: UTF-8, one behind the other.
    """
    scales = {"scales": (np.dtype("<f4"), 1)} if source.dtype == "int8" else {}
    return {
        "vectors": (DTYPES[source.dtype], source.width),
        **scales,
        "norms": (np.dtype("<f4"), 1),
        "pooled": (np.dtype("<f4"), source.width),
        "token_ends": (np.dtype("<i8"), 1),
        "id_ends": (np.dtype("<i8"), 1),
        "ids": (np.dtype("u1"), 1),
    }


def map_files(folder: Path, source: Source) -> dict[str, NDArray]:
    """The arrays of an index's files, mapped into memory: nothing is read before it is looked at."""
    arrays = {}
    for name, (dtype, row) in file_types(source).items():
        rows = (folder / name).stat().st_size // (dtype.itemsize * row)
        shape = (rows, row) if row > 1 else (rows,)
        # "c": what is mapped can be wrapped by torch, which knows no read-only memory, and is never written back
        arrays[name] = np.memmap(folder / name, dtype, "c", shape=shape) if rows else np.zeros(shape, dtype)
    return arrays


def damaged(folder: Path, before: Chunk, chunk: Chunk) -> str | None:
    """The first file whose bytes between the chunk before and this one's end are not those of its checksum."""
    for name, checksum in chunk.checksums.items():
        start, left = before.sizes.get(name, 0), chunk.sizes[name] - before.sizes.get(name, 0)
        digest = hashlib.sha256()
        if (folder / name).is_file():
            with (folder / name).open("rb") as file:
                file.seek(start)
                while left > 0 and (part := file.read(min(left, READ))):
                    digest.update(part)
                    left -= len(part)
        if left or digest.hexdigest() != checksum:
            return name
    return None


def quantise(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Vectors as int8 and one scale each, shapes (n, d) and (n,): an entry is off by at most half its vector's scale.

    Examples
    --------
    >>> integers, scales = quantise(np.array([[0.5, -1.0, 0.0]], dtype=np.float32))
    >>> integers.tolist(), (scales * 127).tolist()
    ([[64, -127, 0]], [1.0])
    """
    scales = np.abs(vectors).max(axis=1, initial=0) / np.float32(127)
    integers = np.rint(vectors / np.where(scales > 0, scales, 1)[:, None]).astype(np.int8)
    return integers, scales.astype("<f4")


def rows_of(batch: TokenBatch, source: Source) -> dict[str, NDArray]:
    """The rows that a batch adds to the files whose rows are tokens or pooled vectors."""
    vectors = batch.vectors[batch.mask].numpy()
    rows = {"norms": batch.norms[batch.mask].numpy(), "pooled": batch.pooled().numpy()}
    if source.dtype == "int8":
        rows["vectors"], rows["scales"] = quantise(vectors)
    else:
        rows["vectors"] = vectors
    types = file_types(source)
    return {name: np.ascontiguousarray(array, types[name][0]) for name, array in rows.items()}


def floats(arrays: Mapping[str, NDArray], start: int, end: int) -> torch.Tensor:
    """The vectors of the tokens from `start` to `end` as float32, shape (end − start, d)."""
    vectors = torch.from_numpy(arrays["vectors"][start:end]).float()
    if "scales" in arrays:
        vectors *= torch.from_numpy(arrays["scales"][start:end]).unsqueeze(-1)
    return vectors
