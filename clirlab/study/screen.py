"""What became of each cell in; a bar with the time left and a live table of finished cells on the terminal out.

Where the output is no terminal, a line for each cell that is finished.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from math import isnan
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from clirlab.study.cells import Cell
from clirlab.study.outlook import estimator, lasting

ROWS = 10  # of the table of finished cells


class Screen:
    """The state of a study on its terminal; use it in a `with` block.

    Parameters
    ----------
    title : str
    done : mapping of Cell to float
        Seconds of the cells that are done before, from which the first estimates come.
    left : iterable of Cell
    workers : int
        How many cells are run at a time.
    shown : bool
        Nothing is written where this is false.
    console : Console
        Standard error where not given.
    """

    def __init__(
        self,
        title: str,
        done: dict[Cell, float],
        left: Iterable[Cell],
        workers: int = 1,
        shown: bool = True,
        console: Console | None = None,
    ) -> None:
        self.title, self.measured, self.left, self.workers = title, dict(done), list(left), workers
        self.total, self.failed = len(done) + len(self.left), 0
        self.console = console or Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
        self.shown = shown
        self.finished: deque[tuple[str, ...]] = deque(maxlen=ROWS)
        self.live: Live | None = None
        self._start = time.monotonic()

    def __enter__(self) -> Self:
        if self.shown and self.console.is_terminal:
            self.live = Live(get_renderable=self._render, console=self.console, refresh_per_second=2)
            self.live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.live is not None:
            self.live.stop()

    def note(self, message: str) -> None:
        """A line above the table."""
        if self.shown:
            self.console.print(Text(message))

    def ended(self, cell: Cell, seconds: float, told: str, failed: bool = False, worker: str = "") -> None:
        """A cell is done, with its score, or has failed, with the reason."""
        self.left.remove(cell)
        self.failed += failed
        if not failed:
            self.measured[cell] = seconds
        row = (f"{self.total - len(self.left)}/{self.total}", cell.name, "" if failed else lasting(seconds), told)
        self.finished.append((*row, worker))
        if self.shown and self.live is None:
            self.console.print(Text("  ".join(part for part in (*row, self._time_left()) if part)))

    def _time_left(self) -> str:
        guess = estimator(self.measured)
        seconds = sum(map(guess, self.left)) / self.workers
        return "" if not self.left or isnan(seconds) else f"{lasting(seconds)} left"

    def _render(self) -> Group:
        table = Table(box=None, pad_edge=False, show_header=bool(self.finished))
        for name in ("", "cell", "time", "score", "worker"):
            table.add_column(name, no_wrap=True, overflow="ellipsis", justify="right" if name == "time" else "left")
        for row in self.finished:
            table.add_row(*map(Text, row))
        done = self.total - len(self.left)
        failed = f", {self.failed} failed" if self.failed else ""
        running = lasting(time.monotonic() - self._start)
        bar = Table.grid(padding=(0, 1))
        told = Text(f"{done} of {self.total} cells{failed}, {running} so far  {self._time_left()}")
        bar.add_row(Text(self.title), ProgressBar(total=max(1, self.total), completed=done, width=40), told)
        return Group(table, bar)
