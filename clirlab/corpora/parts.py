"""Frames of a collection in, some of their rows out: nested samples and splits."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

# each kind of draw has a stream of its own, so that the number of queries does not change which documents are drawn
QUERIES, DOCUMENTS = 0, 1
HASHED = 100_000  # texts held in memory at a time

Side = tuple[pd.DataFrame, pd.DataFrame]


def are_known(ids: pd.Series, known: pd.Series) -> pd.Series:
    """Whether each of a few ids is among many, which are passed over once and not copied."""
    return ids.isin(known[known.isin(ids)])


def text_hashes(texts: pd.Series) -> NDArray[np.uint64]:
    """A number for each text, equal where the texts are; a part at a time, since the texts may lie on disk."""
    starts = range(0, len(texts), HASHED)
    parts = [pd.util.hash_array(texts.iloc[start : start + HASHED].to_numpy(dtype=object)) for start in starts]
    return np.concatenate(parts)


def rows(frame: pd.DataFrame, mask: NDArray[np.bool_]) -> pd.DataFrame:
    """The rows of a mask, numbered anew; column by column, since a take from the whole frame copies all texts first."""
    return pd.DataFrame({column: frame[column].array[mask] for column in frame})


def _rank(size: int, seed: int, stream: int) -> NDArray[np.int64]:
    """For each position, when it is drawn."""
    rank = np.empty(size, dtype=np.int64)
    rank[np.random.default_rng([seed, stream]).permutation(size)] = np.arange(size)
    return rank


def sample_queries(queries: pd.DataFrame, number: int | None, seed: int) -> pd.DataFrame:
    """The first `number` of one random order, in the order of `queries`; all for None."""
    return queries if number is None else rows(queries, _rank(len(queries), seed, QUERIES) < number)


def sample_documents(docs: pd.DataFrame, qrels: pd.DataFrame, number: int | None, seed: int) -> pd.DataFrame:
    """The first `number` of one random order and all that `qrels` names, in the order of `docs`; all for None."""
    if number is None:
        return docs
    drawn = _rank(len(docs), seed, DOCUMENTS) < number
    return rows(docs, drawn | docs["doc_id"].isin(qrels["doc_id"]).to_numpy())


def parts_by_query(
    docs: pd.DataFrame, queries: pd.DataFrame, qrels: pd.DataFrame, dev: float, seed: int
) -> tuple[Side, Side]:
    """Each side some of the queries and all of the documents."""
    first = _rank(len(queries), seed, QUERIES) < round(dev * len(queries))
    return (rows(queries, first), docs), (rows(queries, ~first), docs)


def parts_by_document(
    docs: pd.DataFrame, queries: pd.DataFrame, qrels: pd.DataFrame, dev: float, seed: int
) -> tuple[Side, Side]:
    """Each side some of the queries and some of the documents, so that no judgment or text is on both."""
    of_query, of_document = _components(docs, queries, qrels)
    size = np.bincount(of_query, minlength=of_document.max(initial=of_query.max()) + 1)
    order = np.random.default_rng([seed, QUERIES]).permutation(np.flatnonzero(size))
    before = np.concatenate([[0], np.cumsum(size[order])])
    # where there are two components or more, each side has one
    cut = int(np.clip(np.abs(before - dev * len(queries)).argmin(), 1, max(len(order) - 1, 1)))
    # components without a query are documents that answer nothing: dealt one by one
    first = np.random.default_rng([seed, DOCUMENTS]).random(len(size)) < dev
    first[order[:cut]], first[order[cut:]] = True, False
    asked, answers = first[of_query], first[of_document]
    return (rows(queries, asked), rows(docs, answers)), (rows(queries, ~asked), rows(docs, ~answers))


def _components(
    docs: pd.DataFrame, queries: pd.DataFrame, qrels: pd.DataFrame
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The number of the connected component of each query and each document; equal texts are one document."""
    text, _ = pd.factorize(text_hashes(docs["text"]))
    position = pd.Series(np.arange(len(queries)), index=queries["query_id"])
    asked = position.loc[qrels["query_id"]].to_numpy()
    judged = docs["doc_id"].isin(qrels["doc_id"]).to_numpy()
    place = pd.Series(np.flatnonzero(judged), index=docs["doc_id"][judged])
    answer = text[place.loc[qrels["doc_id"]].to_numpy()]
    nodes = len(queries) + text.max() + 1
    links = coo_array((np.ones(len(qrels), dtype=bool), (asked, len(queries) + answer)), shape=(nodes, nodes))
    component = connected_components(links, directed=False)[1].astype(np.int64)
    return component[: len(queries)], component[len(queries) + text]
