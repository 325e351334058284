"""A run folder, one part a cell: opened by one process at a time, written aside and renamed, told by checksums.

::

    RUN/config.yaml             the configuration, expanded
    RUN/provenance.json         configuration hash, versions, commit, machine
    RUN/results/CELL.parquet    rows of the results table
    RUN/cells/CELL.json         what the cell bought, its loss and time; settings, provenance, checksum of the part
    RUN/cells/CELL.failed.json  why a cell failed, with the traceback
    RUN/plans/LANGUAGE.parquet  a transport plan before and after distillation
    RUN/report.html
    RUN/.lock, .lock.json       there while a process is at work on the folder, and which

A cell is done when its record is there, is of the same settings, and the part has as many bytes as it says.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from filelock import FileLock, Timeout

from clirlab.errors import InputError
from clirlab.files import set_aside, write_aside
from clirlab.study.cells import Cell, cell_content, cell_hash, cells_of
from clirlab.study.config import StudyConfig, write_config
from clirlab.study.provenance import command, commit, machine, versions

LOCK = ".lock"
FOLDERS = ("results", "cells", "plans")
# what the record of a cell holds beside the columns of `Results.cells`
NESTED = ("identity", "part", "settings", "provenance")


def part_of(folder: Path, cell: Cell) -> Path:
    return folder / "results" / f"{cell.name}.parquet"


def record_of(folder: Path, cell: Cell) -> Path:
    return folder / "cells" / f"{cell.name}.json"


def failure_of(folder: Path, cell: Cell) -> Path:
    return folder / "cells" / f"{cell.name}.failed.json"


def check_distinct(config: StudyConfig) -> None:
    """See that no two cells of a configuration would write the same rows or the same file.

    Raises
    ------
    InputError
        If a seed, scorer or measure is there twice, or the files of two cells have one name.
    """
    for key in ("seeds", "scorers", "measures"):
        values = getattr(config, key)
        if twice := [value for value in dict.fromkeys(values) if values.count(value) > 1]:
            raise InputError(f"{key}: {twice[0]} is there twice, and its cells would write the same rows; name it once")
    seen: dict[str, Cell] = {}
    for cell in cells_of(config):
        # some file systems do not tell capitals from small letters
        if (other := seen.setdefault(cell.name.casefold(), cell)) is not cell:
            raise InputError(
                f"{_told(other)} and {_told(cell)} would write the same file, {cell.name}.parquet; rename one of them"
            )


def _told(cell: Cell) -> str:
    return f"the arm {cell.arm!r} in {cell.language!r}"


def check_run(folder: Path, config: StudyConfig) -> bool:
    """Whether a folder is a run folder of this configuration; False where nothing is there yet.

    Raises
    ------
    InputError
        If the folder holds the results of another configuration or something that is no run.
    """
    record = folder / "provenance.json"
    if record.is_file():
        if (found := read_json(record).get("config_hash")) != config.hash:
            raise InputError(
                f"{folder} holds the results of another configuration ({found}, this one is {config.hash}); "
                "choose another --out, or --fresh to move the old ones aside"
            )
        return True
    if folder.exists() and any(path.name not in (*FOLDERS, "config.yaml") for path in _visible(folder)):
        raise InputError(f"{folder} is not empty and no run folder; choose another --out")
    return False


def _visible(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if not path.name.startswith("."))


def open_run(folder: Path, config: StudyConfig, fresh: bool = False) -> None:
    """Make a run folder, or check that the one that is there is of the same configuration.

    Parameters
    ----------
    fresh : bool
        Move a folder that is there out of the way (``NAME.old-1``, …), so that nothing is lost, and start anew.

    Raises
    ------
    InputError
        If the folder holds the results of another configuration or something that is no run, or another process is at
        work on the folder that is to be moved.
    """
    if fresh and folder.exists():
        with locked(folder):
            pass
        set_aside(folder)
    if check_run(folder, config):
        return
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    with write_aside(folder / "config.yaml") as partial:
        write_config(config, partial)
    provenance = {
        "config_hash": config.hash,
        "versions": versions(),
        "commit": commit(),
        "machine": machine()["system"],
        "command": command(),
        "seeds": list(config.seeds),
    }
    write_json(provenance, folder / "provenance.json")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a run folder for this process alone; the system lets go of it whenever the process ends.

    Raises
    ------
    InputError
        If another process holds it, naming that.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock, owner = FileLock(folder / LOCK, timeout=0), folder / f"{LOCK}.json"
    try:
        lock.acquire()
    except Timeout as error:
        held = read_json(owner) if owner.is_file() else {}
        who = "process {pid} on {host}: {command}".format(**{"pid": "?", "host": "?", "command": "?"} | held)
        raise InputError(
            f"{folder}: another process is at work on this run folder ({who}); wait for it, or choose another --out"
        ) from error
    try:
        write_json({"pid": os.getpid(), "host": platform.node(), "command": command()}, owner)
        yield
    finally:
        owner.unlink(missing_ok=True)
        lock.release()


def parquet(rows: pd.DataFrame) -> bytes:
    """The rows of a table as the content of a Parquet file."""
    buffer = io.BytesIO()
    rows.to_parquet(buffer, index=False)
    return buffer.getvalue()


def write_cell(
    folder: Path,
    config: StudyConfig,
    cell: Cell,
    rows: pd.DataFrame | bytes,
    record: Mapping[str, Any],
    provenance: Mapping[str, Any] | None = None,
) -> None:
    """Keep what a cell found, its rows as a frame or as `parquet` made of them.

    The record comes last, since it says that the cell is done. It tells the checksum of the part, so that neither a
    part without its record nor one of an earlier record counts.
    """
    content = rows if isinstance(rows, bytes) else parquet(rows)
    nested = {
        "identity": cell_hash(config, cell),
        "part": {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)},
        "settings": cell_content(config, cell),
        "provenance": provenance,
    }
    with write_aside(part_of(folder, cell)) as partial:
        partial.write_bytes(content)
    write_json({**cell._asdict(), **record, **nested}, record_of(folder, cell))
    failure_of(folder, cell).unlink(missing_ok=True)


def write_failure(folder: Path, cell: Cell, message: str, traceback: str, **told: Any) -> None:
    """Keep why a cell failed."""
    write_json({**cell._asdict(), "message": message, "traceback": traceback, **told}, failure_of(folder, cell))


def done_record(folder: Path, config: StudyConfig, cell: Cell) -> dict[str, Any] | None:
    """The record of a cell that is done with these very settings, None where it is not.

    Raises
    ------
    InputError
        If the record is damaged.
    """
    path, part = record_of(folder, cell), part_of(folder, cell)
    if not (path.is_file() and part.is_file()):
        return None
    record = read_json(path)
    # run folders of earlier versions tell neither
    if record.get("identity", identity := cell_hash(config, cell)) != identity:
        return None
    if "part" in record and record["part"]["bytes"] != part.stat().st_size:
        return None
    return record


def done_records(folder: Path, config: StudyConfig) -> dict[Cell, dict[str, Any]]:
    """The records of all cells that are done, in the order of the cells."""
    return {cell: record for cell in cells_of(config) if (record := done_record(folder, config, cell)) is not None}


def failures(folder: Path, config: StudyConfig, cells: Sequence[Cell] | None = None) -> dict[Cell, dict[str, Any]]:
    """What is written down of the cells (all, where none are given) that failed and were not done since."""
    chosen = cells_of(config) if cells is None else cells
    return {cell: read_json(path) for cell in chosen if (path := failure_of(folder, cell)).is_file()}


def write_json(content: Mapping[str, Any], path: Path) -> None:
    with write_aside(path) as partial:
        partial.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """The record in a JSON file.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}); move the run folder away and start anew") from error
    if not isinstance(content, dict):
        raise InputError(f"{path}: no record; move the run folder away and start anew")
    return content
