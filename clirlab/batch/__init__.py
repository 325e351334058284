"""Notebooks in, many of them executed: one with parameters, or a sweep over a grid of them, on many processes."""

from clirlab.batch.record import record, recorded
from clirlab.batch.run import Executed, NotebookError, run_notebook

__all__ = ["Executed", "NotebookError", "record", "recorded", "run_notebook"]
