"""Figures in, files out: the same figure gives the same bytes, and no file needs anything but itself."""

from __future__ import annotations

import html
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import plotly.graph_objects as go
import plotly.io
from matplotlib.figure import Figure
from matplotlib.text import Text
from plotly.offline import get_plotlyjs

from clirlab.errors import unknown_name
from clirlab.figures.describe import alt_of
from clirlab.figures.fonts import warn_of_gaps
from clirlab.figures.labels import plain
from clirlab.figures.page import page_style
from clirlab.files import write_aside

# without the date, which would make every file differ; with the alternative text where the format has a place for it
METADATA: dict[str, tuple[dict[str, Any], str]] = {
    "svg": ({"Date": None}, "Description"),
    "pdf": ({"CreationDate": None}, "Subject"),
    "png": ({"Software": None}, "Description"),
}
# no MathJax, which would read $…$ in a text as a formula
SCREEN = {"displaylogo": False, "responsive": True, "typesetMath": False}


def save_page(figure: Figure, folder: str | Path, name: str, formats: Sequence[str] = ("png", "svg")) -> list[Path]:
    """Write a Matplotlib figure as ``folder/name.{format}``; PNG at 300 dpi, SVG and PDF with text as text.

    A warning names each script in the figure that no font on this machine holds, or that Matplotlib cannot shape.

    Raises
    ------
    InputError
        If a format is not png, svg or pdf.
    """
    for form in formats:
        if form not in METADATA:
            raise unknown_name("figure format", form, METADATA)
    warn_of_gaps(texts_of(figure))
    written = []
    with plt.rc_context(page_style()), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from")  # said once already, by script
        # the layout moves a little with every drawing: it is settled once, so that the order of formats does not show
        if figure.get_layout_engine() is not None:
            figure.draw_without_rendering()
            figure.set_layout_engine("none")
        for form in formats:
            path = Path(folder) / f"{name}.{form}"
            metadata, place = METADATA[form]
            alt = {place: alt_of(figure)} if alt_of(figure) else {}
            with write_aside(path) as partial:
                figure.savefig(partial, format=form, dpi=300, metadata=metadata | alt)
            written.append(path)
    return written


def texts_of(figure: Figure) -> Iterable[str]:
    """All text in a Matplotlib figure."""
    return [text for found in figure.findobj(Text) if isinstance(found, Text) and (text := found.get_text())]


def fragment(figure: go.Figure, key: str) -> str:
    """A plotly figure as HTML for a page that has plotly.js, named by its alternative text.

    Parameters
    ----------
    key : str
        Its id on the page is ``plot-{key}``.

    Examples
    --------
    >>> fragment(go.Figure(), "empty").startswith('<figure role="figure" aria-label="Figure">')
    True
    """
    # its JSON is escaped by plotly so that no text closes the script
    drawn = plotly.io.to_html(figure, full_html=False, include_plotlyjs=False, div_id=f"plot-{key}", config=SCREEN)
    label = html.escape(alt_of(figure) or "Figure", quote=True)
    return f'<figure role="figure" aria-label="{label}">{drawn}</figure>'


def save_screen(figure: go.Figure, folder: str | Path, name: str, title: str = "") -> Path:
    """Write a plotly figure as ``folder/name.html``: one page with plotly.js and its alternative text, about 5 MB."""
    heading = html.escape(plain(title or name))
    alt = html.escape(alt_of(figure))
    page = f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{heading}</title><link rel="icon" href="data:,">
<style>body {{ font: 16px/1.5 system-ui, "Noto Sans", "DejaVu Sans", sans-serif; color: #1a1a1a; background: #fff;
max-width: 1120px; margin: 0 auto; padding: 1rem 1.5rem; overflow-wrap: anywhere; }} figure {{ margin: 0; }}</style>
<script>{get_plotlyjs()}</script></head>
<body><main><h1>{heading}</h1>
{fragment(figure, "figure")}
<p>{alt}</p></main></body>
</html>
"""
    path = Path(folder) / f"{name}.html"
    with write_aside(path) as partial:
        partial.write_text(page, encoding="utf-8")
    return path
