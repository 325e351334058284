"""Relevance judgments in and out as TREC files: query_id 0 doc_id relevance."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from clirlab.errors import InputError
from clirlab.files import read_text, write_aside


def read_qrels(path: str | Path) -> pd.DataFrame:
    """Read judgments as TREC writes them, plain or ``.gz``.

    Returns
    -------
    DataFrame
        query_id, doc_id, relevance (an integer; 0 and less say that a document was judged and is not relevant).

    Raises
    ------
    InputError
        If a line has not four fields, a relevance is no integer, a document is judged twice for a query (with file and
        line), or no document is relevant.
    """
    rows = []
    lines: dict[tuple[str, str], int] = {}
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        try:
            query_id, _, doc_id, relevance = line.split()
            rows.append((query_id, doc_id, int(relevance)))
        except ValueError as error:
            form = "query_id 0 doc_id relevance"
            raise InputError(f"{path}, line {number}: not TREC judgments ({error}); expected {form}") from error
        if (before := lines.setdefault((query_id, doc_id), number)) != number:
            raise InputError(f"{path}, line {number}: {doc_id!r} is judged for {query_id!r} in line {before} already")
    if not any(relevance > 0 for _, _, relevance in rows):
        raise InputError(f"{path}: no relevant document; a relevance of 1 or more says that one is")
    frame = pd.DataFrame(rows, columns=["query_id", "doc_id", "relevance"])
    return frame.astype({"query_id": object, "doc_id": object})


def write_qrels(qrels: pd.DataFrame, path: str | Path) -> None:
    """Write judgments as a TREC file.

    Raises
    ------
    InputError
        If an id is empty or has a blank in it, which the format cannot hold.
    """
    for column in ("query_id", "doc_id"):
        if broken := [name for name in qrels[column].unique() if len(str(name).split()) != 1 or name != name.strip()]:
            raise InputError(f"{column} {broken[0]!r} is empty or has a blank in it, which a TREC file cannot hold")
    with write_aside(path) as partial:
        lines = (f"{r.query_id} 0 {r.doc_id} {int(r.relevance)}\n" for r in qrels.itertuples())
        partial.write_text("".join(lines), encoding="utf-8")
