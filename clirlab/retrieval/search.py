"""A collection and encoders in, a run out."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
import torch

from clirlab.corpora import Collection
from clirlab.errors import unknown_name
from clirlab.models import TokenBatch, TokenEncoder
from clirlab.retrieval.run import run_of
from clirlab.retrieval.scorers import SCORERS


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
    scorer: str = "maxsim",
    k: int = 100,
    passages: PassageVectors | None = None,
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
    scorer : {"maxsim", "pooled"}
    passages : PassageVectors, optional
        From `encode_passages`, where several searches share them.

    Returns
    -------
    DataFrame
        query_id, doc_id, score, rank (from 1); equal scores in order of document id.

    Examples
    --------
    >>> import clirlab as cl
    >>> run = search(cl.load_encoder("e5-small"), cl.load_collection("demo/en/de"), k=10)
    >>> list(run.columns), len(run)
    (['query_id', 'doc_id', 'score', 'rank'], 1680)
    """
    if scorer not in SCORERS:
        raise unknown_name("scorer", scorer, SCORERS)
    if passages is None:
        passages = encode_passages(document_encoder or encoder, collection, dtype, progress)
    queries = encoder.encode(collection.queries["text"].tolist(), kind="query", dtype=dtype, progress=progress)
    return rank(queries, collection, passages, scorer, k)


def rank(queries: TokenBatch, collection: Collection, passages: PassageVectors, scorer: str, k: int) -> pd.DataFrame:
    """The run of queries that are encoded already; see `search`."""
    scores = torch.empty(len(queries.mask), len(passages.doc_ids))
    for positions, tile in passages.tiles:
        scores[:, positions] = SCORERS[scorer](queries, tile)
    return run_of(scores.numpy(), collection.queries["query_id"].tolist(), passages.doc_ids, k)
