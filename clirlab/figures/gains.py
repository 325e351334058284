"""A comparison in, what its gains are made of out: generic against language-specific, and how near people they come.

The frame is that of `clirlab.study.summary.comparison` (of several languages behind each other, with a column panel),
or any other with columns of these names: arm (or system), budget and panel (optional), difference, specific and closed,
and for each of the three what ends in _low and _high.
"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from matplotlib.figure import Figure

from clirlab.errors import InputError
from clirlab.figures.dots import dots_figure, dots_page

WHOLE, SPECIFIC = "whole gain", "language-specific part"
BOUNDS = {0.0: "zero-shot", 1.0: "people's translations"}
SIGNIFICANT = 0.05


def named_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """A comparison with the columns panel, arm and row (the arm and, where there are several, its budget)."""
    named = frame.rename(columns={"system": "arm"})
    if "arm" not in named:
        raise InputError("not a comparison: it has neither a column arm nor a column system")
    if "panel" not in named:
        named = named.assign(panel=named.get("measure", ""))
    several = "budget" in named and len(set(named["budget"]) - {0}) > 1
    rows = [
        f"{arm}, {int(budget):,} words" if several and budget > 0 else str(arm)
        for arm, budget in zip(named["arm"], named["budget"] if "budget" in named else [0] * len(named), strict=True)
    ]
    return named.assign(row=rows)


def split_dots(comparison: pd.DataFrame) -> pd.DataFrame:
    """Two marks a row: the whole gain over zero-shot, and the part of it beyond the best generic control.

    What lies between them is the generic part: what any training of that kind brings, whatever the language.

    Examples
    --------
    >>> frame = pd.DataFrame({"arm": ["optical"], "difference": 0.05, "difference_low": 0.02, "difference_high": 0.08,
    ...                       "specific": 0.01, "specific_low": -0.02, "specific_high": 0.04, "control": "misspelt"})
    >>> split_dots(frame)[["row", "series", "value"]].values.tolist()
    [['optical', 'whole gain', 0.05], ['optical', 'language-specific part', 0.01]]
    """
    named = named_rows(comparison)
    told = named[named["specific"].notna()]
    parts = []
    for place, row in enumerate(told.to_dict("records")):
        common = {"place": place, "panel": row["panel"], "row": row["row"], "arm": row["arm"]}
        against = f"against {row['control']}" if isinstance(row.get("control"), str) else ""
        for series, name, note in ((WHOLE, "difference", ""), (SPECIFIC, "specific", against)):
            p = row.get("p_corrected" if name == "difference" else "p_specific")
            shown = {"value": row[name], "low": row[f"{name}_low"], "high": row[f"{name}_high"]}
            told_p = "" if p is None or pd.isna(p) else f"p = {p:.3f}"
            parts.append(common | {"series": series, **shown, "note": ", ".join(filter(None, [note, told_p]))})
    if not parts:
        raise InputError("no gain can be split: no arm of this comparison has a generic control")
    return pd.DataFrame(parts).drop(columns="place")


def split_figure(comparison: pd.DataFrame, measure: str = "score", title: str = "") -> go.Figure:
    """Interactive: each arm's gain, and how much of it is due to the language itself.

    Raises
    ------
    InputError
        If no arm has a generic control.
    """
    return dots_figure(split_dots(comparison), f"gain in {measure}", title, {0.0: "zero-shot"}, join=True)


def split_page(comparison: pd.DataFrame, measure: str = "score", width: str = "double") -> Figure:
    """The same for the page, from the same frame."""
    return dots_page(split_dots(comparison), f"gain in {measure}", {0.0: "zero-shot"}, join=True, width=width)


def closed_dots(comparison: pd.DataFrame) -> pd.DataFrame:
    """One mark a row: the share of the gap between zero-shot and the human bound that an arm closes."""
    named = named_rows(comparison)
    told = named[named["closed"].notna()]
    if told.empty:
        raise InputError("there is no gap to close: the study has no arm that asks with people's translations")
    shown = _valued(told, "closed")
    return shown.assign(series="share of the gap", sure=(shown["low"] > 0) | (shown["high"] < 0))


def closed_figure(comparison: pd.DataFrame, title: str = "") -> go.Figure:
    """Interactive: how much of the gap to people's translations each arm closes; 1 is all of it.

    Raises
    ------
    InputError
        If no human bound was run.
    """
    return dots_figure(closed_dots(comparison), "share of the gap to people's translations", title, BOUNDS)


def closed_page(comparison: pd.DataFrame, width: str = "double") -> Figure:
    """The same for the page, from the same frame."""
    return dots_page(closed_dots(comparison), "share of the gap to people's translations", BOUNDS, width=width)


def forest_dots(comparison: pd.DataFrame) -> pd.DataFrame:
    """One mark a row: the difference to the baseline, filled where it is significant after correction."""
    named = named_rows(comparison)
    tested = named[named["difference"].notna()]
    if tested.empty:
        raise InputError("no comparison to draw: nothing but the baseline is in it")
    told = [f"p = {p:.3f}, corrected" for p in tested["p_corrected"]]
    sure = tested["p_corrected"] < SIGNIFICANT
    return _valued(tested, "difference").assign(series="difference", sure=sure, note=told)


def _valued(named: pd.DataFrame, name: str) -> pd.DataFrame:
    columns = ["panel", "row", "arm", name, f"{name}_low", f"{name}_high"]
    return named[columns].set_axis(["panel", "row", "arm", "value", "low", "high"], axis=1)


def forest_figure(comparison: pd.DataFrame, measure: str = "", title: str = "") -> go.Figure:
    """Interactive forest plot: differences to the baseline with their intervals; hollow where p ≥ .05, corrected.

    Parameters
    ----------
    comparison : DataFrame
        As `clirlab.evaluation.compare` gives it (a panel a measure), or that of a study.

    Examples
    --------
    >>> from clirlab.evaluation import compare_scores
    >>> table = compare_scores({"zero-shot": [0.1, 0.2, 0.3], "optical": [0.4, 0.5, 0.9]}, "zero-shot")
    >>> forest_figure(table, "RR@10").data[0].x.round(2).tolist()
    [0.4]
    """
    return dots_figure(forest_dots(comparison), _difference(measure), title)


def forest_page(comparison: pd.DataFrame, measure: str = "", width: str = "double") -> Figure:
    """The same for the page, from the same frame."""
    return dots_page(forest_dots(comparison), _difference(measure), width=width)


def _difference(measure: str) -> str:
    return f"difference in {measure} (hollow: p ≥ .05)" if measure else "difference (hollow: p ≥ .05)"
