"""``clirlab study`` and ``clirlab report``: a configuration in, a run folder and its report out."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from clirlab.cli.output import Json, console, note, print_json

if TYPE_CHECKING:
    from clirlab.study import Results, StudyConfig
    from clirlab.study.outlook import Outlook


def study(
    config: Annotated[str, typer.Argument(help="A YAML file, or the name of a study that comes with it.")] = "demo",
    out: Annotated[Path | None, typer.Option(help="Run folder; runs/NAME if not given.")] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh/--resume", help="Move what is in the run folder aside, or go on with it.")
    ] = False,
    workers: Annotated[int, typer.Option(min=0, help="Processes that share the cells; 0 is this one alone.")] = 0,
    scheduler: Annotated[str | None, typer.Option(help="Address of a Dask cluster to run on: tcp://…")] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Run cells again that failed before.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be run and how long it may take, and run nothing.")
    ] = False,
    measure: Annotated[
        int, typer.Option(min=0, help="With --dry-run: run so many cells, of different arms, to tell the time from.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Run a study, or what is left of it, and print its comparison with zero-shot.

    Ctrl-C stops it; what is done is kept, and the same command goes on. Exit status 1 if a cell failed, 130 if it was
    stopped.

    Example: clirlab study demo --out runs/first --workers 2
    """
    from clirlab.study import read_config, run_study
    from clirlab.study.cells import cells_of
    from clirlab.study.outlook import outlook, to_measure

    if measure and not dry_run:
        raise typer.BadParameter("it goes with --dry-run", param_hint="--measure")
    chosen = read_config(config)
    folder = out or Path("runs") / chosen.name

    def run(**settings: Any) -> Results:
        try:
            return run_study(
                chosen, folder, workers=workers, scheduler=scheduler, retry_failed=retry_failed, **settings
            )
        except KeyboardInterrupt:
            left = len(outlook(chosen, folder).left)
            note(f"stopped; what is done is kept in {folder} ({left} cells are left): the same command goes on")
            raise typer.Exit(130) from None

    look = outlook(chosen, folder, fresh, retry_failed)
    if dry_run:
        if measure and len(look.left):
            states = zip(cells_of(chosen), look.cells["state"], strict=True)
            run(fresh=fresh, only=to_measure([cell for cell, state in states if state == "open"], measure))
            look = outlook(chosen, folder, retry_failed=retry_failed)
        _show_outlook(chosen, look, folder, max(1, workers), as_json)
        return
    results = run(fresh=fresh)
    if as_json:
        from clirlab.study.summary import comparison

        scorer, name = chosen.scorers[0], chosen.measures[0]
        rows = {language: comparison(results, language, scorer, name) for language in chosen.languages}
        print_json({"folder": results.folder, "comparison": rows, "failed": results.failed})
    else:
        _show_comparison(results)
    for row in results.failed.itertuples():
        note(f"failed: {row.arm} in {row.language}, {row.budget:,} words, seed {row.seed}: {row.message}")
    if len(results.failed):
        raise typer.Exit(1)


def _show_comparison(results: Results) -> None:
    """A table for each language, and what it says in a sentence."""
    from clirlab.study.summary import comparison, title_of, verdict

    screen = console()
    scorer, measure = results.config.scorers[0], results.config.measures[0]
    for language in results.config.languages:
        title = f"\n{title_of(language)}: {measure} by {scorer}"
        table = Table(title=title, title_justify="left", box=None, pad_edge=False)
        for column in ("arm", "words", "mean", "95 % interval", "gain", "p", "specific", "p"):
            table.add_column(column, justify="left" if column == "arm" else "right", no_wrap=True)
        for row in comparison(results, language, scorer, measure).itertuples():
            tests = [row.difference, row.p_corrected, row.specific, row.p_specific]
            shown = ["" if isnan(n) else form % n for n, form in zip(tests, ["%+.3f", "%.3f"] * 2, strict=True)]
            table.add_row(row.arm, f"{row.budget:,}", f"{row.mean:.3f}", f"{row.low:.3f}–{row.high:.3f}", *shown)
        screen.print(table)
    screen.print("gain: over zero-shot; specific: over the generic control at the same budget; p: Holm-corrected\n")
    for language in results.config.languages:
        screen.print(verdict(results, language))
    screen.print(f"\nresults: {results.folder}   next: clirlab report {results.folder}")


def _show_outlook(config: StudyConfig, look: Outlook, folder: Path, workers: int, as_json: bool) -> None:
    """What there is and what is left, an arm a line, and how long that may take."""
    from clirlab.study.outlook import lasting

    summary, left = look.summary(), float(look.left["seconds"].sum(skipna=False)) / workers
    if as_json:
        told = {"folder": folder, "cells": look.cells, "measured": look.measured, "workers": workers, "seconds": left}
        print_json(told)
        return
    columns: dict[str, Callable[[Any], str]] = {
        "arm": lambda row: row.arm,
        "languages": lambda row: str(row.languages),
        "budgets": lambda row: str(row.budgets),
        "seeds": lambda row: str(row.seeds),
        "cells": lambda row: str(row.cells),
        "done": lambda row: str(row.done),
        "failed": lambda row: str(row.failed),
        "open": lambda row: str(row.open),
        "time": lambda row: "?" if isnan(row.seconds) else lasting(row.seconds),
    }
    title = f"\nstudy {config.name} in {folder}"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in columns:
        table.add_column(name, justify="left" if name == "arm" else "right", no_wrap=True)
    for row in summary.itertuples():
        table.add_row(*(show(row) for show in columns.values()))
    screen = console()
    screen.print(table)
    open_cells, n = len(look.left), "1 process" if workers == 1 else f"{workers} workers"
    states = summary[["cells", "done", "failed"]].sum()
    screen.print(f"\n{states['cells']} cells: {states['done']} done, {states['failed']} failed, {open_cells} to run")
    if open_cells and look.measured:
        screen.print(f"about {lasting(left)} with {n}, from {look.measured} cells that are measured")
    elif open_cells:
        screen.print("no cell is measured yet, so that the time cannot be told; --measure 3 runs three to tell it from")


def report(
    run: Annotated[Path, typer.Argument(help="A run folder, as clirlab study makes it.")],
    figures: Annotated[Path, typer.Option(help="Folder for the PNG and SVG figures.")] = Path("figures"),
    as_json: Json = False,
) -> None:
    """Write one self-contained HTML report of a run, and its figures.

    Example: clirlab report runs/demo
    """
    from clirlab.study import write_report

    written = write_report(run, figures)
    if as_json:
        print_json({"report": written, "figures": figures})
        return
    typer.echo(f"report: {written}")
    typer.echo(f"figures: {figures}")
