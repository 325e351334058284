"""Results in, standard output out: a table for people or one JSON value for programs; all else is standard error.

A command keeps to this: what was asked for goes to standard output by `print_json` or `console`; progress, notes and
errors go to standard error by `note`, so that ``clirlab … --json | jq`` and ``clirlab … > file`` see the result alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

Json = Annotated[bool, typer.Option("--json", help="One JSON value on standard output, for programs.")]


def console() -> Console:
    """A console for results that leaves texts as they are: no markup is read in them, no colours are guessed.

    Lines are as long as they are where standard output is no terminal.
    """
    return Console(highlight=False, markup=False, emoji=False, soft_wrap=True)


def note(message: str) -> None:
    """One line to standard error, as the command line's own."""
    typer.echo(f"clirlab: {message}", err=True)


def print_json(value: Any) -> None:
    """Print one JSON value; see `plain` for what it may hold."""
    typer.echo(json.dumps(plain(value), ensure_ascii=False, indent=1))


def plain(value: Any) -> Any:
    """A value as JSON knows it: a frame is a list of rows, a path a text, and what is no finite number is null.

    Raises
    ------
    TypeError
        If it holds something that JSON has no form for.

    Examples
    --------
    >>> import pandas as pd
    >>> plain({"folder": Path("runs/demo"), "table": pd.DataFrame({"arm": ["a", "b"], "mean": [0.5, float("nan")]})})
    {'folder': 'runs/demo', 'table': [{'arm': 'a', 'mean': 0.5}, {'arm': 'b', 'mean': None}]}
    """
    if isinstance(value, str | bool | int) or value is None:
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Path):
        return value.as_posix()
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    # of pandas and numpy, which are not imported for this alone
    if hasattr(value, "to_dict") and hasattr(value, "columns"):
        return [plain(row) for row in value.to_dict("records")]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    raise TypeError(f"{type(value).__name__} has no form in JSON")
