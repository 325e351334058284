"""Collections in, one pool out: documents of several languages searched together, as in tests of language bias.

The set-up is that of LAReQA (Roy et al. 2020): each query has a relevant document in every language of the pool.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from clirlab.corpora.collection import Collection
from clirlab.errors import InputError


def merge(collections: Sequence[Collection], name: str | None = None) -> Collection:
    """One collection of all documents, queries and judgments, with the language of each document and query.

    A document (query) that has the same id, text and language in several collections is one document (query), and its
    judgments are joined; where two collections judge a pair differently, the higher relevance holds. An id that stands
    for different texts gets its origin before it: the language, ``"de:d:17"``, where that tells the collections apart,
    else the name of the collection.

    Parameters
    ----------
    collections : sequence of Collection
        At least one.
    name : str, optional
        What the pool is called; the names joined by ``" + "`` where none is given.

    Returns
    -------
    Collection
        Its `docs` and `queries` have a column ``language``; a language is ``"mul"`` where there are several.

    Raises
    ------
    InputError
        If no collection is given, or two collections of the same name and language differ in the text of an id.

    Examples
    --------
    >>> from clirlab.corpora import load_collection
    >>> merge([load_collection("demo/en/sw"), load_collection("demo/en/so")], name="both")
    Collection(both: 128 documents (en), 336 queries (mul), 336 judgments)
    """
    if not collections:
        raise InputError("a pool needs at least one collection")
    docs = [_with_language(c.docs, c.document_language) for c in collections]
    queries = [_with_language(c.queries, c.query_language) for c in collections]
    document_ids, query_ids = _ids(docs, "doc_id", collections), _ids(queries, "query_id", collections)
    qrels = pd.concat(
        [
            c.qrels.assign(doc_id=_renamed(c.qrels["doc_id"], d), query_id=_renamed(c.qrels["query_id"], q))
            for c, d, q in zip(collections, document_ids, query_ids, strict=True)
        ]
    )
    qrels = qrels.groupby(["query_id", "doc_id"], sort=False, as_index=False)["relevance"].max()
    all_docs, all_queries = _joined(docs, "doc_id", document_ids), _joined(queries, "query_id", query_ids)
    counts: dict[str, int] = {}
    for collection in collections:
        for what, number in collection.counts.items():
            counts[what] = counts.get(what, 0) + number
    return Collection(
        name or " + ".join(c.name for c in collections),
        all_docs,
        all_queries,
        qrels,
        _one_or_many(all_docs["language"]),
        _one_or_many(all_queries["language"]),
        " + ".join(dict.fromkeys(c.source for c in collections)),
        " + ".join(dict.fromkeys(c.licence for c in collections)),
        counts,
    )


def pooled_with(collections: Sequence[Collection], others: Sequence[Collection]) -> Collection:
    """The queries and judgments of some collections, asked of their own documents and those of others.

    Documents are told apart by their ids; the same one may be in several collections. The order of the documents does
    not depend on which of the collections are the asked ones.

    Raises
    ------
    InputError
        If there is no collection to ask, the queries are in several languages, or an id stands for different texts.

    Examples
    --------
    >>> from clirlab.corpora import load_collection
    >>> pooled_with([load_collection("demo/en/sw")], [load_collection("demo/en/so")])
    Collection(demo/en/sw: 128 documents (en), 168 queries (sw), 168 judgments)
    """
    if len(collections) == 1 and not others:
        return collections[0]
    asked = merge(collections)
    if asked.query_language == "mul":
        raise InputError(f"{asked.name}: the queries are in several languages; ask them apart")
    docs = pd.concat([asked.docs, *(other.docs for other in others)]).drop_duplicates(["doc_id", "text"])
    if not docs["doc_id"].is_unique:
        twice = docs.loc[docs["doc_id"].duplicated(), "doc_id"].iloc[0]
        raise InputError(f"{asked.name}: the document id {twice!r} stands for another text in the pool")
    docs = docs[["doc_id", "title", "text"]].sort_values("doc_id").reset_index(drop=True)
    return replace(asked, docs=docs, queries=asked.queries.drop(columns="language"))


def _with_language(frame: pd.DataFrame, language: str) -> pd.DataFrame:
    return frame if "language" in frame else frame.assign(language=language)


def _one_or_many(languages: pd.Series) -> str:
    return languages.iloc[0] if len(languages.unique()) == 1 else "mul"


def _joined(frames: list[pd.DataFrame], key: str, new_ids: list[dict[str, str]]) -> pd.DataFrame:
    renamed = [frame.assign(**{key: _renamed(frame[key], new)}) for frame, new in zip(frames, new_ids, strict=True)]
    return pd.concat(renamed).drop_duplicates([key, "text", "language"]).reset_index(drop=True)


def _renamed(ids: pd.Series, new: dict[str, str]) -> pd.Series:
    return ids.map(new).fillna(ids) if new else ids


def _ids(frames: list[pd.DataFrame], key: str, collections: Sequence[Collection]) -> list[dict[str, str]]:
    """For each frame, the new ids of those rows whose id stands for another text elsewhere."""
    seen = pd.concat([frame[[key, "text", "language"]].assign(origin=i) for i, frame in enumerate(frames)])
    texts = seen.drop_duplicates([key, "text", "language"])
    clashing = set(texts.loc[texts[key].duplicated(), key])
    if not clashing:
        return [{} for _ in frames]
    clashes = seen[seen[key].isin(clashing)]
    for label in ("language", "name"):
        origins = clashes["origin"].map([c.name for c in collections].__getitem__)
        new = (clashes["language"] if label == "language" else origins) + ":" + clashes[key]
        told_apart = clashes.assign(new=new).drop_duplicates(["new", "text", "language"])["new"].is_unique
        if told_apart:
            return [
                dict(zip(clashes[key][clashes["origin"] == i], new[clashes["origin"] == i], strict=True))
                for i in range(len(frames))
            ]
    named = clashes.assign(name=origins).drop_duplicates(["name", "text", "language"])
    clash = named[named.duplicated(["name", key])].iloc[0]
    raise InputError(
        f"two collections named {clash['name']} have different texts for the {key} {clash[key]!r}; "
        "give them names of their own with dataclasses.replace(collection, name=...)"
    )
