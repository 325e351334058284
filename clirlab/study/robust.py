"""A results table in, what it says of robustness out: over damage, dials, noise, languages, budgets; what varies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from clirlab.errors import InputError
from clirlab.evaluation import compare_robustness, decompose, share_harmed, summarise_languages, u_risk, words_needed
from clirlab.study.results import Results
from clirlab.study.summary import (
    BASELINE,
    as_given,
    at_largest_budget,
    primary,
    score_matrix,
    title_of,
    undamaged_and,
    with_axes,
)

SHARES = (0.5, 0.9)


def damage_table(results: Results, kind: str | None = None) -> pd.DataFrame:
    """How much each arm keeps as its queries get worse, beside what zero-shot keeps.

    Parameters
    ----------
    kind : str, optional
        Of the damage; the study's first where not given.

    Returns
    -------
    DataFrame
        As `clirlab.evaluation.compare_robustness` gives it, by the area under the retention curve (1: nothing lost);
        empty where queries were not damaged, or an arm scores 0 on undamaged ones.
    """
    damages = {damage.kind: damage.severities for damage in results.config.perturbations}
    kind = kind or results.config.perturbation.kind
    rows = undamaged_and(kind, at_largest_budget(as_given(primary(results), results)))
    return _retention(rows, "severity", damages[kind])


def dial_table(results: Results) -> pd.DataFrame:
    """How much each arm keeps as the languages are made unknown, beside what zero-shot keeps.

    Returns
    -------
    DataFrame
        As `damage_table`, over the dials that all languages with several have in common, on undamaged queries; of the
        arms that were run at all of them.
    """
    turned = {code: own.dials for code, own in results.config.languages.items() if len(own.dials) > 1}
    common = sorted(set.intersection(*map(set, turned.values()))) if turned else []
    rows = at_largest_budget(primary(results, severity=0.0, noise=0.0))
    return _retention(rows[rows["language"].isin(list(turned))], "dial", common)


def noise_table(results: Results) -> pd.DataFrame:
    """How much each arm keeps as its supervision gets worse; zero-shot, which has none, keeps all.

    Returns
    -------
    DataFrame
        As `damage_table`, over the shares of damaged supervision, on undamaged queries; of the arms that were run with
        all of them.
    """
    shares = results.config.noise.shares
    rows = primary(results, severity=0.0)
    first = {code: own.dials[0] for code, own in results.config.languages.items()}
    rows = at_largest_budget(rows[rows["dial"] == rows["language"].map(first)])
    level = rows[rows["arm"] == BASELINE]
    rows = pd.concat([rows[rows["arm"] != BASELINE], *(level.assign(noise=share) for share in shares)])
    return _retention(rows, "noise", shares)


def _retention(rows: pd.DataFrame, axis: str, values: Sequence[float]) -> pd.DataFrame:
    """The comparison of what is kept along an axis; empty where there is nothing to compare."""
    rows = rows[rows[axis].isin(values)]
    whole = rows.groupby(["arm", "language"])[axis].nunique().eq(len(values)).groupby("arm").all()
    rows = rows[rows["arm"].map(whole).astype(bool)]
    start = rows[rows[axis] == 0].groupby(["arm", "language"])["value"].mean()
    if len(values) < 2 or values[0] != 0 or BASELINE not in whole or not whole[BASELINE] or (start == 0).any():
        return pd.DataFrame()
    scores = {
        arm: {
            language: [score_matrix(some[some[axis] == value]) for value in values]
            for language, some in of_arm.groupby("language", sort=False)
        }
        for arm, of_arm in rows.groupby("arm", sort=False)
    }
    return compare_robustness(scores, values, BASELINE)


def language_table(results: Results) -> pd.DataFrame:
    """How evenly each arm serves the languages, and whom it harms, on undamaged queries.

    Returns
    -------
    DataFrame
        arm, mean (over languages), worst_language, worst, spread, geometric_mean; harmed (share of queries with a lower
        score than zero-shot), risk (U_risk with α = 1).
    """
    rows = at_largest_budget(as_given(primary(results, severity=0.0), results))
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
    rows = as_given(primary(results, severity=0.0), results)
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
    rows = as_given(primary(results, severity=0.0), results)
    rows = rows[rows["budget"] > 0]
    try:
        return decompose(rows, ["language", "arm", "budget", "seed"], ["language:arm", "arm:budget"])
    except InputError:
        return pd.DataFrame()


def overlap_table(results: Results) -> pd.DataFrame:
    """Mean rank-biased overlap of each arm (rows, at its largest budget) with people's translations, by language."""
    cells = as_given(with_axes(results.cells), results)
    if "overlap" not in cells or cells["overlap"].isna().all():
        return pd.DataFrame()
    table = at_largest_budget(cells).pivot_table(index="arm", columns="language", values="overlap", aggfunc="mean")
    return table.loc[[arm for arm in results.config.arms if arm in table.index]]
