"""Rankings of the same question in two languages in, how much they agree out (rank-biased overlap)."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence

import numpy as np
import pandas as pd

from clirlab.errors import InputError
from clirlab.evaluation.checks import check_run

Ranking = Sequence[Hashable | Collection[Hashable]]


def rank_biased_overlap(first: Ranking, second: Ranking, p: float = 0.9) -> float:
    """Extrapolated rank-biased overlap RBO_ext of two finite rankings (Webber, Moffat & Zobel 2010, equation 32).

    With agreement A_d = 2 X_d / (|S_:d| + |L_:d|), X_d the size of the overlap at depth d, and beyond the end of the
    shorter ranking (of s items, the longer of l) the overlap of its end carried on, X_d + X_s (d − s) / s:
    RBO_ext = (1 − p)/p Σ_{d=1}^{l} A_d p^d + A_l p^l. Items that tie are all counted from the first rank that they
    share (their equations 28 and 29).

    Parameters
    ----------
    first, second : sequence
        Document ids, best first; a list, tuple or set of ids in the place of one is a group of ties.
    p : float
        In (0, 1): how likely a reader goes on from one rank to the next. At .9 the first 10 ranks have 86 % of the
        weight.

    Returns
    -------
    float
        From 0 (nothing in common) to 1 (the same).

    Raises
    ------
    ValueError
        If a ranking is empty or has an item twice, or p is out of range.

    Examples
    --------
    >>> rank_biased_overlap(["a", "b", "c"], ["a", "b", "c"])
    1.0
    >>> round(rank_biased_overlap(["a", "b"], ["b", "a"], p=0.5), 6)  # A = 0, 1: .5/.5 · 1 · .25 + 1 · .25
    0.5
    """
    if not 0 < p < 1:
        raise ValueError(f"p must be between 0 and 1, got {p}")
    (shorter, s), (longer, l) = sorted((_prefixes(first), _prefixes(second)), key=lambda ranking: ranking[1])
    carried = len(shorter[-1] & longer[s - 1])
    agreement = np.empty(l)
    for d in range(1, l + 1):
        if d <= s:
            overlap, size = len(shorter[d - 1] & longer[d - 1]), len(shorter[d - 1]) + len(longer[d - 1])
        else:
            overlap = len(shorter[-1] & longer[d - 1]) + carried * (d - s) / s
            size = d + len(longer[d - 1])
        agreement[d - 1] = 2 * overlap / size
    weights = p ** np.arange(1, l + 1)
    # summing to 1 exactly for equal rankings is worth the rounding
    return min(1.0, float((1 - p) / p * (agreement @ weights) + agreement[-1] * p**l))


def _prefixes(ranking: Ranking) -> tuple[list[frozenset], int]:
    """The set of items at each depth, and the number of items."""
    groups = [set(place) if isinstance(place, list | tuple | set | frozenset) else {place} for place in ranking]
    seen: set = set()
    prefixes: list[frozenset] = []
    for group in groups:
        if not group or seen & group:
            raise ValueError(f"{sorted(map(str, seen & group))[:3]} twice in a ranking" if group else "an empty group")
        seen |= group
        prefixes += [frozenset(seen)] * len(group)
    if not prefixes:
        raise ValueError("a ranking is empty; leave the query out or count it as 0")
    return prefixes, len(prefixes)


def overlap_of_runs(
    first: pd.DataFrame, second: pd.DataFrame, p: float = 0.9, pairs: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Rank-biased overlap between the rankings of parallel queries: does a question find the same in both languages?

    Parameters
    ----------
    first, second : DataFrame
        Runs (query_id, doc_id, score; rank where there is one) over the same documents, in the order of `evaluate`.
    p : float
        See `rank_biased_overlap`.
    pairs : mapping of str to str, optional
        Which query of the second run is which of the first; by the same id if it is not given.

    Returns
    -------
    DataFrame
        query_id (of the first run), overlap.

    Raises
    ------
    InputError
        If a run is not sound, or a query is in one run alone.

    Examples
    --------
    >>> run = pd.DataFrame({"query_id": "q", "doc_id": ["a", "b"], "score": [2.0, 1.0]})
    >>> overlap_of_runs(run, run.assign(score=[1.0, 2.0]), p=0.5)
      query_id  overlap
    0        q      0.5
    """
    rankings = [
        {query: part["doc_id"].tolist() for query, part in check_run(run, [], name).groupby("query_id", sort=False)}
        for run, name in ((first, "first run"), (second, "second run"))
    ]
    pairs = pairs or {query: query for query in dict.fromkeys([*rankings[0], *rankings[1]])}
    for name, there, asked in zip(("first", "second"), rankings, (pairs.keys(), pairs.values()), strict=True):
        if missing := [query for query in asked if query not in there]:
            raise InputError(
                f"the {name} run has no document for {len(missing):,} of {len(pairs):,} parallel queries, such as "
                f"{missing[0]!r}; leave them out of both, or give pairs= where ids differ"
            )
    overlaps = [rank_biased_overlap(rankings[0][one], rankings[1][other], p) for one, other in pairs.items()]
    return pd.DataFrame({"query_id": list(pairs), "overlap": overlaps})
