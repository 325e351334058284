"""``clirlab notebook``: a notebook's name and parameters in, the executed notebook out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from clirlab.cli.output import Json, console, note, print_json
from clirlab.errors import InputError


def _complete_notebook(incomplete: str) -> list[str]:
    from clirlab.batch.find import notebook_paths

    return [name for name in notebook_paths() if name.startswith(incomplete)]


def notebook(
    name: Annotated[
        str | None,
        typer.Argument(help="A notebook's name, its beginning, or a path.", autocompletion=_complete_notebook),
    ] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", metavar="KEY VALUE", help="May be repeated; or KEY=VALUE.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The executed notebook; in runs/notebooks/NAME if not given.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Execute a notebook with parameters; without any, list its parameters; without a name, list the notebooks.

    A name or value that the notebook does not take is refused. Exit status 1 if a cell fails: what was done until then
    is kept beside the place of the whole notebook. Use --out to execute a notebook as it is.

    Examples: clirlab notebook; clirlab notebook 00; clirlab notebook 00 -p budget 200 -p seed 1
    """
    from clirlab.batch import run_notebook

    if name is None:
        _list_notebooks(as_json)
        return
    if not parameter and out is None:
        _list_parameters(name, as_json)
        return
    done = run_notebook(name, given_of(parameter or []), out, progress=True, texts=True)
    if as_json:
        print_json(done._asdict())
        return
    for key, value in done.recorded.items():
        typer.echo(f"{key} = {value}")
    note(f"executed in {done.seconds:.0f} s")
    typer.echo(f"notebook: {done.notebook}")


def given_of(pairs: Sequence[str]) -> dict[str, str]:
    """Parameters from texts of the form KEY=VALUE.

    Raises
    ------
    InputError
        If a text is not of that form, or a key is there twice.
    """
    given: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise InputError(f"-p {pair}: expected KEY VALUE, such as -p seed 1")
        if key in given:
            raise InputError(f"-p {key}: given twice")
        given[key] = value
    return given


def join_pairs(arguments: list[str]) -> list[str]:
    """The arguments of ``clirlab notebook`` with each ``-p KEY VALUE`` as ``-p KEY=VALUE``, which an option can hold.

    Examples
    --------
    >>> join_pairs(["notebook", "00", "-p", "shift", "-2", "-p", "seed=1"])
    ['notebook', '00', '-p', 'shift=-2', '-p', 'seed=1']
    """
    if arguments[:1] != ["notebook"]:
        return arguments
    joined: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        joined.append(argument)
        if argument in ("-p", "--parameter") and (key := next(rest, None)) is not None:
            value = None if "=" in key else next(rest, None)
            joined.append(key if value is None else f"{key}={value}")
    return joined


def _list_notebooks(as_json: bool) -> None:
    from clirlab.batch.find import notebook_paths, read_notebook, title_of

    rows: list[dict[str, Any]] = [
        {"name": name, "title": title_of(read_notebook(path)), "path": path} for name, path in notebook_paths().items()
    ]
    if as_json:
        print_json(rows)
        return
    table = Table(box=None, pad_edge=False)
    for column in ("notebook", "title", "where"):
        table.add_column(column)
    for row in rows:
        table.add_row(row["name"], row["title"], str(row["path"]))
    console().print(table)


def _list_parameters(name: str, as_json: bool) -> None:
    from clirlab.batch.find import find_notebook, title_of
    from clirlab.batch.parameters import parameters_of

    found = find_notebook(name)
    known = parameters_of(found.content)
    if as_json:
        print_json([{"name": p.name, "type": p.kind, "default": p.default, "help": p.help} for p in known.values()])
        return
    table = Table(title=title_of(found.content), title_justify="left", box=None, pad_edge=False)
    for column in ("parameter", "type", "default", "what it is"):
        table.add_column(column)
    for parameter in known.values():
        table.add_row(parameter.name, parameter.kind, parameter.source, parameter.help)
    console().print(table)
    typer.echo(f"\nexecute it: clirlab notebook {found.name} -p KEY VALUE, or --out FILE.ipynb as it is")
