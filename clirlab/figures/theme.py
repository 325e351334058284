"""One look for all figures: a colour, a dash and a name for each arm, on screen and on paper."""

from __future__ import annotations

from typing import Any, NamedTuple

import plotly.graph_objects as go

# Okabe & Ito's palette, told apart with every kind of colour vision; dash and marker carry the same distinction
PALETTE = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C8C00")
DASHES = ("dot", "solid", "dash", "dashdot", "longdash", "solid", "dash", "dashdot")
PAGE_DASHES = {"dot": ":", "solid": "-", "dash": "--", "dashdot": "-.", "longdash": (0, (8, 3))}
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star", "hexagon", "cross")
PAGE_MARKERS = ("o", "s", "D", "^", "X", "*", "h", "P")
MASS_SCALE = "Viridis"


class Style(NamedTuple):
    """How a line of one arm is drawn by plotly (colour, dash, symbol) and Matplotlib (page_dash, page_marker)."""

    colour: str
    dash: str
    symbol: str
    page_dash: Any
    page_marker: str


# fixed places, so that an arm looks the same in every figure whatever stands beside it
PLACES = {
    name: place
    for place, name in enumerate(
        ["zero-shot", "optical", "code-switching", "bitext-mse", "other-language", "fused", "infonce", "gloss", "human",
         "ot+infonce", "code-switching-infonce", "code-switching-oracle", "misspelt", "shuffled-fused", "centred",
         "shuffled-bitext"]
    )
}  # fmt: skip


def style_of(arm: str) -> Style:
    """The style of an arm; one without a place of its own takes any, by name.

    The first eight places differ in colour, and all in colour, dash and symbol together.

    Examples
    --------
    >>> style_of("optical").colour
    '#0072B2'
    """
    place = PLACES.get(arm, len(PLACES) + sum(arm.encode()) % (len(PALETTE) ** 2 - len(PLACES)))
    # with every round of colours the dashes and symbols move on by one
    colour, turn = place % len(PALETTE), place // len(PALETTE)
    dash = DASHES[(colour + turn) % len(DASHES)]
    symbol = (colour + turn) % len(SYMBOLS)
    return Style(PALETTE[colour], dash, SYMBOLS[symbol], PAGE_DASHES[dash], PAGE_MARKERS[symbol])


def faint(colour: str, opacity: float = 0.15) -> str:
    """A hex colour as CSS rgba, for the band of an interval.

    Examples
    --------
    >>> faint("#0072B2")
    'rgba(0,114,178,0.15)'
    """
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


LAYOUT = go.Layout(
    template="plotly_white",
    font={"family": "system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif", "size": 14},
    margin={"l": 60, "r": 20, "t": 60, "b": 60},
)
PAGE: dict[Any, Any] = {
    "font.size": 8,
    "text.parse_math": False,  # a dollar sign in a token is a dollar sign
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "clirlab",
    "pdf.fonttype": 42,
}
