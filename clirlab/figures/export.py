"""Figures in, files out: the same figure gives the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from clirlab.errors import unknown_name
from clirlab.figures.theme import PAGE
from clirlab.files import write_aside

# without the date, which would make every file differ
METADATA = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}


def save_page(figure: Figure, folder: str | Path, name: str, formats: Sequence[str] = ("png", "svg")) -> list[Path]:
    """Write a Matplotlib figure as ``folder/name.{format}``; PNG at 300 dpi, SVG and PDF with text as text.

    Raises
    ------
    InputError
        If a format is not png, svg or pdf.
    """
    for form in formats:
        if form not in METADATA:
            raise unknown_name("figure format", form, METADATA)
    # the layout moves a little with every drawing: it is settled once, so that the order of the formats does not show
    if figure.get_layout_engine() is not None:
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
    written = []
    for form in formats:
        path = Path(folder) / f"{name}.{form}"
        with plt.rc_context(PAGE), write_aside(path) as partial:
            figure.savefig(partial, format=form, dpi=300, metadata=METADATA[form])
        written.append(path)
    return written
