"""Sentence pairs in, the English passages that a ranking objective scores them against out."""

from __future__ import annotations

import pandas as pd

from clirlab.corpora import Collection
from clirlab.retrieval import search_bm25
from clirlab.supervision import TextPairs
from clirlab.training.passages import Passages, passages_of

DEPTH = 8


def sentences_as_passages(pairs: TextPairs, depth: int = DEPTH) -> Passages:
    """Each pair's own English sentence as the relevant passage; against it those that BM25 finds most alike.

    Litschko et al. 2023 rank passages of MS MARCO; here the text is what the budget's sentences hold, so that every
    arm sees the same.

    Parameters
    ----------
    depth : int
        How many others a pair is scored against at most, beside those of the other pairs of its batch.

    Examples
    --------
    >>> pairs = TextPairs("toy", "sw", ("maji moto", "maji", "mwezi"), ("hot water", "water", "moon"))
    >>> passages = sentences_as_passages(pairs)
    >>> passages.positives, passages.candidates[0]
    ((0, 1, 2), (1,))
    """
    texts = list(dict.fromkeys(pairs.english))
    ids = [str(number) for number in range(len(texts))]
    docs = pd.DataFrame({"doc_id": ids, "title": "", "text": texts})
    queries = pd.DataFrame({"query_id": ids, "text": texts})
    qrels = pd.DataFrame({"query_id": ids, "doc_id": ids, "relevance": 1})
    collection = Collection(pairs.name, docs, queries, qrels, "en", "en", pairs.name, "that of the pairs")
    run = search_bm25(collection, depth + 1)
    number = dict(zip(texts, ids, strict=True))
    return passages_of(collection, run[run["score"] > 0], [number[text] for text in pairs.english], depth)
