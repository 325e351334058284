"""A results table in, what it says of robustness out: over damage, languages and budgets, and by what scores vary."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clirlab.errors import InputError
from clirlab.evaluation import compare_robustness, decompose, share_harmed, summarise_languages, u_risk, words_needed
from clirlab.study.results import Results
from clirlab.study.summary import BASELINE, primary, score_matrix, title_of

SHARES = (0.5, 0.9)


def at_largest_budget(results: Results) -> pd.DataFrame:
    """The primary rows of zero-shot and of each arm at the largest budget at which it was run."""
    rows = primary(results)
    largest = rows.groupby("arm")["budget"].transform("max")
    return rows[rows["budget"] == largest]


def damage_table(results: Results) -> pd.DataFrame:
    """How much each arm keeps as its queries get worse, beside what zero-shot keeps.

    Returns
    -------
    DataFrame
        As `clirlab.evaluation.compare_robustness` gives it, by the area under the retention curve (1: nothing lost);
        empty where queries were not damaged, or an arm scores 0 on undamaged ones.
    """
    severities = list(results.config.perturbation.severities)
    rows = at_largest_budget(results)
    if len(severities) < 2 or (rows[rows["severity"] == 0].groupby(["arm", "language"])["value"].mean() == 0).any():
        return pd.DataFrame()
    scores = {
        arm: {
            language: [score_matrix(some[some["severity"] == severity]) for severity in severities]
            for language, some in of_arm.groupby("language", sort=False)
        }
        for arm, of_arm in rows.groupby("arm", sort=False)
    }
    return compare_robustness(scores, severities, BASELINE)


def language_table(results: Results) -> pd.DataFrame:
    """How evenly each arm serves the languages, and whom it harms, on undamaged queries.

    Returns
    -------
    DataFrame
        arm, mean (over languages), worst_language, worst, spread, geometric_mean; harmed (share of queries with a lower
        score than zero-shot), risk (U_risk with α = 1).
    """
    rows = at_largest_budget(results)
    rows = rows[rows["severity"] == 0]
    start = rows[rows["arm"] == BASELINE].groupby(["language", "query_id"])["value"].mean()
    table = []
    for arm, of_arm in rows.groupby("arm", sort=False):
        queries = of_arm.groupby(["language", "query_id"])["value"].mean()
        summary = summarise_languages(queries.groupby("language").mean().to_dict())
        difference = (queries - start).to_numpy()
        table.append(
            {
                "arm": arm,
                "mean": summary.mean,
                "worst_language": title_of(summary.worst_language),
                "worst": summary.worst,
                "spread": summary.spread,
                "geometric_mean": summary.geometric_mean,
                "harmed": np.nan if arm == BASELINE else share_harmed(difference),
                "risk": np.nan if arm == BASELINE else u_risk(difference),
            }
        )
    return pd.DataFrame(table)


def words_table(results: Results) -> pd.DataFrame:
    """How many translated words each arm needs to reach a share of the human bound.

    Returns
    -------
    DataFrame
        language, arm, share, words, low, high, verdict: see `clirlab.evaluation.words_needed`; empty where no bound or
        fewer than three budgets above 0 were run.
    """
    bounds = [name for name, arm in results.config.arms.items() if arm.is_bound]
    rows = primary(results, severity=0.0)
    table = []
    for language, some in rows.groupby("language", sort=False):
        scores = {key: score_matrix(part) for key, part in some.groupby(["arm", "budget"])}
        for arm, config in results.config.arms.items():
            curve = {budget: score for (name, budget), score in scores.items() if name == arm}
            if config.is_control or not config.spends or len(curve) < 3 or not bounds or (bounds[0], 0) not in scores:
                continue
            for share in SHARES:
                found = words_needed(curve, scores[BASELINE, 0], scores[bounds[0], 0], share)
                table.append((title_of(str(language)), arm, share, found.words, found.low, found.high, found.verdict))
    return pd.DataFrame(table, columns=["language", "arm", "share", "words", "low", "high", "verdict"])


def variance_table(results: Results) -> pd.DataFrame:
    """By what the scores of trained arms vary on undamaged queries: language, arm, budget, seed, query.

    Returns
    -------
    DataFrame
        As `clirlab.evaluation.decompose` gives it; empty where nothing varies.
    """
    rows = primary(results, severity=0.0)
    rows = rows[rows["budget"] > 0]
    try:
        return decompose(rows, ["language", "arm", "budget", "seed"], ["language:arm", "arm:budget"])
    except InputError:
        return pd.DataFrame()


def overlap_table(results: Results) -> pd.DataFrame:
    """Mean rank-biased overlap of each arm (rows, at its largest budget) with people's translations, by language."""
    cells = results.cells
    if "overlap" not in cells or cells["overlap"].isna().all():
        return pd.DataFrame()
    largest = cells[cells["budget"] == cells.groupby("arm")["budget"].transform("max")]
    table = largest.pivot_table(index="arm", columns="language", values="overlap", aggfunc="mean")
    return table.loc[[arm for arm in results.config.arms if arm in table.index]]
