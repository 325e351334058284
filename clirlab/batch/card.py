"""An executed notebook in, its card out: what it recorded, its picture, or a few lines of text where it has none."""

from __future__ import annotations

import base64
import binascii
import io
from typing import TYPE_CHECKING, NamedTuple

import regex
from PIL import Image, UnidentifiedImageError

from clirlab.batch.recording import Value, output_data, recorded

if TYPE_CHECKING:
    from nbformat import NotebookNode

IMAGES = ("image/png", "image/jpeg")
WIDTH, HEIGHT = 640, 480  # of a thumbnail, at most
LINES, LENGTH = 12, 90
ESCAPES = regex.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Card(NamedTuple):
    """What the index page shows of a notebook.

    Attributes
    ----------
    values : dict of str to bool, int, float or str
        What it recorded.
    picture : bytes
        A PNG thumbnail of the first figure that it recorded, else of its first picture; empty where there is none, as
        with interactive figures, which have no picture.
    text : str
        The last lines that it printed or showed.
    """

    values: dict[str, Value]
    picture: bytes
    text: str


def card_of(notebook: NotebookNode) -> Card:
    """The card of an executed notebook, also of one that failed.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook, new_output
    >>> card_of(new_notebook(cells=[new_code_cell(outputs=[new_output("stream", text="done\\n")])])).text
    'done'
    """
    found = recorded(notebook)
    images = [*found.figures.values()]
    images += [data[kind] for data in output_data(notebook) for kind in IMAGES if kind in data]
    pictures = (thumbnail(image) for image in images)
    return Card(found.values, next((picture for picture in pictures if picture), b""), last_lines(notebook))


def thumbnail(image: str) -> bytes:
    """A picture (base64) made small, as PNG; empty where it is none that can be read."""
    try:
        with Image.open(io.BytesIO(base64.b64decode(image)), formats=("PNG", "JPEG")) as opened:
            opened.thumbnail((WIDTH, HEIGHT))
            file = io.BytesIO()
            opened.convert("RGBA").save(file, "PNG", optimize=True)
    except (UnidentifiedImageError, OSError, ValueError, binascii.Error, Image.DecompressionBombError):
        return b""
    return file.getvalue()


def last_lines(notebook: NotebookNode) -> str:
    """The last lines that a notebook printed or showed as text, without the colours of a terminal."""
    texts = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stdout":
                texts.append(output.text)
            elif "text/plain" in output.get("data", {}):
                texts.append(output.data["text/plain"])
    lines = [line.rstrip()[:LENGTH] for line in ESCAPES.sub("", "\n".join(texts)).splitlines() if line.strip()]
    return "\n".join(lines[-LINES:])
