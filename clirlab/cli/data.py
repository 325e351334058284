"""``clirlab data``: which data sets there are, how they come here, and whether they are whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from clirlab.cli.output import Json, console, print_json

app = typer.Typer(no_args_is_help=True, help="Data sets: list them, fetch them, check them.")
Root = Annotated[Path | None, typer.Option(help="The data folder; the environment variable CLIRLAB_DATA if not given.")]


@app.command("list")
def list_(
    root: Root = None,
    as_json: Json = False,
) -> None:
    """Show all data sets that are known, and what is here of each.

    Example: clirlab data list --root data
    """
    from clirlab.corpora.datasets import DATASETS, files_of, ids_of, originals
    from clirlab.corpora.sources import data_root

    # the table is of use before there is a folder
    folder = data_root(root) if root or os.environ.get("CLIRLAB_DATA") else None
    published = {original.dataset for original in originals()}
    rows: list[dict[str, Any]] = []
    for dataset in DATASETS.values():
        files = list(files_of(dataset, folder).values()) if folder else []
        rows.append(
            {
                "name": dataset.name,
                "kind": dataset.kind,
                "what": dataset.what,
                "licence": dataset.licence,
                "non_commercial": dataset.non_commercial,
                "origin": dataset.origin,
                "fetch": "no" if dataset.name not in published else "part" if dataset.made else "yes",
                "files": len(files),
                "bytes": sum(path.stat().st_size for path in files),
                "ids": ids_of(dataset, folder) if folder else [],
            }
        )
    if as_json:
        print_json(rows)
        return
    # readable in 80 columns
    table = Table(box=None, pad_edge=False)
    table.add_column("name", no_wrap=True)
    table.add_column("what it is", min_width=22)
    table.add_column("licence", max_width=16)
    table.add_column("fetch", no_wrap=True)
    for column in ("ids", "MB"):
        table.add_column(column, justify="right", no_wrap=True)
    kind = ""
    for row in rows:
        if row["kind"] != kind:
            kind = row["kind"]
            table.add_row(f"{kind}s", style="bold")
        here = [f"{len(row['ids']):,}", f"{row['bytes'] / 1e6:.1f}"] if row["files"] else ["–"] * 2
        table.add_row(f"  {row['name']}", row["what"], row["licence"], row["fetch"], *here)
    screen = console()
    screen.print(table)
    screen.print(f"\nhere: under {folder}" if folder else "\nno data folder: set CLIRLAB_DATA to it, or give --root")
    screen.print("NC: not for commercial use\nfetch: clirlab data fetch NAME brings it, or tells how it is made")


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="A data set, as clirlab data list names it.")],
    root: Root = None,
    mirror: Annotated[
        str | None, typer.Option(help="Where OWNER/REPOSITORY/COMMIT/PATH lies; GitHub's raw files if not given.")
    ] = None,
) -> None:
    """Download the published files of a data set, go on where a download stopped, and check them.

    Examples: clirlab data fetch ntrex; clirlab data fetch mlqa --mirror https://mirror.example.org/github
    """
    from clirlab.corpora.datasets import data_set, note_licence
    from clirlab.corpora.fetch import PUBLIC, fetch
    from clirlab.errors import InputError

    dataset = data_set(name)
    chosen = root or os.environ.get("CLIRLAB_DATA")
    if not chosen:
        raise InputError("no data folder: set CLIRLAB_DATA to it, or give --root")
    note_licence(name)
    done = fetch(name, chosen, mirror or PUBLIC, progress=True)
    typer.echo(f"{name}: {done.files:,} files fetched, {done.there:,} were there, in {Path(chosen) / dataset.folder}")
    typer.echo(f"licence: {dataset.licence}")
    if done.made:
        typer.echo(f"not published, to be made: {done.made}")


@app.command()
def check(
    name: Annotated[str | None, typer.Argument(help="One data set; all that are here if not given.")] = None,
    root: Root = None,
    as_json: Json = False,
) -> None:
    """Compare all files with MANIFEST.tsv, open every data set and print its counts; status 1 if something is wrong.

    Example: clirlab data check tico19
    """
    from clirlab.corpora.check import check
    from clirlab.corpora.sources import data_root

    findings = check(data_root(root), name)
    if as_json:
        told = [finding._asdict() for finding in findings]
        print_json(told)
        wrong = sum(not row["right"] for row in told)
    else:
        wrong = 0
        for finding in findings:
            wrong += not finding.right
            typer.echo(f"{'ok   ' if finding.right else 'WRONG'} {finding.what}: {finding.told}")
        typer.echo(f"{wrong:,} wrong" if wrong else "all right")
    if wrong:
        raise typer.Exit(1)
