"""A test collection as a record: documents, queries and relevance judgments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from clirlab.errors import InputError


@dataclass(frozen=True, repr=False)
class Collection:
    """Documents in one language, queries in another, and which answers which.

    Attributes
    ----------
    name : str
        Its id, such as ``"mlqa/dev/en/de"``.
    docs : DataFrame, columns doc_id, title, text
    queries : DataFrame, columns query_id, text
    qrels : DataFrame, columns query_id, doc_id, relevance
        Judgments; relevance is an integer of at least 1. Documents that are not listed are not relevant.
    document_language, query_language : str
        Language codes as in the id.
    source, licence : str
        Where it was read from and under which terms.

    Raises
    ------
    InputError
        If there are no documents or queries, an id occurs twice, or a judgment names an unknown id.
    """

    name: str
    docs: pd.DataFrame
    queries: pd.DataFrame
    qrels: pd.DataFrame
    document_language: str
    query_language: str
    source: str
    licence: str

    def __post_init__(self) -> None:
        for what, frame, key in (("documents", self.docs, "doc_id"), ("queries", self.queries, "query_id")):
            if frame.empty:
                raise InputError(f"{self.name}: the collection has no {what} ({self.source})")
            if not frame[key].is_unique:
                twice = frame.loc[frame[key].duplicated(), key].iloc[0]
                raise InputError(f"{self.name}: {key} {twice!r} occurs twice ({self.source})")
            unjudged = self.qrels.loc[~self.qrels[key].isin(frame[key]), key]
            if len(unjudged):
                raise InputError(
                    f"{self.name}: a judgment names the unknown {key} {unjudged.iloc[0]!r} ({self.source})"
                )
        if self.qrels.empty:
            raise InputError(f"{self.name}: the collection has no relevance judgments ({self.source})")

    def with_queries(self, texts: Sequence[str]) -> Collection:
        """The same collection asked with other words: one text for each query, in the order of `queries`."""
        return replace(self, queries=self.queries.assign(text=list(texts)))

    def __repr__(self) -> str:
        return (
            f"Collection({self.name}: {len(self.docs):,} documents ({self.document_language}), "
            f"{len(self.queries):,} queries ({self.query_language}), {len(self.qrels):,} judgments)"
        )
