"""SQuAD-format JSON (MLQA, XQuAD, the embedded demo) in, collections out.

The retrieval set-up of MTEB's MLQARetrieval: the documents are the distinct contexts, the queries the distinct
questions, a question's own context is relevant to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from pydantic import BaseModel

from clirlab.corpora.collection import Collection
from clirlab.corpora.jsonl import clean, read_json
from clirlab.errors import InputError
from clirlab.validate import validate


class _Question(BaseModel):
    id: str
    question: str


class _Paragraph(BaseModel):
    context: str
    qas: list[_Question]


class _Article(BaseModel):
    title: str = ""
    paragraphs: list[_Paragraph]


class _Squad(BaseModel):
    data: list[_Article]


class Instance(NamedTuple):
    """One question with the context that answers it; `id` is shared by all translations of the instance."""

    id: str
    question: str
    context: str
    title: str


def read_squad(path: str | Path) -> list[Instance]:
    """The instances of a SQuAD v1.1 file (``.json`` or ``.json.gz``), in file order, in NFC without outer blanks.

    Raises
    ------
    InputError
        If the file is missing, is not JSON (with the line), or lacks a key (with the path of that key).

    Examples
    --------
    >>> import json, tempfile
    >>> file = Path(tempfile.mkdtemp()) / "one.json"
    >>> question = {"id": "q1", "question": "Who makes honey?"}
    >>> _ = file.write_text(json.dumps({"data": [{"paragraphs": [{"context": "Bees do.", "qas": [question]}]}]}))
    >>> read_squad(file)
    [Instance(id='q1', question='Who makes honey?', context='Bees do.', title='')]
    """
    squad = validate(_Squad, read_json(path), f"{path}: not in SQuAD format")
    return [
        Instance(qa.id, clean(qa.question), clean(paragraph.context), clean(article.title))
        for article in squad.data
        for paragraph in article.paragraphs
        for qa in paragraph.qas
    ]


def join(contexts: Iterable[Instance], questions: Iterable[Instance]) -> list[Instance]:
    """Pair the contexts of one file with the questions of another by instance id, in the order of `contexts`."""
    asked = {instance.id: instance.question for instance in questions}
    return [c._replace(question=asked[c.id]) for c in contexts if c.id in asked]


def numbered(instances: Iterable[Instance], prefix: str) -> list[Instance]:
    """The instances with ids of their own, ``{prefix}-{number from 1}``: for files whose ids are not unique."""
    return [instance._replace(id=f"{prefix}-{n}") for n, instance in enumerate(instances, start=1)]


def collection_of(
    instances: list[Instance], name: str, document_language: str, query_language: str, source: str, licence: str
) -> Collection:
    """A collection whose documents and queries are the distinct contexts and questions of `instances`.

    A document or query takes the id of the first instance in which it occurs, prefixed ``d:`` for documents, so that
    parallel files (XQuAD) give parallel ids; where two questions read alike in one language alone, that language has
    one query less. A question asked of several contexts has several relevant documents. Instances without a question
    or context are left out and counted.
    """
    frame = pd.DataFrame(instances, columns=["id", "question", "context", "title"])
    if not frame["id"].is_unique:
        twice = frame.loc[frame["id"].duplicated(), "id"].iloc[0]
        raise InputError(f"{name}: the question id {twice!r} occurs twice ({source})")
    whole = (frame["question"] != "") & (frame["context"] != "")
    counts = {} if whole.all() else {"questions without a text or context": int((~whole).sum())}
    frame = frame[whole]
    doc_id = "d:" + frame.groupby("context", sort=False)["id"].transform("first")
    query_id = frame.groupby("question", sort=False)["id"].transform("first")
    frame = frame.assign(doc_id=doc_id, query_id=query_id, relevance=1)
    docs = frame.drop_duplicates("doc_id")[["doc_id", "title", "context"]].rename(columns={"context": "text"})
    queries = frame.drop_duplicates("query_id")[["query_id", "question"]].rename(columns={"question": "text"})
    qrels = frame[["query_id", "doc_id", "relevance"]].drop_duplicates()
    docs, queries, qrels = (table.reset_index(drop=True) for table in (docs, queries, qrels))
    return Collection(name, docs, queries, qrels, document_language, query_language, source, licence, counts)


def translated(collection: Collection, instances: Iterable[Instance]) -> Collection:
    """The collection with the questions of parallel instances as people's translations of its queries.

    Left as it is where the queries are in the language of the documents, or one of them has no counterpart.
    """
    asked = {instance.id: instance.question for instance in instances}
    human = collection.queries["query_id"].map(asked)
    if collection.query_language == collection.document_language or human.isna().any():
        return collection
    return replace(collection, queries=collection.queries.assign(human_translation=human))
