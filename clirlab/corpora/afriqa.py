"""AfriQA gold passages (JSON lines) in, a collection out: native questions, English passages.

Source: Ogundepo et al. 2023, AfriQA: Cross-lingual Open-Retrieval Question Answering for African Languages.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
from pydantic import BaseModel

from clirlab.corpora.collection import Collection
from clirlab.corpora.jsonl import clean, read_json_lines
from clirlab.errors import InputError
from clirlab.validate import validate


class _Row(BaseModel):
    id: str
    question_lang: str
    question_translated: str
    context: str | None
    title: str | None = None


def read_afriqa(path: str | Path) -> pd.DataFrame:
    """One row a question: query_id, text, human_translation, doc_id, context, title.

    A document's id is made from its text, so that the same passage has the same id in every file and pools of several
    languages can be joined. It is empty where the annotators found no passage (context null or blank).

    Raises
    ------
    InputError
        If the file is missing, or a line is not JSON or lacks a key (with file, line and key).
    """
    rows = []
    for number, content in read_json_lines(path):
        row = validate(_Row, content, f"{path}, line {number}: not in AfriQA format")
        context = clean(row.context or "")
        doc_id = "d:" + hashlib.sha256(context.encode()).hexdigest()[:12] if context else ""
        question, translation = clean(row.question_lang), clean(row.question_translated)
        rows.append((row.id, question, translation, doc_id, context, clean(row.title or "")))
    return pd.DataFrame(rows, columns=["query_id", "text", "human_translation", "doc_id", "context", "title"])


def afriqa_collection(path: Path, language: str, split: str) -> Collection:
    """The gold-passage collection of one language and split; documents are the distinct contexts of that file.

    Questions without a text or a passage are left out and counted.
    """
    rows = read_afriqa(path)
    if not rows["query_id"].is_unique:
        twice = rows.loc[rows["query_id"].duplicated(), "query_id"].iloc[0]
        raise InputError(f"{path}: the question id {twice!r} occurs twice")
    whole = (rows["text"] != "") & (rows["doc_id"] != "")
    counts = {} if whole.all() else {"questions without a text or passage": int((~whole).sum())}
    rows = rows[whole]
    rows = rows.assign(query_id=f"{language}-{split}-" + rows["query_id"], relevance=1)
    rows = rows.assign(query_id=rows.groupby("text", sort=False)["query_id"].transform("first"))
    docs = rows.drop_duplicates("doc_id")[["doc_id", "title", "context"]].rename(columns={"context": "text"})
    queries = rows.drop_duplicates("query_id")[["query_id", "text", "human_translation"]]
    qrels = rows[["query_id", "doc_id", "relevance"]].drop_duplicates()
    docs, queries, qrels = (table.reset_index(drop=True) for table in (docs, queries, qrels))
    name = f"afriqa/{language}/{split}"
    return Collection(name, docs, queries, qrels, "en", language, str(path), "CC BY 4.0", counts)
