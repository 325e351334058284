"""Transport plans in, heatmaps out: side by side, on one colour scale.

Both functions take the same frame: columns panel, i, j, source, target, mass (one row a token pair; see
`TransportPlan.to_frame`).
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import plotly.graph_objects as go
from matplotlib.figure import Figure
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from clirlab.figures.theme import LAYOUT, MASS_SCALE, PAGE


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
    figure = make_subplots(1, len(panels), subplot_titles=panels, shared_yaxes=True, horizontal_spacing=0.04)
    for column, panel in enumerate(panels, start=1):
        shares, source, target = _matrix(plans[plans["panel"] == panel])
        cells = [[f"{s} → {t}" for t in target] for s in source]
        heatmap = go.Heatmap(
            z=shares,
            text=cells,
            zmin=0,
            zmax=1,
            colorscale=MASS_SCALE,
            showscale=column == len(panels),
            colorbar={"title": "share of<br>the row"},
            hovertemplate="%{text}<br>%{z:.2f}<extra></extra>",
            xgap=1,
            ygap=1,
        )
        figure.add_trace(heatmap, row=1, col=column)
        # positions with the tokens as labels: a token that occurs twice keeps two columns
        figure.update_xaxes(tickvals=list(range(len(target))), ticktext=target, tickangle=-60, row=1, col=column)
        figure.update_yaxes(tickvals=list(range(len(source))), ticktext=source, autorange="reversed", row=1, col=column)
    return figure.update_layout(LAYOUT).update_layout(title=title, height=max(380, 30 * len(source) + 180))


def plan_page(plans: pd.DataFrame) -> Figure:
    """The same heatmaps for the page (two-column width), from the same frame."""
    panels = plans["panel"].unique().tolist()
    with plt.rc_context(PAGE):
        figure, axes = plt.subplots(1, len(panels), figsize=(7, 3.4), squeeze=False, layout="constrained")
        for axis, panel in zip(axes[0], panels, strict=True):
            shares, source, target = _matrix(plans[plans["panel"] == panel])
            image = axis.imshow(shares, vmin=0, vmax=1, cmap=MASS_SCALE.lower(), aspect="auto")
            axis.set_xticks(range(len(target)), target, rotation=60, ha="right", rotation_mode="anchor")
            axis.set_yticks(range(len(source)), source)
            axis.set_title(panel)
        figure.colorbar(image, ax=axes[0].tolist(), label="share of the row", shrink=0.8)
        plt.close(figure)
    return figure
