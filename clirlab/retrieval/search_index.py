"""Queries and an index in, a run out: exact, over all passages, tile by tile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from tqdm.auto import tqdm

from clirlab.corpora import Collection
from clirlab.errors import InputError, unknown_name
from clirlab.models import TokenBatch, TokenEncoder
from clirlab.retrieval.index import Index
from clirlab.retrieval.scorers import SCORERS
from clirlab.retrieval.topk import best_of

Queries = Collection | Mapping[str, str]


def search_index(
    encoder: TokenEncoder,
    index: Index,
    queries: Queries,
    k: int = 100,
    scorer: str = "maxsim",
    dtype: str = "auto",
    progress: bool = False,
) -> pd.DataFrame:
    """Score every passage of an index for every query and keep the k best; memory does not grow with the index.

    Parameters
    ----------
    encoder : TokenEncoder
        Of the queries; it may be another than that of the index, if its vectors are as wide.
    queries : Collection or mapping of str to str
        A collection's queries, or texts by their ids.
    k : int
        At least 1.
    scorer : {"maxsim", "pooled"}
    dtype : {"auto", "float32", "bfloat16"}
        Arithmetic of the encoder.

    Returns
    -------
    DataFrame
        query_id, doc_id, score, rank (from 1); equal scores in order of document id.

    Raises
    ------
    InputError
        If the vectors of encoder and index differ in width, there is no query, or k is less than 1.

    Examples
    --------
    >>> import tempfile
    >>> import clirlab as cl
    >>> from clirlab.retrieval import build_index
    >>> encoder, folder = cl.load_encoder("e5-small"), tempfile.mkdtemp() + "/index"
    >>> passages = [("d1", "Bees make honey."), ("d2", "The moon is far away.")]
    >>> index = build_index(encoder, passages, folder, progress=False)
    >>> search_index(encoder, index, {"q1": "Wo ist der Mond?"}, k=1)["doc_id"].tolist()
    ['d2']
    """
    ids, batch = encode_queries(encoder, queries, dtype, progress)
    return rank_index(batch, ids, index, scorer, k, progress)


def encode_queries(
    encoder: TokenEncoder, queries: Queries, dtype: str = "auto", progress: bool = False
) -> tuple[list[str], TokenBatch]:
    """The ids of queries and their vectors."""
    texts = (
        dict(zip(queries.queries["query_id"], queries.queries["text"], strict=True))
        if isinstance(queries, Collection)
        else queries
    )
    return list(texts), encoder.encode(list(texts.values()), kind="query", dtype=dtype, progress=progress)


def check_width(queries: TokenBatch, index: Index) -> None:
    """Raise an `InputError` if queries and passages cannot be multiplied."""
    source, width = index.manifest.source, queries.vectors.shape[-1]
    if width != source.width:
        raise InputError(
            f"the queries have vectors of {width} dimensions, and the index of {source.called} has {source.width}"
        )


def rank_index(
    queries: TokenBatch, query_ids: Sequence[str], index: Index, scorer: str, k: int, progress: bool = False
) -> pd.DataFrame:
    """The run of queries that are encoded already; see `search_index`."""
    check_width(queries, index)
    if scorer not in SCORERS:
        raise unknown_name("scorer", scorer, SCORERS)
    if k < 1:
        raise InputError(f"k must be at least 1, got {k}")
    tiles = tqdm(index.tiles, desc="search", unit="tile", disable=not progress)
    scores = ((positions, SCORERS[scorer](queries, tile)) for positions, tile in tiles)
    return best_of(scores, query_ids, index.doc_ids, k)
