"""Cosines of tokens to their partners before and after training in, a scatter for the screen and one for the page out.

Both take the frame of `clirlab.training.token_movement`: arm, token, partner, before, after; one panel an arm.
"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from matplotlib.figure import Figure
from plotly.subplots import make_subplots

from clirlab.figures.labels import labels_of, on_screen
from clirlab.figures.page import grid_of, page_panels
from clirlab.figures.theme import LAYOUT, style_of

AXES = ("cosine to its partner, before", "after")


def movement_figure(movement: pd.DataFrame, title: str = "") -> go.Figure:
    """Each foreign token as a point: above the diagonal it came nearer to the English token that it belongs to.

    Examples
    --------
    >>> frame = pd.DataFrame({"arm": "ot", "token": "maji", "partner": "water", "before": [0.4], "after": [0.6]})
    >>> movement_figure(frame).data[0].customdata[0]
    ['maji', 'water']
    """
    arms = labels_of(movement["arm"].unique())
    rows, columns, places = grid_of(len(arms))
    figure = make_subplots(
        rows, columns, subplot_titles=[on_screen(label) for label in arms.values()], shared_yaxes=True
    )
    for arm, place in zip(arms, places, strict=True):
        part, style = movement[movement["arm"] == arm], style_of(arm)
        points = go.Scatter(
            x=part["before"].round(4),
            y=part["after"].round(4),
            customdata=[[on_screen(t), on_screen(p)] for t, p in zip(part["token"], part["partner"], strict=True)],
            mode="markers",
            name=on_screen(arms[arm]),
            marker={"color": style.colour, "symbol": style.symbol, "size": 7, "opacity": 0.6},
            hovertemplate="%{customdata[0]} → %{customdata[1]}<br>%{x:.2f} before, %{y:.2f} after<extra></extra>",
            showlegend=False,
        )
        figure.add_trace(points, row=place[0], col=place[1])
        low, high = _range(movement)
        figure.add_shape(
            type="line", x0=low, y0=low, x1=high, y1=high, line={"color": "#777", "dash": "dot"}, row=place[0],
            col=place[1],
        )  # fmt: skip
        figure.update_xaxes(title_text=AXES[0], row=place[0], col=place[1])
    figure.update_yaxes(title_text=AXES[1], col=1)
    return figure.update_layout(LAYOUT).update_layout(title=title, height=420 * rows + 60)


def movement_page(movement: pd.DataFrame, width: str = "double") -> Figure:
    """The same points for the page."""
    arms = labels_of(movement["arm"].unique())
    low, high = _range(movement)
    with page_panels(len(arms), 2.4, width, sharey=True) as (figure, axes):
        for axis, arm in zip(axes, arms, strict=True):
            part, style = movement[movement["arm"] == arm], style_of(arm)
            axis.scatter(
                part["before"], part["after"], s=8, color=style.colour, marker=style.page_marker, alpha=0.5, linewidth=0
            )
            axis.plot([low, high], [low, high], color="#777777", linestyle=":", linewidth=0.8)
            axis.set(title=arms[arm], xlabel=AXES[0])
        axes[0].set_ylabel(AXES[1])
    return figure


def _range(movement: pd.DataFrame) -> tuple[float, float]:
    both = movement[["before", "after"]].to_numpy()
    return float(both.min()), float(both.max())
