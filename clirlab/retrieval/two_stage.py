"""Queries and an index in, a run out: candidates by pooled vectors, ranked by exact MaxSim."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from tqdm.auto import tqdm

from clirlab.errors import InputError
from clirlab.models import TokenBatch, TokenEncoder
from clirlab.retrieval.index import Index
from clirlab.retrieval.search_index import SCORES, Queries, check_width, encode_queries, rank_index


def search_two_stage(
    encoder: TokenEncoder,
    index: Index,
    queries: Queries,
    k: int = 100,
    first: int = 1000,
    dtype: str = "auto",
    progress: bool = False,
) -> pd.DataFrame:
    """The `first` best passages by pooled cosine, ranked by exact MaxSim: approximate, and much faster in large pools.

    Pooled vectors lie beside the token vectors, one a passage; token vectors are read for the candidates alone.

    Parameters
    ----------
    first : int
        How many candidates each query has, at least k; where it is the number of passages the result is exact.

    Other parameters, errors and the result are those of `search_index`.
    """
    if first < k:
        raise InputError(f"first must be at least k ({k}), got {first}")
    ids, batch = encode_queries(encoder, queries, dtype, progress)
    check_width(batch, index)
    return rerank(batch, ids, index, nearest_pooled(batch, index, first), k, progress)


def nearest_pooled(queries: TokenBatch, index: Index, n: int) -> list[NDArray[np.int64]]:
    """For each query the positions of the n passages with the highest pooled cosine, equal ones by document id."""
    wanted, kept = queries.pooled(), [np.empty(0, np.int64)] * len(queries.mask)
    values = [np.empty(0, np.float32)] * len(queries.mask)
    rows = max(1, SCORES // len(queries.mask))
    for start in range(0, len(index), rows):
        scores = (wanted @ torch.from_numpy(index.select(slice(start, start + rows)).pooled).T).numpy()
        for i, row in enumerate(scores):
            positions = np.concatenate([kept[i], np.arange(start, start + len(row))])
            every = np.concatenate([values[i], row])
            best = highest(every, index.id_ranks[positions], n)
            kept[i], values[i] = positions[best], every[best]
    return kept


def highest(scores: NDArray[np.float32], ranks: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Where the n highest scores are, highest first; of equal ones those of lower rank.

    Examples
    --------
    >>> highest(np.array([0.5, 0.9, 0.5, 0.1], dtype=np.float32), np.array([3, 0, 1, 2]), 2).tolist()
    [1, 2]
    """
    places = np.arange(len(scores))
    if n < len(scores):
        places = np.flatnonzero(scores >= np.partition(scores, len(scores) - n)[len(scores) - n])
    return places[np.lexsort((ranks[places], -scores[places]))[:n]]


def rerank(
    queries: TokenBatch,
    query_ids: Sequence[str],
    index: Index,
    candidates: Sequence[NDArray[np.int64]],
    k: int,
    progress: bool = False,
) -> pd.DataFrame:
    """The k best of each query's candidates (positions in the index) by exact MaxSim."""
    runs = [
        rank_index(queries.take([i]), [query_ids[i]], index.select(candidates[i]), "maxsim", k)
        for i in tqdm(range(len(query_ids)), desc="rerank", unit="query", disable=not progress)
    ]
    return pd.concat(runs, ignore_index=True)
