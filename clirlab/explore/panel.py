"""What all explorers share: whether a kernel is there, figures and facts on a panel, and drawing anew on a change."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import ipywidgets
import plotly.graph_objects as go
from IPython.core.getipython import get_ipython
from plotly.io import to_json

from clirlab.errors import InputError
from clirlab.figures.stack import Spec

MIME = "application/vnd.plotly.v1+json"
WIDE = ipywidgets.Layout(width="95%")
STYLE = {"description_width": "7em"}


def kernel_is_live() -> bool:
    """Whether this runs in a Jupyter kernel, which widgets need; not in a script, a terminal or a test."""
    return getattr(get_ipython(), "kernel", None) is not None


def show(output: ipywidgets.Output, figure: go.Figure | Spec) -> None:
    """Put a figure in the place of what `output` shows.

    The figure goes over as data, and alone: a FigureWidget would need another package and put megabytes into the
    saved notebook.
    """
    bundle = {MIME: json.loads(to_json(figure, validate=False)), "text/plain": "a plotly figure"}
    output.outputs = ({"output_type": "display_data", "data": bundle, "metadata": {}},)


def facts_html(facts: Mapping[str, Mapping[str, object]]) -> str:
    """A small table: for each row name the values by column name; all of it escaped.

    Examples
    --------
    >>> facts_html({"before": {"value": 0.25}})
    '<table>...<th></th><th>value</th>...<th>before</th><td>0.25</td>...</table>'
    """
    columns = list(dict.fromkeys(column for row in facts.values() for column in row))
    head = "".join(f"<th>{html.escape(column)}</th>" for column in columns)
    body = "".join(
        f"<tr><th>{html.escape(name)}</th>"
        + "".join(f"<td>{html.escape(_shown(row.get(column, '')))}</td>" for column in columns)
        + "</tr>"
        for name, row in facts.items()
    )
    return f'<table><tr style="text-align:left"><th></th>{head}</tr>{body}</table>'


def message_html(message: object) -> str:
    """A sentence to the reader, escaped."""
    return f'<p role="status">{html.escape(str(message))}</p>'


class Redraw:
    """Calls `draw` when a control gets a new value; what the user did wrong is said in `message`.

    Parameters
    ----------
    controls : sequence of widgets
        Whose ``value`` is watched.
    draw : callable
        Takes nothing. An `InputError` of it is shown, and the last figure stays.
    message : ipywidgets.HTML
        Empty while all is well.
    """

    def __init__(
        self, controls: Sequence[ipywidgets.Widget], draw: Callable[[], None], message: ipywidgets.HTML
    ) -> None:
        self.draw, self.message = draw, message
        self.held, self.asked = 0, False
        for control in controls:
            control.observe(self._changed, "value")
        self._changed(None)

    def _changed(self, _: object) -> None:
        if self.held:
            self.asked = True
            return
        try:
            self.draw()
        except InputError as error:
            self.message.value = message_html(error)
        else:
            self.message.value = ""

    @contextmanager
    def once(self) -> Iterator[None]:
        """Draw once after several changes, and not at all after none."""
        self.held += 1
        try:
            yield
        finally:
            self.held -= 1
        # a block within a block leaves the drawing to the outer one
        if self.asked and not self.held:
            self.asked = False
            self._changed(None)


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
