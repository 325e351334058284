"""A run's results in, the figures that it gives out: each with its numbers, for the screen and for the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple
from urllib.parse import unquote

import pandas as pd
import plotly.graph_objects as go
from matplotlib.figure import Figure

from clirlab.figures import (
    closed_figure,
    closed_page,
    curve_figure,
    curve_page,
    forest_figure,
    forest_page,
    learning_figure,
    learning_page,
    overview_figure,
    overview_page,
    overview_table,
    plan_figure,
    plan_page,
    rank_frame,
    slope_figure,
    slope_page,
    split_figure,
    split_page,
)
from clirlab.study.points import curve_points, damaged, largest_budget, retention_points, undisturbed
from clirlab.study.results import Results
from clirlab.study.summary import budget_curves, comparison, primary, title_of


class Picture(NamedTuple):
    """A figure of a run, drawn when it is asked for.

    Attributes
    ----------
    name : str
        Of its files.
    title, note : str
        What it shows, and how it is read.
    numbers : DataFrame
        All that is drawn, for CSV.
    table : DataFrame or None
        The same for a paper, where it makes a table.
    screen : callable
        Gives the plotly figure.
    page : callable
        Gives the Matplotlib figure; takes the width, ``"single"`` or ``"double"``.
    """

    name: str
    title: str
    note: str
    numbers: pd.DataFrame
    table: pd.DataFrame | None
    screen: Callable[[], go.Figure]
    page: Callable[..., Figure]


INTERVALS = "Bands and bars are 95 % bootstrap intervals over queries and seeds."
LEVEL = "An arm that spends no words is level."


def pictures_of(results: Results) -> list[Picture]:
    """All figures that a run gives, by its first scorer and measure; those for which it has no data are left out.

    Parameters
    ----------
    results : Results
        Of a run that may still be going on.

    Returns
    -------
    list of Picture
        budget, severity and retention (for each kind of damage), dial, noise, overview, forest, split, closed, ranks,
        learning and plan-LANGUAGE.
    """
    table = compared(results)
    return [*_curves(results), *_comparisons(results, table), *_learning(results), *_plans(results)]


def compared(results: Results) -> pd.DataFrame:
    """The comparisons of all languages behind each other, each arm at its largest budget: panel is the language."""
    scorer, measure = results.config.scorers[0], results.config.measures[0]
    parts = [
        comparison(results, language, scorer, measure).assign(panel=title_of(language))
        for language in results.config.languages
    ]
    table = pd.concat(parts, ignore_index=True)
    largest = table.groupby(["panel", "arm"])["budget"].transform("max")
    return table[table["budget"] == largest].reset_index(drop=True)


def read_plans(results: Results) -> dict[str, pd.DataFrame]:
    """The kept transport plans of each language, where OPTICAL was run: panel, i, j, source, target, mass, value."""
    paths = {language: results.folder / "plans" / f"{language}.parquet" for language in results.config.languages}
    return {language: pd.read_parquet(path) for language, path in paths.items() if path.is_file()}


def _curves(results: Results) -> Iterator[Picture]:
    measure, config = results.config.measures[0], results.config
    bounds = tuple(name for name, arm in config.arms.items() if arm.is_bound)
    words = "translated words"
    log = sum(budget > 0 for budget in config.budgets) > 1
    scale = " The axis is logarithmic, 0 stands before it." if log else ""
    yield _curve("budget", "Quality as the supervision vanishes", f"{LEVEL} {INTERVALS}{scale}", budget_curves(results),
                 words, measure, log=log, bounds=bounds)  # fmt: skip
    kinds = [kind for kind, some in damaged(results)]
    for kind, rows in damaged(results):
        suffix = f"-{kind}" if len(kinds) > 1 else ""
        axis = f"severity ({kind})"
        note = f"Each arm at its largest budget. Severity: how many words are hit. {INTERVALS}"
        scores = curve_points(rows, "severity", results)
        yield _curve(f"severity{suffix}", f"Quality as the queries get worse ({kind})", note, scores, axis, measure,
                     bounds=bounds)  # fmt: skip
        kept = retention_points(rows, results)
        if len(kept):
            note = f"M(s) / M(0): what is left of each arm's own quality; 1 where nothing is lost. {INTERVALS}"
            yield _curve(f"retention{suffix}", f"What is kept as the queries get worse ({kind})", note, kept, axis,
                         f"{measure} kept", bounds=bounds)  # fmt: skip
    for column, title, axis in (
        ("dial", "Quality over the pseudo-language dial", "share of pseudo-words"),
        ("noise", "Quality as the supervision is damaged", "share of damaged supervision"),
    ):
        rows = largest_budget(results, primary(results, severity=0.0))
        if column in rows and len(rows[column].unique()) > 1:
            curves = curve_points(undisturbed(rows, but=column), column, results)
            yield _curve(column, title, f"Each arm at its largest budget. {INTERVALS}", curves, axis, measure)


def _curve(
    name: str, title: str, note: str, curves: pd.DataFrame, x: str, y: str, log: bool = False,
    bounds: tuple[str, ...] = (),
) -> Picture:  # fmt: skip
    shown = curves.assign(x=[f"{value:,g}" for value in curves["x"]])
    table = shown.pivot(index=["panel", "arm"], columns="x", values="mean")
    ordered = table.loc[shown.set_index(["panel", "arm"]).index.unique(), shown["x"].unique()]
    printed = ordered.rename_axis(index=["language", "arm"], columns=None).reset_index()
    return Picture(
        name, title, note, curves, printed,
        partial(curve_figure, curves, x, y, log=log, bounds=bounds),
        partial(curve_page, curves, x, y, log=log, bounds=bounds),
    )  # fmt: skip


def _comparisons(results: Results, table: pd.DataFrame) -> Iterator[Picture]:
    measure = results.config.measures[0]
    bounds = tuple(name for name, arm in results.config.arms.items() if arm.is_bound)
    budget = f"Each arm at its largest budget, undamaged queries, {measure} by {results.config.scorers[0]}."
    overview = overview_table(table)
    yield Picture(
        "overview", "All arms and languages", f"{budget} Numbers are means, colours differences to zero-shot; "
        "*: p < .05, corrected after Holm.",
        table[["panel", "arm", "budget", "mean", "low", "high", "difference", "p_corrected"]], overview,
        partial(overview_figure, table, bounds=bounds), partial(overview_page, table, bounds=bounds),
    )  # fmt: skip
    if table["difference"].notna().any():
        tested = _intervals(table, "difference", "p_corrected")
        yield Picture(
            "forest", "Differences to zero-shot", f"{budget} Bars: 95 % intervals of the paired difference; hollow "
            "where p ≥ .05, corrected after Holm.", tested, tested, partial(forest_figure, table, measure),
            partial(forest_page, table, measure),
        )  # fmt: skip
    if table["specific"].notna().any():
        parts = _intervals(table[table["specific"].notna()], "difference", "p_corrected").merge(
            _intervals(table, "specific", "p_specific"), on=["language", "arm", "words"]
        )
        yield Picture(
            "split", "How much of a gain is due to the language itself", f"{budget} The language-specific part is what "
            "an arm gains beyond the best generic control; what lies between the two marks is generic.", parts, parts,
            partial(split_figure, table, measure), partial(split_page, table, measure),
        )  # fmt: skip
    if table["closed"].notna().any():
        closed = _intervals(table, "closed")
        yield Picture(
            "closed", "How near each arm comes to people's translations", f"{budget} 0: zero-shot; 1: as good as "
            "people's translations of the questions. Hollow where the interval holds 0.", closed, closed,
            partial(closed_figure, table), partial(closed_page, table),
        )  # fmt: skip
    scores = table.rename(columns={"arm": "name", "panel": "at", "mean": "value"})[["name", "at", "value"]]
    if len(scores["at"].unique()) > 1 and len(scores["name"].unique()) > 1:
        ranks = rank_frame(scores)
        printed = ranks.pivot(index="name", columns="at", values="rank").loc[ranks["name"].unique()]
        yield Picture(
            "ranks", "Which arm leads in which language", f"{budget} 1 is the best; equal means share a rank.",
            ranks, printed[ranks["at"].unique()].rename_axis(index="arm", columns=None).reset_index(),
            partial(slope_figure, scores, x_title="language"), partial(slope_page, scores, x_title="language"),
        )  # fmt: skip


def _intervals(table: pd.DataFrame, name: str, p: str = "") -> pd.DataFrame:
    told = table[table[name].notna()]
    columns = {"panel": "language", "arm": "arm", "budget": "words", name: name, f"{name}_low": f"{name} low",
               f"{name}_high": f"{name} high"} | ({p: f"p of {name}"} if p else {})  # fmt: skip
    return told[list(columns)].rename(columns=columns).reset_index(drop=True)


def _learning(results: Results) -> Iterator[Picture]:
    """Learning curves, where the run kept the histories of its trainings (``history/CELL.parquet``)."""
    parts = sorted((results.folder / "history").glob("*.parquet"))
    histories = {unquote(part.stem): pd.read_parquet(part) for part in parts}
    if histories:
        points = pd.concat([history.assign(arm=name) for name, history in histories.items()], ignore_index=True)
        yield Picture("learning", "Learning curves", "One line a training.", points, None,
                      partial(learning_figure, histories), partial(learning_page, histories))  # fmt: skip


def _plans(results: Results) -> Iterator[Picture]:
    for language, plan in read_plans(results).items():
        cost = ", ".join(
            f"{state} {value:.3f}" for state, value in plan.groupby("panel", sort=False)["value"].first().items()
        )
        note = (
            f"One sentence pair that no arm trained on. Transport cost: {cost}. Rows are the foreign tokens; a cell is "
            "the share of its row's mass. Exact plan, uniform marginals, cosine cost centred on the teacher's mean."
        )
        yield Picture(f"plan-{language}", f"A transport plan before and after distillation: {title_of(language)}", note,
                      plan, None, partial(plan_figure, plan), partial(plan_page, plan))  # fmt: skip
