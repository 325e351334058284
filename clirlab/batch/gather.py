"""Records of cells in, one frame out, and the files of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from clirlab.batch.recording import decoded
from clirlab.files import write_aside

FIXED = ("state", "seconds", "notebook", "message")


def frame_of(records: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row a cell: its parameters, what it recorded, state, seconds, notebook and message.

    Parameters
    ----------
    records : sequence of mapping
        With parameters, recorded, and the fixed columns; at least one.

    Examples
    --------
    >>> record = {"parameters": {"seed": 1}, "recorded": {"rr": 0.5, "seed": 2}, "state": "done", "seconds": 3.0}
    >>> frame_of([record | {"notebook": "a.ipynb", "message": ""}]).columns.tolist()
    ['seed', 'rr', 'recorded_seed', 'state', 'seconds', 'notebook', 'message']
    """
    parameters = _names(record["parameters"] for record in records)
    taken = {*parameters, *FIXED}
    rows = []
    for record in records:
        found = {f"recorded_{name}" if name in taken else name: value for name, value in record["recorded"].items()}
        rows.append(
            record["parameters"]
            | {name: decoded(value) for name, value in found.items()}
            | {name: record[name] for name in FIXED}
        )
    values = [name for name in _names(rows) if name not in taken]
    return pd.DataFrame(rows, columns=[*parameters, *values, *FIXED])


def _names(mappings: Iterable[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for mapping in mappings for name in mapping))


def write_tables(frame: pd.DataFrame, folder: Path) -> None:
    """Write ``results.parquet`` and ``results.csv``; in a column of several types, what is no text is JSON there."""
    flat = frame.copy()
    for name in flat:
        column = flat[name]
        if column.dtype == object and not column.dropna().map(lambda value: isinstance(value, str)).all():
            flat[name] = [None if _is_missing(value) else _text(value) for value in column]
    with write_aside(folder / "results.parquet") as partial:
        flat.to_parquet(partial, index=False)
    with write_aside(folder / "results.csv") as partial:
        flat.to_csv(partial, index=False)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
