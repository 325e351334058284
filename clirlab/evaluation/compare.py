"""Several systems' scores of the same queries in, one table of means, intervals and corrected tests out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clirlab.errors import unknown_name
from clirlab.evaluation.measures import evaluate
from clirlab.evaluation.significance import bootstrap_interval, holm, permutation_test


def compare_scores(scores: Mapping[str, NDArray[np.float64]], baseline: str) -> pd.DataFrame:
    """Mean, 95 % bootstrap interval, and the paired difference to a baseline with Holm-corrected permutation p.

    Parameters
    ----------
    scores : mapping of str to ndarray, shape (S, Q)
        For each system one row a seed, one column a query, the same queries in the same order for all. Systems may
        have different numbers of seeds; the test pairs the queries' means over seeds.
    baseline : str
        The system that the others are compared with; its own difference and p are NaN.

    Returns
    -------
    DataFrame
        system, mean, low, high, difference, p, p_corrected; corrected over the systems of this table.

    Raises
    ------
    InputError
        If there is no system of the baseline's name.

    Examples
    --------
    >>> table = compare_scores({"a": np.array([[0.0, 1.0]]), "b": np.array([[0.5, 1.0], [0.5, 1.0]])}, baseline="a")
    >>> table[["system", "mean", "difference"]].values.tolist()
    [['a', 0.5, nan], ['b', 0.75, 0.25]]
    """
    if baseline not in scores:
        raise unknown_name("baseline", baseline, scores)
    reference = scores[baseline].mean(0)
    rows = []
    for system, table in scores.items():
        low, high = bootstrap_interval(table)
        difference = table.mean(0) - reference
        p = permutation_test(difference) if system != baseline else np.nan
        rows.append((system, table.mean(), low, high, difference.mean() if system != baseline else np.nan, p))
    frame = pd.DataFrame(rows, columns=["system", "mean", "low", "high", "difference", "p"])
    tested = frame["p"].notna()
    frame.loc[tested, "p_corrected"] = holm(frame.loc[tested, "p"])
    return frame


def compare(
    runs: Mapping[str, pd.DataFrame], qrels: pd.DataFrame, measures: Sequence[str], baseline: str
) -> pd.DataFrame:
    """Compare runs of the same queries.

    Parameters
    ----------
    runs : mapping of str to DataFrame
        System to run (query_id, doc_id, score).
    measures : sequence of str
        ir-measures' names.
    baseline : str
        One of the systems.

    Returns
    -------
    DataFrame
        system, measure, mean, low, high, difference, p, p_corrected; corrected over the systems within a measure.
    """
    parts = []
    values = {system: evaluate(run, qrels, measures) for system, run in runs.items()}
    for measure in measures:
        scores = {
            system: frame.loc[frame["measure"] == measure, "value"].to_numpy()[None] for system, frame in values.items()
        }
        table = compare_scores(scores, baseline)
        table.insert(1, "measure", measure)
        parts.append(table)
    return pd.concat(parts, ignore_index=True)
