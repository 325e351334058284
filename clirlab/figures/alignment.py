"""Word links and alignment error rates in, pictures of them out: gold beside predicted, layers beside methods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from clirlab.errors import InputError
from clirlab.figures.cells import Colours, cells_figure, cells_page
from clirlab.figures.describe import described, name_of, sentences
from clirlab.figures.labels import in_hover, on_screen, short
from clirlab.figures.page import foot_legend, page_panels
from clirlab.figures.theme import FOOT_LEGEND, LAYOUT

Link = tuple[int, int]
WORD = 18


class Kind(NamedTuple):
    """How a kind of link is drawn: by colour and by shape, so that either is enough."""

    colour: str
    symbol: str
    page_marker: str
    filled: bool


KINDS = {
    "right": Kind("#0072B2", "circle", "o", True),
    "right, possible": Kind("#56B4E9", "square", "s", True),
    "wrong": Kind("#D55E00", "x", "X", True),
    "missed": Kind("#000000", "circle-open", "o", False),
    "possible, not predicted": Kind("#767676", "square-open", "s", False),
}


def link_frame(
    source: Sequence[str],
    target: Sequence[str],
    predicted: Iterable[Link],
    sure: Iterable[Link] = (),
    possible: Iterable[Link] = (),
) -> pd.DataFrame:
    """Every link of a sentence pair, predicted or gold: i, j, source, target, kind (one of `KINDS`).

    Parameters
    ----------
    source, target : sequence of str
        The words.
    predicted, sure, possible : iterable of (int, int)
        Source word and target word, from 0; *possible* may or may not hold the sure ones.

    Raises
    ------
    InputError
        If a link is not between two of these words.

    Examples
    --------
    >>> link_frame(["maji", "ya"], ["the", "water"], [(0, 1), (1, 0)], sure=[(0, 1)])["kind"].tolist()
    ['right', 'wrong']
    """
    found, certain = set(predicted), set(sure)
    maybe = set(possible) - certain
    rows = []
    for i, j in sorted(found | certain | maybe):
        if not (0 <= i < len(source) and 0 <= j < len(target)):
            raise InputError(f"there is no link {i}-{j} between {len(source)} and {len(target)} words")
        if (i, j) in found:
            kind = "right" if (i, j) in certain else "right, possible" if (i, j) in maybe else "wrong"
        else:
            kind = "missed" if (i, j) in certain else "possible, not predicted"
        rows.append((i, j, source[i], target[j], kind))
    return pd.DataFrame(rows, columns=["i", "j", "source", "target", "kind"])


def matrix_figure(
    source: Sequence[str],
    target: Sequence[str],
    predicted: Iterable[Link],
    sure: Iterable[Link] = (),
    possible: Iterable[Link] = (),
    title: str = "",
) -> go.Figure:
    """Interactive matrix of gold and predicted links; see `link_frame`.

    Examples
    --------
    >>> figure = matrix_figure(["maji"], ["the", "water"], [(0, 0)], sure=[(0, 1)])
    >>> [(trace.name, list(trace.x), list(trace.y)) for trace in figure.data]
    [('wrong', [0], [0]), ('missed', [1], [0])]
    """
    links = link_frame(source, target, predicted, sure, possible)
    figure = go.Figure()
    for kind, style in KINDS.items():
        if len(some := links[links["kind"] == kind]):
            words = zip(some["source"], some["target"], strict=True)
            figure.add_scatter(
                x=some["j"].tolist(),
                y=some["i"].tolist(),
                text=[f"{in_hover(s)} – {in_hover(t)}<br>{kind}" for s, t in words],
                mode="markers",
                name=kind,
                marker={"color": style.colour, "symbol": style.symbol, "size": 13, "line": {"width": 2}},
                hovertemplate="%{text}<extra></extra>",
            )
    figure.update_layout(LAYOUT)
    axis = {"showgrid": True, "zeroline": False, "automargin": True}
    figure.update_xaxes(axis | _ticks(target) | {"side": "top", "tickangle": -60, "range": [-0.5, len(target) - 0.5]})
    figure.update_yaxes(axis | _ticks(source) | {"range": [len(source) - 0.5, -0.5]})
    figure.update_layout(
        title=on_screen(title, 100), height=200 + 30 * len(source), showlegend=True, legend=FOOT_LEGEND,
        margin={"t": 120},
    )  # fmt: skip
    return described(figure, _in_words(links))


def _ticks(words: Sequence[str]) -> dict[str, list]:
    # positions with the words as labels: a word that occurs twice keeps two rows
    return {"tickvals": list(range(len(words))), "ticktext": [on_screen(word, WORD) for word in words]}


def matrix_page(
    source: Sequence[str],
    target: Sequence[str],
    predicted: Iterable[Link],
    sure: Iterable[Link] = (),
    possible: Iterable[Link] = (),
    width: str = "single",
) -> Figure:
    """The same matrix for the page, from the same links."""
    links = link_frame(source, target, predicted, sure, possible)
    handles = {}
    with page_panels(1, 1.9 + 0.16 * len(source), width) as (figure, (axis,)):
        for kind, style in KINDS.items():
            if len(some := links[links["kind"] == kind]):
                (handles[kind],) = axis.plot(
                    some["j"], some["i"], linestyle="none", marker=style.page_marker, color=style.colour, markersize=5,
                    markerfacecolor=style.colour if style.filled else "white", label=kind,
                )  # fmt: skip
        axis.set_xticks(range(len(target)), [short(word, WORD) for word in target], rotation=60, ha="left",
                        rotation_mode="anchor")  # fmt: skip
        axis.xaxis.tick_top()
        axis.set_yticks(range(len(source)), [short(word, WORD) for word in source])
        axis.set(xlim=(-0.5, len(target) - 0.5), ylim=(len(source) - 0.5, -0.5))
        axis.grid(linewidth=0.3)
        axis.set_axisbelow(True)
        legend: dict[str, Line2D] = handles
        foot_legend(figure, legend, columns=3)
    return described(figure, _in_words(links))


def _in_words(links: pd.DataFrame) -> str:
    named = links.assign(link=[f"{name_of(s)} – {name_of(t)}" for s, t in links[["source", "target"]].to_numpy()])
    told = [f"{kind}: {', '.join(some['link'])}" for kind, some in named.groupby("kind", sort=False)]
    return sentences("Matrix of word links", told)


def layer_cells(scan: pd.DataFrame, measure: str = "AER") -> pd.DataFrame:
    """The cells of a scan: a panel for each set, a row for each layer, a column for each method and extraction.

    Raises
    ------
    InputError
        If it is no frame of `clirlab.alignment.scan`, or lacks the measure.
    """
    lacking = [name for name in ("set", "layer", "method", "how", measure) if name not in scan]
    if lacking:
        raise InputError(f"not a scan of layers and methods: no column {', '.join(lacking)}")
    several = len(scan["how"].unique()) > 1
    columns = scan["method"] + ", " + scan["how"] if several else scan["method"]
    ordered = scan.assign(column=columns, panel=scan["set"], row=scan["layer"].astype(str), value=scan[measure])
    return ordered.sort_values("layer", ascending=False, kind="stable")[["panel", "row", "column", "value"]]


def layer_figure(scan: pd.DataFrame, measure: str = "AER", title: str = "") -> go.Figure:
    """Interactive heatmap of alignment error rates, layers against methods; light is better.

    Parameters
    ----------
    scan : DataFrame
        As `clirlab.alignment.scan` gives it.
    measure : str
        One of its measures.
    """
    return cells_figure(layer_cells(scan, measure), measure, title, _scale(measure), y_title="layer")


def layer_page(scan: pd.DataFrame, measure: str = "AER", width: str = "double") -> Figure:
    """The same for the page, from the same frame."""
    return cells_page(layer_cells(scan, measure), measure, _scale(measure), y_title="layer", width=width)


def _scale(measure: str) -> Colours:
    return Colours("viridis_r") if measure == "AER" else Colours("viridis")
