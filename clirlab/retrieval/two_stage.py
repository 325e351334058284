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
from clirlab.retrieval.search_index import Queries, check_width, encode_queries, rank_index
from clirlab.retrieval.topk import best_of

# pooled scores worked out at once, as float32: 16 MiB
SCORES = 2**22


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
    wanted, rows = queries.pooled(), max(1, SCORES // len(queries.mask))
    blocks = (range(start, min(start + rows, len(index))) for start in range(0, len(index), rows))
    # one row a query, called by its number
    scores = ((block, wanted @ torch.from_numpy(index.pooled[block.start : block.stop]).T) for block in blocks)
    run = best_of(scores, [str(i) for i in range(len(wanted))], index.doc_ids, n)
    return list(pd.Index(index.doc_ids).get_indexer(run["doc_id"]).reshape(len(wanted), -1))


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
