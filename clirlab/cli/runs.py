"""``clirlab study`` and ``clirlab report``: a configuration in, a run folder and its report out."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table


def study(
    config: Annotated[str, typer.Argument(help="A YAML file, or the name of a study that comes with it.")] = "demo",
    out: Annotated[Path | None, typer.Option(help="Run folder; runs/NAME if not given.")] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh/--resume", help="Move what is in the run folder aside, or go on with it.")
    ] = False,
) -> None:
    """Run a study, or what is left of it, and print its comparison with zero-shot.

    Example: clirlab study demo --out runs/first
    """
    from clirlab.study import run_study
    from clirlab.study.summary import comparison, title_of, verdict

    results = run_study(config, out, fresh)
    console = Console(highlight=False, markup=False)
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
        console.print(table)
    console.print("gain: over zero-shot; specific: over the generic control at the same budget; p: Holm-corrected\n")
    for language in results.config.languages:
        console.print(verdict(results, language))
    console.print(f"\nresults: {results.folder}   next: clirlab report {results.folder}")


def report(
    run: Annotated[Path, typer.Argument(help="A run folder, as clirlab study makes it.")],
    figures: Annotated[Path, typer.Option(help="Folder for the PNG and SVG figures.")] = Path("figures"),
) -> None:
    """Write one self-contained HTML report of a run, and its figures.

    Example: clirlab report runs/demo
    """
    from clirlab.study import write_report

    typer.echo(f"report: {write_report(run, figures)}")
    typer.echo(f"figures: {figures}")
