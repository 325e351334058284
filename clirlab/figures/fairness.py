"""Language bias and PEER, query by query, in, how evenly systems treat the languages of a pool out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from matplotlib.figure import Figure

from clirlab.errors import InputError
from clirlab.evaluation import bootstrap_interval
from clirlab.figures.dots import dots_figure, dots_page

ALIKE = {1.0: "all languages alike"}
BIAS = "share of the own language: found − there"
SHARES = "share of the language: found − there"
FAIR = {0.0: "as often as they are in the pool"}


def _dots(frame: pd.DataFrame, column: str, panel: str | None) -> pd.DataFrame:
    """Mean and 95 % bootstrap interval over queries, for each panel and system; queries without a value are counted."""
    if column not in frame:
        raise InputError(f"no column {column}: give the frame of clirlab.evaluation, with a column system for several")
    named = frame if "system" in frame else frame.assign(system="the run")
    named = named.assign(panel=named[panel] if panel and panel in named else "")
    rows = []
    for (name, system), part in named.groupby(["panel", "system"], sort=False):
        values = part[column].to_numpy(dtype=float)
        told = values[~np.isnan(values)]
        low, high = bootstrap_interval(told) if len(told) > 1 else (np.nan, np.nan)
        silent = len(values) - len(told)
        note = f"{len(told):,} queries" + (f", {silent:,} say nothing" if silent else "")
        mean = told.mean() if len(told) else np.nan
        rows.append((str(name), str(system), mean, low, high, note))
    dots = pd.DataFrame(rows, columns=["panel", "row", "value", "low", "high", "note"])
    if dots["value"].isna().all():
        raise InputError(f"there is nothing to draw: no query has a value in the column {column}")
    return dots.assign(series=column)


def bias_figure(bias: pd.DataFrame, title: str = "") -> go.Figure:
    """Interactive bars: how much more often queries find documents of their own language than these are there.

    Parameters
    ----------
    bias : DataFrame
        As `clirlab.evaluation.language_bias` gives it, with a column system where several are compared; a panel for
        each language of the queries.

    Raises
    ------
    InputError
        If there is no column bias, or no value in it.

    Examples
    --------
    >>> bias = pd.DataFrame({"query_id": ["1", "2"], "language": "sw", "bias": [0.1, 0.3], "system": "zero-shot"})
    >>> bias_figure(bias).data[0].x.round(2).tolist()
    [0.2]
    """
    return dots_figure(
        _dots(bias, "bias", "language"), "share of the own language: found − there", title, FAIR, bars=True
    )


def bias_page(bias: pd.DataFrame, width: str = "double") -> Figure:
    """The same for the page, from the same frame."""
    return dots_page(
        _dots(bias, "bias", "language"), "share of the own language: found − there", FAIR, bars=True, width=width
    )


def peer_figure(peer: pd.DataFrame, title: str = "") -> go.Figure:
    """Interactive: probability of equal expected rank over languages, with its interval over queries; 1 is fair.

    Parameters
    ----------
    peer : DataFrame
        As `clirlab.evaluation.peer` gives it, with a column system where several are compared.

    Raises
    ------
    InputError
        If there is no column peer, or no value in it.
    """
    return dots_figure(_dots(peer, "peer", None), "PEER", title, ALIKE)


def peer_page(peer: pd.DataFrame, width: str = "single") -> Figure:
    """The same for the page, from the same frame."""
    return dots_page(_dots(peer, "peer", None), "PEER", ALIKE, width=width)


def shares_figure(shares: pd.DataFrame, title: str = "") -> go.Figure:
    """Interactive bars: how much more often each language of a pool is found than it is there.

    Parameters
    ----------
    shares : DataFrame
        As `clirlab.evaluation.language_shares` gives it, with a column system where several are compared; a panel for
        each language of the pool.

    Raises
    ------
    InputError
        If there is no column bias, or no value in it.

    Examples
    --------
    >>> shares = pd.DataFrame({"query_id": ["1", "2"], "language": "de", "bias": [0.1, 0.3], "system": "zero-shot"})
    >>> shares_figure(shares).data[0].x.round(2).tolist()
    [0.2]
    """
    return dots_figure(_dots(shares, "bias", "language"), SHARES, title, FAIR, bars=True)


def shares_page(shares: pd.DataFrame, width: str = "double") -> Figure:
    """The same for the page, from the same frame."""
    return dots_page(_dots(shares, "bias", "language"), SHARES, FAIR, bars=True, width=width)
