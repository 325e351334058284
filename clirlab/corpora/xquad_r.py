"""XQuAD-R files in, a pool of answer sentences of several languages out.

Source: Roy et al. 2020, LAReQA: Language-agnostic Answer Retrieval from a Multilingual Pool. The documents are all
sentences of the chosen languages; a question's relevant documents are, in each language, the sentence in which its
answer begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from pydantic import BaseModel

from clirlab.corpora.collection import Collection
from clirlab.corpora.jsonl import clean, read_json
from clirlab.errors import InputError
from clirlab.validate import validate


class _Answer(BaseModel):
    answer_start: int


class _Question(BaseModel):
    id: str
    question: str
    answers: list[_Answer]


class _Paragraph(BaseModel):
    sentences: list[str]
    sentence_breaks: list[tuple[int, int]]
    qas: list[_Question]


class _Article(BaseModel):
    paragraphs: list[_Paragraph]


class _File(BaseModel):
    data: list[_Article]


def xquad_r_collection(name: str, answers: Mapping[str, Path], question: tuple[str, Path]) -> Collection:
    """The collection with the sentences of the files `answers` (by language) and the questions of another.

    A sentence's id is ``{language}:{paragraph}:{sentence}``, counted from 0; paragraphs are parallel over the
    languages. Questions that read alike are one query, as in XQuAD.

    Raises
    ------
    InputError
        If a file is missing, not JSON or lacks a key, or an answer lies in no sentence.
    """
    docs: list[tuple[str, str, str, str]] = []
    relevant: list[tuple[str, str]] = []
    for language, path in answers.items():
        for n, paragraph in enumerate(_read(path)):
            ids = [f"{language}:{n}:{i}" for i in range(len(paragraph.sentences))]
            docs += [(i, "", clean(text), language) for i, text in zip(ids, paragraph.sentences, strict=True)]
            relevant += [(asked.id, ids[_sentence(paragraph, asked, path)]) for asked in paragraph.qas]
    code, path = question
    asked = [(q.id, clean(q.question), code) for paragraph in _read(path) for q in paragraph.qas]
    queries = pd.DataFrame(asked, columns=["query_id", "text", "language"])
    first = queries.groupby("text", sort=False)["query_id"].transform("first")
    judged = pd.DataFrame(relevant, columns=["query_id", "doc_id"])
    judged = judged.assign(query_id=judged["query_id"].map(dict(zip(queries["query_id"], first, strict=True))))
    return Collection(
        name,
        pd.DataFrame(docs, columns=["doc_id", "title", "text", "language"]),
        queries[queries["query_id"] == first].reset_index(drop=True),
        judged.dropna().drop_duplicates().assign(relevance=1).reset_index(drop=True),
        next(iter(answers)) if len(answers) == 1 else "mul",
        code,
        " + ".join(dict.fromkeys(map(str, [*answers.values(), path]))),
        "CC BY-SA 4.0",
    )


def _read(path: Path) -> list[_Paragraph]:
    file = validate(_File, read_json(path), f"{path}: not in XQuAD-R format")
    paragraphs = [paragraph for article in file.data for paragraph in article.paragraphs]
    for n, paragraph in enumerate(paragraphs):
        if len(paragraph.sentences) != len(paragraph.sentence_breaks):
            raise InputError(f"{path}: paragraph {n}: as many sentences as sentence_breaks are expected")
    return paragraphs


def _sentence(paragraph: _Paragraph, question: _Question, path: Path) -> int:
    """The number of the sentence in which the (first) answer begins."""
    start = question.answers[0].answer_start if question.answers else -1
    for number, (first, end) in enumerate(paragraph.sentence_breaks):
        if first <= start < end:
            return number
    raise InputError(f"{path}: the question {question.id!r} has no answer in a sentence (answer_start {start})")
