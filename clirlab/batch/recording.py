"""What a notebook found in, outputs of the notebook out: numbers, texts and figures that a sweep gathers."""

from __future__ import annotations

from math import isfinite, isnan
from typing import TYPE_CHECKING, Any, NamedTuple

from clirlab.errors import InputError

if TYPE_CHECKING:
    from nbformat import NotebookNode

Value = bool | int | float | str
# viewers that do not know it show the plain text beside it
MIME = "application/vnd.clirlab.record+json"


class Recorded(NamedTuple):
    """What was recorded in a notebook.

    Attributes
    ----------
    values : dict of str to bool, int, float or str
        By name, in the order of their first recording; of a name that was recorded twice the last value.
    figures : dict of str to str
        PNG images in base64, by name.
    """

    values: dict[str, Value]
    figures: dict[str, str]


def record(**found: Any) -> None:
    """Show values and keep them in the notebook, where `clirlab sweep` finds them.

    Parameters
    ----------
    **found
        Numbers (numpy's too), truth values and texts, or Matplotlib figures; the first figure is the notebook's
        picture on the index page of a sweep.

    Raises
    ------
    InputError
        If something else is to be recorded.

    Notes
    -----
    In Jupyter it is an output of type ``application/vnd.clirlab.record+json``; outside it is printed.

    Examples
    --------
    >>> record(rr=0.53, queries=40)
    rr = 0.53
    queries = 40
    """
    from IPython import get_ipython
    from IPython.display import display

    figures = {name: value for name, value in found.items() if hasattr(value, "savefig")}
    values = {name: _value(name, value) for name, value in found.items() if name not in figures}
    text = "\n".join(f"{name} = {value}" for name, value in values.items())
    if get_ipython() is None:
        print("\n".join([text] * bool(text) + [f"{name}: a figure" for name in figures]))
        return
    if values:
        kept = {name: coded(value) for name, value in values.items()}
        display({"text/plain": text, MIME: {"values": kept}}, raw=True)
    for name, figure in figures.items():
        display({"text/plain": name, "image/png": _png(figure), MIME: {"figure": name}}, raw=True)


def recorded(notebook: NotebookNode) -> Recorded:
    """All that was recorded in an executed notebook.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook, new_output
    >>> output = new_output("display_data", {MIME: {"values": {"rr": 0.5, "loss": {"float": "nan"}}}})
    >>> recorded(new_notebook(cells=[new_code_cell(outputs=[output])])).values
    {'rr': 0.5, 'loss': nan}
    """
    values: dict[str, Value] = {}
    figures: dict[str, str] = {}
    for data in output_data(notebook):
        kept = data.get(MIME, {})
        values |= {name: decoded(value) for name, value in kept.get("values", {}).items()}
        if "figure" in kept:
            figures[kept["figure"]] = data["image/png"]
    return Recorded(values, figures)


def output_data(notebook: NotebookNode) -> list[dict[str, Any]]:
    """The contents, by media type, of all rich outputs of a notebook in their order."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [output["data"] for output in outputs if "data" in output]


def _value(name: str, value: Any) -> Value:
    plain = value.item() if hasattr(value, "item") and getattr(value, "size", 1) == 1 else value
    if not isinstance(plain, bool | int | float | str):
        raise InputError(
            f"record({name}=…): a {type(value).__name__} cannot be recorded; give a number, a truth value, a text or a "
            "Matplotlib figure"
        )
    return plain


def coded(value: Value) -> Any:
    """As JSON holds it: NaN and the infinities have no form of their own there."""
    return {"float": str(value)} if isinstance(value, float) and not isfinite(value) else value


def decoded(value: Any) -> Value:
    return float(value["float"]) if isinstance(value, dict) else value


def _png(figure: Any) -> str:
    import base64
    import io

    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=150)
    return base64.b64encode(file.getvalue()).decode("ascii")


def shown(value: Value) -> str:
    """A value as a table shows it: four digits of a number with a fraction.

    Examples
    --------
    >>> shown(0.123456), shown(1200), shown(float("nan")), shown("ot")
    ('0.1235', '1200', '–', 'ot')
    """
    if isinstance(value, float):
        return "–" if isnan(value) else f"{value:.4g}"
    return str(value)
