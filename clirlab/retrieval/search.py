"""A collection and encoders in, a run out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import pandas as pd

from clirlab.corpora import Collection
from clirlab.errors import unknown_name
from clirlab.models import TokenBatch, TokenEncoder
from clirlab.retrieval.bm25 import search_bm25
from clirlab.retrieval.fusion import fuse_runs
from clirlab.retrieval.scorers import SCORERS, Scorer
from clirlab.retrieval.topk import best_of

# how deep the runs are that a hybrid search fuses, at least
DEPTH = 100


class Vectors(Protocol):
    """What is searched: `PassageVectors` in memory, or an `Index` on disk."""

    @property
    def doc_ids(self) -> list[str]: ...
    @property
    def tiles(self) -> Iterable[tuple[Sequence[int], TokenBatch]]: ...


class PassageVectors(NamedTuple):
    """The token vectors of a collection's documents, as tiles of documents of similar length.

    Attributes
    ----------
    doc_ids : list of str, length D
    tiles : list of (positions, TokenBatch)
        Which documents a tile holds, and their vectors.
    """

    doc_ids: list[str]
    tiles: list[tuple[list[int], TokenBatch]]


def encode_passages(
    encoder: TokenEncoder, collection: Collection, dtype: str = "auto", progress: bool = False
) -> PassageVectors:
    """Token vectors of all documents (their text, without title); in memory."""
    texts = collection.docs["text"].tolist()
    tiles = list(encoder.batches(texts, kind="passage", dtype=dtype, progress=progress))
    return PassageVectors(collection.docs["doc_id"].tolist(), tiles)


def search(
    encoder: TokenEncoder,
    collection: Collection,
    document_encoder: TokenEncoder | None = None,
    scorer: str | Scorer = "maxsim",
    k: int = 100,
    passages: Vectors | None = None,
    dtype: str = "auto",
    progress: bool = False,
) -> pd.DataFrame:
    """Score every document for every query of the collection and keep the k best.

    Parameters
    ----------
    encoder : TokenEncoder
        Of the queries.
    document_encoder : TokenEncoder, optional
        Of the documents; `encoder` where not given. After distillation it is the teacher.
    scorer : {"maxsim", "pooled", "hybrid"} or callable
        ``hybrid``: MaxSim and BM25 by reciprocal-rank fusion. A callable takes the queries and a tile of D documents,
        both TokenBatch, and gives scores (Q, D), such as ``functools.partial(maxsim, dtype="bfloat16")``.
    passages : PassageVectors or Index, optional
        From `encode_passages` or `open_index`, where several searches share them.

    Returns
    -------
    DataFrame
        query_id, doc_id, score, rank (from 1); equal scores (to a relative 2e-6) in order of document id.

    Examples
    --------
    >>> import clirlab as cl
    >>> run = search(cl.load_encoder("e5-small"), cl.load_collection("demo/en/de"), k=10)
    >>> list(run.columns), len(run)
    (['query_id', 'doc_id', 'score', 'rank'], 1680)
    """
    if isinstance(scorer, str) and scorer not in {*SCORERS, "hybrid"}:
        raise unknown_name("scorer", scorer, [*SCORERS, "hybrid"])
    if passages is None:
        passages = encode_passages(document_encoder or encoder, collection, dtype, progress)
    queries = encoder.encode(collection.queries["text"].tolist(), kind="query", dtype=dtype, progress=progress)
    if scorer != "hybrid":
        return rank(queries, collection, passages, scorer, k)
    near = rank(queries, collection, passages, "maxsim", max(k, DEPTH))
    shared = search_bm25(collection, max(k, DEPTH))
    # a document without a shared word has a rank, but by its id alone
    return fuse_runs({"maxsim": near, "bm25": shared[shared["score"] > 0]}, k=k)


def rank(queries: TokenBatch, collection: Collection, passages: Vectors, scorer: str | Scorer, k: int) -> pd.DataFrame:
    """The run of queries that are encoded already, such as a gloss beside the query; see `search`.

    Only the k best of each query are kept while the tiles go by.

    Examples
    --------
    >>> import functools
    >>> import clirlab as cl
    >>> encoder, collection = cl.load_encoder("e5-small"), cl.load_collection("demo/en/de").sample(4, 8)
    >>> queries, passages = encoder.encode(collection.queries["text"].tolist()), encode_passages(encoder, collection)
    >>> moved = cl.retrieval.centred(queries, queries.vectors[queries.mask].mean(0))
    >>> both = functools.partial(cl.retrieval.fused_maxsim, moved, how="max")
    >>> len(rank(queries, collection, passages, both, k=5))
    20
    """
    score = scorer if callable(scorer) else SCORERS[scorer]
    tiles = ((positions, score(queries, tile)) for positions, tile in passages.tiles)
    return best_of(tiles, collection.queries["query_id"].tolist(), passages.doc_ids, k)
