"""Histories of trainings in, learning curves out: loss, and what else was measured step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import pandas as pd
import plotly.graph_objects as go
from matplotlib.figure import Figure
from plotly.subplots import make_subplots

from clirlab.errors import InputError, unknown_name
from clirlab.figures.describe import described, name_of, sentences
from clirlab.figures.labels import in_hover, labels_of, on_screen
from clirlab.figures.page import foot_legend, grid_of, page_panels
from clirlab.figures.theme import FOOT_LEGEND, LAYOUT, style_of

Histories: TypeAlias = "Mapping[str, pd.DataFrame] | pd.DataFrame"
TITLES = {
    "loss": "loss",
    "dev": "development score",
    "plan_perplexity": "perplexity of the plan",
    "gradient_norm": "norm of the gradient",
    "learning_rate": "learning rate",
    "tokens_per_second": "tokens per second",
}
SHOWN = ("loss", "dev", "plan_perplexity")


def learning_frame(histories: Histories, columns: tuple[str, ...] = SHOWN) -> pd.DataFrame:
    """The points of all curves: panel (what was measured), arm, step, value; what was not measured has none.

    Parameters
    ----------
    histories : mapping of str to DataFrame, or DataFrame
        Arm to `clirlab.training.Trained.history`; or one frame, with a column arm where it has several trainings.
    columns : tuple of str
        Of the histories.

    Raises
    ------
    InputError
        If a column is unknown, or nothing was measured.

    Examples
    --------
    >>> history = pd.DataFrame({"step": [1, 2], "loss": [0.5, 0.4], "dev": [None, 0.3]})
    >>> learning_frame({"optical": history}).values.tolist()
    [['loss', 'optical', 1, 0.5], ['loss', 'optical', 2, 0.4], ['development score', 'optical', 2, 0.3]]
    """
    for column in columns:
        if column not in TITLES:
            raise unknown_name("column of a history", column, TITLES)
    if isinstance(histories, pd.DataFrame):
        one = histories if "arm" in histories else histories.assign(arm="training")
        histories = {str(arm): part for arm, part in one.groupby("arm", sort=False)}
    parts = [
        pd.DataFrame({"panel": TITLES[column], "arm": arm, "step": history["step"], "value": history[column]})
        for column in columns
        for arm, history in histories.items()
        if column in history
    ]
    points = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"value": []})
    points = points.assign(value=points["value"].astype(float)).dropna(subset="value").reset_index(drop=True)
    if points.empty:
        raise InputError(f"there is nothing to draw: no history holds {', '.join(columns)}")
    return points


def learning_figure(histories: Histories, title: str = "", columns: tuple[str, ...] = SHOWN) -> go.Figure:
    """Interactive learning curves, one panel a quantity, one line an arm; see `learning_frame`."""
    points = learning_frame(histories, columns)
    panels, labels = points["panel"].unique().tolist(), labels_of(points["arm"])
    rows, across, places = grid_of(len(panels))
    figure = make_subplots(rows, across, subplot_titles=panels, horizontal_spacing=0.08)
    legend: set[str] = set()
    for (row, column), panel in zip(places, panels, strict=True):
        for arm, line in points[points["panel"] == panel].groupby("arm", sort=False):
            style = style_of(str(arm))
            trace = go.Scatter(
                x=line["step"],
                y=line["value"],
                text=in_hover(arm),
                mode="lines+markers" if len(line) <= 30 else "lines",
                name=on_screen(labels[str(arm)]),
                legendgroup=arm,
                showlegend=arm not in legend,
                line={"color": style.colour, "dash": style.dash},
                marker={"symbol": style.symbol, "size": 6},
                hovertemplate="%{text}<br>step %{x}: %{y:.4g}<extra></extra>",
            )
            legend.add(str(arm))
            figure.add_trace(trace, row=row, col=column)
    figure.update_xaxes(title_text="step")
    figure.update_layout(LAYOUT)
    figure.update_layout(title=on_screen(title, 100), height=400 * rows, legend=FOOT_LEGEND, margin={"b": 110})
    return described(figure, _in_words(points))


def learning_page(histories: Histories, columns: tuple[str, ...] = SHOWN, width: str = "double") -> Figure:
    """The same curves for the page, from the same histories."""
    points = learning_frame(histories, columns)
    panels, labels = points["panel"].unique().tolist(), labels_of(points["arm"])
    with page_panels(len(panels), 2.3, width) as (figure, axes):
        handles = {}
        for axis, panel in zip(axes, panels, strict=True):
            for arm, line in points[points["panel"] == panel].groupby("arm", sort=False):
                style = style_of(str(arm))
                marker = style.page_marker if len(line) <= 30 else ""
                (handles[labels[str(arm)]],) = axis.plot(
                    line["step"], line["value"], color=style.colour, linestyle=style.page_dash, marker=marker,
                    markersize=3, markerfacecolor=style.face, label=labels[str(arm)],
                )  # fmt: skip
            axis.set(title=panel, xlabel="step")
        foot_legend(figure, handles)
    return described(figure, _in_words(points))


def _in_words(points: pd.DataFrame) -> str:
    told = [
        f"{panel}, {name_of(arm)}: {line['value'].iloc[0]:.4g} at step {line['step'].iloc[0]}, "
        f"{line['value'].iloc[-1]:.4g} at step {line['step'].iloc[-1]}"
        for (panel, arm), line in points.groupby(["panel", "arm"], sort=False)
    ]
    return sentences("Learning curves", told)
