"""A run in, the same documents in a better order out: by transport between tokens, MaxSim or a cross-encoder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm.auto import tqdm

from clirlab.corpora import Collection
from clirlab.errors import InputError, unknown_name
from clirlab.models import TokenBatch, TokenEncoder
from clirlab.retrieval.crossencoder import CrossEncoder, load_cross_encoder
from clirlab.retrieval.run import COLUMNS
from clirlab.retrieval.scorers import maxsim
from clirlab.transport.distance import distance, sinkhorn_divergence

TokenScorer = Callable[..., Tensor]


def by_transport(query: TokenBatch, passages: TokenBatch, **options: Any) -> Tensor:
    """-min ⟨T, C⟩ between the content tokens of one query and of each passage, shape (D,); options of `distance`."""
    return -distance(query.vectors[0], passages.vectors, (query.mask[0], passages.mask), **options).float()


def by_divergence(query: TokenBatch, passages: TokenBatch, **options: Any) -> Tensor:
    """Minus the Sinkhorn divergence of one query and each passage, shape (D,); options of `sinkhorn_divergence`."""
    masks = query.mask[0], passages.mask
    return -sinkhorn_divergence(query.vectors[0], passages.vectors, masks, **options).float()


def by_maxsim(query: TokenBatch, passages: TokenBatch, **options: Any) -> Tensor:
    """MaxSim of one query and each passage, shape (D,); options of `maxsim`."""
    return maxsim(query, passages, **options)[0]


TOKEN_RERANKERS: dict[str, TokenScorer] = {
    "transport": by_transport,
    "divergence": by_divergence,
    "maxsim": by_maxsim,
}
RERANKERS = (*TOKEN_RERANKERS, "cross-encoder")


def rerank(
    run: pd.DataFrame,
    collection: Collection,
    how: str = "transport",
    depth: int = 100,
    encoder: TokenEncoder | CrossEncoder | str | Path | None = None,
    document_encoder: TokenEncoder | None = None,
    progress: bool = False,
    **options: Any,
) -> pd.DataFrame:
    """Order the first documents of each query anew.

    =================  ============================================================================================
    ``transport``      -min ⟨T, C⟩ between the tokens of query and passage. A passage has much that the query does not
                       ask for, so that a plan that must move all of it punishes length: ``method="partial",
                       mass=0.5`` moves half, ``method="unbalanced", strength=(1.0, 0.05)`` asks little of the passage
    ``divergence``     minus the Sinkhorn divergence, see `clirlab.transport.sinkhorn_divergence`
    ``maxsim``         late interaction, such as over a run of BM25
    ``cross-encoder``  a model that reads query and passage together
    =================  ============================================================================================

    Parameters
    ----------
    run : DataFrame
        query_id, doc_id, score, rank.
    collection : Collection
        With the texts of the run's queries and documents.
    how : str
        One of `RERANKERS`.
    depth : int
        How many documents of each query are ordered anew, at least 1; those below keep their order, below.
    encoder : TokenEncoder; or CrossEncoder, str or Path
        Of the queries; for ``cross-encoder`` the model, the name of one on the hub, or its folder.
    document_encoder : TokenEncoder, optional
        Of the documents; `encoder` where not given.
    **options
        Of the transport (method, epsilon, center, mass, …), of `maxsim` or of `CrossEncoder.score`.

    Returns
    -------
    DataFrame
        query_id, doc_id, score, rank: the documents of `run`. Equal scores in the order of document ids. What has no
        content to compare follows in its old order, then what was below `depth`; their scores count down from the
        lowest score above by 1 each, and tell the order alone.

    Raises
    ------
    InputError
        If `how` is unknown, the encoder is missing or of the wrong kind, depth is below 1, or the collection lacks a
        query or document of the run.

    Examples
    --------
    >>> import clirlab as cl
    >>> encoder, collection = cl.load_encoder("e5-small"), cl.load_collection("demo/en/sw").sample(5, 20)
    >>> run = cl.search(encoder, collection, k=10)
    >>> again = rerank(run, collection, "transport", depth=5, encoder=encoder, method="partial", mass=0.8)
    >>> len(again), set(again["doc_id"]) == set(run["doc_id"])
    (50, True)
    """
    if how not in RERANKERS:
        raise unknown_name("re-ranker", how, RERANKERS)
    if depth < 1:
        raise InputError(f"depth must be at least 1, got {depth}")
    if run.empty:
        return run[COLUMNS]
    ordered = run.sort_values(["query_id", "rank"], kind="stable")
    heads = {query: part["doc_id"].tolist()[:depth] for query, part in ordered.groupby("query_id", sort=False)}
    texts = _texts(heads, collection)
    if how == "cross-encoder":
        model = load_cross_encoder(encoder) if isinstance(encoder, str | Path) else encoder
        if not isinstance(model, CrossEncoder):
            raise InputError("cross-encoder takes encoder=, the name or folder of a cross-encoder, or a CrossEncoder")
        scores = _read_together(model, heads, texts, progress, options)
    else:
        if not isinstance(encoder, TokenEncoder):
            raise InputError(f"{how} takes encoder=, a TokenEncoder such as load_encoder gives")
        asked = encoder.encode([texts[0][query] for query in heads], "query", progress=progress)
        scores = _compare_tokens(how, asked, document_encoder or encoder, heads, texts[1], progress, options)
    parts = []
    for query, part in run.groupby("query_id", sort=False):
        parts.append(_reordered(part.sort_values("rank", kind="stable"), scores[query]))
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def _texts(heads: dict[str, list[str]], collection: Collection) -> tuple[dict[str, str], dict[str, str]]:
    """Query and document texts by id."""
    found = []
    needed = [list(heads), list(dict.fromkeys(document for documents in heads.values() for document in documents))]
    for key, frame, ids in zip(("query_id", "doc_id"), (collection.queries, collection.docs), needed, strict=True):
        rows = frame[frame[key].isin(ids)]
        there = dict(zip(rows[key], rows["text"], strict=True))
        if missing := [name for name in ids if name not in there]:
            raise InputError(f"{collection.name}: no {key} {missing[0]!r}, which the run has ({len(missing):,} such)")
        found.append(there)
    return found[0], found[1]


def _compare_tokens(
    how: str,
    asked: TokenBatch,
    encoder: TokenEncoder,
    heads: dict[str, list[str]],
    documents: dict[str, str],
    progress: bool,
    options: dict[str, Any],
) -> dict[str, NDArray]:
    """Scores of the documents of each query; NaN where there is no content."""
    ids = list(documents)
    where: dict[str, tuple[int, int]] = {}
    tiles: list[TokenBatch] = []
    for positions, tile in encoder.batches(list(documents.values()), kind="passage", progress=progress):
        where |= {ids[position]: (len(tiles), row) for row, position in enumerate(positions)}
        tiles.append(tile)
    scores = {}
    for i, (query, wanted) in enumerate(tqdm(heads.items(), desc="re-rank", unit="query", disable=not progress)):
        found = np.full(len(wanted), np.nan)
        places = [where[document] for document in wanted]
        kept = [j for j, (tile, row) in enumerate(places) if tiles[tile].mask[row].any() and asked.mask[i].any()]
        if kept:
            batch = _gathered([(tiles[tile], row) for tile, row in (places[j] for j in kept)])
            found[kept] = TOKEN_RERANKERS[how](asked.take([i]), batch, **options).numpy()
        scores[query] = found
    return scores


def _gathered(chosen: list[tuple[TokenBatch, int]]) -> TokenBatch:
    """Texts from several batches as one, content tokens alone."""
    contents = [(batch.vectors[row][batch.mask[row]], batch.norms[row][batch.mask[row]]) for batch, row in chosen]
    vectors, norms = (
        torch.nn.utils.rnn.pad_sequence(list(side), batch_first=True) for side in zip(*contents, strict=True)
    )
    lengths = torch.tensor([len(vectors) for vectors, _ in contents])
    mask = torch.arange(vectors.shape[1]) < lengths[:, None]
    return TokenBatch(vectors, norms, mask, mask, [[]] * len(chosen), [[]] * len(chosen))


def _read_together(
    model: CrossEncoder,
    heads: dict[str, list[str]],
    texts: tuple[dict[str, str], dict[str, str]],
    progress: bool,
    options: dict[str, Any],
) -> dict[str, NDArray]:
    pairs = [(texts[0][query], texts[1][document]) for query, documents in heads.items() for document in documents]
    found = model.score(pairs, progress=progress, **options).numpy()
    ends = np.cumsum([len(documents) for documents in heads.values()])
    return dict(zip(heads, np.split(found, ends[:-1]), strict=True))


def _reordered(part: pd.DataFrame, scores: NDArray) -> pd.DataFrame:
    """One query's documents, by rank, in the order of scores for the first of them; NaN is none."""
    score = np.full(len(part), np.nan)
    score[: len(scores)] = scores
    scored = ~np.isnan(score)
    first = np.flatnonzero(scored)
    first = first[np.lexsort((part["doc_id"].to_numpy()[first].astype(str), -score[first]))]
    rest = np.flatnonzero(~scored)
    lowest = score[first].min() if len(first) else 0.0
    ordered = part.iloc[np.concatenate([first, rest])]
    values = np.concatenate([score[first], lowest - np.arange(1, len(rest) + 1)])
    return ordered.assign(score=values, rank=np.arange(1, len(part) + 1))
