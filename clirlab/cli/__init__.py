"""The command line, one module a group of commands: studies, figures, tuning, training, evaluation, links, data."""

from __future__ import annotations

import sys
import warnings
from typing import Annotated

import typer

import clirlab
from clirlab.cli import data, evaluate, figures, links, runs, train, tune
from clirlab.errors import InputError

app = typer.Typer(no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False)
for command in (runs.study, runs.report, figures.figures, tune.tune, train.train, evaluate.evaluate, links.align):
    app.command()(command)
app.add_typer(data.app, name="data")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(clirlab.__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The lab for cross-lingual retrieval with low-resource queries."""


def main() -> None:
    """Run the command line; wrong input is one message and exit status 2, a warning to the user is one line."""
    formatted = warnings.formatwarning
    warnings.formatwarning = lambda message, category, filename, lineno, line=None: (
        f"clirlab: note: {message}\n"
        if category is UserWarning
        else formatted(message, category, filename, lineno, line)
    )
    try:
        app()
    except (InputError, OSError) as error:
        typer.echo(f"clirlab: {error}", err=True)
        sys.exit(2)
