"""Runs and judgments from anywhere in, the same with what is wrong refused or named, and documents in order, out."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype, is_bool_dtype, is_integer_dtype, is_numeric_dtype

from clirlab.errors import InputError

RUN_COLUMNS = ("query_id", "doc_id", "score")
QRELS_COLUMNS = ("query_id", "doc_id", "relevance")


def check_qrels(qrels: pd.DataFrame, name: str = "qrels") -> pd.DataFrame:
    """The judgments of the queries that can be scored.

    Parameters
    ----------
    qrels : DataFrame
        query_id, doc_id, relevance: integers, above 0 where a document is relevant.
    name : str
        What messages call it.

    Returns
    -------
    DataFrame
        Without the queries that have no relevant document: whatever a run does, they score 0, and would only shrink
        every mean and difference. One warning counts and names them.

    Raises
    ------
    InputError
        If a column is missing, ids are not strings, a document is judged twice for a query, a relevance is not an
        integer, or no query has a relevant document.

    Examples
    --------
    >>> check_qrels(pd.DataFrame({"query_id": ["q"], "doc_id": ["a"], "relevance": [0]}))
    Traceback (most recent call last):
    clirlab.errors.InputError: qrels: no query has a relevant document (relevance above 0); nothing can be measured
    """
    _check_columns(qrels, QRELS_COLUMNS, name)
    if not is_integer_dtype(qrels["relevance"]) or is_bool_dtype(qrels["relevance"]):
        raise InputError(f"{name}: relevance is of type {qrels['relevance'].dtype}, not integer; convert it first")
    _check_unique(qrels, name, "judged")
    relevant = qrels.loc[qrels["relevance"] > 0, "query_id"].unique()
    if not len(relevant):
        raise InputError(f"{name}: no query has a relevant document (relevance above 0); nothing can be measured")
    kept = qrels["query_id"].isin(relevant)
    if not kept.all():
        _warn(f"{name}: left out, since they have no relevant document:", qrels.loc[~kept, "query_id"].unique())
    return qrels[kept]


def check_run(run: pd.DataFrame, queries: Sequence[str], name: str = "run") -> pd.DataFrame:
    """The run with its documents in the order that is measured, written into the scores.

    Where the run has a rank, that is the order. Else it is trec_eval's: falling scores in single precision, equal ones
    by *falling* document id. (The providers of ir-measures treat equal scores in different ways.)

    Parameters
    ----------
    run : DataFrame
        query_id, doc_id, score and, where there is one, rank.
    queries : sequence of str
        The queries that are judged. One warning counts and names those without a document in the run.
    name : str
        What messages call it.

    Returns
    -------
    DataFrame
        query_id, doc_id, score: −1 for the first document of a query, −2 for the second, …

    Raises
    ------
    InputError
        If a column is missing, ids are not strings, a document is twice in a query, a score is not a number, ranks are
        missing or given twice, or all its queries are others.

    Examples
    --------
    >>> check_run(pd.DataFrame({"query_id": "q", "doc_id": ["a", "b"], "score": [0.5, 0.5]}), ["q"])
      query_id doc_id  score
    1        q      b   -1.0
    0        q      a   -2.0
    """
    _check_columns(run, RUN_COLUMNS, name)
    for column in ("score", "rank"):
        if column in run:
            _check_numbers(run, column, name)
    _check_unique(run, name, "ranked")
    answered = set(run["query_id"])
    missing = [query for query in queries if query not in answered]
    if answered and missing and len(missing) == len(queries):
        raise InputError(
            f"{name}: no query in common with the judgments: {run['query_id'].iloc[0]!r} is one of the run, "
            f"{queries[0]!r} one of theirs; are they of the same collection?"
        )
    if missing:
        _warn(f"{name}: has no document and scores 0 for", missing)
    by = "rank" if "rank" in run else "score"
    if by == "rank":
        if (twice := run.duplicated(["query_id", "rank"])).any():
            query, rank = run.loc[twice, ["query_id", "rank"]].iloc[0]
            raise InputError(f"{name}: two documents of query {query!r} have rank {rank}; drop the column to rank anew")
        ordered = run.sort_values(["query_id", "rank"])
    else:
        keys = run.assign(score=run["score"].astype(np.float32))
        ordered = keys.sort_values(["query_id", "score", "doc_id"], ascending=[True, False, False])
    places = ordered.groupby("query_id", sort=False).cumcount() + 1
    return ordered[["query_id", "doc_id"]].assign(score=-places.astype(float))


def _check_columns(frame: pd.DataFrame, columns: Iterable[str], name: str) -> None:
    if missing := [column for column in columns if column not in frame]:
        raise InputError(f"{name}: no column {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}")
    for column in ("query_id", "doc_id"):
        kind = infer_dtype(frame[column], skipna=False)
        if len(frame) and kind != "string":
            raise InputError(f"{name}: {column} is of type {kind}, and ids are strings; use .astype(str)")


def _check_numbers(run: pd.DataFrame, column: str, name: str) -> None:
    if len(run) and not is_numeric_dtype(run[column]):
        raise InputError(f"{name}: {column} is of type {run[column].dtype}, not a number; convert it first")
    if (wrong := run[column].isna()).any():
        query, document = run.loc[wrong, ["query_id", "doc_id"]].iloc[0]
        raise InputError(
            f"{name}: {int(wrong.sum()):,} of {len(run):,} {column}s are NaN, the first for query {query!r}, "
            f"document {document!r}; a document that was not scored must not be in the run"
        )


def _check_unique(frame: pd.DataFrame, name: str, verb: str) -> None:
    if (twice := frame.duplicated(["query_id", "doc_id"])).any():
        query, document = frame.loc[twice, ["query_id", "doc_id"]].iloc[0]
        more = f" ({int(twice.sum()):,} such rows)" if twice.sum() > 1 else ""
        raise InputError(f"{name}: document {document!r} is {verb} twice for query {query!r}{more}; keep one of them")


def _warn(message: str, queries: Sequence[str]) -> None:
    shown = ", ".join(map(str, queries[:5])) + (", …" if len(queries) > 5 else "")
    noun = "query" if len(queries) == 1 else "queries"
    warnings.warn(f"{message} {len(queries):,} {noun} ({shown})", stacklevel=4)
