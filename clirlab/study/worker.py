"""A configuration and one of its cells in, rows or a failure out: what one process does, here or on another machine.

A process keeps the laboratory of one study at a time. What it finds goes back as bytes, so that a worker needs no sight
of the run folder.
"""

from __future__ import annotations

import threading
import traceback
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Protocol

import pandas as pd
import torch

from clirlab.errors import InputError
from clirlab.study.cells import Cell
from clirlab.study.config import StudyConfig
from clirlab.study.material import Place
from clirlab.study.provenance import checksum, commit, machine, peak_memory, reset_peak_memory, versions
from clirlab.study.store import parquet


class Bench(Protocol):
    """Where cells are run; a `Laboratory` is one."""

    @property
    def places(self) -> Mapping[str, Place]: ...

    def run(self, cell: Cell, folder: Path, /) -> tuple[pd.DataFrame, dict[str, Any]]: ...


Make = Callable[[StudyConfig], Bench]


class Found(NamedTuple):
    """What a cell found.

    Attributes
    ----------
    content : bytes
        Its rows, as a Parquet file.
    record : dict
        What it bought, its loss, seconds and peak_mib.
    provenance : dict
        Versions, commit, machine, and the checksums of the data of its language.
    files : dict of str to bytes
        What else it wrote, by its path in the run folder.
    score : float
        Mean of the undamaged queries by the first scorer and measure.
    notes : tuple of str
        Warnings to the user.
    """

    content: bytes
    record: dict[str, Any]
    provenance: dict[str, Any]
    files: dict[str, bytes]
    score: float
    notes: tuple[str, ...] = ()


class Failed(NamedTuple):
    """Why a cell failed, and how often it was tried."""

    message: str
    traceback: str
    tries: int = 1


Outcome = Found | Failed

# one cell at a time in a process, also where a worker of a cluster has several threads
_TURN = threading.Lock()
_KEPT: dict[tuple[Make, str], Bench] = {}


def run_cell(bench: Bench, config: StudyConfig, cell: Cell) -> Outcome:
    """Run a cell; whatever goes wrong in it is an outcome too."""
    reset_peak_memory()
    try:
        with TemporaryDirectory(prefix="clirlab-cell-") as folder:
            rows, record = bench.run(cell, Path(folder))
            written = [path for path in Path(folder).rglob("*") if path.is_file()]
            files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in written}
        if (twice := rows.duplicated([name for name in rows if name != "value"])).any():
            row = rows[twice].iloc[0].drop("value").to_dict()
            raise InputError(f"{cell.name}: two rows of the table are of the same query and measure: {row}")
        provenance = {"versions": versions(), "commit": commit(), "data": data_of(bench, cell.language)} | machine()
        record = record | {"peak_mib": round(peak_memory(), 1)}
        return Found(parquet(rows), record, provenance, files, _score(rows, config))
    except Exception as error:  # noqa: BLE001 - it is written down, and the other cells go on
        message = " ".join(str(error).split()) or type(error).__name__
        return Failed(message, traceback.format_exc())


def _score(rows: pd.DataFrame, config: StudyConfig) -> float:
    shown = rows[(rows["scorer"] == config.scorers[0]) & (rows["measure"] == config.measures[0])]
    return float(shown.loc[shown["severity"] == 0, "value"].mean())


def data_of(bench: Bench, language: str) -> dict[str, str]:
    """Checksums of what a cell of a language reads, by its names; computed once, where the material is kept."""
    if language not in bench.places:
        return {}
    collection, material = bench.places[language].collection, bench.places[language].material
    data = {"bitext": material.bitext, "lexicon": material.lexicon}
    data |= {f"control {bitext.name}": bitext for bitext in material.controls}
    found = {name: material.once(("checksum", name), lambda it=it: checksum(it)) for name, it in data.items()}  # type: ignore[misc]
    return {"collection": material.once(("checksum", "collection"), lambda: checksum(collection)), **found}


def prepare(make: Make, config: StudyConfig, threads: int) -> tuple[str, ...]:
    """Read all data of a study in this process; the warnings to the user that come of it.

    Raises
    ------
    InputError
        If anything about the configuration or its data is wrong.
    """
    with _TURN:
        return _noted(lambda: _kept(make, config, threads))[1]


def work(make: Make, config: StudyConfig, cell: Cell, threads: int) -> Outcome:
    """Run a cell on this process's laboratory, with so many threads of the processor."""
    with _TURN:
        try:
            outcome, notes = _noted(lambda: run_cell(_kept(make, config, threads), config, cell))
        except InputError as error:  # a worker that came later and has other data than those before
            return Failed(str(error), traceback.format_exc())
    return outcome._replace(notes=notes) if isinstance(outcome, Found) else outcome


def _noted(act: Callable[[], Any]) -> tuple[Any, tuple[str, ...]]:
    """What a call gives, and the warnings that it made."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        done = act()
    return done, tuple(dict.fromkeys(str(one.message) for one in caught))


def _kept(make: Make, config: StudyConfig, threads: int) -> Bench:
    torch.set_num_threads(threads)
    key = (make, config.hash)
    if key not in _KEPT:
        _KEPT.clear()  # two laboratories would need the memory of both
        _KEPT[key] = make(config)
    return _KEPT[key]
