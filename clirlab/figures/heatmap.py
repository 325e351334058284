"""Transport plans in, heatmaps out: side by side, on one colour scale.

Both functions take the same frame: columns panel, i, j, source, target, mass (one row a token pair; see
`TransportPlan.to_frame`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from matplotlib.figure import Figure
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from clirlab.figures.describe import described, name_of, sentences
from clirlab.figures.labels import in_hover, on_screen, short
from clirlab.figures.page import grid_of, page_panels
from clirlab.figures.theme import LAYOUT, MASS_SCALE

TOKEN = 28  # letters of a token that a picture has room for


def _matrix(plan: pd.DataFrame) -> tuple[NDArray[np.float64], list[str], list[str]]:
    """Row shares (each row's mass scaled to sum 1) and the tokens of both axes, as they are read."""
    mass = plan.pivot(index="i", columns="j", values="mass").to_numpy(dtype=float)
    source = plan.drop_duplicates("i").sort_values("i")["source"]
    target = plan.drop_duplicates("j").sort_values("j")["target"]
    shares = mass / np.maximum(mass.sum(1, keepdims=True), 1e-30)
    return shares, *([token.replace("▁", " ").strip() or "·" for token in axis] for axis in (source, target))


def plan_figure(plans: pd.DataFrame, title: str = "") -> go.Figure:
    """Interactive heatmaps of one or several plans; a cell shows which share of the row's mass goes there.

    Examples
    --------
    >>> cells = {"panel": "before", "i": [0, 0], "j": [0, 1], "source": "maji", "target": ["water", "!"]}
    >>> plan_figure(pd.DataFrame(cells | {"mass": [0.3, 0.1]})).data[0].z.round(2).tolist()
    [[0.75, 0.25]]
    """
    panels = plans["panel"].unique().tolist()
    rows, columns, places = grid_of(len(panels))
    figure = make_subplots(
        rows, columns, subplot_titles=[on_screen(panel, 40) for panel in panels], horizontal_spacing=0.1 / columns,
        vertical_spacing=0.3 / rows,
    )  # fmt: skip
    most = 0
    for (row, column), panel in zip(places, panels, strict=True):
        shares, source, target = _matrix(plans[plans["panel"] == panel])
        most = max(most, len(source))
        cells = [[f"{in_hover(s)} → {in_hover(t)}" for t in target] for s in source]
        heatmap = go.Heatmap(
            z=shares,
            text=cells,
            zmin=0,
            zmax=1,
            colorscale=MASS_SCALE,
            showscale=panel == panels[-1],
            colorbar={"title": "share of<br>the row"},
            hovertemplate="%{text}<br>%{z:.2f}<extra></extra>",
            xgap=1,
            ygap=1,
        )
        figure.add_trace(heatmap, row=row, col=column)
        # positions with the tokens as labels: a token that occurs twice keeps two columns
        for update, tokens, more in (
            (figure.update_xaxes, target, {"tickangle": -60}),
            (figure.update_yaxes, source, {"autorange": "reversed"}),
        ):
            ticks = [on_screen(token, TOKEN) for token in tokens]
            update(tickvals=list(range(len(tokens))), ticktext=ticks, row=row, col=column, **more)
    height = rows * max(380, 30 * most + 180)
    figure.update_layout(LAYOUT).update_layout(title=on_screen(title, 100), height=height)
    return described(figure, _in_words(plans))


def plan_page(plans: pd.DataFrame, width: str = "double") -> Figure:
    """The same heatmaps for the page, from the same frame."""
    panels = plans["panel"].unique().tolist()
    with page_panels(len(panels), 3.4, width) as (figure, axes):
        for axis, panel in zip(axes, panels, strict=True):
            shares, source, target = _matrix(plans[plans["panel"] == panel])
            image = axis.imshow(shares, vmin=0, vmax=1, cmap=MASS_SCALE.lower(), aspect="auto")
            axis.set_xticks(
                range(len(target)), [short(token, TOKEN) for token in target], rotation=60, ha="right",
                rotation_mode="anchor",
            )  # fmt: skip
            axis.set_yticks(range(len(source)), [short(token, TOKEN) for token in source])
            axis.set_title(short(panel, 40))
        figure.colorbar(image, ax=axes, label="share of the row", shrink=0.8)
    return described(figure, _in_words(plans))


def _in_words(plans: pd.DataFrame) -> str:
    """Where most of each token's mass goes."""
    told = []
    for panel in plans["panel"].unique():
        shares, source, target = _matrix(plans[plans["panel"] == panel])
        best = [f"{name_of(s)} → {name_of(target[k])} {row[k]:.2f}" for s, row in zip(source, shares, strict=True)
                for k in [int(row.argmax())]]  # fmt: skip
        told.append(f"{name_of(panel)}: {', '.join(best)}")
    return sentences("Heatmap of a transport plan: where most of each row's mass goes", told)
