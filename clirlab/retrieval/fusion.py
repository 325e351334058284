"""Several runs of the same queries in, one run out: reciprocal ranks or normalised scores, summed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from clirlab.errors import InputError, unknown_name
from clirlab.retrieval.run import COLUMNS


def fuse_runs(
    runs: Mapping[str, pd.DataFrame],
    how: str = "rrf",
    weights: Mapping[str, float] | None = None,
    k: int = 100,
    normalise: str = "min-max",
    smoothing: float = 60,
) -> pd.DataFrame:
    """One run from several: each document's sum over the runs, for each query.

    ============  ================================================================================================
    ``rrf``       Σ_r w_r / (smoothing + rank_r(d)) (Cormack, Clarke & Büttcher 2009); a document that a run has not
                  adds nothing. Ranks are counted anew in each run, so that gaps are of no matter
    ``weighted``  Σ_r w_r n_r(d), n the normalised score; a document that a run has not gets what its lowest gets
    ============  ================================================================================================

    A score of -inf says that there was nothing to compare, and counts as a document that the run has not.

    Parameters
    ----------
    runs : mapping of str to DataFrame
        query_id, doc_id, score, rank. A query that a run has not is fused from the others.
    how : {"rrf", "weighted"}
    weights : mapping of str to float, optional
        w of every run, not negative; 1 / (number of runs) each for ``weighted`` and 1 for ``rrf`` where not given.
    k : int
        How many documents of each query are kept.
    normalise : {"min-max", "z"}
        For ``weighted``, over the documents that a run has for a query: (s - min) / (max - min), or
        (s - mean) / standard deviation; 0 for all where the scores are equal.
    smoothing : float
        For ``rrf``: how little the first ranks stand out; at least 0.

    Returns
    -------
    DataFrame
        query_id, doc_id, score, rank; queries as they first occur, equal scores in the order of document ids.

    Raises
    ------
    InputError
        If there are no runs, a name is unknown, or a weight is missing or negative, or `smoothing` is.

    Examples
    --------
    >>> one = pd.DataFrame({"query_id": "q", "doc_id": ["a", "b"], "score": [9.0, 8.0], "rank": [1, 2]})
    >>> two = pd.DataFrame({"query_id": "q", "doc_id": ["b", "c"], "score": [0.7, 0.1], "rank": [1, 2]})
    >>> fuse_runs({"one": one, "two": two}).round(4)
      query_id doc_id   score  rank
    0        q      b  0.0325     1
    1        q      a  0.0164     2
    2        q      c  0.0161     3
    """
    ways: dict[str, Callable[[pd.DataFrame], pd.Series]] = {"min-max": _min_max, "z": _z}
    if how not in ("rrf", "weighted"):
        raise unknown_name("fusion of runs", how, ["rrf", "weighted"])
    if normalise not in ways:
        raise unknown_name("way to normalise", normalise, ways)
    if not runs:
        raise InputError("there are no runs to fuse")
    if smoothing < 0:
        raise InputError(f"smoothing must be at least 0, got {smoothing}")
    if weights is None:
        weights = dict.fromkeys(runs, 1.0 if how == "rrf" else 1 / len(runs))
    for name in {**runs, **weights}:
        if name not in runs:
            raise unknown_name("run in the weights", name, runs)
        if not 0 <= weights.get(name, -1) < np.inf:
            raise InputError(f"the weight of the run {name!r} is missing, negative or not finite")
    parts, floors = [], []
    for name, run in runs.items():
        found = run[run["score"] > -np.inf]
        if how == "rrf":
            value = 1 / (smoothing + found.groupby("query_id")["rank"].rank(method="first"))
        else:
            value = ways[normalise](found)
        part = found[["query_id", "doc_id"]].assign(value=weights[name] * value)
        lowest = part.groupby("query_id")["value"].min() if how == "weighted" else pd.Series(dtype=float)
        parts.append(part.assign(above=part["value"] - part["query_id"].map(lowest).fillna(0).astype(float)))
        floors.append(lowest)
    joined = pd.concat(parts, ignore_index=True)
    # a document has every run's floor, and above it what the runs that hold it add
    fused = joined.groupby(["query_id", "doc_id"], sort=False, as_index=False)["above"].sum()
    floor = pd.concat(floors).groupby(level=0).sum()
    fused["score"] = (fused["above"] + fused["query_id"].map(floor).fillna(0).astype(float)).round(12)
    queries = {query: i for i, query in enumerate(pd.concat([run["query_id"] for run in runs.values()]).unique())}
    fused = fused.assign(place=fused["query_id"].map(queries), low=-fused["score"])
    fused = fused.sort_values(["place", "low", "doc_id"]).groupby("place", sort=False).head(k).reset_index(drop=True)
    fused["rank"] = fused.groupby("place").cumcount() + 1
    return fused[COLUMNS]


def _min_max(run: pd.DataFrame) -> pd.Series:
    scores = run.groupby("query_id")["score"]
    low, high = scores.transform("min"), scores.transform("max")
    return (run["score"] - low) / (high - low).where(high > low, 1)


def _z(run: pd.DataFrame) -> pd.Series:
    scores = run.groupby("query_id")["score"]
    low, high = scores.transform("min"), scores.transform("max")
    spread = scores.transform("std", ddof=0)
    return ((run["score"] - scores.transform("mean")) / spread.where(high > low, 1)).where(high > low, 0)
