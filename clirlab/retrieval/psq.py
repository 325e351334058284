"""A collection of foreign queries and a lexicon in, a BM25 run out: probabilistic structured queries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csc_array

from clirlab.corpora import Collection, Lexicon
from clirlab.corpora.words import words
from clirlab.errors import InputError
from clirlab.retrieval.bm25 import K1, B
from clirlab.retrieval.run import run_of
from clirlab.retrieval.terms import terms
from clirlab.supervision.glossary import MATCH, Glossary, glossary, lookup

Term = list[tuple[str, float]]


def search_psq(
    collection: Collection,
    lexicon: Lexicon | Glossary,
    k: int = 100,
    match: Sequence[str] = MATCH,
    most: int = 3,
) -> pd.DataFrame:
    """BM25 whose counts of a foreign query word are expectations over its translations.

    tf(f, d) = Σ_e p(e | f) tf(e, d) and df(f) = Σ_e p(e | f) df(e); BM25 in the form of `search_bm25` on top. A word
    that the lexicon lacks stands for itself. Where a translation has several words, the first words of all
    translations make one term, the second words another, and so on: with one translation a word this is `search_bm25`
    of the gloss.

    Parameters
    ----------
    lexicon, match
        As in `clirlab.supervision.gloss`; p(e | f) are the weights there.
    most : int
        Translations of a word that count, at least 1; their probabilities are made to sum to 1.

    Returns
    -------
    DataFrame
        query_id, doc_id, score, rank, as `search` gives it.

    Raises
    ------
    InputError
        If `most` is less than 1, or as in `glossary`.

    References
    ----------
    Darwish & Oard 2003: Probabilistic Structured Query Methods.

    Examples
    --------
    >>> from clirlab.corpora import load_collection, load_lexicon
    >>> run = search_psq(load_collection("demo/en/sw"), load_lexicon("demo/en/sw"), k=10)
    >>> len(run)
    1680
    """
    if most < 1:
        raise InputError(f"most must be at least 1, got {most}")
    index = lexicon if isinstance(lexicon, Glossary) else glossary(lexicon, match)
    counts, columns = _counts(collection.docs["text"].tolist())
    lengths = counts.sum(axis=1)
    saturation = K1 * (1 - B + B * lengths / max(lengths.mean(), 1e-9))
    frequencies = np.diff(counts.indptr)
    scores = np.zeros((len(collection.queries), len(lengths)))
    for row, text in enumerate(collection.queries["text"]):
        for term in structured_query(text, index, most):
            known = [(columns[word], p) for word, p in term if word in columns]
            tf = _expected(counts, known)
            df = sum(p * frequencies[column] for column, p in known)
            scores[row] += np.log1p((len(lengths) - df + 0.5) / (df + 0.5)) * tf / (tf + saturation)
    return run_of(scores, collection.queries["query_id"].tolist(), collection.docs["doc_id"].tolist(), k)


def structured_query(text: str, index: Glossary, most: int = 3) -> list[Term]:
    """The terms of a query, see `terms`: for each those that it may stand for, with their probabilities.

    Examples
    --------
    >>> from clirlab.supervision import glossary
    >>> swahili = Lexicon("tiny", "sw", {"how many": ("ngapi",), "which": ("ngapi",), "bees": ("nyuki",)})
    >>> structured_query("Nyuki ngapi Iringa?", glossary(swahili))
    [[('bees', 1.0)], [('how', 0.6666666666666666), ('which', 0.3333333333333333)], [('many', 0.6666666666666666)],
     [('iringa', 1.0)]]
    """
    found: list[Term] = []
    native, last = words(text), 0
    for held, candidates in lookup(text, index):
        found += _alone(native[last : held.first])
        best = candidates[:most]
        whole = sum(weight for _, weight in best)
        options = [(terms(english), weight / whole) for english, weight in best]
        for place in range(max(len(option) for option, _ in options)):
            found.append([(option[place], p) for option, p in options if place < len(option)])
        last = held.first + held.size
    return found + _alone(native[last:])


def _alone(native: Sequence[str]) -> list[Term]:
    return [[(term, 1.0)] for word in native for term in terms(word)]


def _counts(texts: Sequence[str]) -> tuple[csc_array, dict[str, int]]:
    """How often each term occurs in each document, shape (D, V), and the column of each term."""
    columns: dict[str, int] = {}
    rows, places = [], []
    for row, text in enumerate(texts):
        found = [columns.setdefault(term, len(columns)) for term in terms(text)]
        places += found
        rows += [row] * len(found)
    counts = csc_array((np.ones(len(rows)), (rows, places)), shape=(len(texts), len(columns)))
    counts.sum_duplicates()
    return counts, columns


def _expected(counts: csc_array, known: Sequence[tuple[int, float]]) -> NDArray[np.float64]:
    total = np.zeros(counts.shape[0])
    for column, p in known:
        part = slice(counts.indptr[column], counts.indptr[column + 1])
        total[counts.indices[part]] += p * counts.data[part]
    return total
