"""A collection with human translations of its queries in, the same collection asked in those out: the upper bound."""

from __future__ import annotations

from clirlab.corpora.collection import Collection
from clirlab.errors import InputError

FIELD = "human_translation"


def human_queries(collection: Collection) -> Collection:
    """The collection with each query as people put it into the language of the documents.

    What any remedy could gain at most, as far as language is what is missing.

    Raises
    ------
    InputError
        If the collection has no human translations (AfriQA has), or a query lacks one.

    Examples
    --------
    >>> import pandas as pd
    >>> docs = pd.DataFrame({"doc_id": ["d"], "title": [""], "text": ["Water boils at 100 degrees."]})
    >>> queries = pd.DataFrame({"query_id": ["q"], "text": ["Maji?"], "human_translation": ["Water?"]})
    >>> qrels = pd.DataFrame({"query_id": ["q"], "doc_id": ["d"], "relevance": [1]})
    >>> native = Collection("toy", docs, queries, qrels, "en", "sw", "here", "MIT")
    >>> human_queries(native).queries["text"].tolist(), human_queries(native).query_language
    (['Water?'], 'en')
    """
    if FIELD not in collection.queries:
        raise InputError(
            f"{collection.name}: its queries have no human translations; those of afriqa, mlqa and xquad have"
        )
    lacking = collection.queries["query_id"][collection.queries[FIELD].fillna("").str.strip() == ""]
    if len(lacking):
        named = ", ".join(map(repr, lacking.iloc[:3])) + (" …" if len(lacking) > 3 else "")
        counts = f"{len(lacking):,} of {len(collection.queries):,} queries"
        raise InputError(f"{collection.name}: {counts} have no human translation: {named}")
    return collection.with_queries(FIELD)
