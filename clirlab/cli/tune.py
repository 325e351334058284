"""``clirlab tune``: a tuning configuration in, the same effort for every arm and a file of chosen settings out."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from clirlab.cli.output import Json, console, note, print_json

if TYPE_CHECKING:
    from clirlab.study.tune import Tuning

COLUMNS = ("rank", "arm", "best", "untuned", "median", "level", "seeds ±")
OPEN = ("waiting", "running")


def tune(
    config: Annotated[str, typer.Argument(help="A YAML file.")],
    out: Annotated[Path | None, typer.Option(help="Folder of the trials; runs/NAME if not given.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that share the trials.")] = 1,
    fresh: Annotated[
        bool, typer.Option("--fresh/--resume", help="Move what is in the folder aside, or go on with it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Give every arm the same number of trials on development languages, and write down the best settings of each.

    Exit status 1 if a trial failed.

    Example: clirlab tune studies/tune-demo.yaml --workers 2
    """
    from clirlab.study.tune import tune

    tuning = tune(config, out, workers, fresh)
    table = tuning.table
    if as_json:
        print_json({"folder": tuning.folder, "file": tuning.file, "chosen": tuning.chosen, "trials": table})
    else:
        _show(tuning)
    failed = table[table["state"] == "failed"]
    for row in failed.itertuples():
        note(f"{row.arm}, trial {row.trial} failed: {row.message}")
    if len(failed):
        note("give the same command again to run the failed trials once more")
    if len(failed) or table["state"].isin(OPEN).any():
        raise typer.Exit(1)


def _show(tuning: Tuning) -> None:
    """The chosen settings and how sharply they were chosen, then what is still to be done."""
    study, table = tuning.config.study, tuning.table
    screen = console()
    if tuning.left_out:
        screen.print(f"nothing to tune: {', '.join(tuning.left_out)}")
    if tuning.chosen:
        title = f"\n{study.measures[0]} by {study.scorers[0]} on {', '.join(study.languages)}"
        shown = Table(title=title, title_justify="left", box=None, pad_edge=False)
        for column in COLUMNS:
            shown.add_column(column, justify="left" if column == "arm" else "right", no_wrap=True)
        summary = tuning.summary()
        for row in summary.itertuples():
            figures = ["" if isnan(n) else f"{n:.3f}" for n in (row.mean, row.default, row.median)]
            noise = "" if isnan(row.spread) else f"{row.spread:.3f}"
            shown.add_row(str(row.rank), row.arm, *figures, f"{row.level} of {row.trials}", noise)
        screen.print(shown)
        screen.print(
            "untuned: as the study has it, or the middle of the grid; level: trials at most one standard error behind\n"
        )
        for row in summary.itertuples():
            settings = ", ".join(f"{_short(key)} {value}" for key, value in row.settings.items())
            edge = f"   (at the edge of the grid: {', '.join(map(_short, row.edge))})" if row.edge else ""
            screen.print(f"{row.arm}: {settings}{edge}")
        screen.print()
    screen.print(f"all trials: {tuning.folder / 'tuning.csv'}")
    open_trials = table[table["state"].isin(OPEN)]
    for row in open_trials.itertuples():
        screen.print(f"{row.state}: {row.arm}, trial {row.trial} {row.message}")
    if len(open_trials):
        screen.print("nothing is chosen before all trials are run: give the same command again")
    if tuning.chosen:
        screen.print(f"chosen settings: {tuning.file}   next: tuned: {tuning.file} in a study")


def _short(key: str) -> str:
    return key.split(".", 1)[1]
