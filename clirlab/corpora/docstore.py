"""Passages in, a frame over a file on disk out: a collection larger than memory is read where it lies.

The passages are written once, as an Arrow file in the cache folder (CLIRLAB_CACHE); opening it again maps the file into
memory, so that only what is looked at is read.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from clirlab.errors import InputError
from clirlab.files import cache_root, write_aside

LAYOUT = 1  # raised with every change of what is written or of how the readers clean texts
CHUNK = 16_384  # passages held in memory while writing: some ten megabytes
COLUMNS = ("doc_id", "title", "text", "language")


class Passage(NamedTuple):
    """One document; `language` is a code, or empty where the collection has only one."""

    doc_id: str
    title: str
    text: str
    language: str = ""


class RepeatedId(InputError):
    """Two passages have the id `doc_id`."""

    def __init__(self, name: str, doc_id: str):
        super().__init__(f"{name}: the id {doc_id!r} occurs twice")
        self.doc_id = doc_id


def file_key(path: Path) -> dict[str, str | int]:
    """What tells one state of a file from another: its place, size and time of change."""
    status = path.stat()
    return {"path": str(path.resolve()), "size": status.st_size, "changed": status.st_mtime_ns}


def stored(name: str, key: dict[str, str | int], passages: Callable[[], Iterable[Passage]]) -> pd.DataFrame:
    """The frame of a corpus; `passages` are read at the first call, and again when `key` changes.

    Parameters
    ----------
    name : str
        What the passages are called wherever they lie: one file in the cache for each name.
    key : dict
        Written into the file; a file with another key is replaced in one step.
    passages : callable
        Yields the passages one by one.

    Returns
    -------
    DataFrame, columns doc_id, title, text and, where a passage has one, language
        Texts stay on disk until they are looked at.

    Raises
    ------
    RepeatedId
        If two passages have the same id.
    InputError
        If there is no passage, or the cache folder cannot be written.
    """
    path = cache_root() / "corpora" / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.arrow"
    wanted = json.dumps({"layout": LAYOUT, "name": name, **key}, sort_keys=True)
    table = _opened(path, wanted)
    if table is None:
        _make_writable(path.parent)
        with write_aside(path) as partial:
            _write(partial, wanted, passages())
            _refuse_repetition(_mapped(partial), name)
        table = _mapped(path)
    return _framed(table)


def _make_writable(folder: Path) -> None:
    """Before anything is read: a corpus may take minutes."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise InputError(f"{folder}: no folder that can be written; set CLIRLAB_CACHE to one")


def _opened(path: Path, wanted: str) -> pa.Table | None:
    """The table of a file that is there, whole and of this key."""
    try:
        table = _mapped(path)
    except (FileNotFoundError, NotADirectoryError, pa.ArrowInvalid):
        return None
    return table if (table.schema.metadata or {}).get(b"clirlab") == wanted.encode() else None


def _mapped(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def _write(path: Path, key: str, passages: Iterable[Passage]) -> None:
    fields = [(column, pa.large_string()) for column in COLUMNS]
    schema = pa.schema(fields, metadata={"clirlab": key})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for chunk in _chunks(passages):
            columns = [pa.array(column, pa.large_string()) for column in zip(*chunk, strict=True)]
            writer.write_batch(pa.record_batch(columns, schema=schema))


def _chunks(passages: Iterable[Passage]) -> Iterator[list[Passage]]:
    passages = iter(passages)
    while chunk := list(islice(passages, CHUNK)):
        yield chunk


def _refuse_repetition(table: pa.Table, name: str) -> None:
    ids = table["doc_id"].to_pandas()
    if ids.empty:
        raise InputError(f"{name}: no passages")
    if not ids.is_unique:
        raise RepeatedId(name, ids[ids.duplicated()].iloc[0])


def _framed(table: pa.Table) -> pd.DataFrame:
    language = table["language"]
    if language.length() and pa.compute.all(pa.compute.equal(language, "")).as_py():
        table = table.drop_columns("language")
    return table.to_pandas()
