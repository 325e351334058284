"""The documents of two rankings in, lines from rank to rank out: what rose, what fell, what is relevant.

Both functions take the same frame, one row a document: document (a label), first, second (its ranks from 1; NaN where a
ranking does not hold it), relevant (bool).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from matplotlib.figure import Figure

from clirlab.figures.describe import described, name_of, sentences
from clirlab.figures.labels import in_hover, on_screen, short
from clirlab.figures.page import page_panels
from clirlab.figures.stack import BASE, Spec

# by colour and by sign; relevant documents have a star and a thick line besides
ROSE, FELL, STAYED = "#009E73", "#D55E00", "#767676"
LABEL = 40


def placed(documents: pd.DataFrame, depth: int) -> pd.DataFrame:
    """The same with left and right, the heights that are drawn: the rank, or depth + 2 for all that is further down.

    Examples
    --------
    >>> frame = pd.DataFrame({"document": ["a", "b"], "first": [1, np.nan], "second": [9, 2], "relevant": True})
    >>> placed(frame, depth=5)[["left", "right"]].values.tolist()
    [[1.0, 7.0], [7.0, 2.0]]
    """
    beyond = depth + 2.0
    sides = {side: documents[side].where(documents[side] <= depth, beyond) for side in ("first", "second")}
    return documents.assign(left=sides["first"], right=sides["second"])


def moves_figure(documents: pd.DataFrame, names: tuple[str, str], depth: int = 10, title: str = "") -> go.Figure:
    """Interactive rank moves between two rankings.

    Parameters
    ----------
    names : (str, str)
        Of the first and the second ranking.
    depth : int
        Ranks beyond it share one place at the foot.

    Examples
    --------
    >>> frame = pd.DataFrame({"document": ["a"], "first": [3], "second": [1], "relevant": [True]})
    >>> moves_figure(frame, ("before", "after")).data[0].text
    ('★ 3. a', '1. a ★ ▲')
    """
    traces: list[Spec] = []
    for row in placed(documents, depth).itertuples():
        colour, sign = _change(row.first, row.second)
        label, star = on_screen(row.document, LABEL), row.relevant
        left, right = (_rank(rank) for rank in (row.first, row.second))
        drawn = row.left <= depth, row.right <= depth
        texts = [f"{'★ ' * star}{left} {label}", f"{right} {label}{' ★' * star} {sign}"]
        traces.append(
            {
                "type": "scatter",
                "x": [0, 1],
                "y": [row.left, row.right],
                "mode": "lines+markers+text",
                "line": {"color": colour, "width": 4 if star else 1.5},
                "marker": {"size": 13 if star else 7, "symbol": "star" if star else "circle", "color": colour},
                "text": [text if shown else "" for text, shown in zip(texts, drawn, strict=True)],
                "textposition": ["middle left", "middle right"],
                "hovertext": [f"{in_hover(row.document)}<br>{left} → {right}{' relevant' * star}"] * 2,
                "hovertemplate": "%{hovertext}<extra></extra>",
                "cliponaxis": False,
                "showlegend": False,
            }
        )
    hidden = {"showgrid": False, "zeroline": False, "fixedrange": True}
    heads = {"tickvals": [0, 1], "ticktext": [on_screen(name, 30) for name in names], "side": "top"}
    layout = BASE | {
        "title": {"text": on_screen(title, 100)},
        "xaxis": hidden | heads | {"range": (-1.4, 2.4)},
        "yaxis": hidden | {"range": (depth + 2.6, 0.4), "tickvals": [depth + 2], "ticktext": ["further down"]},
        "height": 28 * depth + 200,
        "hovermode": "closest",
    }
    return described(go.Figure({"data": traces, "layout": layout}), _in_words(documents, names))


def moves_page(documents: pd.DataFrame, names: tuple[str, str], depth: int = 10, width: str = "double") -> Figure:
    """The same moves for the page, from the same frame."""
    with page_panels(1, 0.2 * depth + 0.8, width) as (figure, (axis,)):
        for row in placed(documents, depth).itertuples():
            colour, sign = _change(row.first, row.second)
            label, star = short(row.document, LABEL), row.relevant
            style: Spec = {"marker": "*", "markersize": 9} if star else {"marker": "o", "markersize": 4}
            axis.plot([0, 1], [row.left, row.right], color=colour, linewidth=2.5 if star else 0.8, **style)
            if row.left <= depth:
                axis.text(-0.04, row.left, f"{_rank(row.first)} {label}", ha="right", va="center")
            if row.right <= depth:
                axis.text(1.04, row.right, f"{_rank(row.second)} {label} {sign}", ha="left", va="center")
        axis.set(xlim=(-1.4, 2.4), ylim=(depth + 2.6, 0.4), xticks=[0, 1], xticklabels=[short(n, 30) for n in names])
        axis.set_yticks([depth + 2], ["further down"])
        axis.xaxis.set_ticks_position("top")
    return described(figure, _in_words(documents, names))


def _change(first: float, second: float) -> tuple[str, str]:
    before, after = (np.inf if np.isnan(rank) else rank for rank in (first, second))
    if before == after:
        return STAYED, "="
    return (ROSE, "▲") if after < before else (FELL, "▼")


def _rank(rank: float) -> str:
    return "–" if np.isnan(rank) else f"{int(rank)}."


def _in_words(documents: pd.DataFrame, names: tuple[str, str]) -> str:
    told = [
        f"{name_of(row.document)}{' (relevant)' * row.relevant}: {_rank(row.first)} to {_rank(row.second)}"
        for row in documents.itertuples()
    ]
    return sentences(f"Ranks of documents by {name_of(names[0])} and by {name_of(names[1])}", told)
