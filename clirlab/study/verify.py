"""A run folder in; what is missing, damaged or of something else in it out."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from pyarrow import ArrowException

from clirlab.errors import InputError
from clirlab.study.cells import Cell, cell_hash, cells_of
from clirlab.study.config import StudyConfig, read_config
from clirlab.study.store import check_run, done_records, failures, part_of, read_json, record_of


class Finding(NamedTuple):
    """Something about a file of a run folder.

    Attributes
    ----------
    path : Path
    kind : str
        damaged, missing, orphan, other settings, other data, failed, open, left over or unknown (a part that an
        earlier version wrote, without a checksum).
    told : str
        What is wrong and what to do.
    """

    path: Path
    kind: str
    told: str


# a study that is not finished is nothing wrong
HARMLESS = ("failed", "open", "left over", "unknown")


def verify(folder: str | Path) -> list[Finding]:
    """Read a whole run folder and see that it holds what it says.

    Returns
    -------
    list of Finding
        Empty where all cells are done and every checksum holds.

    Raises
    ------
    InputError
        If it is no run folder, or its configuration is damaged.
    """
    folder = Path(folder)
    config = config_of(folder)
    cells = cells_of(config)
    found = [finding for cell in cells for finding in _of_cell(folder, config, cell)]
    expected = {path for cell in cells for path in (part_of(folder, cell), record_of(folder, cell))}
    expected |= {path.with_suffix(".failed.json") for path in expected if path.suffix == ".json"}
    for path in sorted(path for name in ("results", "cells") for path in (folder / name).glob("*")):
        if path.name.startswith("."):
            found.append(Finding(path, "left over", "of a process that was killed; delete it"))
        elif path not in expected:
            found.append(Finding(path, "orphan", "of no cell of the configuration; move it away"))
    return found + list(_of_data(folder, config))


def config_of(folder: Path) -> StudyConfig:
    """The configuration of a run folder.

    Raises
    ------
    InputError
        If it is none, or its configuration is damaged.
    """
    if not (folder / "provenance.json").is_file():
        raise InputError(f"{folder}: not a run folder (no provenance.json)")
    config = read_config(folder / "config.yaml")
    check_run(folder, config)
    return config


def _of_cell(folder: Path, config: StudyConfig, cell: Cell) -> Iterator[Finding]:
    part, path = part_of(folder, cell), record_of(folder, cell)
    if failure := failures(folder, config, [cell]):
        yield Finding(path, "failed", f"{failure[cell]['message']}; --retry-failed runs it again")
    if not path.is_file():
        if part.is_file():
            yield Finding(path, "missing", "the part is there without its record; the study runs the cell again")
        elif not failure:
            yield Finding(path, "open", "not run yet")
        return
    if not part.is_file():
        yield Finding(part, "missing", "the record is there without its part; the study runs the cell again")
        return
    try:
        record, content = read_json(path), part.read_bytes()
        pd.read_parquet(io.BytesIO(content))
    except (InputError, ArrowException) as error:
        yield Finding(part, "damaged", f"{error}; delete the part and its record, and give the study again")
        return
    if record.get("identity", identity := cell_hash(config, cell)) != identity:
        yield Finding(path, "other settings", "of a cell with other settings; the study runs the cell again")
    if "part" not in record:
        yield Finding(path, "unknown", "of an earlier version, which kept no checksum")
    elif hashlib.sha256(content).hexdigest() != record["part"]["sha256"]:
        yield Finding(part, "damaged", "its checksum differs from its record; delete it, and give the study again")


def _of_data(folder: Path, config: StudyConfig) -> Iterator[Finding]:
    """Cells of a language that read other data than the first of them."""
    first: dict[str, tuple[str, dict[str, str]]] = {}
    for cell, record in done_records(folder, config).items():
        data = data_of_record(record)
        if data and cell.language not in first:
            first[cell.language] = cell.name, data
        if data and (differing := differing_in(first[cell.language][1], data)):
            told = f"read another {', '.join(differing)} than {first[cell.language][0]}: they cannot be compared"
            yield Finding(record_of(folder, cell), "other data", told)


def data_of_record(record: dict[str, Any]) -> dict[str, str]:
    """The checksums of the data that a cell read; of an earlier version's there are none."""
    return (record.get("provenance") or {}).get("data", {})


def differing_in(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """The names under which two cells read different data."""
    return [name for name in one if other.get(name, one[name]) != one[name]]
