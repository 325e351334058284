"""A configuration and its run folder in; which cells are done, failed and open, and how long the rest may take, out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import ceil, nan
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from clirlab.study.cells import Cell, cells_of
from clirlab.study.config import StudyConfig
from clirlab.study.store import check_distinct, check_run, done_records, failures


class Outlook(NamedTuple):
    """What there is to do.

    Attributes
    ----------
    cells : DataFrame
        One row a cell, in the order in which they are run: the fields of `Cell`; state (done, failed, open); seconds,
        as measured where it is done, else an estimate; NaN where no cell is measured yet.
    measured : int
        Cells that the estimates come from.
    """

    cells: pd.DataFrame
    measured: int

    @property
    def left(self) -> pd.DataFrame:
        """The cells that the study would run."""
        return self.cells[self.cells["state"] == "open"]

    def summary(self) -> pd.DataFrame:
        """One row an arm: arm, budgets, languages, seeds (how many of each), cells, done, failed, open, seconds (of
        the open ones)."""
        rows = []
        for arm, cells in self.cells.groupby("arm", sort=False):
            states = cells["state"].value_counts()
            spread = {f"{name}s": cells[name].nunique() for name in ("language", "budget", "seed")}
            counts = {state: int(states.get(state, 0)) for state in ("done", "failed", "open")}
            seconds = cells.loc[cells["state"] == "open", "seconds"].sum(skipna=False)
            rows.append({"arm": arm, **spread, "cells": len(cells), **counts, "seconds": float(seconds)})
        return pd.DataFrame(rows)


def outlook(config: StudyConfig, folder: Path, fresh: bool = False, retry_failed: bool = False) -> Outlook:
    """Look at a study without running any of it.

    Parameters
    ----------
    fresh, retry_failed : bool
        As if the run folder were moved aside; as if what failed were run again.

    Raises
    ------
    InputError
        If two cells would write the same row, or the folder is of another configuration.
    """
    check_distinct(config)
    there = not fresh and check_run(folder, config)
    records = done_records(folder, config) if there else {}
    failed = set(failures(folder, config)) - set(records) if there and not retry_failed else set()
    seconds = {cell: float(record["seconds"]) for cell, record in records.items() if "seconds" in record}
    guess = estimator(seconds)
    rows = [
        {
            **cell._asdict(),
            "state": "done" if cell in records else "failed" if cell in failed else "open",
            "seconds": seconds.get(cell, guess(cell)),
        }
        for cell in cells_of(config)
    ]
    return Outlook(pd.DataFrame(rows), len(seconds))


def estimator(measured: Mapping[Cell, float]) -> Callable[[Cell], float]:
    """Seconds of a cell: the mean of those that are most like it among the measured ones; NaN where there are none.

    Most alike are cells of its arm, budget and language, then of its arm and budget, of its arm, then all.

    Examples
    --------
    >>> guess = estimator({Cell("sw", "optical", 250, 0): 20.0, Cell("so", "zero-shot", 0, 0): 4.0})
    >>> guess(Cell("so", "optical", 250, 1)), guess(Cell("so", "gloss", 250, 0))
    (20.0, 12.0)
    """
    sums: dict[tuple, tuple[float, int]] = {}
    for cell, seconds in measured.items():
        for key in _kinds(cell):
            total, n = sums.get(key, (0.0, 0))
            sums[key] = total + seconds, n + 1

    def guess(cell: Cell) -> float:
        found = next((sums[key] for key in _kinds(cell) if key in sums), None)
        return nan if found is None else found[0] / found[1]

    return guess


def _kinds(cell: Cell) -> tuple[tuple, ...]:
    return (cell.arm, cell.budget, cell.language), (cell.arm, cell.budget), (cell.arm,), ()


def to_measure(cells: Iterable[Cell], n: int) -> list[Cell]:
    """So many cells of a study that tell most about the time of the rest: of as many arms as there are, the largest
    budget first, since time grows with it."""
    by_arm: dict[str, list[Cell]] = {}
    for cell in cells:
        by_arm.setdefault(cell.arm, []).append(cell)
    queues = [sorted(own, key=lambda cell: -cell.budget) for own in by_arm.values()]
    rounds = ceil(n / max(1, len(queues)))
    chosen = [queue[i] for i in range(rounds) for queue in queues if i < len(queue)]
    return chosen[:n]


def lasting(seconds: float) -> str:
    """A time in words.

    Examples
    --------
    >>> lasting(4.2), lasting(130), lasting(7300), lasting(200_000)
    ('4 s', '2 min', '2 h 2 min', '2 d 7 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"
