"""Frames of a collection in, a table of their sizes out."""

from __future__ import annotations

from typing import Any

import pandas as pd
import regex

WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’ʼ-][\p{L}\p{M}\p{N}]+)*")
ROWS = 100_000  # texts held in memory at a time


def describe(
    docs: pd.DataFrame, queries: pd.DataFrame, qrels: pd.DataFrame, document_language: str, query_language: str
) -> pd.DataFrame:
    """One row for the documents and the queries of each language; the columns are those of `Collection.describe`."""
    kinds = (("documents", docs, "doc_id", document_language), ("queries", queries, "query_id", query_language))
    rows = []
    for kind, given, key, language in kinds:
        frame = given.reset_index(drop=True)
        judgments = frame[key].map(qrels[key].value_counts())
        repeated = frame["text"].duplicated()
        languages = frame["language"] if "language" in frame else pd.Series(language, index=frame.index)
        for code, part in languages.groupby(languages, sort=False):
            measures = {"judgments": judgments[part.index], "repeated": repeated[part.index]}
            rows.append({"of": kind, "language": code, **_row(frame["text"][part.index], **measures)})
    return pd.DataFrame(rows)


def _row(texts: pd.Series, judgments: pd.Series, repeated: pd.Series) -> dict[str, Any]:
    words, characters = _lengths(texts)
    return {
        "count": len(texts),
        "words": words.mean(),
        "words_median": words.median(),
        "words_max": words.max(),
        "characters": characters.mean(),
        "judged": int(judgments.notna().sum()),
        "judgments": judgments.mean(),
        "repeated": int(repeated.sum()),
    }


def _lengths(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Words and characters of each text, a part at a time: the texts may lie on disk."""
    words, characters = [], []
    for start in range(0, len(texts), ROWS):
        for text in texts.iloc[start : start + ROWS]:
            words.append(sum(1 for _ in WORD.finditer(text)))
            characters.append(len(text))
    return pd.Series(words), pd.Series(characters)
