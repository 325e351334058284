"""Scores in, a run out (a frame: query_id, doc_id, score, rank from 1); runs read and written as TREC files."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clirlab.errors import InputError
from clirlab.files import read_text, write_aside

COLUMNS = ["query_id", "doc_id", "score", "rank"]


def run_of(scores: NDArray, query_ids: Sequence[str], doc_ids: Sequence[str], k: int) -> pd.DataFrame:
    """The k best documents of each query; equal scores are ordered by document id, so that a run is reproducible.

    Parameters
    ----------
    scores : ndarray, shape (Q, D)
    query_ids, doc_ids : sequence of str, lengths Q and D
    k : int
        At least 1; all documents where there are fewer.

    Examples
    --------
    >>> run_of(np.array([[0.1, 0.9, 0.9]]), ["q"], ["c", "b", "a"], k=2)
      query_id doc_id  score  rank
    0        q      a    0.9     1
    1        q      b    0.9     2
    """
    by_id = np.argsort(np.asarray(doc_ids), kind="stable")
    best = np.argsort(-scores[:, by_id], axis=1, kind="stable")[:, :k]
    order = by_id[best]
    n = order.shape[1]
    return pd.DataFrame(
        {
            "query_id": np.repeat(np.asarray(query_ids, dtype=object), n),
            "doc_id": np.asarray(doc_ids, dtype=object)[order].ravel(),
            "score": np.take_along_axis(scores, order, axis=1).ravel(),
            "rank": np.tile(np.arange(1, n + 1), len(order)),
        }
    )


def write_run(run: pd.DataFrame, path: str | Path, tag: str = "clirlab") -> None:
    """Write a run as a TREC file: query_id Q0 doc_id rank score tag; nine digits, which float32 survives.

    Raises
    ------
    InputError
        If an id is empty or has a blank in it, which the format cannot hold.
    """
    for column in ("query_id", "doc_id"):
        if broken := [name for name in run[column].unique() if len(str(name).split()) != 1 or name != name.strip()]:
            raise InputError(f"{column} {broken[0]!r} is empty or has a blank in it, which a TREC file cannot hold")
    lines = (f"{r.query_id} Q0 {r.doc_id} {r.rank} {r.score:.9g} {tag}\n" for r in run.itertuples())
    with write_aside(path) as partial:
        partial.write_text("".join(lines), encoding="utf-8")


def read_run(path: str | Path) -> pd.DataFrame:
    """Read a TREC run file, whoever made it, plain or ``.gz``; ranks may start anywhere and have gaps.

    Raises
    ------
    InputError
        If a line has not six fields, its rank or score is no number (-inf is one), or a query has a document twice
        (with file and line).
    """
    rows = []
    lines: dict[tuple[str, str], int] = {}
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        try:
            query_id, _, doc_id, rank, score, _ = line.split()
            rows.append((query_id, doc_id, float(score), int(rank)))
        except ValueError as error:
            form = "query_id Q0 doc_id rank score tag"
            raise InputError(f"{path}, line {number}: not a TREC run ({error}); expected {form}") from error
        if not rows[-1][2] < np.inf:
            raise InputError(f"{path}, line {number}: the score of {doc_id!r} for {query_id!r} is {score}, no number")
        if (before := lines.setdefault((query_id, doc_id), number)) != number:
            raise InputError(
                f"{path}, line {number}: {query_id!r} has {doc_id!r} in line {before} already; leave one of them out"
            )
    return pd.DataFrame(rows, columns=COLUMNS).astype({"query_id": object, "doc_id": object})


class RunWarning(UserWarning):
    """A run and judgments can be compared, but something about them should be known."""


def check_run(run: pd.DataFrame, qrels: pd.DataFrame, name: str = "the run") -> None:
    """See that a run and judgments belong together before anything is computed from them.

    Parameters
    ----------
    run : DataFrame
        query_id, doc_id, score and, where there is one, rank.
    qrels : DataFrame
        query_id, doc_id, relevance.
    name : str
        What the messages call the run, such as its file.

    Raises
    ------
    InputError
        If a column is missing, a query has a document or a rank twice, a score is NaN or +inf, no judgment is above 0,
        or run and judgments have no query in common.

    Warns
    -----
    RunWarning
        Once, if judged queries are not in the run (they score 0), queries of the run are not judged (they are left
        out), judged queries have no relevant document, or a better rank has a lower score.

    Examples
    --------
    >>> qrels = pd.DataFrame({"query_id": ["q"], "doc_id": ["d"], "relevance": [1]})
    >>> check_run(pd.DataFrame({"query_id": ["q1"], "doc_id": ["d"], "score": [1.0]}), qrels)
    Traceback (most recent call last):
    clirlab.errors.InputError: the run and the judgments have no query in common: 'q1' is one of the run, 'q' one of ...
    """
    for what, frame, needed in ((name, run, COLUMNS[:3]), ("the judgments", qrels, [*COLUMNS[:2], "relevance"])):
        if missing := [column for column in needed if column not in frame]:
            raise InputError(f"{what}: no column {missing[0]!r}; expected {', '.join(needed)}")
    _refuse_repeated(run, "doc_id", name)
    if "rank" in run:
        _refuse_repeated(run, "rank", name)
    wrong = run[~(run["score"] < np.inf)]
    if len(wrong):
        query, document, score = wrong[COLUMNS[:3]].iloc[0]
        raise InputError(f"{name}: the score of {document!r} for {query!r} is {score}, no number")
    relevant = qrels.loc[qrels["relevance"] > 0, "query_id"].unique()
    if not len(relevant):
        raise InputError("the judgments have no relevant document; a relevance of 1 or more says that one is")
    asked, judged = run["query_id"].unique(), qrels["query_id"].unique()
    if not np.isin(asked, judged).any():
        first = f"{asked[0]!r} is one of the run, " if len(asked) else "the run is empty, "
        raise InputError(
            f"{name} and the judgments have no query in common: {first}{judged[0]!r} one of the judgments; "
            "are they of the same collection?"
        )
    notes = [
        f"{len(found):,} {what}, such as {found[0]!r}"
        for found, what in (
            (judged[~np.isin(judged, asked)], "judged queries have no document in it and score 0"),
            (asked[~np.isin(asked, judged)], "of its queries are not judged and left out"),
            (judged[~np.isin(judged, relevant)], "judged queries have no relevant document"),
            (_against_the_scores(run), "of its queries have a lower score at a better rank; the rank is followed"),
        )
        if len(found)
    ]
    if notes:
        warnings.warn(f"{name}: {'; '.join(notes)}", RunWarning, stacklevel=2)


def _refuse_repeated(run: pd.DataFrame, column: str, name: str) -> None:
    again = run[run.duplicated(["query_id", column])]
    if len(again):
        query, value = again[["query_id", column]].iloc[0]
        shown = f"rank {value}" if column == "rank" else f"{value!r}"
        raise InputError(f"{name}: {query!r} has {shown} twice ({len(again):,} such rows)")


def _against_the_scores(run: pd.DataFrame) -> NDArray:
    """The queries in which a document stands before one of a higher score."""
    if "rank" not in run:
        return np.array([])
    ordered = run.sort_values(["query_id", "rank"], kind="stable")
    same = ordered["query_id"].eq(ordered["query_id"].shift())
    return ordered.loc[same & (ordered["score"] > ordered["score"].shift()), "query_id"].unique()
