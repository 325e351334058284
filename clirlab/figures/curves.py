"""Mean scores along an axis in, robustness curves out: plotly for the screen, Matplotlib for the page.

Both take the same frame: columns arm, panel, x, mean, low, high; one line an arm, one panel a language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from matplotlib.figure import Figure
from plotly.subplots import make_subplots

from clirlab.errors import InputError
from clirlab.figures.describe import described, name_of, sentences
from clirlab.figures.labels import in_hover, labels_of, on_screen, short
from clirlab.figures.page import ACROSS, foot_legend, grid_of, page_panels
from clirlab.figures.theme import FOOT_LEGEND, INK, LAYOUT, faint, style_of

COLUMNS = ("arm", "panel", "x", "mean", "low", "high")
HOVER = "%{text}<br>%{customdata[2]}: %{y:.3f} [%{customdata[0]:.3f}, %{customdata[1]:.3f}]<extra></extra>"
PLAIN_HOVER = "%{text}<br>%{x}: %{y:.3f} [%{customdata[0]:.3f}, %{customdata[1]:.3f}]<extra></extra>"
# on a logarithmic axis 0 stands half a decade before the smallest value above it
BEFORE = 0.5


class Axis(NamedTuple):
    """Where values of x stand, and the ticks of the axis; no ticks where they may be anywhere."""

    places: Mapping[float, float]
    ticks: Sequence[float]
    labels: Sequence[str]


def axis_of(x: Sequence[float], log: bool) -> Axis:
    """The places of the values of x: themselves, or their decimal logarithms, with 0 at a place of its own.

    Examples
    --------
    >>> axis_of([0, 100, 1000], log=True)
    Axis(places={0.0: 1.5, 100.0: 2.0, 1000.0: 3.0}, ticks=[1.5, 2.0, 3.0], labels=['0', '100', '1,000'])
    """
    values = sorted({float(value) for value in x})
    if not log:
        return Axis({value: value for value in values}, [], [])
    above = [value for value in values if value > 0]
    if not above or values[0] < 0:
        raise InputError(f"a logarithmic axis needs values above 0 (and perhaps 0 itself), got {values}")
    places = {value: float(np.log10(value)) for value in above}
    if values[0] == 0:
        places = {0.0: float(np.log10(above[0])) - BEFORE} | places
    return Axis(places, list(places.values()), [f"{value:,g}" for value in places])


def _lines(curves: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Panel, arm and the points of each line, from left to right."""
    lacking = [name for name in COLUMNS if name not in curves]
    if lacking or curves.empty:
        raise InputError(f"no curves to draw: {'no column ' + ', '.join(lacking) if lacking else 'no row'}")
    for (panel, arm), line in curves.groupby(["panel", "arm"], sort=False):
        yield str(panel), str(arm), line.sort_values("x")


def curve_figure(
    curves: pd.DataFrame,
    x_title: str,
    y_title: str,
    title: str = "",
    log: bool = False,
    bounds: Sequence[str] = (),
) -> go.Figure:
    """Interactive curves with their 95 % intervals as bands.

    Parameters
    ----------
    curves : DataFrame
        arm, panel, x, mean, low, high.
    log : bool
        A logarithmic axis, on which 0 has a place before the smallest value above it.
    bounds : sequence of str
        Arms that are drawn as a thin line without marks: what no remedy is expected to pass.

    Raises
    ------
    InputError
        If a column is lacking, there is no row, or x is below 0 on a logarithmic axis.

    Examples
    --------
    >>> frame = pd.DataFrame({"arm": "optical", "panel": "sw", "x": [0, 1], "mean": 0.5, "low": 0.4, "high": 0.6})
    >>> [trace.name for trace in curve_figure(frame, "words", "RR@10").data]
    ['optical interval', 'optical']
    """
    lines = list(_lines(curves))
    panels = list(dict.fromkeys(panel for panel, _, _ in lines))
    labels, axis = labels_of(curves["arm"]), axis_of(curves["x"], log)
    in_legend: set[str] = set()
    rows, columns, places = grid_of(len(panels))
    figure = make_subplots(
        rows, columns, shared_yaxes="all", subplot_titles=[on_screen(panel, 40) for panel in panels],
        horizontal_spacing=0.04, vertical_spacing=0.3 / rows,
    )  # fmt: skip
    for panel, arm, line in lines:
        style, name = style_of(arm), on_screen(labels[arm])
        x = line["x"].map(axis.places).tolist()
        edges = line[["low", "high"]]
        band = go.Scatter(
            x=[*x, *x[::-1]],
            y=[*line["high"], *line["low"][::-1]],
            mode="lines",
            fill="toself",
            fillcolor=faint(style.colour),
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
            legendgroup=arm,
            name=f"{name} interval",
        )
        mean = go.Scatter(
            x=x,
            y=line["mean"],
            customdata=edges.assign(x=[f"{value:,g}" for value in line["x"]]) if log else edges,
            mode="lines" if arm in bounds and len(line) > 1 else "lines+markers",
            name=name,
            text=in_hover(arm),
            legendgroup=arm,
            showlegend=arm not in in_legend,
            line={"color": style.colour, "dash": style.dash, "width": 1.5 if arm in bounds else 2},
            marker={"symbol": style.symbol, "size": 9},
            hovertemplate=HOVER if log else PLAIN_HOVER,
        )
        in_legend.add(arm)
        row, column = places[panels.index(panel)]
        figure.add_traces([band, mean], rows=[row, row], cols=[column, column])
    figure.update_xaxes(title_text=on_screen(x_title, 60))
    if log:
        figure.update_xaxes(tickvals=axis.ticks, ticktext=axis.labels)
    figure.update_yaxes(title_text=on_screen(y_title, 60), col=1)
    figure.update_layout(LAYOUT).update_layout(title=on_screen(title, 100), height=90 + 350 * rows, legend=FOOT_LEGEND)
    figure.update_layout(margin={"b": 120})
    return described(figure, _in_words(lines, x_title, y_title))


def curve_page(
    curves: pd.DataFrame,
    x_title: str,
    y_title: str,
    log: bool = False,
    bounds: Sequence[str] = (),
    width: str = "double",
) -> Figure:
    """The same curves for the page, from the same frame."""
    lines = list(_lines(curves))
    panels = list(dict.fromkeys(panel for panel, _, _ in lines))
    labels, axis = labels_of(curves["arm"]), axis_of(curves["x"], log)
    handles = {}
    with page_panels(len(panels), 2.6, width, sharey=True) as (figure, axes):
        for panel, arm, line in lines:
            style, drawn = style_of(arm), axes[panels.index(panel)]
            x = line["x"].map(axis.places)
            drawn.fill_between(x, line["low"], line["high"], color=style.colour, alpha=0.15, linewidth=0)
            (handles[labels[arm]],) = drawn.plot(
                x,
                line["mean"],
                color=style.colour,
                linestyle=style.page_dash,
                linewidth=0.9 if arm in bounds else 1.5,
                marker="" if arm in bounds and len(line) > 1 else style.page_marker,
                markersize=4,
                markerfacecolor=style.face,
                label=labels[arm],
            )
        for number, (drawn, panel) in enumerate(zip(axes, panels, strict=True)):
            drawn.set(title=short(panel, 40), xlabel=x_title)
            if number % min(len(panels), ACROSS[width]) == 0:
                drawn.set_ylabel(y_title)
            if log:
                drawn.set_xticks(axis.ticks, axis.labels, rotation=45 if len(axis.ticks) > 5 else 0, color=INK)
        foot_legend(figure, handles)
    return described(figure, _in_words(lines, x_title, y_title))


def _in_words(lines: Sequence[tuple[str, str, pd.DataFrame]], x_title: str, y_title: str) -> str:
    told = [
        f"{name_of(panel)}, {name_of(arm)}: {first['mean']:.3f} at {first['x']:,g}"
        + (f", {last['mean']:.3f} at {last['x']:,g}" if len(line) > 1 else "")
        for panel, arm, line in lines
        for first, last in [(line.iloc[0], line.iloc[-1])]
    ]
    return sentences(f"Curves of {y_title} over {x_title}, with 95 % intervals", told)
