"""Runs over different documents in, one run out: the k best of all, equal scores ordered by document id."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from clirlab.errors import InputError


def merge_runs(runs: Sequence[pd.DataFrame], k: int) -> pd.DataFrame:
    """The k best documents of each query over runs that share no document, such as those of the shards of an index.

    Merging the k best of each part gives the k best of the whole, ties included.

    Parameters
    ----------
    runs : sequence of DataFrame, columns query_id, doc_id, score
        At least one.
    k : int
        At least 1.

    Examples
    --------
    >>> from clirlab.retrieval import run_of
    >>> first = run_of(np.array([[0.1, 0.9]]), ["q"], ["d", "c"], k=2)
    >>> second = run_of(np.array([[0.9, 0.5]]), ["q"], ["b", "a"], k=2)
    >>> merge_runs([first, second], k=3)
      query_id doc_id  score  rank
    0        q      b    0.9     1
    1        q      c    0.9     2
    2        q      a    0.5     3
    """
    if k < 1:
        raise InputError(f"k must be at least 1, got {k}")
    both = pd.concat(runs, ignore_index=True)
    queries, _ = pd.factorize(both["query_id"])  # in the order of their first appearance
    documents, _ = pd.factorize(both["doc_id"], sort=True)
    order = np.lexsort((documents, -both["score"].to_numpy(), queries))
    sizes = np.bincount(queries)
    rank = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    kept = both.iloc[order[rank < k]].reset_index(drop=True)
    return kept.assign(rank=rank[rank < k] + 1)
