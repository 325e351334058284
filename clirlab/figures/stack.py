"""Plotly figures in, one figure out that shows them below each other: what a page without widgets needs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from clirlab.figures.theme import LAYOUT

AXIS = re.compile(r"^([xy])(axis)?(\d*)$")
# pixels: above the first figure, and between two
TOP, GAP = 70, 70


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
    (['y', 'y2'], [0.55, 0.0])
    """
    heights = [figure.layout.height for figure in figures]
    whole = sum(heights) + GAP * (len(figures) - 1)
    data: list[Any] = []
    layout: dict[str, Any] = {"annotations": [], "height": whole + TOP, "title": title}
    top, axes = whole, 0
    for number, (figure, height) in enumerate(zip(figures, heights, strict=True), start=1):
        low, high = (top - height) / whole, top / whole
        part = _Part(low, high, axes, number)
        content = figure.to_plotly_json()
        data += [part.trace(trace) for trace in content["data"]]
        found = content["layout"]
        layout["annotations"] += [part.note(note) for note in found.get("annotations", [])]
        if text := found.get("title", {}).get("text"):
            heading = {"text": text, "x": 0, "y": high, "xref": "paper", "yref": "paper", "showarrow": False}
            layout["annotations"].append(heading | {"xanchor": "left", "yanchor": "bottom", "yshift": 22})
        names = axes_of(content)
        layout |= {part.name(name): part.axis(found.get(name, {}), name[0]) for name in names}
        layout[f"legend{number if number > 1 else ''}"] = part.legend(found.get("legend", {}))
        axes += max((int(name[5:] or 1) for name in names), default=0)
        top -= height + GAP
    margin = {"l": 70, "r": 20, "t": TOP, "b": 20}
    return go.Figure(data, layout).update_layout(template=LAYOUT.template, font=LAYOUT.font, margin=margin)


def axes_of(content: dict[str, Any]) -> set[str]:
    """``xaxis``, ``yaxis2`` and so on: the axes that a figure's layout or one of its traces names."""
    plotted = [trace for trace in content["data"] if trace["type"] != "table"]
    used = {trace.get(f"{letter}axis", letter).replace(letter, f"{letter}axis") for trace in plotted for letter in "xy"}
    return used | {name for name in content["layout"] if AXIS.match(name) and "axis" in name}


class _Part:
    """Where one figure lies in the whole: from `low` to `high`, its axes behind the first `axes`."""

    def __init__(self, low: float, high: float, axes: int, number: int) -> None:
        self.low, self.high, self.axes, self.number = low, high, axes, number

    def y(self, y: float) -> float:
        return self.low + y * (self.high - self.low)

    def name(self, name: str) -> str:
        """``x2`` or ``xaxis2`` with its number in the whole."""
        letter, axis, number = AXIS.match(name).groups()  # type: ignore[union-attr]
        place = int(number or 1) + self.axes
        return f"{letter}{axis or ''}{place if place > 1 else ''}"

    def trace(self, trace: dict[str, Any]) -> dict[str, Any]:
        moved = dict(trace)
        if trace["type"] == "table":
            domain = trace.get("domain", {})
            low, high = domain.get("y", (0, 1))
            return moved | {"domain": {"x": domain.get("x", (0, 1)), "y": (self.y(low), self.y(high))}}
        for axis in "xy":
            moved[f"{axis}axis"] = self.name(trace.get(f"{axis}axis", axis))
        if "colorbar" in trace:
            bar = {"y": self.y(0.5), "yanchor": "middle", "len": self.high - self.low}
            moved["colorbar"] = trace["colorbar"] | bar
        if trace["type"] != "heatmap" and self.number > 1:
            moved["legend"] = f"legend{self.number}"
        return moved

    def axis(self, axis: dict[str, Any], letter: str) -> dict[str, Any]:
        moved = dict(axis)
        for key in ("anchor", "matches", "overlaying", "scaleanchor"):
            if AXIS.match(str(axis.get(key, ""))):
                moved[key] = self.name(axis[key])
        if letter == "y":
            low, high = axis.get("domain", (0, 1))
            moved["domain"] = (self.y(low), self.y(high))
        return moved

    def note(self, note: dict[str, Any]) -> dict[str, Any]:
        moved = dict(note)
        for axis in "xy":
            reference = note.get(f"{axis}ref", "paper")
            if reference != "paper":
                moved[f"{axis}ref"] = self.name(reference)
            elif axis == "y":
                moved["y"] = self.y(note.get("y", 0))
        return moved

    def legend(self, legend: dict[str, Any]) -> dict[str, Any]:
        return legend | {"y": self.y(legend.get("y", 1))}
