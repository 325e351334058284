"""Plotly figures in, one figure out that shows them below each other: what a page without widgets needs.

Figures are put together as plain dictionaries (``data``, ``layout``), since plotly's objects take a second where these
take milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from clirlab.figures.describe import alt_of, described
from clirlab.figures.theme import LAYOUT

Spec = dict[str, Any]
# the common look, with its template written out, as plotly.js reads it
BASE: Spec = go.Layout(LAYOUT).to_plotly_json()
AXIS = re.compile(r"^([xy])(axis)?(\d*)$")
# pixels: above the first figure, and between two
TOP, GAP = 80, 80


def stack(figures: Sequence[go.Figure], title: str = "") -> go.Figure:
    """One figure below the other, each with its height, axes, notes, colour bars and legend.

    Parameters
    ----------
    figures : sequence of plotly Figure
        Each with a height in its layout. Their titles are shown above them.
    title : str

    Examples
    --------
    >>> one = go.Figure(go.Scatter(x=[0], y=[1]), go.Layout(height=300))
    >>> both = stack([one, one])
    >>> [trace.yaxis for trace in both.data], [round(both.layout[axis].domain[0], 2) for axis in ("yaxis", "yaxis2")]
    (['y', 'y2'], [0.56, 0.0])
    """
    whole = go.Figure(stack_specs(list(map(spec_of, figures)), title))
    return described(whole, " ".join(filter(None, map(alt_of, figures))))


def spec_of(figure: go.Figure) -> Spec:
    """A figure as a plain dictionary, its arrays as they are."""
    data = [trace.to_plotly_json() for trace in figure.data]
    return {"data": data, "layout": figure.layout.to_plotly_json()}


def stack_specs(specs: Sequence[Spec], title: str = "") -> Spec:
    """The same of figures as plain dictionaries, which are not changed."""
    heights = [spec["layout"]["height"] for spec in specs]
    whole = sum(heights) + GAP * (len(specs) - 1)
    data: list[Spec] = []
    margin = {"l": 70, "r": 20, "t": TOP, "b": 20}
    layout = BASE | {"annotations": [], "height": whole + TOP, "title": {"text": title}, "margin": margin}
    top, axes = whole, 0
    for number, (spec, height) in enumerate(zip(specs, heights, strict=True), start=1):
        part = _Part((top - height) / whole, top / whole, axes, number)
        own = spec["layout"]
        data += [part.trace(trace) for trace in spec["data"]]
        layout["annotations"] += [part.note(note) for note in own.get("annotations", ())]
        if text := own.get("title", {}).get("text"):
            layout["annotations"].append(part.heading(text))
        names = sorted(_axes_of(spec))
        layout |= {part.name(name): part.axis(own.get(name, {}), name[0]) for name in names}
        layout[part.legend_name] = part.legend(own.get("legend", {}))
        axes += max((int(name[5:] or 1) for name in names), default=0)
        top -= height + GAP
    return {"data": data, "layout": layout}


def _axes_of(spec: Spec) -> set[str]:
    """``xaxis``, ``yaxis2`` and so on: the axes that a figure's layout or one of its traces names."""
    plotted = [trace for trace in spec["data"] if trace["type"] != "table"]
    used = {trace.get(f"{letter}axis", letter).replace(letter, f"{letter}axis") for trace in plotted for letter in "xy"}
    return used | {name for name in spec["layout"] if AXIS.match(name) and "axis" in name}


class _Part:
    """Where one figure lies in the whole: from `low` to `high`, its axes behind the first `axes`."""

    def __init__(self, low: float, high: float, axes: int, number: int) -> None:
        self.low, self.high, self.axes = low, high, axes
        self.legend_name = f"legend{number if number > 1 else ''}"

    def y(self, y: float) -> float:
        return self.low + y * (self.high - self.low)

    def name(self, name: str) -> str:
        """``x2`` or ``xaxis2`` with its number in the whole."""
        letter, axis, number = AXIS.match(name).groups()  # type: ignore[union-attr]
        place = int(number or 1) + self.axes
        return f"{letter}{axis or ''}{place if place > 1 else ''}"

    def trace(self, trace: Spec) -> Spec:
        if trace["type"] == "table":
            domain = trace.get("domain", {})
            low, high = domain.get("y", (0, 1))
            return trace | {"domain": {"x": domain.get("x", (0, 1)), "y": (self.y(low), self.y(high))}}
        moved = trace | {f"{letter}axis": self.name(trace.get(f"{letter}axis", letter)) for letter in "xy"}
        if trace["type"] == "heatmap":
            bar = {"y": self.y(0.5), "yanchor": "middle", "len": self.high - self.low}
            return moved | {"colorbar": trace.get("colorbar", {}) | bar}
        return moved | {"legend": self.legend_name}

    def axis(self, axis: Spec, letter: str) -> Spec:
        moved = dict(axis)
        for key in ("anchor", "matches", "overlaying", "scaleanchor"):
            if AXIS.match(str(axis.get(key, ""))):
                moved[key] = self.name(axis[key])
        if letter == "y":
            low, high = axis.get("domain", (0, 1))
            moved["domain"] = (self.y(low), self.y(high))
        return moved

    def note(self, note: Spec) -> Spec:
        moved = dict(note)
        for letter in "xy":
            reference = note.get(f"{letter}ref", "paper")
            if reference != "paper":
                moved[f"{letter}ref"] = self.name(reference)
            elif letter == "y":
                moved["y"] = self.y(note.get("y", 0))
        return moved

    def heading(self, text: str) -> Spec:
        place = {"x": 0, "y": self.high, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
        return place | {"text": f"<b>{text}</b>", "yshift": 26, "showarrow": False}

    def legend(self, legend: Spec) -> Spec:
        return legend | {"y": self.y(legend.get("y", 1))}
