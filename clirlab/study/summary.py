"""A results table in, what a reader wants to know out: comparison tables, curves, and a sentence for each language."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from langcodes import Language
from numpy.typing import NDArray

from clirlab.evaluation import bootstrap_interval, compare_scores, correct, gap_closed, specific_gain
from clirlab.study.arms import ArmConfig, controls_of
from clirlab.study.results import Results

BASELINE = "zero-shot"
SIGNIFICANT = 0.05
CLOSED = ["closed", "closed_low", "closed_high"]
Scores = Mapping[tuple[str, int], NDArray[np.float64]]


def score_matrix(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Scores of one arm, budget, severity, scorer and measure as an array: one row a seed, one column a query."""
    return rows.pivot(index="seed", columns="query_id", values="value").to_numpy(dtype=float)


def primary(results: Results, **where: object) -> pd.DataFrame:
    """The rows of the first scorer and measure of the configuration, where the columns have these values."""
    frame = results.frame
    where = {"scorer": results.config.scorers[0], "measure": results.config.measures[0]} | where
    for column, value in where.items():
        frame = frame[frame[column] == value]
    return frame


def comparison(results: Results, language: str, scorer: str, measure: str) -> pd.DataFrame:
    """Every arm at every budget against zero-shot, its best generic control and the human bound, on undamaged queries.

    Returns
    -------
    DataFrame
        - arm, budget and the columns of `clirlab.evaluation.compare_scores` but its system; corrected over this table.
        - control, specific, specific_low, specific_high, p_specific: see `clirlab.evaluation.specific_gain`, against
          the arm's controls at the same budget; corrected in a family of its own. NaN where no control was run, and for
          controls and bounds.
        - closed, closed_low, closed_high: share of the gap to the human bound, see `clirlab.evaluation.gap_closed`;
          NaN where no bound was run.
    """
    rows = primary(results, language=language, severity=0.0, scorer=scorer, measure=measure)
    scores = {key: score_matrix(part) for key, part in rows.groupby(["arm", "budget"])}
    arms = results.config.arms
    order = [(arm, budget) for arm in arms for budget in results.config.budgets]
    scores = {key: scores[key] for key in order if key in scores}
    table = compare_scores({f"{arm} {budget}": score for (arm, budget), score in scores.items()}, f"{BASELINE} 0")
    table[["arm", "budget"]] = list(scores)
    names = ["control", "specific", "specific_low", "specific_high", "p_specific"]
    table[names] = [_specific(arm, budget, scores, arms) for arm, budget in scores]
    table["p_specific"] = correct(table["p_specific"].astype(float))
    bound = next((scores[name, 0] for name, arm in arms.items() if arm.is_bound and (name, 0) in scores), None)
    closed = [_closed(score, scores[BASELINE, 0], bound) for score in scores.values()]
    table[["closed", "closed_low", "closed_high"]] = closed
    table.loc[
        (table["arm"] == BASELINE) | table["arm"].map({name: arm.is_bound for name, arm in arms.items()}), CLOSED
    ] = np.nan
    return table[["arm", "budget", *table.columns.drop(["arm", "budget", "system"])]]


def _specific(arm: str, budget: int, scores: Scores, arms: dict[str, ArmConfig]) -> tuple:
    controls = {name: scores[name, budget] for name in controls_of(arm, arms) if (name, budget) in scores}
    if not controls:
        return None, np.nan, np.nan, np.nan, np.nan
    # a control that does harm, such as a shuffled gloss, must not make an arm look better than its plain gain
    controls[BASELINE] = scores[BASELINE, 0]
    found = specific_gain(scores[arm, budget], controls).iloc[0]
    return found["control"], found["specific"], found["low"], found["high"], found["p"]


def _closed(score: NDArray, start: NDArray, bound: NDArray | None) -> tuple[float, float, float]:
    if bound is None:
        return np.nan, np.nan, np.nan
    found = gap_closed(score, start, bound)
    return found.share, found.low, found.high


def budget_curves(results: Results) -> pd.DataFrame:
    """Quality over the budget, undamaged queries: arm, panel (language), x (translated words), mean, low, high.

    Every arm that spends words begins at budget 0, where it is the zero-shot encoder; one that spends none is level.
    """
    rows = primary(results, severity=0.0)
    start = rows[rows["arm"] == BASELINE]
    arms = results.config.arms
    spending = rows["arm"].map({name: arm.spends for name, arm in arms.items()})
    parts = [rows[spending], *(start.assign(arm=name) for name, arm in arms.items() if arm.spends)]
    level = rows[~spending & (rows["arm"] != BASELINE)]
    parts += [level.assign(budget=budget) for budget in results.config.budgets]
    curves = pd.concat(parts)
    # where no remedy was run, the one point of zero-shot is all there is to show
    return _points(curves if len(curves) else start, "budget", results)


def severity_curves(results: Results) -> pd.DataFrame:
    """Quality over the severity of the perturbation, each arm at its largest budget."""
    rows = primary(results)
    spending = rows["arm"].map({name: arm.spends for name, arm in results.config.arms.items()})
    return _points(rows[(rows["budget"] == results.config.budgets[-1]) | ~spending], "severity", results)


def _points(rows: pd.DataFrame, x: str, results: Results) -> pd.DataFrame:
    points = []
    for (language, arm, value), part in rows.groupby(["language", "arm", x], sort=False):
        scores = score_matrix(part)
        points.append((arm, title_of(language), value, scores.mean(), *bootstrap_interval(scores)))
    frame = pd.DataFrame(points, columns=["arm", "panel", "x", "mean", "low", "high"])
    order = {"panel": [*map(title_of, results.config.languages)], "arm": list(results.config.arms)}
    places = pd.DataFrame({column: frame[column].map(names.index) for column, names in order.items()})
    return frame.loc[places.assign(x=frame["x"]).sort_values(["panel", "arm", "x"]).index].reset_index(drop=True)


def title_of(language: str) -> str:
    """A language's English name with its code, as tables and figures show it.

    Examples
    --------
    >>> title_of("so")
    'Somali (so)'
    """
    return f"{Language.get(language, normalize=False).display_name()} ({language})"


def verdict(results: Results, language: str) -> str:
    """One sentence: what the data of this language do and do not show, at the largest budget that was run."""
    measure = results.config.measures[0]
    table = comparison(results, language, results.config.scorers[0], measure)
    zero_shot = table.loc[table["arm"] == BASELINE, "mean"].iloc[0]
    arms = results.config.arms
    table = table[[arms[arm].spends and not arms[arm].is_control for arm in table["arm"]]]
    if table.empty:
        alone = f"only zero-shot was run ({measure} {zero_shot:.3f})"
        return f"{title_of(language)}: {alone}, which says nothing about any remedy."
    at = table[table["budget"] == table["budget"].max()]
    gains = at[(at["p_corrected"] < SIGNIFICANT) & (at["difference"] > 0)]
    losses = at[(at["p_corrected"] < SIGNIFICANT) & (at["difference"] < 0)]
    parts = [f"with {int(at['budget'].iloc[0]):,} translated words "]
    if len(gains):
        parts.append(f"{_listed(gains)} {_verb('raise', gains)} {measure} over zero-shot ({zero_shot:.3f})")
    else:
        parts.append(f"no remedy is shown to raise {measure} over zero-shot ({zero_shot:.3f})")
    if len(losses):
        parts.append(f", and {_listed(losses)} {_verb('lower', losses)} it")
    if at["specific"].isna().all():
        parts.append("; without a generic control it is not shown that any gain comes from the language itself")
    elif len(own := at[(at["p_specific"] < SIGNIFICANT) & (at["specific"] > 0)]):
        parts.append(f"; beyond what the generic controls bring, a gain is shown for {_listed(own, 'specific')}")
    else:
        parts.append("; a gain beyond what the generic controls bring is not shown for any of them")
    return f"{title_of(language)}: " + "".join(parts) + "."


def _verb(verb: str, subjects: pd.DataFrame) -> str:
    return f"{verb}s" if len(subjects) == 1 else verb


def _listed(rows: pd.DataFrame, column: str = "difference") -> str:
    p = {"difference": "p_corrected", "specific": "p_specific"}[column]
    return " and ".join(f"{r['arm']} ({r[column]:+.3f}, p = {max(r[p], 1e-4):.2g})" for _, r in rows.iterrows())
