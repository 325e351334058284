"""Values with intervals in, one row each, out: the drawing that forest plots, gains and fairness have in common.

Both functions take the same frame: columns panel, row, series, value, low, high; optional arm (whose style the mark
has; row where not given), sure (a hollow mark where False) and note (for the hover). A panel has the rows in the order
in which they come, from top to bottom; the marks of a row stand under each other in the order of the series.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from plotly.subplots import make_subplots

from clirlab.errors import InputError
from clirlab.figures.describe import described, name_of, sentences
from clirlab.figures.labels import in_hover, labels_of, on_screen, short
from clirlab.figures.page import foot_legend, grid_of, page_panels
from clirlab.figures.theme import FOOT_LEGEND, INK, LAYOUT, style_of

COLUMNS = ("panel", "row", "series", "value", "low", "high")
HOVER = (
    "%{text}<br>%{customdata[0]}: %{x:.3f} [%{customdata[1]:.3f}, %{customdata[2]:.3f}]%{customdata[3]}<extra></extra>"
)
OFFSET = 0.24


class Mark(NamedTuple):
    """One value, placed: everything that both drawings need."""

    row: str
    series: str
    y: float
    value: float
    low: float
    high: float
    colour: str
    symbol: str
    page_marker: str
    filled: bool
    note: str


def marks_of(dots: pd.DataFrame) -> dict[str, list[Mark]]:
    """The marks of each panel; rows are numbered from the top, 0, 1, …; values that are not a number have none."""
    lacking = [name for name in COLUMNS if name not in dots]
    if lacking or dots.empty:
        raise InputError(f"nothing to draw: {'no column ' + ', '.join(lacking) if lacking else 'no row'}")
    series = dots["series"].unique().tolist()
    panels: dict[str, list[Mark]] = {}
    for panel, part in dots.groupby("panel", sort=False):
        places = {row: place for place, row in enumerate(part["row"].unique())}
        found = panels.setdefault(str(panel), [])
        for dot in part.to_dict("records"):
            style, number = style_of(str(dot.get("arm", dot["row"]))), series.index(dot["series"])
            y = places[dot["row"]] + OFFSET * (number - (len(series) - 1) / 2)
            first = number == 0
            symbol, marker = (style.symbol, style.page_marker) if len(series) == 1 else SERIES[number % len(SERIES)]
            sure = bool(dot.get("sure", True)) and first
            found.append(
                Mark(str(dot["row"]), str(dot["series"]), y, dot["value"], dot["low"], dot["high"], style.colour,
                     symbol.removesuffix("-open") + ("" if sure else "-open"), marker, sure, str(dot.get("note", "")))
            )  # fmt: skip
    return panels


SERIES = (("circle", "o"), ("diamond", "D"), ("square", "s"), ("triangle-up", "^"))


def dots_figure(
    dots: pd.DataFrame,
    x_title: str,
    title: str = "",
    lines: Mapping[float, str] | None = None,
    join: bool = False,
    bars: bool = False,
) -> go.Figure:
    """Interactive rows of values with their intervals.

    Parameters
    ----------
    dots : DataFrame
        panel, row, series, value, low, high; optional arm, sure, note.
    lines : mapping of float to str, optional
        Upright lines at these values, and what they mean; one at 0 where not given.
    join : bool
        A line between the marks of a row.
    bars : bool
        A bar from 0 to each value.

    Raises
    ------
    InputError
        If a column is lacking, or there is no row.
    """
    panels = marks_of(dots)
    rows, columns, places = grid_of(len(panels), across=2)
    figure = make_subplots(
        rows, columns, subplot_titles=[on_screen(panel, 40) for panel in panels], shared_xaxes="all",
        horizontal_spacing=0.2, vertical_spacing=0.12 / rows,
    )  # fmt: skip
    labels = labels_of(dots["row"])
    most, legend = 1, set()
    for (row, column), marks in zip(places, panels.values(), strict=True):
        names = list(dict.fromkeys(mark.row for mark in marks))
        most = max(most, len(names))
        for series in dots["series"].unique():
            some = [mark for mark in marks if mark.series == series]
            figure.add_trace(_trace(some, str(series), series not in legend, columns), row=row, col=column)
            legend.add(series)
        if join:
            figure.add_trace(_joined(marks), row=row, col=column)
        if bars:
            figure.add_trace(_bars(marks), row=row, col=column)
        figure.update_yaxes(
            tickvals=list(range(len(names))), ticktext=[on_screen(labels[name], 60) for name in names],
            range=[len(names) - 0.5, -0.5], automargin=True, row=row, col=column,
        )  # fmt: skip
        if row == rows or len(panels) <= columns:
            figure.update_xaxes(title_text=on_screen(x_title, 60), row=row, col=column)
    for value, meaning in (lines or {0.0: ""}).items():
        figure.add_vline(
            x=value, line={"color": INK, "width": 1, "dash": "dot"}, annotation_text=on_screen(meaning, 40) or " ",
            annotation_position="bottom right", annotation_font_size=11,
        )  # fmt: skip
    several = len(dots["series"].unique()) > 1
    figure.update_layout(LAYOUT)
    figure.update_layout(
        title=on_screen(title, 100), height=rows * (26 * most * (1 + several * 0.5) + 90) + 110, showlegend=several,
        legend=FOOT_LEGEND,
    )  # fmt: skip
    return described(figure, _in_words(panels, x_title))


def _trace(marks: Sequence[Mark], series: str, in_legend: bool, columns: int) -> go.Scatter:
    values, low, high = (np.array([getattr(mark, name) for mark in marks]) for name in ("value", "low", "high"))
    notes = [f"<br>{in_hover(mark.note)}" if mark.note else "" for mark in marks]
    return go.Scatter(
        x=values,
        y=[mark.y for mark in marks],
        error_x={"type": "data", "symmetric": False, "array": high - values, "arrayminus": values - low,
                 "color": INK, "thickness": 1.4, "width": 4},
        mode="markers",
        marker={"color": [mark.colour for mark in marks], "symbol": [mark.symbol for mark in marks], "size": 10,
                "line": {"width": 2, "color": [mark.colour for mark in marks]}},
        text=[in_hover(mark.row) for mark in marks],
        customdata=[[in_hover(series), *edges] for edges in zip(low, high, notes, strict=True)],
        name=on_screen(series, 60),
        legendgroup=series,
        showlegend=in_legend,
        hovertemplate=HOVER,
    )  # fmt: skip


def _joined(marks: Sequence[Mark]) -> go.Scatter:
    x: list[Any] = []
    y: list[Any] = []
    for row in dict.fromkeys(mark.row for mark in marks):
        of_row = [mark for mark in marks if mark.row == row and not np.isnan(mark.value)]
        x += [*(mark.value for mark in of_row), None]
        y += [*(mark.y for mark in of_row), None]
    return go.Scatter(x=x, y=y, mode="lines", line={"color": "#999999", "width": 1}, hoverinfo="skip", showlegend=False)


def _bars(marks: Sequence[Mark]) -> go.Bar:
    return go.Bar(
        x=[mark.value for mark in marks],
        y=[mark.y for mark in marks],
        width=0.4,
        orientation="h",
        marker={"color": [mark.colour for mark in marks], "opacity": 0.45},
        hoverinfo="skip",
        showlegend=False,
    )


def dots_page(
    dots: pd.DataFrame,
    x_title: str,
    lines: Mapping[float, str] | None = None,
    join: bool = False,
    bars: bool = False,
    width: str = "double",
) -> Figure:
    """The same rows for the page, from the same frame."""
    panels = marks_of(dots)
    labels = labels_of(dots["row"], 24)
    most = max(len({mark.row for mark in marks}) for marks in panels.values())
    several = len(dots["series"].unique()) > 1
    height = 0.55 + most * (0.19 + 0.09 * several)
    with page_panels(len(panels), height + 0.2, width, across=2, sharex=True) as (figure, axes):
        for axis, (panel, marks) in zip(axes, panels.items(), strict=True):
            for value in lines or {0.0: ""}:
                axis.axvline(value, color=INK, linewidth=0.6, linestyle=":")
            for mark in marks:
                if bars:
                    axis.barh(mark.y, mark.value, height=0.4, color=mark.colour, alpha=0.45, zorder=1)
                axis.plot([mark.low, mark.high], [mark.y] * 2, color=INK, linewidth=0.8, zorder=2)
                axis.plot(
                    [mark.value], [mark.y], linestyle="none", marker=mark.page_marker, markersize=4.5,
                    color=mark.colour, markerfacecolor=mark.colour if mark.filled else "white", zorder=3,
                    label=mark.series,
                )  # fmt: skip
            if join:
                for row in dict.fromkeys(mark.row for mark in marks):
                    ends = [(mark.value, mark.y) for mark in marks if mark.row == row]
                    axis.plot(*zip(*ends, strict=True), color="#999999", linewidth=0.6, zorder=1)
            names = list(dict.fromkeys(mark.row for mark in marks))
            axis.set_yticks(range(len(names)), [labels[name] for name in names])
            axis.set_ylim(len(names) - 0.5, -0.5)
            axis.set_title(short(panel, 40))
            axis.tick_params(labelbottom=True)
            axis.set_xlabel(fill(x_title, 34))
            axis.xaxis.set_major_locator(MaxNLocator(5))
        if several:
            foot_legend(figure, _legend(dots))
    return described(figure, _in_words(panels, x_title))


def _in_words(panels: Mapping[str, Sequence[Mark]], x_title: str) -> str:
    told = [
        f"{name_of(panel)}, {name_of(mark.row)}, {mark.series}: {mark.value:.3f} [{mark.low:.3f}, {mark.high:.3f}]"
        for panel, marks in panels.items()
        for mark in marks
        if not np.isnan(mark.value)
    ]
    return sentences(f"{x_title}, with 95 % intervals", told)


def _legend(dots: pd.DataFrame) -> dict[str, Line2D]:
    handles = {}
    for number, series in enumerate(dots["series"].unique()):
        face = INK if number == 0 else "white"
        marker = SERIES[number % len(SERIES)][1]
        handles[short(series, 60)] = Line2D([], [], linestyle="none", marker=marker, color=INK, markerfacecolor=face,
                                            markersize=4)  # fmt: skip
    return handles
