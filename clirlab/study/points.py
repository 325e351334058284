"""A results table in, the points of curves over damage and dials out: means with their intervals, and what is kept."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from clirlab.evaluation import bootstrap_interval, bootstrap_means
from clirlab.study.results import Results
from clirlab.study.summary import primary, score_matrix, title_of


def undisturbed(rows: pd.DataFrame, but: str = "") -> pd.DataFrame:
    """The rows of the languages as they are and of undamaged supervision; a run of an earlier version has no others."""
    for column in {"dial", "noise"} - {but}:
        if column in rows:
            rows = rows[rows[column] == 0]
    return rows


def largest_budget(results: Results, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of each arm at the largest budget of the study; of one that spends nothing all."""
    spending = rows["arm"].map({name: arm.spends for name, arm in results.config.arms.items()})
    return rows[(rows["budget"] == results.config.budgets[-1]) | ~spending]


def damaged(results: Results) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each kind of damage with its rows; undamaged queries belong to all kinds."""
    rows = largest_budget(results, undisturbed(primary(results)))
    for kind, some in rows[rows["severity"] > 0].groupby("perturbation", sort=False):
        yield str(kind), pd.concat([rows[rows["severity"] == 0], some])


def curve_points(rows: pd.DataFrame, x: str, results: Results) -> pd.DataFrame:
    """Means with their intervals over seeds and queries: arm, panel (language), x, mean, low, high."""
    points = []
    for (language, arm, value), part in rows.groupby(["language", "arm", x], sort=False):
        scores = score_matrix(part)
        points.append((arm, title_of(str(language)), value, scores.mean(), *bootstrap_interval(scores)))
    return _ordered(points, results)


def retention_points(rows: pd.DataFrame, results: Results) -> pd.DataFrame:
    """M(s) / M(0) with its interval, queries and seeds drawn alike for both; empty where an M(0) is 0."""
    points = []
    for (language, arm), some in rows.groupby(["language", "arm"], sort=False):
        severities = sorted(some["severity"].unique())
        matrices = [score_matrix(some[some["severity"] == severity]) for severity in severities]
        # an arm that nothing is left to chance in has one seed on undamaged queries
        start = np.broadcast_to(matrices[0], (max(len(m) for m in matrices), matrices[0].shape[1]))
        if start.mean() == 0:
            return pd.DataFrame()
        for severity, matrix in zip(severities, matrices, strict=True):
            later = np.broadcast_to(matrix, start.shape)
            first, then = bootstrap_means([start, later], streams=[0, 0])
            share = np.divide(then, first, out=np.full_like(then, np.nan), where=first > 0)
            low, high = np.nanquantile(share, [0.025, 0.975])
            points.append((arm, title_of(str(language)), severity, later.mean() / start.mean(), low, high))
    return _ordered(points, results)


def _ordered(points: list[tuple], results: Results) -> pd.DataFrame:
    frame = pd.DataFrame(points, columns=["arm", "panel", "x", "mean", "low", "high"])
    order = {"panel": [*map(title_of, results.config.languages)], "arm": list(results.config.arms)}
    places = pd.DataFrame({column: frame[column].map(names.index) for column, names in order.items()})
    return frame.loc[places.assign(x=frame["x"]).sort_values(["panel", "arm", "x"]).index].reset_index(drop=True)
