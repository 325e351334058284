"""Frames of a collection in, a folder in BEIR's layout out: corpus.jsonl, queries.jsonl, qrels/test.tsv."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from clirlab.errors import InputError
from clirlab.files import write_aside

ROWS = 10_000  # passages held in memory while writing


def write_beir(docs: pd.DataFrame, queries: pd.DataFrame, qrels: pd.DataFrame, folder: str | Path, name: str) -> None:
    """Write a collection as BEIR lays it out; `clirlab.corpora.read_beir` reads it again.

    Languages and human translations go into ``metadata``, which other readers pass over.

    Parameters
    ----------
    docs, queries, qrels : DataFrame
        As in a `Collection`.
    folder : str or Path
        A folder that does not exist yet; it is there whole or not at all.
    name : str
        What an error calls the collection.

    Raises
    ------
    InputError
        If there is such a folder, the disk is full, or an id holds a tab or a line break, which qrels cannot hold.
    """
    ids = pd.concat([qrels["query_id"], qrels["doc_id"]])
    broken = ids[ids.str.contains("[\\t\\r\\n]")]
    if len(broken):
        raise InputError(f"{name}: the id {broken.iloc[0]!r} holds a tab or line break; BEIR has no such ids")
    with write_aside(folder) as partial:
        (partial / "qrels").mkdir(parents=True)
        _write_lines(partial / "corpus.jsonl", docs.rename(columns={"doc_id": "_id"}))
        _write_lines(partial / "queries.jsonl", queries.rename(columns={"query_id": "_id"}))
        judged = qrels[["query_id", "doc_id", "relevance"]].itertuples(index=False)
        rows = [f"{query}\t{doc}\t{relevance}" for query, doc, relevance in judged]
        lines = "\n".join(["query-id\tcorpus-id\tscore", *rows, ""])
        (partial / "qrels" / "test.tsv").write_text(lines, encoding="utf-8", newline="")


def _write_lines(path: Path, frame: pd.DataFrame) -> None:
    outer = [column for column in ("_id", "title", "text") if column in frame]
    inner = [column for column in ("language", "human_translation") if column in frame]
    with path.open("w", encoding="utf-8", newline="") as file:
        for start in range(0, len(frame), ROWS):
            part = frame.iloc[start : start + ROWS]
            metadata = part[inner].fillna("").to_dict("records")
            for row, more in zip(part[outer].to_dict("records"), metadata, strict=True):
                content = {**row, "metadata": more} if more else row
                file.write(json.dumps(content, ensure_ascii=False) + "\n")
