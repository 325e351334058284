"""Frames of a collection in, a table of their sizes out."""

from __future__ import annotations

from typing import Any

import pandas as pd

from clirlab.corpora.parts import text_hashes
from clirlab.corpora.words import WORD

ROWS = 100_000  # texts held in memory at a time


def describe(
    docs: pd.DataFrame, queries: pd.DataFrame, qrels: pd.DataFrame, document_language: str, query_language: str
) -> pd.DataFrame:
    """One row for the documents and the queries of each language; the columns are those of `Collection.describe`."""
    kinds = (("documents", docs, "doc_id", document_language), ("queries", queries, "query_id", query_language))
    rows = []
    for kind, given, key, language in kinds:
        frame = given if "language" in given else given.assign(language=language)
        counted = frame[["language"]].assign(
            judgments=frame[key].map(qrels[key].value_counts()),
            repeated=pd.Series(text_hashes(frame["text"])).duplicated().to_numpy(),
            **_lengths(frame),
        )
        rows += [{"of": kind, "language": code, **_row(part)} for code, part in counted.groupby("language", sort=False)]
    return pd.DataFrame(rows)


def _row(part: pd.DataFrame) -> dict[str, Any]:
    return {
        "count": len(part),
        "words": part["words"].mean(),
        "words_median": part["words"].median(),
        "words_max": part["words"].max(),
        "characters": part["characters"].mean(),
        "judged": int(part["judgments"].notna().sum()),
        "judgments": part["judgments"].mean(),
        "repeated": int(part["repeated"].sum()),
    }


def _lengths(frame: pd.DataFrame) -> dict[str, list[int]]:
    """Words and characters of each text, a part at a time: the texts may lie on disk."""
    words, characters = [], []
    for start in range(0, len(frame), ROWS):
        for text in frame["text"].iloc[start : start + ROWS]:
            words.append(len(WORD.findall(text)))
            characters.append(len(text))
    return {"words": words, "characters": characters}
