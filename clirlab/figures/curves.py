"""Mean scores along an axis in, robustness curves out: plotly for the screen, Matplotlib for the page.

Both take the same frame: columns arm, panel, x, mean, low, high; one line an arm, one panel a language.
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import plotly.graph_objects as go
from matplotlib.figure import Figure
from plotly.subplots import make_subplots

from clirlab.figures.theme import LAYOUT, PAGE, faint, style_of

HOVER = "%{fullData.name}<br>%{x}: %{y:.3f} [%{customdata[0]:.3f}, %{customdata[1]:.3f}]<extra></extra>"


def curve_figure(curves: pd.DataFrame, x_title: str, y_title: str, title: str = "") -> go.Figure:
    """Interactive curves with their 95 % intervals as bands.

    Parameters
    ----------
    curves : DataFrame
        arm, panel, x, mean, low, high.

    Examples
    --------
    >>> frame = pd.DataFrame({"arm": "optical", "panel": "sw", "x": [0, 1], "mean": 0.5, "low": 0.4, "high": 0.6})
    >>> [trace.name for trace in curve_figure(frame, "words", "RR@10").data]
    ['optical interval', 'optical']
    """
    panels = curves["panel"].unique().tolist()
    in_legend: set[str] = set()
    figure = make_subplots(1, len(panels), shared_yaxes=True, subplot_titles=panels, horizontal_spacing=0.04)
    for column, panel in enumerate(panels, start=1):
        for arm, line in curves[curves["panel"] == panel].groupby("arm", sort=False):
            line, style = line.sort_values("x"), style_of(str(arm))
            band = go.Scatter(
                x=[*line["x"], *line["x"][::-1]],
                y=[*line["high"], *line["low"][::-1]],
                mode="lines",
                fill="toself",
                fillcolor=faint(style.colour),
                line={"width": 0},
                hoverinfo="skip",
                showlegend=False,
                legendgroup=arm,
                name=f"{arm} interval",
            )
            mean = go.Scatter(
                x=line["x"],
                y=line["mean"],
                customdata=line[["low", "high"]],
                mode="lines+markers",
                name=str(arm),
                legendgroup=arm,
                showlegend=arm not in in_legend,
                line={"color": style.colour, "dash": style.dash},
                marker={"symbol": style.symbol, "size": 9},
                hovertemplate=HOVER,
            )
            in_legend.add(arm)
            figure.add_traces([band, mean], rows=[1, 1], cols=[column, column])
        figure.update_xaxes(title_text=x_title, col=column)
    figure.update_yaxes(title_text=y_title, col=1)
    return figure.update_layout(LAYOUT).update_layout(title=title, height=440, legend={"orientation": "h", "y": -0.25})


def curve_page(curves: pd.DataFrame, x_title: str, y_title: str) -> Figure:
    """The same curves for the page (two-column width), from the same frame."""
    panels = curves["panel"].unique().tolist()
    with plt.rc_context(PAGE):
        figure, axes = plt.subplots(1, len(panels), figsize=(7, 2.8), sharey=True, squeeze=False, layout="constrained")
        for axis, panel in zip(axes[0], panels, strict=True):
            for arm, line in curves[curves["panel"] == panel].groupby("arm", sort=False):
                line, style = line.sort_values("x"), style_of(str(arm))
                axis.fill_between(line["x"], line["low"], line["high"], color=style.colour, alpha=0.15, linewidth=0)
                axis.plot(
                    line["x"],
                    line["mean"],
                    color=style.colour,
                    linestyle=style.page_dash,
                    marker=style.page_marker,
                    markersize=4,
                    label=str(arm),
                )
            axis.set(title=panel, xlabel=x_title)
        axes[0, 0].set_ylabel(y_title)
        lines = {line.get_label(): line for axis in axes[0] for line in axis.get_lines()}
        figure.legend(
            lines.values(), lines.keys(), loc="outside lower center", ncols=5, handlelength=3.5, frameon=False
        )
        plt.close(figure)
    return figure
