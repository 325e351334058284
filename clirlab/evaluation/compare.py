"""Several systems' runs or scores of the same queries in, one table of means, intervals and corrected tests out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clirlab.errors import InputError, unknown_name
from clirlab.evaluation.checks import check_qrels
from clirlab.evaluation.measures import evaluate, parse_measures
from clirlab.evaluation.resampling import as_table, bootstrap_means, interval_of
from clirlab.evaluation.significance import (
    CORRECTIONS,
    correct,
    effect_size,
    equivalence_test,
    permutation_tests,
    smallest_difference,
    t_test,
)

TESTED = [
    "difference", "difference_low", "difference_high", "p", "p_corrected", "p_t", "wins", "ties", "losses",
    "effect_size", "smallest_difference",
]  # fmt: skip
COLUMNS = ["system", "mean", "low", "high", *TESTED]
ALPHA = 0.05
# two scores that are nearer than this are equal: a mean over seeds is not exact
TIE = 1e-9


def compare_scores(
    scores: Mapping[str, ArrayLike],
    baseline: str,
    correction: str = "holm",
    margin: float | None = None,
    samples: int = 2000,
    permutations: int = 10_000,
) -> pd.DataFrame:
    """Means with intervals, and the paired differences to a baseline with all that one needs to judge them.

    Parameters
    ----------
    scores : mapping of str to array_like, shape (S, Q) or (Q,)
        For each system one row a seed, one column a query, the same queries in the same order for all. Systems may
        have different numbers of seeds; tests pair the queries' means over seeds.
    baseline : str
        The system that the others are compared with; what is tested is NaN for itself.
    correction : str
        ``"holm"`` (no false finding at all, with 95 % certainty) or ``"benjamini-hochberg"`` (one in twenty of them).
        The family is the systems of this table.
    margin : float, optional
        The smallest difference that would matter; given it, the table says which systems are as good as the baseline.
    samples, permutations : int
        Of the bootstrap, and of the signs.

    Returns
    -------
    DataFrame
        - system, mean; low, high: 95 % bootstrap interval over queries and seeds.
        - difference: mean difference to the baseline; difference_low, difference_high: its interval, queries paired,
          seeds of both drawn.
        - p: sign-flip permutation test, p_corrected over the family; p_t: paired t-test, not corrected.
        - wins, ties, losses: queries on which the system is better, equal, worse.
        - effect_size: Cohen's d_z.
        - smallest_difference: the smallest true difference that this many queries show with power .8 at α = .05. Where
          a difference is not significant and this is large, the data say little.
        - with a margin, p_equivalent: two one-sided tests (TOST), corrected likewise; equivalent: whether it is below
          .05.

    Raises
    ------
    InputError
        If there is no system or correction of that name, or systems do not have the same number of queries.
    ValueError
        If a score is not finite, or the margin is not above 0.

    Examples
    --------
    >>> table = compare_scores({"a": [0.0, 1.0], "b": [[0.5, 1.0], [0.5, 1.0]]}, baseline="a")
    >>> table[["system", "mean", "difference", "wins", "ties", "losses"]]
      system  mean  difference  wins  ties  losses
    0      a  0.50         NaN  <NA>  <NA>    <NA>
    1      b  0.75        0.25     1     1       0
    """
    if baseline not in scores:
        raise unknown_name("baseline", baseline, scores)
    if correction not in CORRECTIONS:
        raise unknown_name("correction", correction, CORRECTIONS)
    tables = {system: as_table(table) for system, table in scores.items()}
    if len(counts := {table.shape[1] for table in tables.values()}) > 1:
        raise InputError(f"systems must be scored on the same queries; they have {sorted(counts)} of them")
    # the baseline stands twice: its seeds are drawn anew where it is subtracted, since nothing ties them to a system's
    *means, of_baseline = bootstrap_means(
        [*tables.values(), tables[baseline]], samples, streams=[0] * len(tables) + [1]
    )
    frame = pd.DataFrame({"system": list(tables), "mean": [table.mean() for table in tables.values()]})
    frame[["low", "high"]] = [interval_of(mean) for mean in means]
    others = frame["system"] != baseline
    frame[TESTED] = np.nan
    frame[["wins", "ties", "losses"]] = frame[["wins", "ties", "losses"]].astype("Int64")
    if margin is not None:
        frame["p_equivalent"], frame["equivalent"] = np.nan, pd.array([pd.NA] * len(frame), dtype="boolean")
    if others.any():
        d = np.array([table.mean(0) - tables[baseline].mean(0) for name, table in tables.items() if name != baseline])
        intervals = [interval_of(mean - of_baseline) for mean, other in zip(means, others, strict=True) if other]
        tested = _tested(d, intervals, correction, permutations)
        for column in TESTED:
            frame.loc[others, column] = tested[column].to_numpy()
        if margin is not None:
            p = correct([equivalence_test(row, margin) for row in d], correction)
            frame.loc[others, "p_equivalent"], frame.loc[others, "equivalent"] = p, p < ALPHA
    return frame


def _tested(
    d: NDArray[np.float64], intervals: Sequence[tuple[float, float]], correction: str, permutations: int
) -> pd.DataFrame:
    p = permutation_tests(d, permutations)
    columns = {
        "difference": d.mean(1),
        "difference_low": [low for low, _ in intervals],
        "difference_high": [high for _, high in intervals],
        "p": p,
        "p_corrected": correct(p, correction),
        "p_t": [t_test(row) for row in d],
        "wins": (d > TIE).sum(1),
        "ties": (np.abs(d) <= TIE).sum(1),
        "losses": (d < -TIE).sum(1),
        "effect_size": [effect_size(row) for row in d],
        "smallest_difference": [smallest_difference(row) for row in d],
    }
    return pd.DataFrame(columns)


def compare(
    runs: Mapping[str, pd.DataFrame | Sequence[pd.DataFrame]],
    qrels: pd.DataFrame,
    measures: Sequence[str],
    baseline: str,
    correction: str = "holm",
    margin: float | None = None,
) -> pd.DataFrame:
    """Compare runs of the same queries.

    Parameters
    ----------
    runs : mapping of str to DataFrame, or to a sequence of DataFrames
        System to run (query_id, doc_id, score; rank where there is one), or to one run for each training seed.
    qrels : DataFrame
        query_id, doc_id, relevance.
    measures : sequence of str
        ir-measures' names.
    baseline : str
        One of the systems.
    correction : str
        ``"holm"`` or ``"benjamini-hochberg"``; the family is the other systems, within a measure: measures of one run
        ask the same question again, and what is reported is to be chosen before.
    margin : float, optional
        The smallest difference that would matter, in the units of the measures.

    Returns
    -------
    DataFrame
        system, measure and the other columns of `compare_scores`; print it with `format_comparison`.

    Raises
    ------
    InputError
        If a name is not known, a system has no run, or runs or qrels are not sound (see `evaluate`).
    """
    if baseline not in runs:
        raise unknown_name("baseline", baseline, runs)
    parse_measures(measures)
    judged = check_qrels(qrels)
    scores = {system: _scores(run, judged, measures, system) for system, run in runs.items()}
    parts = []
    for number, measure in enumerate(measures):
        table = compare_scores({system: s[number] for system, s in scores.items()}, baseline, correction, margin)
        table.insert(1, "measure", measure)
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def _scores(
    run: pd.DataFrame | Sequence[pd.DataFrame], qrels: pd.DataFrame, measures: Sequence[str], system: str
) -> NDArray[np.float64]:
    """Scores of one system, shape (M, S, Q)."""
    of_seeds = [run] if isinstance(run, pd.DataFrame) else list(run)
    if not of_seeds:
        raise InputError(f"{system}: there is no run")
    names = [system] if len(of_seeds) == 1 else [f"{system}, run {i + 1}" for i in range(len(of_seeds))]
    values = [evaluate(one, qrels, measures, name)["value"] for one, name in zip(of_seeds, names, strict=True)]
    return np.stack([value.to_numpy().reshape(-1, len(measures)).T for value in values], axis=1)
