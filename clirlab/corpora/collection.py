"""A test collection as a record: documents, queries and relevance judgments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import pandas as pd
from pandas.api.types import is_integer_dtype

from clirlab.corpora.describe import describe
from clirlab.corpora.export import write_beir
from clirlab.corpora.parts import are_known, parts_by_document, parts_by_query, sample_documents, sample_queries
from clirlab.errors import InputError, unknown_name


@dataclass(frozen=True, repr=False)
class Collection:
    """Documents in one language, queries in another, and which answers which.

    Attributes
    ----------
    name : str
        Its id, such as ``"mlqa/dev/en/de"``.
    docs : DataFrame, columns doc_id, title, text and, in a pool of several languages, language
    queries : DataFrame, columns query_id, text and, where there is such, language and human_translation
        A human translation is the query as people put it into the language of the documents.
    qrels : DataFrame, columns query_id, doc_id, relevance
        Judgments; relevance is an integer of at least 1. Documents that are not listed are not relevant.
    document_language, query_language : str
        BCP-47 codes; ``"mul"`` for several languages, ``"und"`` where it is not known.
    source, licence : str
        Where it was read from and under which terms.
    counts : dict
        What was left out or repaired when it was read, and how often.

    Raises
    ------
    InputError
        If there are no documents or queries, an id occurs twice, or a judgment names an unknown id, is made twice, or
        is not an integer of at least 1.
    """

    name: str
    docs: pd.DataFrame
    queries: pd.DataFrame
    qrels: pd.DataFrame
    document_language: str
    query_language: str
    source: str
    licence: str
    counts: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for what, frame, key in (("documents", self.docs, "doc_id"), ("queries", self.queries, "query_id")):
            if frame.empty:
                raise InputError(f"{self.name}: the collection has no {what} ({self.source})")
            if not frame[key].is_unique:
                twice = frame.loc[frame[key].duplicated(), key].iloc[0]
                raise InputError(f"{self.name}: {key} {twice!r} occurs twice ({self.source})")
            unknown = self.qrels.loc[~are_known(self.qrels[key], frame[key]), key]
            if len(unknown):
                raise InputError(f"{self.name}: a judgment names the unknown {key} {unknown.iloc[0]!r} ({self.source})")
        if self.qrels.empty:
            raise InputError(f"{self.name}: the collection has no relevance judgments ({self.source})")
        relevance = self.qrels["relevance"]
        if not is_integer_dtype(relevance) or relevance.min() < 1:
            raise InputError(f"{self.name}: a relevance is not an integer of at least 1 ({self.source})")
        twice = self.qrels[self.qrels.duplicated(["query_id", "doc_id"])]
        if len(twice):
            query, document = twice[["query_id", "doc_id"]].iloc[0]
            raise InputError(f"{self.name}: {document!r} is judged twice for {query!r} ({self.source})")

    def with_queries(self, variant: str | Sequence[str]) -> Collection:
        """The same collection asked with other words.

        Parameters
        ----------
        variant : str or sequence of str
            The name of another field of the queries, such as ``"human_translation"`` (which is in the language of the
            documents), or one text for each query, in the order of `queries`.

        Raises
        ------
        InputError
            If there is no such field, it is blank for a query, or there are more or fewer texts than queries.
        """
        if not isinstance(variant, str):
            texts = list(variant)
            if len(texts) != len(self.queries):
                raise InputError(f"{self.name}: {len(texts):,} texts for {len(self.queries):,} queries")
            return replace(self, queries=self.queries.assign(text=texts))
        if variant not in self.queries.columns.drop(["query_id", "language"], errors="ignore"):
            fields = self.queries.columns.drop(["query_id", "language"], errors="ignore")
            raise unknown_name(f"query field of {self.name}", variant, fields)
        texts = self.queries[variant].fillna("")
        if (texts == "").any():
            query = self.queries["query_id"][texts == ""].iloc[0]
            raise InputError(f"{self.name}: the query {query!r} has no {variant}")
        queries = self.queries.assign(text=texts)
        if variant != "human_translation":
            return replace(self, queries=queries)
        if "language" in queries:
            queries = queries.assign(language=self.document_language)
        return replace(self, queries=queries, query_language=self.document_language)

    def sample(self, queries: int | None = None, docs: int | None = None, seed: int = 0) -> Collection:
        """A smaller collection; with the same seed, a smaller sample lies in a larger one.

        Parameters
        ----------
        queries : int, optional
            How many queries are drawn; all where none is given.
        docs : int, optional
            How many documents are drawn; all where none is given. The relevant documents of the kept queries that are
            not among them are kept on top of them, so that no query loses an answer.
        seed : int
            Another seed draws others.

        Raises
        ------
        InputError
            If more are asked for than there are, or none.

        Examples
        --------
        >>> from clirlab.corpora import load_collection
        >>> load_collection("demo/en/sw").sample(queries=20, docs=50)
        Collection(demo/en/sw: 61 documents (en), 20 queries (sw), 20 judgments)
        """
        for what, asked, there in (("queries", queries, len(self.queries)), ("docs", docs, len(self.docs))):
            if asked is not None and not 1 <= asked <= there:
                raise InputError(f"{self.name}: {what} must be from 1 to {there:,}, got {asked:,}")
        kept = sample_queries(self.queries, queries, seed)
        qrels = self.qrels[self.qrels["query_id"].isin(kept["query_id"])]
        return self._part(kept, sample_documents(self.docs, qrels, docs, seed))

    def split(
        self, by: Literal["query", "doc"] = "query", dev: float = 0.3, seed: int = 0
    ) -> tuple[Collection, Collection]:
        """Two collections, to choose settings on and to report on; a smaller `dev` lies in a larger one.

        Parameters
        ----------
        by : "query" or "doc"
            "query": the queries are dealt out, and both sides search the same documents. "doc": no document is on both
            sides. Queries and documents that hang together by judgments stay together, as do documents of the same
            text; a document that is relevant to no query is dealt to either side by the same share.
        dev : float
            The share of the queries on the first side, in (0, 1); by document as near to it as what hangs together
            permits.
        seed : int
            Another seed deals otherwise.

        Returns
        -------
        dev, report : Collection

        Raises
        ------
        InputError
            If `by` is unknown, `dev` is out of range, or a side would have no judged query.
        """
        ways = {"query": parts_by_query, "doc": parts_by_document}
        if by not in ways:
            raise unknown_name("way to split", by, ways)
        if not 0 < dev < 1:
            raise InputError(f"dev must be between 0 and 1, got {dev}")
        sides = ways[by](self.docs, self.queries, self.qrels, dev, seed)
        for queries, docs in sides:
            if not self.qrels["query_id"].isin(queries["query_id"]).any() or docs.empty:
                raise InputError(f"{self.name}: split by {by} with dev={dev} leaves a side without a judged query")
        return self._part(*sides[0]), self._part(*sides[1])

    def to_beir(self, folder: str | Path) -> None:
        """Write corpus.jsonl, queries.jsonl and qrels/test.tsv into a new folder; ``load_collection("beir:FOLDER")``
        reads it again.

        Raises
        ------
        InputError
            If the folder exists, the disk is full, or an id holds a tab or a line break.
        """
        write_beir(self.docs, self.queries, self.qrels, folder, self.name)

    def describe(self) -> pd.DataFrame:
        """Counts, lengths, judgments and repeated texts, one row for the documents and the queries of each language.

        Returns
        -------
        DataFrame, columns
            of ("documents" or "queries"), language, count; words (mean), words_median, words_max, characters (mean) of
            a text without its title; judged (how many occur in a judgment), judgments (mean of those that do);
            repeated (how many have the text of an earlier one of their kind). Words are those of
            `clirlab.corpora.words`.
        """
        return describe(self.docs, self.queries, self.qrels, self.document_language, self.query_language)

    def _part(self, queries: pd.DataFrame, docs: pd.DataFrame) -> Collection:
        kept = are_known(self.qrels["query_id"], queries["query_id"]) & are_known(self.qrels["doc_id"], docs["doc_id"])
        frames = {"docs": docs, "queries": queries, "qrels": self.qrels[kept]}
        return replace(self, **{key: frame.reset_index(drop=True) for key, frame in frames.items()})

    def __repr__(self) -> str:
        return (
            f"Collection({self.name}: {len(self.docs):,} documents ({self.document_language}), "
            f"{len(self.queries):,} queries ({self.query_language}), {len(self.qrels):,} judgments)"
        )
