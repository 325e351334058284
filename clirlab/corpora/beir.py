"""A folder in BEIR's layout in, a collection out: corpus.jsonl, queries.jsonl, qrels/{split}.tsv.

Layout: Thakur et al. 2021, BEIR: A Heterogeneous Benchmark for Zero-shot Evaluation of Information Retrieval Models.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from pydantic import BaseModel, Field

from clirlab.corpora.collection import Collection
from clirlab.corpora.docstore import Passage, RepeatedId, file_key, stored
from clirlab.corpora.jsonl import clean, read_json_lines
from clirlab.corpora.languages import language_code
from clirlab.corpora.parts import are_known
from clirlab.errors import InputError, unknown_name
from clirlab.files import read_lines
from clirlab.validate import validate

SCORE_NAMES = {"score", "relevance", "rel", "label"}


class _Fields(BaseModel):
    language: str | None = None
    human_translation: str | None = None


class _Row(BaseModel):
    id: str | int = Field(alias="_id")
    text: str
    title: str | None = None
    metadata: _Fields | None = None


class _Judgment(NamedTuple):
    query_id: str
    doc_id: str
    relevance: int
    line: int


def read_beir(
    folder: str | Path,
    split: str | None = None,
    name: str | None = None,
    document_language: str = "und",
    query_language: str = "und",
) -> Collection:
    """A collection from a folder; the passages stay on disk (see `docstore`).

    The queries are those with a judgment in the split. Judgments of a relevance below 1 are left out (what is not
    judged is not relevant either) and counted, as are exact repetitions of a judgment; so are queries whose text is
    blank.

    Parameters
    ----------
    folder : str or Path
        Holds corpus.jsonl (``_id``, ``title``, ``text``), queries.jsonl (``_id``, ``text``), each plain or ``.gz``, and
        qrels/{split}.tsv (query, document, relevance; with or without a line of names).
    split : str, optional
        Which qrels; ``test`` where none is given, or the only one there is.
    name : str, optional
        What the collection is called; ``beir:{folder}#{split}`` where none is given.
    document_language, query_language : str
        Any usual code.

    Raises
    ------
    InputError
        If a file is missing or a line is wrong (with file and line), an id occurs twice, or a judgment names an unknown
        id.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; expected one with corpus.jsonl, queries.jsonl and qrels/")
    qrels_path = _qrels_path(folder, split)
    split = qrels_path.name.removesuffix(".gz").removesuffix(".tsv")
    # what is small comes first: a corpus may take minutes
    queries, blank = _read_queries(_plain_or_gz(folder / "queries.jsonl"))
    qrels, counts = _read_qrels(qrels_path)
    _check_ids(qrels, "query_id", pd.concat([queries["query_id"], blank]), qrels_path)
    docs = _read_corpus(_plain_or_gz(folder / "corpus.jsonl"))
    _check_ids(qrels, "doc_id", docs["doc_id"], qrels_path)
    counts["queries without a text"] = int(blank.isin(qrels["query_id"]).sum())
    qrels = qrels[~qrels["query_id"].isin(blank)].drop(columns="line").reset_index(drop=True)
    queries = queries[queries["query_id"].isin(qrels["query_id"])].reset_index(drop=True)
    return Collection(
        name or f"beir:{folder}#{split}",
        docs,
        queries,
        qrels,
        _language(docs, document_language),
        _language(queries, query_language),
        str(folder),
        "unknown: see where the folder comes from",
        {what: number for what, number in counts.items() if number},
    )


def _plain_or_gz(path: Path) -> Path:
    packed = path.with_name(path.name + ".gz")
    if not path.is_file() and not packed.is_file():
        raise InputError(f"{path}: no such file (nor {packed.name}); expected corpus.jsonl, queries.jsonl and qrels/")
    return path if path.is_file() else packed


def _qrels_path(folder: Path, split: str | None) -> Path:
    files = sorted([*folder.glob("qrels/*.tsv"), *folder.glob("qrels/*.tsv.gz")], reverse=True)
    there = {file.name.removesuffix(".gz").removesuffix(".tsv"): file for file in files}
    if not there:
        raise InputError(f"{folder / 'qrels'}: no judgments; expected a file such as test.tsv")
    if split is None and len(there) > 1 and "test" not in there:
        raise InputError(f"{folder}: which split? say beir:{folder}#{min(there)}; known: {', '.join(sorted(there))}")
    wanted = split or ("test" if "test" in there else next(iter(there)))
    if wanted not in there:
        raise unknown_name(f"split of {folder}", wanted, there)
    return there[wanted]


def _rows(path: Path) -> Iterator[tuple[int, _Row, str]]:
    """Line number, content and language of each line."""
    for number, content in read_json_lines(path):
        where = f"{path}, line {number}"
        row = validate(_Row, content, f"{where}: not in BEIR format")
        if not str(row.id).strip():
            raise InputError(f"{where}: the _id is blank")
        language = (row.metadata and row.metadata.language) or ""
        try:
            yield number, row, language and language_code(language)
        except InputError as error:
            raise InputError(f"{where}: {error}") from error


def _passages(path: Path) -> Iterator[Passage]:
    for _, row, language in _rows(path):
        yield Passage(str(row.id), clean(row.title or ""), clean(row.text), language)


def _read_corpus(path: Path) -> pd.DataFrame:
    try:
        return stored(str(path.resolve()), file_key(path), lambda: _passages(path))
    except RepeatedId as error:
        first, again = [number for number, row, _ in _rows(path) if str(row.id) == error.doc_id][:2]
        raise InputError(f"{path}, line {again}: the id {error.doc_id!r} is that of line {first} too") from error


def _read_queries(path: Path) -> tuple[pd.DataFrame, pd.Series]:
    """The queries, and the ids of those that are blank."""
    rows: dict[str, tuple[str, str, str, str]] = {}
    lines: dict[str, int] = {}
    for number, row, language in _rows(path):
        query_id = str(row.id)
        if query_id in lines:
            raise InputError(f"{path}, line {number}: the id {query_id!r} is that of line {lines[query_id]} too")
        lines[query_id] = number
        human = clean((row.metadata and row.metadata.human_translation) or "")
        rows[query_id] = (query_id, clean(row.text), language, human)
    frame = pd.DataFrame(
        list(rows.values()), columns=["query_id", "text", "language", "human_translation"], dtype="str"
    )
    unused = [column for column in ("language", "human_translation") if (frame[column] == "").all()]
    is_blank = frame["text"] == ""
    return frame[~is_blank].drop(columns=unused), frame.loc[is_blank, "query_id"]


def _read_qrels(path: Path) -> tuple[pd.DataFrame, dict[str, int]]:
    """The judgments of relevance 1 and more with their lines, and what was left out."""
    judged: dict[tuple[str, str], _Judgment] = {}
    counts = {"judgments below 1": 0, "judgments made twice": 0}
    for number, line in enumerate(read_lines(path), start=1):
        fields = line.split("\t")
        if not line.strip() or (not judged and fields[-1].strip().lower() in SCORE_NAMES):
            continue
        judgment = _judgment(fields, f"{path}, line {number}", number)
        before = judged.setdefault((judgment.query_id, judgment.doc_id), judgment)
        if before is not judgment:
            if before.relevance != judgment.relevance:
                raise InputError(f"{path}, line {number}: judged {before.relevance} in line {before.line}")
            counts["judgments made twice"] += 1
    kept = [judgment for judgment in judged.values() if judgment.relevance >= 1]
    counts["judgments below 1"] = len(judged) - len(kept)
    frame = pd.DataFrame(kept, columns=list(_Judgment._fields))
    return frame.astype({"query_id": "str", "doc_id": "str", "relevance": "int64"}), counts


def _judgment(fields: list[str], where: str, line: int) -> _Judgment:
    if len(fields) != 3:
        raise InputError(f"{where}: {len(fields)} column(s), expected query, document and relevance between tabs")
    try:
        return _Judgment(fields[0], fields[1], int(fields[2]), line)
    except ValueError as error:
        raise InputError(f"{where}: the relevance {fields[2]!r} is not an integer") from error


def _check_ids(qrels: pd.DataFrame, key: str, known: pd.Series, path: Path) -> None:
    unknown = qrels[~are_known(qrels[key], known)]
    if len(unknown):
        name, line = unknown[[key, "line"]].iloc[0]
        raise InputError(f"{path}, line {line}: no {key.removesuffix('_id')} has the id {name!r}")


def _language(frame: pd.DataFrame, given: str) -> str:
    """The one that is given, else that of the rows."""
    if given != "und" or "language" not in frame:
        return language_code(given)
    return frame["language"].iloc[0] if len(frame["language"].unique()) == 1 else "mul"
