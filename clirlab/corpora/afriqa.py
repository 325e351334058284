"""AfriQA gold passages (JSON lines) in, a collection out: native questions, English passages.

Source: Ogundepo et al. 2023, AfriQA: Cross-lingual Open-Retrieval Question Answering for African Languages.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
from pydantic import BaseModel

from clirlab.corpora.collection import Collection
from clirlab.errors import InputError
from clirlab.files import read_text
from clirlab.validate import validate

CODES = {"ha": "hau", "ig": "ibo", "sw": "swa", "yo": "yor", "zu": "zul"}


class _Row(BaseModel):
    id: str
    question_lang: str
    question_translated: str
    context: str | None
    title: str | None = None


def read_afriqa(path: str | Path) -> pd.DataFrame:
    """One row a question: query_id, text, human_translation, doc_id, context, title.

    A document's id is made from its text, so that the same passage has the same id in every file and pools of several
    languages can be joined. Questions for which the annotators found no passage (context null) are left out.

    Raises
    ------
    InputError
        If the file is missing, or a line is not JSON or lacks a key (with file, line and key).
    """
    rows = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"{path}, line {number}: not JSON ({error.msg})") from error
        row = validate(_Row, content, f"{path}, line {number}: not in AfriQA format")
        if context := (row.context or "").strip():
            doc_id = "d:" + hashlib.sha256(context.encode()).hexdigest()[:12]
            question, translation = row.question_lang.strip(), row.question_translated.strip()
            rows.append((row.id, question, translation, doc_id, context, row.title or ""))
    return pd.DataFrame(rows, columns=["query_id", "text", "human_translation", "doc_id", "context", "title"])


def afriqa_collection(path: Path, language: str, split: str) -> Collection:
    """The gold-passage collection of one language and split; documents are the distinct contexts of that file."""
    rows = read_afriqa(path)
    if not rows["query_id"].is_unique:
        twice = rows.loc[rows["query_id"].duplicated(), "query_id"].iloc[0]
        raise InputError(f"{path}: the question id {twice!r} occurs twice")
    rows = rows.assign(query_id=f"{language}-{split}-" + rows["query_id"], relevance=1)
    rows = rows.assign(query_id=rows.groupby("text", sort=False)["query_id"].transform("first"))
    docs = rows.drop_duplicates("doc_id")[["doc_id", "title", "context"]].rename(columns={"context": "text"})
    queries = rows.drop_duplicates("query_id")[["query_id", "text", "human_translation"]]
    qrels = rows[["query_id", "doc_id", "relevance"]].drop_duplicates()
    docs, queries, qrels = (table.reset_index(drop=True) for table in (docs, queries, qrels))
    return Collection(f"afriqa/{language}/{split}", docs, queries, qrels, "en", language, str(path), "CC BY 4.0")
