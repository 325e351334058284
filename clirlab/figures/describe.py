"""A figure and what it shows in words in, a figure that carries its alternative text out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import plotly.graph_objects as go
from matplotlib.figure import Figure

from clirlab.figures.labels import plain, short

AnyFigure = TypeVar("AnyFigure", go.Figure, Figure)
# beyond that nobody listens; the table beside the figure has it all
LONGEST = 1200


def described(figure: AnyFigure, text: str) -> AnyFigure:
    """Give a figure its alternative text, which `save_page`, `save_screen` and the reports write out.

    Examples
    --------
    >>> alt_of(described(go.Figure(), "One bar."))
    'One bar.'
    """
    if isinstance(figure, go.Figure):
        figure.update_layout(meta={"alt": text})
    else:
        figure.set_label(text)
    return figure


def alt_of(figure: go.Figure | Figure) -> str:
    """The alternative text of a figure; empty where it has none."""
    if isinstance(figure, go.Figure):
        meta = figure.layout.meta
        return str(meta["alt"]) if isinstance(meta, dict) and "alt" in meta else ""
    return str(figure.get_label() or "")


def sentences(opening: str, parts: Iterable[str]) -> str:
    """An opening and what follows it, as far as anybody listens.

    Examples
    --------
    >>> sentences("Two curves", ["a rises", "b falls"])
    'Two curves. a rises; b falls.'
    """
    told, length, left = [], len(opening), 0
    for part in parts:
        if left or length > LONGEST:
            left += 1
            continue
        told.append(plain(part))
        length += len(part)
    more = f"; and {left} more" if left else ""
    return f"{plain(opening)}. {'; '.join(told)}{more}." if told else f"{plain(opening)}."


def name_of(text: object) -> str:
    """A name as it stands in an alternative text."""
    return short(text, 60)
