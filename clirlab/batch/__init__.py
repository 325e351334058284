"""Notebooks in, many of them executed: one with parameters, or a sweep over a grid of them, on many processes.

Each name is imported when it is first used: a notebook that only records something does not load what runs notebooks.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_PLACES = {
    "record": "recording",
    "recorded": "recording",
    "find_notebook": "find",
    "run_notebook": "run",
    "Executed": "run",
    "NotebookError": "run",
    "SweepConfig": "config",
    "read_sweep": "config",
    "run_sweep": "sweep",
}

__all__ = list(_PLACES)


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        return getattr(import_module(f"clirlab.batch.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'clirlab.batch' has no attribute {name!r}")
