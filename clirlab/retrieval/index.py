"""An index's folder in, token vectors tile by tile out: what `rank` and `search` take for passages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import overload

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from pydantic import ValidationError
from tqdm.auto import tqdm

from clirlab.errors import InputError
from clirlab.models import TokenBatch, TokenEncoder, fingerprint
from clirlab.retrieval.layout import (
    FORMAT,
    LOG,
    MANIFEST,
    NOTHING,
    Chunk,
    Manifest,
    damaged,
    file_types,
    floats,
    map_files,
)

TILE = 64  # passages, stored by length: some ten thousand tokens


@dataclass(frozen=True, repr=False, eq=False)
class Index:
    """The token vectors of passages on disk; made by `build_index`, opened by `open_index`.

    It takes the place of `PassageVectors` wherever passages are asked for. The vectors are those of content tokens;
    pieces and words are not kept. Nothing is read before it is looked at.

    Attributes
    ----------
    folder : Path
    manifest : Manifest
        Its encoder, the type of its vectors, and the counts of the folder.
    arrays : mapping of str to ndarray
        The folder's files, mapped into memory.
    rows : slice or ndarray of int
        Which of the folder's passages it holds.
    """

    folder: Path
    manifest: Manifest
    arrays: Mapping[str, NDArray]
    rows: slice | NDArray[np.int64] = field(default_factory=lambda: slice(None))

    def __len__(self) -> int:
        return len(self.lengths)

    def __repr__(self) -> str:
        source, tokens = self.manifest.source, int(self.lengths.sum())
        return f"Index({len(self):,} passages, {tokens:,} tokens of {source.encoder}, {source.width} x {source.dtype})"

    @cached_property
    def doc_ids(self) -> list[str]:
        """The id of each passage; in the order of the folder, not of the collection."""
        buffers = [pa.py_buffer(np.ascontiguousarray(self.arrays[name])) for name in ("id_ends", "ids")]
        ids = pa.LargeStringArray.from_buffers(self.manifest.passages, *buffers)
        return (ids if self._whole else ids.take(pa.array(np.arange(len(ids))[self.rows]))).to_pylist()

    @cached_property
    def id_ranks(self) -> NDArray[np.int64]:
        """The place of each passage in the order of the ids, which breaks ties."""
        ranks = np.empty(len(self), dtype=np.int64)
        ranks[np.argsort(np.asarray(self.doc_ids), kind="stable")] = np.arange(len(self))
        return ranks

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """How many tokens each passage has."""
        ends = self.arrays["token_ends"]
        return ends[1:][self.rows] - ends[:-1][self.rows]

    @property
    def pooled(self) -> NDArray[np.float32]:
        """The mean vector of each passage as the encoder gave it, normalised; shape (D, d)."""
        return self.arrays["pooled"][self.rows]

    @property
    def tiles(self) -> Tiles:
        """(positions in `doc_ids`, their vectors) of passages of similar length, read when their turn comes."""
        # a slice has the folder's order, in which passages of one batch of the encoder are neighbours
        by_length = slice(None) if isinstance(self.rows, slice) else np.argsort(-self.lengths, kind="stable")
        return Tiles(self, np.arange(len(self))[by_length])

    @property
    def _whole(self) -> bool:
        return isinstance(self.rows, slice) and self.rows == slice(None)

    def select(self, positions: slice | Sequence[int] | NDArray[np.int64]) -> Index:
        """Some of the passages, by their positions in `doc_ids`; nothing is copied."""
        if self._whole:
            return replace(self, rows=positions if isinstance(positions, slice) else np.asarray(positions, np.int64))
        return replace(self, rows=np.arange(self.manifest.passages)[self.rows][positions])

    def read(self, positions: Sequence[int] | NDArray[np.int64]) -> TokenBatch:
        """The vectors of some passages, padded to the longest; what is no content is not there."""
        ends, lengths = self.arrays["token_ends"], self.lengths[positions]
        rows = np.asarray(positions) if self._whole else np.arange(self.manifest.passages)[self.rows][positions]
        starts, stops = ends[:-1][rows], ends[1:][rows]
        # neighbours are read in one piece
        together = len(rows) > 0 and bool((starts[1:] == stops[:-1]).all())
        pieces = [(starts[0], stops[-1])] if together else list(zip(starts, stops, strict=True))
        mask = torch.from_numpy(np.arange(max(1, lengths.max(initial=0))) < lengths[:, None])
        vectors = torch.zeros(*mask.shape, self.manifest.source.width)
        norms = torch.zeros(mask.shape)
        vectors[mask] = torch.cat([floats(self.arrays, start, stop) for start, stop in pieces])
        norms[mask] = torch.from_numpy(np.concatenate([self.arrays["norms"][start:stop] for start, stop in pieces]))
        nameless: list[list] = [[] for _ in rows]
        return TokenBatch(vectors, norms, mask, mask, nameless, nameless)

    def verify(self, progress: bool = False) -> None:
        """Compare every byte of the folder with its checksum.

        Raises
        ------
        InputError
            With the passages whose vectors are damaged.
        """
        remedy = "copy the index again, or build it anew"
        log = (self.folder / LOG).read_bytes()
        if hashlib.sha256(log).hexdigest() != self.manifest.log:
            raise InputError(f"{self.folder / LOG} is damaged (sha256 differs); {remedy}")
        before = NOTHING
        for line in tqdm(log.splitlines()[1:], desc="verify", unit="chunk", disable=not progress):
            chunk = Chunk.model_validate_json(line)
            if name := damaged(self.folder, before, chunk):
                passages = f"passages {before.passages + 1:,} to {chunk.passages:,}"
                raise InputError(f"{self.folder / name} is damaged at {passages} (sha256 differs); {remedy}")
            before = chunk


@dataclass(frozen=True)
class Tiles(Sequence[tuple[list[int], TokenBatch]]):
    """The tiles of an index, cut in the order of `positions`; each is read from disk whenever it is asked for."""

    passages: Index
    positions: NDArray[np.int64]

    def __len__(self) -> int:
        return -(-len(self.positions) // TILE)

    @overload
    def __getitem__(self, number: int) -> tuple[list[int], TokenBatch]: ...

    @overload
    def __getitem__(self, number: slice) -> list[tuple[list[int], TokenBatch]]: ...

    def __getitem__(self, number: int | slice) -> tuple[list[int], TokenBatch] | list[tuple[list[int], TokenBatch]]:
        if isinstance(number, slice):
            return [self[i] for i in range(len(self))[number]]
        start = range(len(self))[number] * TILE
        positions = self.positions[start : start + TILE]
        return positions.tolist(), self.passages.read(positions)


def open_index(folder: str | Path, encoder: TokenEncoder | None = None) -> Index:
    """Open an index; only its manifest is read.

    Parameters
    ----------
    encoder : TokenEncoder, optional
        The encoder of the documents, whose index it must be; not compared where it is not given. (The encoder of the
        *queries* may be another, such as a student of it.)

    Raises
    ------
    InputError
        If there is no whole index, a file is cut short, or it is another encoder's.
    """
    folder = Path(folder)
    building = folder.with_name(f".{folder.name}.building")
    if not (folder / MANIFEST).is_file():
        half = f"; one is half built in {building}: give the same command again" if building.is_dir() else ""
        raise InputError(f"{folder}: no index ({MANIFEST} is missing){half or '; make one with build_index'}")
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except ValidationError as error:
        raise InputError(f"{folder / MANIFEST}: not the manifest of an index; build the index anew") from error
    source = manifest.source
    if source.format != FORMAT:
        raise InputError(f"{folder}: format {source.format}, and this version reads {FORMAT}; build the index anew")
    for name in file_types(source):
        there = (folder / name).stat().st_size if (folder / name).is_file() else 0
        if there != manifest.sizes[name]:
            raise InputError(
                f"{folder / name}: {there:,} bytes, and {manifest.sizes[name]:,} were written; copy the index again"
            )
    if encoder is not None and fingerprint(encoder) != source.fingerprint:
        wanted = f"{encoder.name} ({fingerprint(encoder)[:12]})"
        raise InputError(
            f"{folder} is the index of {source.called}, not of {wanted}; open it with that encoder, or build another"
        )
    return Index(folder, manifest, map_files(folder, source))
