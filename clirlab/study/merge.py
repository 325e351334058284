"""Run folders of one configuration in, from several machines for example; one that holds all their cells out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from clirlab.errors import InputError
from clirlab.files import write_aside
from clirlab.study.cells import Cell
from clirlab.study.results import Results, read_results
from clirlab.study.store import (
    NESTED,
    check_run,
    done_records,
    failures,
    locked,
    open_run,
    part_of,
    write_cell,
    write_failure,
)
from clirlab.study.verify import HARMLESS, config_of, data_of_record, differing_in, verify

# the same cell on two kinds of processor: the arithmetic rounds differently
TOLERANCE = 1e-6


def merge(folders: Sequence[str | Path], out: str | Path) -> Results:
    """Join run folders of one configuration, from several machines for example, to one.

    Parameters
    ----------
    out : str or Path
        A new folder, or a run folder of the same configuration, to which the others are added.

    Returns
    -------
    Results

    Raises
    ------
    InputError
        If a folder is of another configuration or damaged, a cell is in two of them with other rows or scores that
        differ by more than 1e-6, or cells of one language read different data. Nothing is written then.
    """
    sources = [Path(folder) for folder in folders]
    if not sources:
        raise InputError("there are no run folders to merge")
    out, config = Path(out), config_of(sources[0])
    if check_run(out, config):
        sources = [out, *(source for source in sources if source.resolve() != out.resolve())]
    taken: dict[Cell, tuple[Path, dict[str, Any]]] = {}
    data: dict[str, tuple[Path, dict[str, str]]] = {}
    for source in sources:
        check_run(source, config)
        for finding in verify(source):
            if finding.kind not in HARMLESS:
                raise InputError(f"{finding.path}: {finding.kind}: {finding.told}")
        for cell, record in done_records(source, config).items():
            if cell in taken:
                _see_equal(cell, taken[cell][0], source)
            else:
                taken[cell] = source, record
            known = data.setdefault(cell.language, (source, data_of_record(record)))
            if differing := differing_in(known[1], data_of_record(record)):
                raise InputError(
                    f"{source} and {known[0]}: other data of {cell.language} ({', '.join(differing)}): their results "
                    "cannot be compared"
                )
    open_run(out, config)
    with locked(out):
        for cell, (source, record) in taken.items():
            if source != out:
                flat = {key: value for key, value in record.items() if key not in NESTED}
                write_cell(out, config, cell, part_of(source, cell).read_bytes(), flat, record.get("provenance"))
        for source in sources:
            for plan in (source / "plans").glob("*.parquet"):
                if not (copy := out / "plans" / plan.name).exists():
                    with write_aside(copy) as partial:
                        partial.write_bytes(plan.read_bytes())
            for cell, failure in failures(source, config).items():
                if cell not in taken and source != out:
                    write_failure(out, cell, **{key: failure[key] for key in failure if key not in Cell._fields})
    return read_results(out)


def _see_equal(cell: Cell, one: Path, other: Path) -> None:
    """Raise where two folders have different results of a cell."""
    first, second = (pd.read_parquet(part_of(folder, cell)) for folder in (one, other))
    key = [name for name in first if name != "value"]
    if set(first) == set(second):
        first, second = (frame.sort_values(key, ignore_index=True) for frame in (first, second))
        if first[key].equals(second[key]):
            apart = np.abs(first["value"] - second["value"]).fillna(0)
            if apart.max() <= TOLERANCE:
                return
            row = first.loc[apart.idxmax()]
            raise InputError(
                f"{cell.name} differs between {one} and {other} by {apart.max():.3g} (query {row['query_id']}, "
                f"{row['measure']}); keep one of the two"
            )
    raise InputError(f"{cell.name} has other rows in {one} than in {other}; keep one of the two")
