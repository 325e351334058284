"""Runs over a pool in several languages in, whether documents of all languages have the same chances out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from clirlab.errors import InputError
from clirlab.evaluation.checks import check_qrels, check_run


def peer(
    run: pd.DataFrame,
    qrels: pd.DataFrame,
    docs: pd.DataFrame,
    k: int | None = None,
    weights: Mapping[int, float] | None = None,
) -> pd.DataFrame:
    """Probability of equal expected rank (PEER; Yang, Jänich, Mayfield & Lawrie 2024), query by query.

    Among documents that are equally relevant to a query, language should not matter for the rank. The p-value of a
    Kruskal-Wallis test of "all languages are ranked alike" is near 1 where it does not, and near 0 where it does;
    for several levels of relevance it is averaged. Relevant documents that are not in the run (or not in its first k)
    share one rank after all that are.

    Parameters
    ----------
    run : DataFrame
        query_id, doc_id, score and, where there is one, rank.
    qrels : DataFrame
        query_id, doc_id, relevance.
    docs : DataFrame
        doc_id, language (a collection's `docs`).
    k : int, optional
        Ranks beyond it do not count.
    weights : mapping of int to float, optional
        Weight of each relevance level; all alike if it is not given.

    Returns
    -------
    DataFrame
        query_id, documents (that were compared), peer (in (0, 1]; NaN for a query whose relevant documents of each
        level are in one language: it says nothing, and the mean leaves it out. The authors' program counts it as 1).

    Raises
    ------
    InputError
        If a frame is not sound, or a judged document has no language.

    Examples
    --------
    >>> docs = pd.DataFrame({"doc_id": ["a", "b", "c", "d"], "language": ["en", "en", "sw", "sw"]})
    >>> qrels = pd.DataFrame({"query_id": "q", "doc_id": docs["doc_id"], "relevance": 1})
    >>> run = pd.DataFrame({"query_id": "q", "doc_id": ["a", "b", "c", "d"], "score": [4.0, 3.0, 2.0, 1.0]})
    >>> peer(run, qrels, docs).round(3)  # H = 12/20 (3²/2 + 7²/2) − 15 = 2.4
      query_id  documents   peer
    0        q          4  0.121
    """
    judged = check_qrels(qrels)
    judged = judged[judged["relevance"] > 0]
    ranked = _ranked(run, judged["query_id"].unique().tolist(), k)
    placed = _with_language(judged, docs).merge(ranked, how="left", on=["query_id", "doc_id"])
    # the test only asks for the order: all that are not there share one place, after the others
    placed["rank"] = placed["rank"].fillna(np.inf)
    rows = []
    for query, part in placed.groupby("query_id", sort=False):
        p = {level: _equal_rank(of_level) for level, of_level in part.groupby("relevance")}
        told = {level: value for level, value in p.items() if not np.isnan(value)}
        weight = {level: 1.0 if weights is None else float(weights.get(level, 0)) for level in told}
        total = sum(weight.values())
        value = sum(weight[level] * told[level] for level in told) / total if total else np.nan
        rows.append((query, int(part["relevance"].isin(list(told)).sum()), value))
    return pd.DataFrame(rows, columns=["query_id", "documents", "peer"])


def language_bias(run: pd.DataFrame, queries: pd.DataFrame, docs: pd.DataFrame, k: int = 10) -> pd.DataFrame:
    """Does a query find documents of its own language more often than they are there?

    Bias = share of the query's language in the first k documents − its share in the pool (XQuAD-R's question, Roy et
    al. 2020): 0 where language plays no part and as many relevant documents are in each, above 0 where the query's own
    language is preferred.

    Parameters
    ----------
    run : DataFrame
        query_id, doc_id, score and, where there is one, rank.
    queries : DataFrame
        query_id, language.
    docs : DataFrame
        doc_id, language: the whole pool.
    k : int
        At least 1.

    Returns
    -------
    DataFrame
        query_id, language, in_top, in_pool, bias; queries without a document in the run are left out with a warning.

    Raises
    ------
    InputError
        If a frame is not sound or has no language.

    Examples
    --------
    >>> docs = pd.DataFrame({"doc_id": ["a", "b", "c", "d"], "language": ["en", "en", "en", "sw"]})
    >>> queries = pd.DataFrame({"query_id": ["q"], "language": ["sw"]})
    >>> run = pd.DataFrame({"query_id": "q", "doc_id": ["d", "a"], "score": [2.0, 1.0]})
    >>> language_bias(run, queries, docs, k=2)
      query_id language  in_top  in_pool  bias
    0        q       sw     0.5     0.25  0.25
    """
    if "language" not in queries:
        raise InputError("queries: no column language; a bias is towards the language of a query")
    ranked = _with_language(_ranked(run, queries["query_id"].tolist(), k), docs)
    pool = docs["language"].value_counts(normalize=True)
    top = ranked.merge(queries[["query_id", "language"]], on="query_id", suffixes=("", "_of_query"))
    shares = (top["language"] == top["language_of_query"]).groupby(top["query_id"]).mean()
    frame = queries.loc[queries["query_id"].isin(shares.index), ["query_id", "language"]].reset_index(drop=True)
    in_top = frame["query_id"].map(shares).astype(float)
    in_pool = frame["language"].map(pool).fillna(0.0).astype(float)
    return frame.assign(in_top=in_top, in_pool=in_pool, bias=in_top - in_pool)


def language_shares(run: pd.DataFrame, docs: pd.DataFrame, k: int = 10) -> pd.DataFrame:
    """Which languages the first k documents of each query are in, beside how often these are in the pool.

    Parameters
    ----------
    run : DataFrame
        query_id, doc_id, score and, where there is one, rank.
    docs : DataFrame
        doc_id, language: the whole pool.
    k : int
        At least 1.

    Returns
    -------
    DataFrame
        One row a query and language of the pool: query_id, language, in_top, in_pool, bias (in_top − in_pool, 0 on
        average where language plays no part and as many relevant documents are in each).

    Raises
    ------
    InputError
        If a frame is not sound or has no language.

    Examples
    --------
    >>> docs = pd.DataFrame({"doc_id": ["a", "b", "c", "d"], "language": ["en", "en", "de", "de"]})
    >>> run = pd.DataFrame({"query_id": "q", "doc_id": ["a", "b"], "score": [2.0, 1.0]})
    >>> language_shares(run, docs, k=2)
      query_id language  in_top  in_pool  bias
    0        q       de     0.0      0.5  -0.5
    1        q       en     1.0      0.5   0.5
    """
    queries = run["query_id"].unique().tolist()
    ranked = _with_language(_ranked(run, queries, k), docs)
    pool = docs["language"].value_counts(normalize=True).sort_index()
    shares = pd.crosstab(ranked["query_id"], ranked["language"], normalize="index")
    table = shares.reindex(index=queries, columns=pool.index, fill_value=0.0)
    frame = table.rename_axis("query_id").reset_index().melt("query_id", var_name="language", value_name="in_top")
    frame = frame.sort_values(["query_id", "language"], kind="stable", ignore_index=True)
    in_pool = frame["language"].map(pool).astype(float)
    return frame.assign(in_pool=in_pool, bias=frame["in_top"] - in_pool)


def recall_by_language(run: pd.DataFrame, qrels: pd.DataFrame, docs: pd.DataFrame, k: int = 100) -> pd.DataFrame:
    """Of the relevant documents in each language, how many are among the first k of a mixed pool?

    Parameters
    ----------
    run, qrels, docs : DataFrame
        As in `peer`.
    k : int
        At least 1.

    Returns
    -------
    DataFrame
        language, queries (that have a relevant document in it), documents, recall: R_l = mean over these queries of
        |relevant in l ∩ first k| / |relevant in l|.

    Raises
    ------
    InputError
        If a frame is not sound, or a relevant document has no language.

    Examples
    --------
    >>> docs = pd.DataFrame({"doc_id": ["a", "b", "c"], "language": ["en", "sw", "sw"]})
    >>> qrels = pd.DataFrame({"query_id": "q", "doc_id": ["a", "b", "c"], "relevance": 1})
    >>> run = pd.DataFrame({"query_id": "q", "doc_id": ["a", "b", "c"], "score": [3.0, 2.0, 1.0]})
    >>> recall_by_language(run, qrels, docs, k=2)
      language  queries  documents  recall
    0       en        1          1     1.0
    1       sw        1          2     0.5
    """
    judged = check_qrels(qrels)
    judged = judged[judged["relevance"] > 0]
    ranked = _ranked(run, judged["query_id"].unique().tolist(), k)
    placed = _with_language(judged, docs).merge(ranked, how="left", on=["query_id", "doc_id"])
    found = placed.assign(found=placed["rank"].notna()).groupby(["language", "query_id"])["found"]
    of_queries = pd.DataFrame({"recall": found.mean(), "documents": found.size()}).groupby(level="language")
    frame = of_queries.agg(queries=("recall", "size"), documents=("documents", "sum"), recall=("recall", "mean"))
    return frame.reset_index()


def _ranked(run: pd.DataFrame, queries: Sequence[str], k: int | None) -> pd.DataFrame:
    """query_id, doc_id, rank of the first k documents, in the order that `evaluate` takes."""
    if k is not None and k < 1:
        raise InputError(f"k must be at least 1, got {k}")
    ordered = check_run(run, queries)
    ranked = ordered[["query_id", "doc_id"]].assign(rank=-ordered["score"])
    return ranked if k is None else ranked[ranked["rank"] <= k]


def _with_language(frame: pd.DataFrame, docs: pd.DataFrame) -> pd.DataFrame:
    if "language" not in docs:
        raise InputError("docs: no column language; fairness is between the languages of one pool")
    languages = frame["doc_id"].map(docs.set_index("doc_id")["language"])
    if (unknown := languages.isna()).any():
        document = frame.loc[unknown, "doc_id"].iloc[0]
        raise InputError(f"docs: {int(unknown.sum()):,} documents have no language, such as {document!r}")
    return frame.assign(language=languages)


def _equal_rank(of_level: pd.DataFrame) -> float:
    """p of the Kruskal-Wallis test, 1 where all ranks are equal, NaN where there is one language alone."""
    groups = [part["rank"].to_numpy() for _, part in of_level.groupby("language")]
    if len(groups) < 2:
        return float("nan")
    together = stats.rankdata(np.concatenate(groups))
    if np.ptp(together) == 0:
        return 1.0
    return float(stats.kruskal(*np.split(together, np.cumsum([len(group) for group in groups])[:-1])).pvalue)
