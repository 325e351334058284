"""Comparisons of several languages in, one table of all arms out: as a picture, and as a frame for the paper."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
from matplotlib.figure import Figure

from clirlab.figures.cells import Colours, cells_figure, cells_page
from clirlab.figures.gains import SIGNIFICANT, named_rows

SHADE = "difference (*: p < .05)"


def overview_cells(comparison: pd.DataFrame) -> pd.DataFrame:
    """Means as numbers, differences to the baseline as colours, an asterisk where p < .05 after correction.

    Parameters
    ----------
    comparison : DataFrame
        Of several languages (column panel) or measures, as for `clirlab.figures.forest_figure`, with the column mean.
    """
    named = named_rows(comparison)
    marks = ["*" if p < SIGNIFICANT else "" for p in named["p_corrected"].fillna(1.0)]
    return pd.DataFrame(
        {
            "panel": "",
            "row": named["row"],
            "column": named["panel"],
            "value": named["mean"],
            "shade": named["difference"].fillna(0.0),
            "mark": marks,
        }
    )


def overview_table(comparison: pd.DataFrame) -> pd.DataFrame:
    """The same as a frame to print: a row an arm, a column a language, each cell the mean with its asterisk.

    Examples
    --------
    >>> frame = pd.DataFrame({"arm": ["zero-shot", "optical"], "panel": "sw", "mean": [0.4, 0.5],
    ...                       "difference": [float("nan"), 0.1], "p_corrected": [float("nan"), 0.01]})
    >>> overview_table(frame).values.tolist()
    [['zero-shot', '0.400'], ['optical', '0.500*']]
    """
    cells = overview_cells(comparison)
    shown = cells.assign(text=[f"{value:.3f}{mark}" for value, mark in zip(cells["value"], cells["mark"], strict=True)])
    table = shown.pivot(index="row", columns="column", values="text").fillna("–")
    ordered = table.loc[cells["row"].unique(), cells["column"].unique()]
    return ordered.rename_axis(index="arm", columns=None).reset_index()


def _colours(comparison: pd.DataFrame, bounds: Sequence[str]) -> Colours:
    named = named_rows(comparison)
    remedies = named.loc[~named["arm"].isin(list(bounds)), "difference"].abs().max()
    largest = 1e-6 if pd.isna(remedies) else max(float(remedies), 1e-6)
    return Colours("PuOr", -largest, largest)


def overview_figure(comparison: pd.DataFrame, title: str = "", bounds: Sequence[str] = ()) -> go.Figure:
    """Interactive overview of all arms and languages; see `overview_cells`.

    Parameters
    ----------
    bounds : sequence of str
        Arms that are no remedies: the colours reach as far as the others' differences.
    """
    return cells_figure(overview_cells(comparison), SHADE, title, _colours(comparison, bounds))


def overview_page(comparison: pd.DataFrame, width: str = "double", bounds: Sequence[str] = ()) -> Figure:
    """The same for the page, from the same frame."""
    return cells_page(overview_cells(comparison), SHADE, _colours(comparison, bounds), width=width)
