"""``clirlab sweep``: a notebook over many settings in, executed notebooks, one table and an index page out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from clirlab.cli.output import Json, console, note, print_json

ROWS = 40  # of the table on the screen


def sweep(
    config: Annotated[Path, typer.Argument(help="A YAML file: name, notebook, and a grid or cases of parameters.")],
    out: Annotated[Path | None, typer.Option(help="Folder of the sweep; runs/sweeps/NAME if not given.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes of this machine that share the notebooks.")] = 1,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask cluster that runs them instead, such as tcp://10.0.0.1:8786.")
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh/--resume", help="Move what is in the folder aside, or run only what is not there.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Execute a notebook once for each setting, and gather what it recorded into one table.

    A notebook is not executed again unless its cells, its parameters, this package or the data changed. Exit status 1
    if one failed; the others go on, and the same command tries it again.

    Example: clirlab sweep sweep.yaml --workers 2
    """
    from clirlab.batch.config import read_sweep
    from clirlab.batch.recording import shown
    from clirlab.batch.sweep import folder_of, run_sweep

    chosen = read_sweep(config)
    folder = folder_of(chosen, out)
    frame = run_sweep(chosen, out, workers, scheduler, fresh)
    failed = frame[frame["state"] == "failed"]
    if as_json:
        print_json({"folder": folder, "index": folder / "index.html", "rows": frame})
    else:
        told = frame.drop(columns=["notebook", "message"])
        # what is the same everywhere is in the configuration
        told = told[[name for name in told if name == "state" or told[name].map(repr).nunique() > 1 or len(told) == 1]]
        table = Table(box=None, pad_edge=False)
        for name in told:
            table.add_column(str(name))
        for row in told.head(ROWS).itertuples(index=False):
            table.add_row(*(shown(value) for value in row))
        console().print(table)
        if len(told) > ROWS:
            typer.echo(f"… and {len(told) - ROWS:,} more")
        typer.echo(f"\ntable: {folder / 'results.csv'}   page: {folder / 'index.html'}")
    if len(failed):
        note(f"{len(failed)} of {len(frame)} notebooks failed; they are kept: {folder / failed['notebook'].iloc[0]} …")
        raise typer.Exit(1)
