"""Two scores of each query in, points out: which queries gain and which lose.

Both functions take the same frame, one row a query: panel, query (its text), x, y.
"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from matplotlib.figure import Figure

from clirlab.figures.describe import described, sentences
from clirlab.figures.labels import in_hover, on_screen, short
from clirlab.figures.page import foot_legend, page_panels
from clirlab.figures.stack import BASE, Spec
from clirlab.figures.theme import PAGE_MARKERS, PALETTE, SYMBOLS


def scatter_figure(queries: pd.DataFrame, x_title: str, y_title: str, title: str = "") -> go.Figure:
    """Interactive points, the query's text under the pointer; above the dashed line the second system is better.

    Examples
    --------
    >>> frame = pd.DataFrame({"panel": "so", "query": ["wapi?", "nani?"], "x": [0, 1], "y": [1, 0.5]})
    >>> scatter_figure(frame, "zero-shot", "optical").data[1].text
    ('wapi?', 'nani?')
    """
    traces: list[Spec] = [_line_of_equals()]
    for number, (panel, part) in enumerate(queries.groupby("panel", sort=False)):
        traces.append(
            {
                "type": "scatter",
                "x": part["x"].to_numpy(),
                "y": part["y"].to_numpy(),
                "mode": "markers",
                "name": on_screen(panel),
                "text": [in_hover(query) for query in part["query"]],
                "hovertemplate": "%{text}<br>%{x:.3f} → %{y:.3f}<extra></extra>",
                # many queries share a score: where they lie on each other, they are darker
                "marker": {
                    "color": PALETTE[(number + 1) % len(PALETTE)],
                    "symbol": SYMBOLS[number % len(SYMBOLS)],
                    "size": 9,
                    "opacity": 0.4,
                },
            }
        )
    layout = BASE | {
        "title": {"text": on_screen(title, 100)},
        "xaxis": {"title": {"text": on_screen(x_title, 60)}},
        "yaxis": {"title": {"text": on_screen(y_title, 60)}},
        "height": 460,
        "hovermode": "closest",
        "showlegend": True,
    }
    return described(go.Figure({"data": traces, "layout": layout}), _in_words(queries, x_title, y_title))


def scatter_page(queries: pd.DataFrame, x_title: str, y_title: str, width: str = "single") -> Figure:
    """The same points for the page, from the same frame."""
    handles = {}
    with page_panels(1, 3.2, width) as (figure, (axis,)):
        axis.plot([0, 1], [0, 1], linestyle="--", color="#767676", linewidth=0.8)
        for number, (panel, part) in enumerate(queries.groupby("panel", sort=False)):
            colour, marker = PALETTE[(number + 1) % len(PALETTE)], PAGE_MARKERS[number % len(PAGE_MARKERS)]
            points = axis.plot(part["x"], part["y"], marker, color=colour, alpha=0.4, markersize=4)
            handles[short(panel)] = points[0]
        axis.set(xlabel=short(x_title, 60), ylabel=short(y_title, 60))
        foot_legend(figure, handles, columns=3)
    return described(figure, _in_words(queries, x_title, y_title))


def _line_of_equals() -> Spec:
    line = {"color": "#767676", "dash": "dash", "width": 1}
    return {
        "type": "scatter", "x": [0, 1], "y": [0, 1], "mode": "lines", "line": line, "hoverinfo": "skip",
        "showlegend": False,
    }  # fmt: skip


def _in_words(queries: pd.DataFrame, x_title: str, y_title: str) -> str:
    told = []
    for panel, part in queries.groupby("panel", sort=False):
        up, down = int((part["y"] > part["x"]).sum()), int((part["y"] < part["x"]).sum())
        told.append(f"{panel}: {up} of {len(part)} queries gain, {down} lose")
    return sentences(f"Scores of each query, {x_title} across and {y_title} up", told)
