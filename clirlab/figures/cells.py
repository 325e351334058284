"""Numbers in rows and columns in, a heatmap with the numbers written in it out: layers × methods, arms × languages.

Both functions take the same frame: columns panel, row, column, value; optional shade (what the colour shows; the value
where not given) and mark (written behind the number, such as an asterisk).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from clirlab.errors import InputError
from clirlab.figures.describe import described, name_of, sentences
from clirlab.figures.labels import in_hover, labels_of, on_screen, short
from clirlab.figures.page import grid_of, page_panels
from clirlab.figures.theme import LAYOUT

COLUMNS = ("panel", "row", "column", "value")


class Sheet(NamedTuple):
    """One panel as arrays of shape (rows, columns); NaN and an empty text where there is nothing."""

    panel: str
    rows: list[str]
    columns: list[str]
    value: NDArray[np.float64]
    shade: NDArray[np.float64]
    text: list[list[str]]


class Colours(NamedTuple):
    """A colour scale by its name in Matplotlib and plotly, and its ends; from the data where they are not given."""

    scale: str = "viridis"
    low: float | None = None
    high: float | None = None


def sheets_of(cells: pd.DataFrame, form: str = ".3f") -> list[Sheet]:
    """The panels of a frame; rows and columns stand in the order in which they come first.

    Raises
    ------
    InputError
        If a column is lacking, there is no row, or a cell is there twice.
    """
    lacking = [name for name in COLUMNS if name not in cells]
    if lacking or cells.empty:
        raise InputError(f"no cells to draw: {'no column ' + ', '.join(lacking) if lacking else 'no row'}")
    if (twice := cells.duplicated(["panel", "row", "column"])).any():
        one = cells[twice].iloc[0]
        raise InputError(f"the cell of row {one['row']!r} and column {one['column']!r} is there twice")
    found = []
    for panel, part in cells.groupby("panel", sort=False):
        rows, columns = (list(dict.fromkeys(map(str, part[name]))) for name in ("row", "column"))
        value, shade = np.full((2, len(rows), len(columns)), np.nan)
        text = [[""] * len(columns) for _ in rows]
        for cell in part.to_dict("records"):
            i, j = rows.index(str(cell["row"])), columns.index(str(cell["column"]))
            value[i, j], shade[i, j] = cell["value"], cell.get("shade", cell["value"])
            if not np.isnan(value[i, j]):
                text[i][j] = format(cell["value"], form) + str(cell.get("mark", ""))
        found.append(Sheet(str(panel), rows, columns, value, shade, text))
    return found


def _ends(sheets: Sequence[Sheet], colours: Colours) -> tuple[float, float]:
    shades = np.concatenate([sheet.shade.ravel() for sheet in sheets])
    shades = shades[~np.isnan(shades)]
    there = (float(shades.min()), float(shades.max())) if len(shades) else (0.0, 1.0)
    low = there[0] if colours.low is None else colours.low
    high = there[1] if colours.high is None else colours.high
    return low, max(high, low + 1e-9)


def _ink(sheet: Sheet, low: float, high: float, colours: Colours) -> Iterator[tuple[int, int, str]]:
    """Row, column and the colour, black or white, in which the number can be read on its cell."""
    scale = colormaps[colours.scale]
    for (i, j), shade in np.ndenumerate(sheet.shade):
        place = min(max((shade - low) / (high - low), 0.0), 1.0)
        red, green, blue, _ = [1.0] * 4 if np.isnan(shade) else scale(place)
        light = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
        luminance = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]
        # where black and white have the same contrast by WCAG's formula
        yield i, j, "#000000" if luminance > 0.179 else "#FFFFFF"


def cells_figure(
    cells: pd.DataFrame,
    shade_title: str,
    title: str = "",
    colours: Colours = Colours(),  # noqa: B008
    x_title: str = "",
    y_title: str = "",
) -> go.Figure:
    """Interactive heatmaps with the numbers in their cells.

    Parameters
    ----------
    cells : DataFrame
        panel, row, column, value; optional shade, mark.
    shade_title : str
        What the colour shows.

    Raises
    ------
    InputError
        If it is no such frame.
    """
    sheets = sheets_of(cells)
    low, high = _ends(sheets, colours)
    rows, across, places = grid_of(len(sheets), across=2)
    figure = make_subplots(
        rows, across, subplot_titles=[on_screen(sheet.panel, 40) for sheet in sheets], horizontal_spacing=0.2,
        vertical_spacing=0.25 / rows,
    )  # fmt: skip
    for (row, column), sheet in zip(places, sheets, strict=True):
        heatmap = go.Heatmap(
            z=sheet.shade,
            zmin=low,
            zmax=high,
            colorscale=_plotly_scale(colours.scale),
            showscale=sheet is sheets[-1],
            colorbar={"title": on_screen(shade_title, 30)},
            customdata=[
                [[in_hover(r), in_hover(c), text] for c, text in zip(sheet.columns, texts, strict=True)]
                for r, texts in zip(sheet.rows, sheet.text, strict=True)
            ],
            hovertemplate="%{customdata[0]}<br>%{customdata[1]}: %{customdata[2]}<extra></extra>",
            hoverongaps=False,
            xgap=1,
            ygap=1,
        )
        figure.add_trace(heatmap, row=row, col=column)
        for i, j, ink in _ink(sheet, low, high, colours):
            if sheet.text[i][j]:
                figure.add_annotation(
                    x=j, y=i, text=on_screen(sheet.text[i][j]), showarrow=False, font={"color": ink, "size": 12},
                    row=row, col=column,
                )  # fmt: skip
        for update, names, axis_title in (
            (figure.update_xaxes, sheet.columns, x_title),
            (figure.update_yaxes, sheet.rows, y_title),
        ):
            labels = [on_screen(label, 60) for label in labels_of(names).values()]
            update(
                tickvals=list(range(len(names))), ticktext=labels, automargin=True, showgrid=False,
                title_text=on_screen(axis_title, 60) or None, row=row, col=column,
            )  # fmt: skip
        figure.update_yaxes(autorange="reversed", row=row, col=column)
    most = max(len(sheet.rows) for sheet in sheets)
    figure.update_layout(LAYOUT).update_layout(title=on_screen(title, 100), height=rows * (30 * most + 140) + 40)
    return described(figure, _in_words(sheets, shade_title))


def _plotly_scale(name: str) -> list[tuple[float, str]]:
    """Matplotlib's colour scale for plotly, so that both show the same colours."""
    scale = colormaps[name]
    return [(step, to_hex(scale(step))) for step in np.linspace(0, 1, 33).tolist()]


def cells_page(
    cells: pd.DataFrame,
    shade_title: str,
    colours: Colours = Colours(),  # noqa: B008
    x_title: str = "",
    y_title: str = "",
    width: str = "double",
) -> Figure:
    """The same heatmaps for the page, from the same frame."""
    sheets = sheets_of(cells)
    low, high = _ends(sheets, colours)
    most = max(len(sheet.rows) for sheet in sheets)
    with page_panels(len(sheets), 0.22 * most + 1.1, width, across=2) as (figure, axes):
        for axis, sheet in zip(axes, sheets, strict=True):
            image = axis.imshow(sheet.shade, vmin=low, vmax=high, cmap=colours.scale, aspect="auto")
            axis.set_xticks(range(len(sheet.columns)), list(labels_of(sheet.columns, 22).values()), rotation=30,
                            ha="right", rotation_mode="anchor")  # fmt: skip
            axis.set_yticks(range(len(sheet.rows)), list(labels_of(sheet.rows, 24).values()))
            axis.set(title=short(sheet.panel, 40), xlabel=x_title, ylabel=y_title)
            for i, j, ink in _ink(sheet, low, high, colours):
                if sheet.text[i][j]:
                    axis.text(j, i, short(sheet.text[i][j]), ha="center", va="center", color=ink, fontsize=6)
        figure.colorbar(image, ax=axes, label=shade_title, shrink=0.9)
    return described(figure, _in_words(sheets, shade_title))


def _in_words(sheets: Sequence[Sheet], shade_title: str) -> str:
    told = [
        f"{name_of(sheet.panel)}{': ' if sheet.panel else ''}{name_of(row)}, {name_of(column)} {text}"
        for sheet in sheets
        for row, texts in zip(sheet.rows, sheet.text, strict=True)
        for column, text in zip(sheet.columns, texts, strict=True)
        if text
    ]
    return sentences(f"Table of cells coloured by {shade_title}", told)
