"""The results of a study in, its curves along any axis out, with their table and the queries behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import ipywidgets
import pandas as pd
import plotly.graph_objects as go

from clirlab.corpora import load_collection
from clirlab.errors import InputError, unknown_name
from clirlab.explore.panel import STYLE, Redraw, kernel_is_live, show
from clirlab.explore.tables import table_figure
from clirlab.figures import curve_figure, scatter_figure, stack
from clirlab.study import Results
from clirlab.study.summary import (
    BASELINE,
    at_largest_budget,
    budget_curves,
    dial_curves,
    noise_curves,
    severity_curves,
    title_of,
    with_axes,
)  # fmt: skip


class Along(NamedTuple):
    """An axis: what it is called on a figure, and its curves (arm, panel, x, mean, low, high)."""

    title: str
    curves: Callable[[Results], pd.DataFrame]


AXES = {
    "budget": Along("translated words", budget_curves),
    "severity": Along("severity of the damage to the queries", severity_curves),
    "dial": Along("share of words made unknown", dial_curves),
    "noise": Along("share of the supervision that is damaged", noise_curves),
}


class View(NamedTuple):
    """What is drawn of a study.

    Attributes
    ----------
    axis, measure, scorer : str
    arms, languages : tuple of str
        Shown; both in the order of the study.
    pair : (str, str)
        The arms of the scatter: across and up.
    """

    axis: str
    measure: str
    scorer: str
    arms: tuple[str, ...]
    languages: tuple[str, ...]
    pair: tuple[str, str]


def axes_of(results: Results) -> list[str]:
    """The axes along which the study has more than one point; budget in any case."""
    frame = with_axes(results.frame)
    return ["budget", *(axis for axis in AXES if axis != "budget" and len(frame[axis].unique()) > 1)]


def first_view(results: Results) -> View:
    """All arms and languages of the study, its first measure and scorer, the first remedy against zero-shot."""
    arms, config = tuple(results.config.arms), results.config
    remedy = next((name for name in arms if config.arms[name].spends), arms[-1])
    base = BASELINE if BASELINE in arms else arms[0]
    return View("budget", config.measures[0], config.scorers[0], arms, tuple(config.languages), (base, remedy))


def view_curves(results: Results, view: View) -> pd.DataFrame:
    """The curves that are drawn: arm, panel, x, mean, low, high (95 % intervals).

    Raises
    ------
    InputError
        If the axis is unknown, or nothing is left to draw.
    """
    if view.axis not in AXES:
        raise unknown_name("axis", view.axis, AXES)
    if not view.languages or not view.arms:
        raise InputError("choose at least one arm and one language (Ctrl and click chooses several)")
    curves = AXES[view.axis].curves(_narrowed(results, view))
    curves = curves[curves["arm"].isin(view.arms)]
    if curves.empty:
        raise InputError(f"no curve along {view.axis} for these arms and languages; choose others")
    return curves.reset_index(drop=True)


def query_pairs(results: Results, view: View, texts: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    """Two arms query by query, undamaged, each at its largest budget: panel, query, query_id, x, y (means over seeds).

    Parameters
    ----------
    texts : dict of (str, str) to str
        The text of each query by language and id; the id stands for those that it lacks.
    """
    rows = with_axes(_narrowed(results, view).frame)
    rows = rows[(rows["measure"] == view.measure) & (rows["scorer"] == view.scorer)]
    rows = at_largest_budget(rows[(rows[["severity", "dial", "noise"]] == 0).all(axis=1)])
    means = rows.groupby(["arm", "language", "query_id"], sort=False)["value"].mean()
    found = [means.get(arm, pd.Series(dtype=float)) for arm in view.pair]
    both = pd.concat(found, axis=1, keys=["x", "y"], join="inner").rename_axis(["language", "query_id"]).reset_index()
    named = [
        texts.get((language, str(query_id)), str(query_id))
        for language, query_id in zip(both["language"], both["query_id"], strict=True)
    ]
    return both.assign(panel=both["language"].map(title_of), query=named)[["panel", "query", "query_id", "x", "y"]]


def query_texts(results: Results) -> dict[tuple[str, str], str]:
    """The texts of a study's queries by language and id, from those of its collections that are on this machine."""
    found: dict[tuple[str, str], str] = {}
    for language, name in results.frame[["language", "collection"]].drop_duplicates().itertuples(index=False):
        try:
            queries = load_collection(name).queries
        except InputError:
            # a run folder may be looked at where its data are not; ids are shown then
            continue
        found |= {(language, str(q)): text for q, text in zip(queries["query_id"], queries["text"], strict=True)}
    return found


def robustness_picture(results: Results, view: View, texts: Mapping[tuple[str, str], str]) -> go.Figure:
    """Curves, the scatter of two arms, and the table of the curves."""
    curves, along = view_curves(results, view), AXES[view.axis]
    pairs = query_pairs(results, view, texts)
    bounds = [name for name, arm in results.config.arms.items() if arm.is_bound]
    drawn = curve_figure(curves, along.title, view.measure, log=view.axis == "budget", bounds=bounds)
    # at the foot of the whole it would lie on what follows
    drawn.update_layout(
        legend={"orientation": "h", "yref": "paper", "y": -0.2, "yanchor": "top", "x": 0, "xanchor": "left"}
    )
    across, up = view.pair
    points = scatter_figure(pairs, f"{view.measure}, {across}", f"{view.measure}, {up}", f"{up} against {across}")
    table = curves.rename(columns={"panel": "language", "x": view.axis, "mean": view.measure})
    return stack([drawn, points, table_figure(table, title="what the curves show")])


def robustness_panel(results: Results, view: View, texts: Mapping[tuple[str, str], str]) -> ipywidgets.VBox:
    """The widget: measure, axis, arms, languages and the two arms of the scatter to choose; the picture follows."""
    config = results.config

    def dropdown(options: Sequence[str], value: str, name: str) -> ipywidgets.Dropdown:
        return ipywidgets.Dropdown(options=list(options), value=value, description=name, style=STYLE)

    def several(options: Sequence[tuple[str, str]], value: tuple[str, ...], name: str) -> ipywidgets.SelectMultiple:
        rows = min(len(options), 6)
        return ipywidgets.SelectMultiple(options=options, value=value, description=name, rows=rows, style=STYLE)

    axis = dropdown(axes_of(results), view.axis, "axis")
    measure, scorer = (
        dropdown(config.measures, view.measure, "measure"), dropdown(config.scorers, view.scorer, "scorer")
    )  # fmt: skip
    arms = several([(name, name) for name in config.arms], view.arms, "arms")
    languages = several([(title_of(code), code) for code in config.languages], view.languages, "languages")
    across, up = (dropdown(list(config.arms), arm, name) for arm, name in zip(view.pair, ("across", "up"), strict=True))
    message, output = ipywidgets.HTML(), ipywidgets.Output()
    # intervals take a while: what was drawn before is not computed again
    picture = lru_cache(maxsize=16)(lambda now: robustness_picture(results, now, texts))

    def draw() -> None:
        pair = across.value, up.value
        show(output, picture(View(axis.value, measure.value, scorer.value, arms.value, languages.value, pair)))

    Redraw([axis, measure, scorer, arms, languages, across, up], draw, message)
    rows = [ipywidgets.HBox(row) for row in ([axis, measure, scorer], [arms, languages], [across, up])]
    return ipywidgets.VBox([*rows, message, output])


def robustness_explorer(
    results: Results,
    view: View | None = None,
    texts: Mapping[tuple[str, str], str] | None = None,
    interactive: bool = True,
) -> ipywidgets.Widget | go.Figure:
    """Turn a study over: its curves by any measure and axis, for any arms and languages, and the queries behind them.

    Parameters
    ----------
    results : Results
        See `clirlab.study.read_results`.
    view : View, optional
        What to begin with, and what the figure without a kernel shows; `first_view` where not given.
    texts : dict of (str, str) to str, optional
        The queries' texts by language and id; read from the study's collections where not given.
    interactive : bool
        False gives a plotly figure of the same content, as does a place without a kernel.

    Returns
    -------
    ipywidgets.Widget or plotly Figure

    Raises
    ------
    InputError
        If the view names an axis that there is none of, or leaves nothing to draw.
    """
    view = first_view(results) if view is None else view
    texts = query_texts(results) if texts is None else texts
    if interactive and kernel_is_live():
        return robustness_panel(results, view, texts)
    return robustness_picture(results, view, texts)


def _narrowed(results: Results, view: View) -> Results:
    """The results of these languages, with the view's measure and scorer as the study's first."""
    own = {code: language for code, language in results.config.languages.items() if code in view.languages}
    change = {"measures": (view.measure,), "scorers": (view.scorer,), "languages": own}
    frame = results.frame[results.frame["language"].isin(view.languages)]
    return replace(results, config=results.config.model_copy(update=change), frame=frame)
