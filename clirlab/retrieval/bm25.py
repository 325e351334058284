"""A collection in, a BM25 run out: the lexical peer (it finds what shares words with the query)."""

from __future__ import annotations

import bm25s
import numpy as np
import pandas as pd

from clirlab.corpora import Collection
from clirlab.retrieval.run import run_of
from clirlab.retrieval.terms import terms

# Lucene's form, with bm25s' defaults
K1, B = 1.5, 0.75
# queries that are scored before the best of their documents are kept
QUERIES = 64


def search_bm25(collection: Collection, k: int = 100, k1: float = K1, b: float = B) -> pd.DataFrame:
    """BM25 (Lucene's form) over the `terms` of the texts, by bm25s; no stemming, no stop words.

    Parameters
    ----------
    k : int
        How many documents of each query are kept.
    k1 : float
        How slowly the repetitions of a term cease to count.
    b : float
        How much the length of a document counts, in [0, 1].

    Returns
    -------
    DataFrame
        query_id, doc_id, score, rank, as `search` gives it; documents without a shared term score 0.

    Examples
    --------
    >>> from clirlab.corpora import load_collection
    >>> len(search_bm25(load_collection("demo/en/en"), k=10))
    1680
    """
    documents = [terms(text) for text in collection.docs["text"]]
    doc_ids, query_ids = collection.docs["doc_id"].tolist(), collection.queries["query_id"].tolist()
    asked = [terms(text) for text in collection.queries["text"]]
    index = bm25s.BM25(k1=k1, b=b)
    # bm25s cannot index a collection without any term
    if there := any(documents):
        index.index(documents, show_progress=False)
    runs = []
    for start in range(0, len(asked), QUERIES):
        part = asked[start : start + QUERIES]
        rows = [index.get_scores(query) if query and there else np.zeros(len(documents)) for query in part]
        runs.append(run_of(np.stack(rows).astype(np.float32), query_ids[start : start + QUERIES], doc_ids, k))
    return pd.concat(runs, ignore_index=True)
