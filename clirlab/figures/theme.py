"""One look for all figures: a colour, a dash and a symbol for each arm, on screen and on paper."""

from __future__ import annotations

from typing import Any, NamedTuple
from zlib import crc32

# Okabe & Ito's palette, told apart with every kind of colour vision; dash and marker carry the same distinction
PALETTE = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C8C00")
DASHES = ("dot", "solid", "dash", "dashdot", "longdash", "solid", "dash", "dashdot")
PAGE_DASHES = {"dot": ":", "solid": "-", "dash": "--", "dashdot": "-.", "longdash": (0, (8, 3))}
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star", "hexagon", "cross")
PAGE_MARKERS = ("o", "s", "D", "^", "X", "*", "h", "P")
MASS_SCALE = "Viridis"


class Style(NamedTuple):
    """How a line of one arm is drawn by plotly (colour, dash, symbol) and Matplotlib (page_dash, page_marker, face)."""

    colour: str
    dash: str
    symbol: str
    page_dash: Any
    page_marker: str
    face: str  # what fills the marker: the colour, or white


# fixed places, so that an arm looks the same in every figure whatever stands beside it
PLACES = {
    name: place
    for place, name in enumerate(
        ["zero-shot", "optical", "code-switching", "bitext-mse", "other-language", "fused", "infonce", "gloss", "human",
         "ot+infonce", "code-switching-infonce", "code-switching-oracle", "misspelt", "shuffled-fused", "centred",
         "shuffled-bitext"]
    )
}  # fmt: skip


# the halves of a name such as ot/bitext or infonce/BL-CS: what is bought gives the colour, what is taught the symbol
BOUGHT = {
    name: place
    for place, names in enumerate(
        [("shuffled-bitext", "shuffled"), ("bitext", "bitext-all"), ("code-switching", "BL-CS", "cs"),
         ("glossed", "gloss"), ("other-languages", "other-language"), ("misspelt-english", "misspelt"),
         ("comparable", "passages"), ("sl-cs", "SL-CS")]
    )
    for name in names
}  # fmt: skip
TAUGHT = {
    name: place
    for place, name in enumerate(["mse", "ot", "infonce", "ot+infonce", "oracle", "ranking", "cosine", "maxsim"])
}


def style_of(arm: str) -> Style:
    """The style of an arm; one without a place of its own takes any, by name.

    The first eight places differ in colour, and all in colour, dash and symbol together. An arm that is named by
    objective and supervision, such as ``ot/bitext``, has the colour of its supervision and the symbol and dash of its
    objective, and hollow markers.

    Examples
    --------
    >>> style_of("optical").colour
    '#0072B2'
    >>> style_of("ot/BL-CS").colour == style_of("infonce/BL-CS").colour
    True
    """
    if "/" in arm and arm not in PLACES:
        taught, bought = arm.split("/", 1)
        colour = BOUGHT.get(bought, crc32(bought.encode()) % len(PALETTE))
        other = TAUGHT.get(taught, crc32(taught.encode()) % len(SYMBOLS))
        dash = DASHES[other % len(DASHES)]
        hollow = PAGE_MARKERS[other], "#FFFFFF"
        return Style(PALETTE[colour], dash, f"{SYMBOLS[other]}-open", PAGE_DASHES[dash], *hollow)
    place = PLACES.get(arm, len(PLACES) + crc32(arm.encode()) % (len(PALETTE) ** 2 - len(PLACES)))
    # with every round of colours the dashes and symbols move on by one
    colour, turn = place % len(PALETTE), place // len(PALETTE)
    dash = DASHES[(colour + turn) % len(DASHES)]
    symbol = (colour + turn) % len(SYMBOLS)
    return Style(PALETTE[colour], dash, SYMBOLS[symbol], PAGE_DASHES[dash], PAGE_MARKERS[symbol], PALETTE[colour])


def faint(colour: str, opacity: float = 0.15) -> str:
    """A hex colour as CSS rgba, for the band of an interval.

    Examples
    --------
    >>> faint("#0072B2")
    'rgba(0,114,178,0.15)'
    """
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


INK = "#333333"
# plain values: as a go.Layout each use would cost half a second
LAYOUT: dict[str, Any] = {
    "template": "plotly_white",
    "font": {
        "family": "system-ui, 'Noto Sans', 'DejaVu Sans', 'Noto Sans Arabic', 'Noto Sans Devanagari', "
        "'Noto Sans CJK SC', 'Noto Sans Thai', 'Noto Sans Ethiopic', sans-serif",
        "size": 14,
        "color": INK,
    },
    "margin": {"l": 60, "r": 20, "t": 60, "b": 60},
    "hoverlabel": {"namelength": -1, "align": "left"},
}
# at the foot of the figure, whatever its height
FOOT_LEGEND = {"orientation": "h", "yref": "container", "y": 0.01, "yanchor": "bottom", "x": 0.5, "xanchor": "center"}
# inches, as two-column papers have them
WIDTHS = {"single": 3.4, "double": 7.0}
PAGE: dict[Any, Any] = {
    "font.size": 8,
    "text.parse_math": False,  # a dollar sign in a token is a dollar sign
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "clirlab",
    "pdf.fonttype": 42,
}
