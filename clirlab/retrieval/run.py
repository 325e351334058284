"""Scores in, a run out (a frame: query_id, doc_id, score, rank from 1); runs read and written as TREC files."""

from __future__ import annotations

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
