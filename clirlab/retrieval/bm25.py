"""A collection in, a BM25 run out: the lexical peer (it finds what shares words with the query)."""

from __future__ import annotations

import bm25s
import numpy as np
import pandas as pd

from clirlab.corpora import Collection
from clirlab.retrieval.run import run_of
from clirlab.supervision import words


def search_bm25(collection: Collection, k: int = 100) -> pd.DataFrame:
    """BM25 (Lucene's form, k1 = 1.5, b = .75) over case-folded words, by bm25s; no stemming, no stop words.

    Returns
    -------
    DataFrame
        query_id, doc_id, score, rank, as `search` gives it; documents without a shared word score 0.

    Examples
    --------
    >>> from clirlab.corpora import load_collection
    >>> len(search_bm25(load_collection("demo/en/en"), k=10))
    1680
    """
    documents, queries = (
        [[word.casefold() for word in words(text)] for text in frame["text"]]
        for frame in (collection.docs, collection.queries)
    )
    index = bm25s.BM25()
    index.index(documents, show_progress=False)
    scores = np.stack([index.get_scores(query) if query else np.zeros(len(documents)) for query in queries])
    return run_of(scores, collection.queries["query_id"].tolist(), collection.docs["doc_id"].tolist(), k)
