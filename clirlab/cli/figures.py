"""``clirlab figures``: a run folder in, every figure that it gives out, in the formats that a paper or a page takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def figures(
    run: Annotated[Path, typer.Argument(help="A run folder, as clirlab study makes it.")],
    formats: Annotated[
        str, typer.Option("--format", help="Any of pdf, svg, png, html, tex, csv, md, with commas between them.")
    ] = "pdf,svg,png,html,tex",
    out: Annotated[Path | None, typer.Option(help="Folder for the files; RUN/figures if not given.")] = None,
    width: Annotated[str, typer.Option(help="Of the paper's column: single or double.")] = "double",
) -> None:
    """Write all figures of a run and the tables of their numbers, and an index page that shows them offline.

    Example: clirlab figures runs/demo --format pdf,tex --out paper/figures
    """
    from clirlab.study.gallery import write_figures

    chosen = [form.strip() for form in formats.split(",") if form.strip()]
    written = write_figures(run, out, chosen, width)
    for path in written[:-1]:
        typer.echo(path)
    typer.echo(f"index: {written[-1]}")
