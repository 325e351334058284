"""``clirlab results``: run folders in; whether one is whole, or one that joins them, out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clirlab.cli.output import Json, console, print_json

app = typer.Typer(no_args_is_help=True, help="Check run folders, and merge those of several machines.")


@app.command()
def verify(
    run: Annotated[Path, typer.Argument(help="A run folder, as clirlab study makes it.")],
    as_json: Json = False,
) -> None:
    """Read a whole run folder: checksums, files that are missing or of no cell, cells of other settings or data.

    Exit status 1 if something is wrong; a study that is not finished is nothing wrong.

    Example: clirlab results verify runs/demo
    """
    from clirlab.study import verify
    from clirlab.study.verify import HARMLESS

    found = verify(run)
    if as_json:
        print_json([finding._asdict() for finding in found])
    else:
        for finding in found:
            console().print(f"{finding.kind}: {finding.path}: {finding.told}")
        wrong = sum(finding.kind not in HARMLESS for finding in found)
        console().print(f"{run}: {f'{wrong} files are wrong' if wrong else 'nothing is wrong'}")
    if any(finding.kind not in HARMLESS for finding in found):
        raise typer.Exit(1)


@app.command()
def merge(
    runs: Annotated[list[Path], typer.Argument(help="Run folders of one configuration.")],
    out: Annotated[Path, typer.Option(help="A new folder, or a run folder of the same configuration to add to.")],
) -> None:
    """Join run folders of one configuration to one; a cell that is in two of them must be equal in both.

    Example: clirlab results merge runs/here runs/there --out runs/both
    """
    from clirlab.study import merge

    console().print(str(merge(runs, out)))
