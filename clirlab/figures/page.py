"""A number of panels in, an empty Matplotlib figure in the style of the page out; and its legend at the foot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from math import ceil
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clirlab.errors import unknown_name
from clirlab.figures.fonts import families
from clirlab.figures.theme import PAGE, WIDTHS

ACROSS = {"single": 1, "double": 3}


def page_style() -> dict[Any, Any]:
    """Matplotlib's settings for the page: `PAGE`, and the families of fonts that are on this machine."""
    return PAGE | {"font.family": families()}


@contextmanager
def page_panels(
    panels: int, height: float, width: str = "double", across: int | None = None, **options: Any
) -> Iterator[tuple[Figure, list[Axes]]]:
    """A figure of so many panels, at most three (one in a single column) side by side; drawn into inside the block.

    Parameters
    ----------
    height : float
        Inches of a row of panels.
    width : str
        ``"single"`` or ``"double"`` column.
    across : int, optional
        Most panels side by side.
    **options
        Of `matplotlib.pyplot.subplots`.

    Raises
    ------
    InputError
        If the width is neither.
    """
    if width not in WIDTHS:
        raise unknown_name("width", width, WIDTHS)
    columns = min(panels, across or ACROSS[width])
    rows = ceil(panels / columns)
    with plt.rc_context(page_style()):
        figure, grid = plt.subplots(
            rows, columns, figsize=(WIDTHS[width], height * rows), squeeze=False, layout="constrained", **options
        )
        axes = list(grid.flat)
        for axis in axes[panels:]:
            axis.remove()
        yield figure, axes[:panels]
        plt.close(figure)


def grid_of(panels: int, across: int = 3) -> tuple[int, int, list[tuple[int, int]]]:
    """Rows and columns of so many panels on the screen, and the place (from 1) of each.

    Examples
    --------
    >>> grid_of(4)
    (2, 3, [(1, 1), (1, 2), (1, 3), (2, 1)])
    """
    columns = min(panels, across)
    places = [(number // columns + 1, number % columns + 1) for number in range(panels)]
    return ceil(panels / columns), columns, places


def foot_legend(figure: Figure, handles: Mapping[str, Any], columns: int = 5) -> None:
    """One legend under all panels, with as many columns as its labels leave room for."""
    if not handles:
        return
    longest = max(map(len, handles))
    room = int(figure.get_figwidth() * 14 / (longest + 8))
    labels: Iterable[str] = handles.keys()
    figure.legend(
        handles.values(), labels, loc="outside lower center", ncols=max(1, min(columns, room)), handlelength=3.5,
        frameon=False,
    )  # fmt: skip
