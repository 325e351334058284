"""Tokens with a value each in, the text as a grid of coloured cells out: what each token contributed.

Both functions take the same frame, one row a token in reading order: panel, token, value, note.
"""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from clirlab.figures.describe import described, name_of, sentences
from clirlab.figures.labels import in_hover, on_screen, short
from clirlab.figures.links import as_read
from clirlab.figures.page import page_panels
from clirlab.figures.stack import BASE, Spec

# white for nothing; dark text stays readable on the strongest
SCALE = ["#FFFFFF", "#E69F00"]
COLUMNS = 10
MOST = 400
TOKEN = 12  # letters of a token that a cell has room for
# pixels: of a row, and above each panel
ROW, GAP = 28, 40


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
    if sum(map(_runs_left, tokens["token"][:n])) * 2 > n:
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
    limit = most_of(tokens) if most is None else most
    hidden = {"showticklabels": False, "showgrid": False, "zeroline": False, "fixedrange": True}
    whole = ROW * sum(len(values) for values, _ in grids) + GAP * len(grids)
    layout = BASE | {"title": {"text": on_screen(title, 100)}, "height": whole + 60, "margin": {"t": 40, "b": 20}}
    layout["annotations"] = notes = []
    traces: list[Spec] = []
    top = whole
    for number, (panel, part, (values, cells)) in enumerate(zip(panels, parts, grids, strict=True), start=1):
        high, low = top - GAP, top - GAP - ROW * len(values)
        shown = [on_screen(as_read(token), TOKEN) for token in part["token"]] + [""]
        hover = [
            f"{in_hover(as_read(token))}<br>{in_hover(note)}"
            for token, note in zip(part["token"], part["note"], strict=True)
        ] + [""]
        suffix = "" if number == 1 else str(number)
        trace = {
            "type": "heatmap",
            "z": values,
            "text": [[shown[cell] for cell in row] for row in cells],
            "customdata": [[hover[cell] for cell in row] for row in cells],
            "texttemplate": "%{text}",
            "textfont": {"color": "#000000"},
            "hovertemplate": "%{customdata}<br>%{z:.3f}<extra></extra>",
            "hoverongaps": False,
            "colorscale": [[0, SCALE[0]], [1, SCALE[1]]],
            "showscale": number == 1,
            "colorbar": {"title": {"text": on_screen(unit)}, "thickness": 12},
        }
        look = {"zmin": 0, "zmax": limit, "xgap": 2, "ygap": 2, "xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        traces.append(trace | look)
        layout[f"xaxis{suffix}"] = hidden | {"domain": (0, 1), "anchor": f"y{suffix}"}
        domain = {"domain": (low / whole, high / whole), "anchor": f"x{suffix}"}
        layout[f"yaxis{suffix}"] = hidden | domain | {"autorange": "reversed"}
        place = {"x": 0, "y": high / whole, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
        notes.append(place | {"text": on_screen(panel, 90), "showarrow": False})
        top = low
    return described(go.Figure({"data": traces, "layout": layout}), _in_words(tokens))


def token_page(tokens: pd.DataFrame, most: float | None = None, unit: str = "", width: str = "double") -> Figure:
    """The same coloured tokens for the page, from the same frame."""
    panels = tokens["panel"].unique().tolist()
    parts = [tokens[tokens["panel"] == panel] for panel in panels]
    grids = [token_grid(part) for part in parts]
    rows = [len(values) for values, _ in grids]
    scale = LinearSegmentedColormap.from_list("contribution", SCALE)
    limit = most_of(tokens) if most is None else most
    height = (0.28 * sum(rows) + 0.35 * len(rows) + 0.2) / len(rows)
    with page_panels(len(panels), height, width, across=1, height_ratios=rows) as (figure, axes):
        for axis, panel, part, (values, cells) in zip(axes, panels, parts, grids, strict=True):
            image = axis.imshow(values, vmin=0, vmax=limit, cmap=scale, aspect="auto")
            names = part["token"].tolist()
            for (row, column), cell in np.ndenumerate(cells):
                if cell >= 0:
                    axis.text(column, row, short(as_read(names[cell]), TOKEN), ha="center", va="center", fontsize=6)
            axis.set_title(short(panel, 90))
            axis.axis("off")
        figure.colorbar(image, ax=axes, label=unit, fraction=0.03)
    return described(figure, _in_words(tokens))


def most_of(tokens: pd.DataFrame) -> float:
    """The largest value, or 1 where all are 0."""
    return float(tokens["value"].max()) or 1.0


def _in_words(tokens: pd.DataFrame) -> str:
    told = []
    for panel, part in tokens.groupby("panel", sort=False):
        best = part[part["value"] > 0].sort_values("value", ascending=False).head(8)
        pairs = zip(best["token"], best["value"], strict=True)
        told.append(f"{name_of(panel)}: " + ", ".join(f"{name_of(as_read(t))} {v:.2f}" for t, v in pairs))
    return sentences("Texts whose tokens are coloured by a value; the strongest of each", told)


def _runs_left(token: str) -> bool:
    return any(unicodedata.bidirectional(character) in ("R", "AL") for character in token)
