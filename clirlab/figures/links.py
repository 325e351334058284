"""Token pairs in, lines between two columns of tokens out: as wide as the mass, or by what gold says of a link.

The functions for plans take the frame of `clirlab.figures.plan_figure`: panel, i, j, source, target, mass.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from clirlab.figures.alignment import KINDS
from clirlab.figures.describe import described, name_of, sentences
from clirlab.figures.labels import in_hover, on_screen, short
from clirlab.figures.page import foot_legend, page_panels
from clirlab.figures.stack import BASE, Spec
from clirlab.figures.theme import faint

COLOUR = "#0072B2"
# shares of a token's mass that are not drawn, and the steps of width that the others are drawn in
LEAST = 0.02
STEPS = 16
# pixels on the screen; the page has half as many points
WIDEST = 8.0
MAX_HEIGHT = 1400
TOKEN = 22  # letters of a token that a picture has room for
# of the kinds of links, for plotly and for Matplotlib
DASHES: dict[str, tuple[str, Any]] = {
    "right": ("solid", "-"),
    "right, possible": ("longdashdot", "-."),
    "wrong": ("dash", "--"),
    "missed": ("dot", ":"),
    "possible, not predicted": ("dot", (0, (1, 4))),
}


def plan_links(plan: pd.DataFrame) -> pd.DataFrame:
    """The pairs of one plan that are drawn: i, j, source, target, mass, width, and the heights left and right.

    The width, in (0, 1], is the mass as a share of the heaviest source token's, rounded up to sixteenths; pairs below
    `LEAST` are left out. Heights are in (0, 1) from the top.

    Examples
    --------
    >>> cells = {"i": [0, 0], "j": [0, 1], "source": "maji", "target": ["water", "!"], "mass": [0.3, 0.1]}
    >>> plan_links(pd.DataFrame(cells))[["j", "width", "left", "right"]].values.tolist()
    [[1.0, 0.25, 0.5, 0.75], [0.0, 0.75, 0.5, 0.25]]
    """
    heaviest = plan.groupby("i")["mass"].sum().max()
    share = plan["mass"] / max(heaviest, 1e-30)
    # a share that rounding put a hair above a step does not take the next one
    width = np.ceil(np.minimum(share, 1) * STEPS - 1e-6) / STEPS
    drawn = plan.assign(
        width=width, left=(plan["i"] + 0.5) / (plan["i"].max() + 1), right=(plan["j"] + 0.5) / (plan["j"].max() + 1)
    )
    return drawn[share >= LEAST].sort_values(["width", "i", "j"])


def link_figure(plans: pd.DataFrame, title: str = "") -> go.Figure:
    """Interactive links of one or several plans: source tokens left, target tokens right, lines as wide as the mass.

    Examples
    --------
    >>> cells = {"panel": "before", "i": [0, 0], "j": [0, 1], "source": "maji", "target": ["water", "!"]}
    >>> figure = link_figure(pd.DataFrame(cells | {"mass": [0.3, 0.1]}))
    >>> [trace.line.width for trace in figure.data if trace.mode == "lines"]
    [2.0, 6.0]
    """
    figure = go.Figure(link_spec(plans)).update_layout(title=on_screen(title, 100))
    return described(figure, _in_words(plans))


def link_spec(plans: pd.DataFrame) -> Spec:
    """The same as a plain dictionary, for where it must be quick."""
    panels = plans["panel"].unique().tolist()
    traces: list[Spec] = []
    tokens = 0
    for number, panel in enumerate(panels, start=1):
        plan = plans[plans["panel"] == panel]
        drawn, (source, target) = plan_links(plan), _sides(plan)
        whole = {token: in_hover(as_read(token)) for token in {*source, *target}}
        found = [
            _lines(links, {"width": WIDEST * width, "color": faint(COLOUR, 0.25 + 0.65 * width)})
            for width, links in drawn.groupby("width")
        ]
        texts = [
            f"{whole[s]} → {whole[t]}<br>mass {mass:.4f}"
            for s, t, mass in zip(drawn["source"], drawn["target"], drawn["mass"], strict=True)
        ]
        found += [_middles(drawn, texts, {"size": 12, "opacity": 0}), *_columns(source, target)]
        axes = {"xaxis": _axis("x", number), "yaxis": _axis("y", number)}
        traces += [trace | axes for trace in found]
        tokens = max(tokens, len(source), len(target))
    return {"data": traces, "layout": _empty(panels, tokens)}


def link_page(plans: pd.DataFrame, width: str = "double") -> Figure:
    """The same links for the page, from the same frame."""
    panels = plans["panel"].unique().tolist()
    with page_panels(len(panels), 4, width) as (figure, axes):
        for axis, panel in zip(axes, panels, strict=True):
            plan = plans[plans["panel"] == panel]
            drawn = plan_links(plan)
            widths = drawn["width"].to_numpy()
            colours = [(0, 0x72 / 255, 0xB2 / 255, 0.25 + 0.65 * width) for width in widths]
            axis.add_collection(LineCollection(_segments(drawn), linewidths=widths * WIDEST / 2, colors=colours))
            _page_columns(axis, *_sides(plan))
            axis.set_title(short(panel, 40))
    return described(figure, _in_words(plans))


def alignment_figure(links: pd.DataFrame, source: Sequence[str], target: Sequence[str], title: str = "") -> go.Figure:
    """Interactive word links of a sentence pair between two columns of words: right, wrong and missed ones.

    Parameters
    ----------
    links : DataFrame
        i, j (words of both sides, from 0), kind; see `clirlab.figures.link_frame`.
    source, target : sequence of str
        All words of both sides, in order.

    Examples
    --------
    >>> links = pd.DataFrame({"i": [0, 1], "j": [0, 0], "kind": ["right", "wrong"]})
    >>> figure = alignment_figure(links, ["maji", "safi"], ["water"])
    >>> [(trace.name, trace.line.dash) for trace in figure.data if trace.mode == "lines"]
    [('right (1)', 'solid'), ('wrong (1)', 'dash')]
    """
    traces: list[Spec] = []
    for name, drawn in _by_kind(links, source, target):
        texts = [
            f"{name}: {in_hover(source[i])} → {in_hover(target[j])}"
            for i, j in zip(drawn["i"], drawn["j"], strict=True)
        ]
        shown = {"legendgroup": name, "name": f"{name} ({len(drawn)})"}
        line = {"width": 2.5, "color": KINDS[name].colour, "dash": DASHES[name][0]}
        marker = {"size": 11, "color": KINDS[name].colour, "symbol": KINDS[name].symbol}
        middles = _middles(drawn, texts, marker)
        traces += [_lines(drawn, line) | shown | {"showlegend": True}, middles | shown]
    layout = _empty([""], max(len(source), len(target)))
    legend = {"orientation": "h", "y": 1.0, "yanchor": "bottom"}
    spec = {"data": [*traces, *_columns(source, target)], "layout": layout | {"legend": legend}}
    return described(go.Figure(spec).update_layout(title=on_screen(title, 100)), _links_in_words(links, source, target))


def alignment_page(links: pd.DataFrame, source: Sequence[str], target: Sequence[str], width: str = "single") -> Figure:
    """The same word links for the page, from the same frame."""
    handles = {}
    with page_panels(1, min(0.8 + 0.17 * max(len(source), len(target)), 9), width) as (figure, (axis,)):
        for name, drawn in _by_kind(links, source, target):
            kind, dash = KINDS[name], DASHES[name][1]
            style: Spec = {"color": kind.colour, "marker": kind.page_marker, "markersize": 4}
            style["markerfacecolor"] = kind.colour if kind.filled else "white"
            axis.add_collection(LineCollection(_segments(drawn), linestyles=[dash], colors=kind.colour, linewidths=1.2))
            axis.plot([0.5] * len(drawn), (drawn["left"] + drawn["right"]) / 2, linestyle="none", **style)
            handles[f"{name} ({len(drawn)})"] = Line2D([], [], linestyle=dash, **style)
        _page_columns(axis, source, target)
        foot_legend(figure, handles, columns=3)
    return described(figure, _links_in_words(links, source, target))


def as_read(token: str) -> str:
    """A sub-word as it is read: without the sign for the blank before it, and · for a blank alone.

    Examples
    --------
    >>> as_read("▁maji"), as_read("▁")
    ('maji', '·')
    """
    return token.replace("▁", " ").strip() or "·"


def _by_kind(links: pd.DataFrame, source: Sequence[str], target: Sequence[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """The links of each kind that there is, with the heights of their ends."""
    placed = links.assign(left=(links["i"] + 0.5) / max(len(source), 1), right=(links["j"] + 0.5) / max(len(target), 1))
    for name in KINDS:
        if (of_kind := placed["kind"] == name).any():
            yield name, placed[of_kind].sort_values(["i", "j"])


def _in_words(plans: pd.DataFrame) -> str:
    """The heaviest links of each panel."""
    told = []
    for panel, plan in plans.groupby("panel", sort=False):
        heaviest = plan_links(plan).sort_values("mass", ascending=False).head(10)
        pairs = ", ".join(
            f"{name_of(as_read(s))} to {name_of(as_read(t))} {mass:.3f}"
            for s, t, mass in zip(heaviest["source"], heaviest["target"], heaviest["mass"], strict=True)
        )
        told.append(f"{panel}: {pairs}")
    return sentences("Lines between source tokens and target tokens, as wide as the mass that goes there", told)


def _links_in_words(links: pd.DataFrame, source: Sequence[str], target: Sequence[str]) -> str:
    told = [
        f"{name}: " + ", ".join(f"{name_of(source[i])} to {name_of(target[j])}" for i, j in part[["i", "j"]].to_numpy())
        for name, part in _by_kind(links, source, target)
    ]
    return sentences("Links between the words of a sentence and those of its translation", told)


def _sides(plan: pd.DataFrame) -> tuple[list[str], list[str]]:
    source = plan.drop_duplicates("i").sort_values("i")["source"]
    target = plan.drop_duplicates("j").sort_values("j")["target"]
    return source.tolist(), target.tolist()


def _segments(drawn: pd.DataFrame) -> list[list[tuple[float, float]]]:
    return [[(0.0, y0), (1.0, y1)] for y0, y1 in zip(drawn["left"], drawn["right"], strict=True)]


def _lines(drawn: pd.DataFrame, line: Spec) -> Spec:
    """All links of one look as one trace, with gaps between them."""
    heights = np.full((len(drawn), 3), np.nan)
    heights[:, 0], heights[:, 1] = drawn["left"], drawn["right"]
    x = np.tile([0, 1, np.nan], len(drawn))
    where = {"type": "scatter", "x": x, "y": heights.ravel(), "mode": "lines", "line": line}
    return where | {"hoverinfo": "skip", "showlegend": False}


def _middles(drawn: pd.DataFrame, texts: list[str], marker: Spec) -> Spec:
    """A mark in the middle of each link, which is what the pointer finds."""
    middle = ((drawn["left"] + drawn["right"]) / 2).to_numpy()
    where = {"type": "scatter", "x": np.full(len(drawn), 0.5), "y": middle, "mode": "markers", "marker": marker}
    return where | {"text": texts, "hovertemplate": "%{text}<extra></extra>", "showlegend": False}


def _columns(source: Sequence[str], target: Sequence[str]) -> list[Spec]:
    """The tokens of both sides, with more of their text for the pointer."""
    return [
        {
            "type": "scatter",
            "x": np.full(len(tokens), x),
            "y": (np.arange(len(tokens)) + 0.5) / max(len(tokens), 1),
            "mode": "markers+text",
            "marker": {"size": 5, "color": "#000000"},
            "text": [on_screen(as_read(token), TOKEN) for token in tokens],
            "textposition": side,
            "hovertext": [in_hover(as_read(token)) for token in tokens],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "cliponaxis": False,
            "showlegend": False,
        }
        for tokens, x, side in ((source, 0.0, "middle left"), (target, 1.0, "middle right"))
    ]


def _axis(letter: str, number: int) -> str:
    return letter if number == 1 else f"{letter}{number}"


def _empty(panels: list[str], tokens: int) -> Spec:
    """A layout with room for so many panels side by side, their axes hidden."""
    hidden = {"showgrid": False, "zeroline": False, "showticklabels": False, "fixedrange": True}
    height = min(max(300, 24 * tokens + 120), MAX_HEIGHT)
    layout = BASE | {"height": height, "margin": BASE["margin"] | {"l": 20}, "hovermode": "closest"}
    layout["annotations"] = notes = []
    for number, panel in enumerate(panels, start=1):
        left, right = (number - 1) / len(panels), number / len(panels)
        x = {"domain": (left, right - 0.02), "range": (-0.9, 1.9), "anchor": _axis("y", number)}
        y = {"domain": (0, 1), "range": (1.02, -0.02), "anchor": _axis("x", number)}
        suffix = "" if number == 1 else str(number)
        layout |= {f"xaxis{suffix}": hidden | x, f"yaxis{suffix}": hidden | y}
        place = {"x": (left + right - 0.02) / 2, "y": 1.0, "xref": "paper", "yref": "paper", "yanchor": "bottom"}
        notes.append(place | {"text": on_screen(panel, 60) if panel else "", "showarrow": False, "font": {"size": 16}})
    return layout


def _page_columns(axis: Axes, source: Sequence[str], target: Sequence[str]) -> None:
    for tokens, x, side in ((source, -0.03, "right"), (target, 1.03, "left")):
        for place, token in enumerate(tokens):
            axis.text(x, (place + 0.5) / len(tokens), short(as_read(token), TOKEN), ha=side, va="center")
    axis.set(xlim=(-0.7, 1.7), ylim=(1.02, -0.02))
    axis.axis("off")
