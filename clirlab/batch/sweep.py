"""A sweep in, a frame of what its notebooks recorded out: what is done is not done again, what fails is kept."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from distributed import Client
from tqdm.auto import tqdm

from clirlab.batch.card import Card, card_of
from clirlab.batch.config import Plan, SweepCell, SweepConfig, plan_of, read_sweep
from clirlab.batch.gather import frame_of, write_tables
from clirlab.batch.page import write_index
from clirlab.batch.recording import coded
from clirlab.batch.run import Performed, write_text
from clirlab.batch.workers import crew_of
from clirlab.errors import InputError
from clirlab.files import set_aside, write_aside
from clirlab.study.provenance import command, commit, machine, versions
from clirlab.study.store import locked, write_json
from clirlab.validate import validate


def run_sweep(
    config: str | Path | Mapping[str, Any] | SweepConfig,
    out: str | Path | None = None,
    workers: int = 1,
    scheduler: str | Client | None = None,
    fresh: bool = False,
    progress: bool = True,
) -> pd.DataFrame:
    """Run a notebook once for each setting of a sweep, or what is left of it.

    Parameters
    ----------
    config : str, Path, mapping or SweepConfig
        A YAML file, or what it would hold.
    out : str or Path, optional
        The folder of the sweep; ``runs/sweeps/NAME`` where not given. A cell whose notebook, parameters, package and
        data are those of a notebook that is there is not run again; see `clirlab.batch.key` for what counts as data.
    workers : int
        Processes of this machine that share the cells.
    scheduler : str or distributed.Client, optional
        A Dask cluster that runs the cells instead, for example ``"tcp://10.0.0.1:8786"``.
    fresh : bool
        Move what is in the folder aside and run all cells.

    Returns
    -------
    DataFrame
        One row a cell in the order of the configuration: its parameters, what it recorded, then state (done or
        failed), seconds, notebook (its path under the folder) and message. A recorded name that is also the name of
        another column has ``recorded_`` before it.

    Raises
    ------
    InputError
        If anything about the configuration is wrong, a worker lacks something, or another process is at work in the
        folder. A notebook that fails is a row of the frame instead, and the others go on.

    Examples
    --------
    >>> frame = run_sweep({"name": "seeds", "notebook": "00", "grid": {"seed": [0, 1]}}, workers=2)  # doctest: +SKIP
    """
    if workers < 1:
        raise InputError(f"workers must be 1 or more, not {workers}")
    if scheduler is not None and workers > 1:
        raise InputError("workers are processes of this machine: they do not go with a scheduler")
    chosen = config if isinstance(config, SweepConfig) else _read(config)
    here = Path.cwd()
    plan = plan_of(chosen, here)
    folder = folder_of(chosen, out)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; choose another --out")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "cells").is_dir():
        raise InputError(f"{folder} is not empty and holds no sweep; choose another --out")
    if fresh and folder.is_dir():
        with locked(folder):
            pass
        set_aside(folder)
    (folder / "cells").mkdir(parents=True, exist_ok=True)
    with locked(folder):
        _note_provenance(folder, chosen)
        _run_cells(plan, folder, here, workers, scheduler, progress)
        records = [_by_key(folder)[cell.key] for cell in plan.cells]
        frame = frame_of(records)
        write_tables(frame, folder)
        write_index(folder, chosen, plan.notebook, records)
    return frame


def folder_of(config: SweepConfig, out: str | Path | None = None) -> Path:
    """Where a sweep is kept."""
    return Path(out) if out is not None else Path("runs") / "sweeps" / config.name


def _read(config: str | Path | Mapping[str, Any]) -> SweepConfig:
    return validate(SweepConfig, dict(config), "sweep") if isinstance(config, Mapping) else read_sweep(config)


def _run_cells(
    plan: Plan, folder: Path, here: Path, workers: int, scheduler: str | Client | None, progress: bool
) -> None:
    found = _by_key(folder)
    left = [cell for cell in plan.cells if found.get(cell.key, {}).get("state") != "done"]
    if not left:
        return
    with (
        crew_of(plan, here, min(workers, len(left)), scheduler) as run,
        tqdm(total=len(plan.cells), desc="sweep", unit="notebook", disable=not progress) as bar,
    ):
        bar.update(len(plan.cells) - len(left))
        for cell, done in run(left):
            keep(folder, cell, done)
            if done.failure:
                bar.write(f"clirlab: {cell.name} failed: {done.failure}", file=sys.stderr)
            bar.update()


def keep(folder: Path, cell: SweepCell, done: Performed) -> None:
    """Keep what a cell did; its record comes last, since its presence says that the cell was run."""
    import nbformat

    place = Path("notebooks") / f"{cell.name}{'.failed' if done.failure else ''}.ipynb"
    card = Card({}, b"", "")
    if done.content:
        write_text(done.content, folder / place)
        card = card_of(nbformat.reads(done.content, as_version=4))
    thumbnail = Path("thumbnails") / f"{cell.name}.png"
    if card.picture:
        with write_aside(folder / thumbnail) as partial:
            partial.write_bytes(card.picture)
    record = {
        "name": cell.name,
        "key": cell.key,
        "parameters": cell.parameters,
        "recorded": {name: coded(value) for name, value in card.values.items()},
        "state": "failed" if done.failure else "done",
        "message": done.failure,
        "seconds": done.seconds,
        "notebook": place.as_posix() if done.content else "",
        "thumbnail": thumbnail.as_posix() if card.picture else "",
        "text": card.text,
    }
    write_json(record, folder / "cells" / f"{cell.name}.json")
    if not done.failure:
        (folder / "notebooks" / f"{cell.name}.failed.ipynb").unlink(missing_ok=True)


def _by_key(folder: Path) -> dict[str, dict[str, Any]]:
    """The records of cells whose notebook is there, by their keys."""
    found = {}
    for path in sorted((folder / "cells").glob("*.json")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            if record["state"] == "failed" or (folder / record["notebook"]).is_file():
                found[record["key"]] = record
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise InputError(f"{path}: damaged ({error}); delete it, its notebook will be run again") from error
    return found


def _note_provenance(folder: Path, config: SweepConfig) -> None:
    told = {"versions": versions(), "commit": commit(), "command": command()} | machine()
    write_json(told, folder / "provenance.json")
    text = yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    write_text(text, folder / "sweep.yaml")
