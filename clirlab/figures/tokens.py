"""Tokens with a value each in, the text as a grid of coloured cells out: what each token contributed.

Both functions take the same frame, one row a token in reading order: panel, token, value, note.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import plotly.graph_objects as go
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from clirlab.figures.pieces import is_right_to_left, on_screen, readable
from clirlab.figures.stack import BASE
from clirlab.figures.theme import PAGE

# white for nothing; dark text stays readable on the strongest
SCALE = ["#FFFFFF", "#E69F00"]
COLUMNS = 10
MOST = 400


def token_grid(tokens: pd.DataFrame, columns: int = COLUMNS) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Values of one panel's tokens in rows of `columns` cells, and which token each cell holds (-1 for none).

    Where a text is written from right to left, so are its rows. At most `MOST` tokens are laid out.

    Examples
    --------
    >>> values, places = token_grid(pd.DataFrame({"token": ["a", "b", "c"], "value": [0.1, 0.2, 0.3]}), columns=2)
    >>> places.tolist()
    [[0, 1], [2, -1]]
    """
    n = min(len(tokens), MOST)
    rows = max(1, -(-n // columns))
    places = np.full(rows * columns, -1)
    places[:n] = np.arange(n)
    values = np.full(rows * columns, np.nan)
    values[:n] = tokens["value"].to_numpy(dtype=float)[:n]
    grid, cells = values.reshape(rows, columns), places.reshape(rows, columns)
    if sum(map(is_right_to_left, tokens["token"][:n])) * 2 > n:
        return grid[:, ::-1], cells[:, ::-1]
    return grid, cells


def token_figure(tokens: pd.DataFrame, most: float | None = None, unit: str = "", title: str = "") -> go.Figure:
    """Interactive coloured tokens, one panel below the other.

    Parameters
    ----------
    tokens : DataFrame
        panel, token, value (at least 0), note (shown with the token under the pointer), in reading order.
    most : float, optional
        The value of the strongest colour; the largest where not given.
    unit : str
        What the colour means.

    Examples
    --------
    >>> tokens = pd.DataFrame({"panel": "d1", "token": ["▁maji", "▁safi"], "value": [0.9, 0], "note": ["water", ""]})
    >>> figure = token_figure(tokens)
    >>> figure.data[0].text[0][:3]
    ['maji', 'safi', '']
    """
    panels = tokens["panel"].unique().tolist()
    parts = [tokens[tokens["panel"] == panel] for panel in panels]
    grids = [token_grid(part) for part in parts]
    rows = [len(values) for values, _ in grids]
    titles = [on_screen(panel, 100) for panel in panels]
    height = 30 * sum(rows) + 44 * len(rows) + 60
    figure = make_subplots(
        max(1, len(panels)), 1, subplot_titles=titles, row_heights=rows or None, vertical_spacing=44 / height
    )
    for place, (part, (values, cells)) in enumerate(zip(parts, grids, strict=True), start=1):
        shown = [on_screen(token, 12) for token in part["token"]] + [""]
        hover = [
            f"{on_screen(token, 80)}<br>{on_screen(note, 400)}"
            for token, note in zip(part["token"], part["note"], strict=True)
        ] + [""]
        trace = go.Heatmap(
            z=values,
            text=[[shown[cell] for cell in row] for row in cells],
            customdata=[[hover[cell] for cell in row] for row in cells],
            texttemplate="%{text}",
            textfont={"color": "#000000"},
            hovertemplate="%{customdata}<br>%{z:.3f}<extra></extra>",
            hoverongaps=False,
            zmin=0,
            zmax=most_of(tokens) if most is None else most,
            colorscale=SCALE,
            showscale=place == 1,
            colorbar={"title": unit, "len": 1, "thickness": 12},
            xgap=2,
            ygap=2,
        )
        figure.add_trace(trace, row=place, col=1)
    hidden = {"showticklabels": False, "showgrid": False, "zeroline": False, "fixedrange": True}
    figure.update_xaxes(**hidden).update_yaxes(autorange="reversed", **hidden)
    look = {name: value for name, value in BASE.items() if name != "template"}
    return figure.update_layout(look | {"template": "plotly_white", "title": title, "height": height})


def token_page(tokens: pd.DataFrame, most: float | None = None, unit: str = "") -> Figure:
    """The same coloured tokens for the page (two-column width), from the same frame."""
    panels = tokens["panel"].unique().tolist()
    parts = [tokens[tokens["panel"] == panel] for panel in panels]
    grids = [token_grid(part) for part in parts]
    rows = [len(values) for values, _ in grids]
    with plt.rc_context(PAGE):
        scale = LinearSegmentedColormap.from_list("contribution", SCALE)
        size = (7, 0.28 * sum(rows) + 0.35 * len(rows) + 0.2)
        figure, axes = plt.subplots(
            len(panels), 1, figsize=size, squeeze=False, height_ratios=rows, layout="constrained"
        )
        for axis, panel, part, (values, cells) in zip(axes[:, 0], panels, parts, grids, strict=True):
            limit = most_of(tokens) if most is None else most
            image = axis.imshow(values, vmin=0, vmax=limit, cmap=scale, aspect="auto")
            names = part["token"].tolist()
            for (row, column), cell in np.ndenumerate(cells):
                if cell >= 0:
                    axis.text(column, row, readable(names[cell], 12), ha="center", va="center", fontsize=7)
            axis.set_title(readable(panel, 100), fontsize=8)
            axis.axis("off")
        figure.colorbar(image, ax=axes[:, 0].tolist(), label=unit, fraction=0.03)
        plt.close(figure)
    return figure


def most_of(tokens: pd.DataFrame) -> float:
    """The largest value, or 1 where all are 0."""
    return float(tokens["value"].max()) or 1.0
