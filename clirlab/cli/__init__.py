"""The command line, one module a group of commands: studies, tuning, training, evaluation, links, notebooks, data.

Exit status: 0 done, 1 something in the work failed or was found wrong, 2 the command cannot be carried out as given.
"""

from __future__ import annotations

import sys
import warnings
from types import TracebackType
from typing import Annotated

import typer

import clirlab
from clirlab.cli import data, evaluate, figures, links, notebooks, results, runs, sweeps, train, tune
from clirlab.errors import InputError, RunError

app = typer.Typer(
    no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False, rich_markup_mode="markdown"
)
for command in (
    runs.study,
    runs.report,
    figures.figures,
    tune.tune,
    train.train,
    evaluate.evaluate,
    links.align,
    notebooks.notebook,
    sweeps.sweep,
):
    app.command()(command)
app.add_typer(data.app, name="data")
app.add_typer(results.app, name="results")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(clirlab.__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error; may stand anywhere in a command.")
    ] = False,
) -> None:
    """The lab for cross-lingual retrieval with low-resource queries.

    Results go to standard output, progress and messages to standard error. Exit status: 0 done, 1 something in the
    work failed, 2 the command cannot be carried out as given.
    """


def main() -> None:
    """Run the command line; an error is one message (with ``--debug`` its traceback too), a warning is one line."""
    formatted = warnings.formatwarning
    warnings.formatwarning = lambda message, category, filename, lineno, line=None: (
        f"clirlab: note: {message}\n"
        if category is UserWarning
        else formatted(message, category, filename, lineno, line)
    )
    arguments, debug = _without_debug(sys.argv[1:])
    if not debug:
        sys.excepthook = _unexpected
    # the application itself would put another hook in place of this one
    command = typer.main.get_command(app)
    try:
        command(notebooks.join_pairs(arguments), prog_name="clirlab")
    except (InputError, RunError, OSError) as error:
        if debug:
            raise
        typer.echo(f"clirlab: {error}", err=True)
        sys.exit(1 if isinstance(error, RunError) else 2)


def _without_debug(arguments: list[str]) -> tuple[list[str], bool]:
    """The arguments without ``--debug``, which people append to what went wrong, and whether it was there."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    kept = [argument for argument in arguments[:end] if argument != "--debug"]
    return kept + arguments[end:], len(kept) < end


def _unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say in one line what nobody foresaw; Python ends with status 1 after it."""
    told = " ".join(str(error).split())
    typer.echo(f"clirlab: {kind.__name__}{': ' if told else ''}{told} (unexpected; --debug shows where)", err=True)
