"""A folder of text files and a table of questions in, a collection out."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from clirlab.corpora.collection import Collection
from clirlab.corpora.jsonl import clean
from clirlab.corpora.languages import language_code
from clirlab.errors import InputError, unknown_name
from clirlab.files import read_text

QUESTIONS = "questions.csv"
NEEDED = ("question", "file")
OPTIONAL = ("id", "translation")
SEPARATORS = ",;\t"
FORM = "expected .txt files and questions.csv with the columns question and file"


def read_folder(
    folder: str | Path,
    questions: str | None = None,
    document_language: str = "und",
    query_language: str = "und",
) -> Collection:
    """A collection from texts of one's own: each ``.txt`` file, also in folders below, is a document.

    The table of questions is as a spreadsheet saves it: a first line of names, columns separated by commas, semicolons
    or tabs, with or without a byte-order mark, any line ends. Its columns are ``question`` and ``file`` (the text that
    answers it; ``.txt`` may be left out) and, where wanted, ``id`` and ``translation`` (the question as people put it
    into the language of the texts); others are passed over. A question that several texts answer has a line for each.
    Files without a text, and repetitions of a line, are left out and counted.

    Parameters
    ----------
    folder : str or Path
    questions : str, optional
        File name of the table in the folder; ``questions.csv`` where none is given, or the only ``.csv`` or ``.tsv``.
    document_language, query_language : str
        Any usual code.

    Raises
    ------
    InputError
        If the folder, the texts or the table are not there, a file is not UTF-8, a column is missing, a cell is blank,
        a line names a file that is not there (the nearest one is given), or an id stands for two questions; with file
        and line.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "bees.txt").write_text("Bees live in hives.")
    >>> _ = (folder / "questions.csv").write_text("question;file\\nNyuki wanaishi wapi?;bees.txt")
    >>> read_folder(folder, query_language="sw").queries.values.tolist()
    [['q1', 'Nyuki wanaishi wapi?']]
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; {FORM}")
    table = _table(folder, questions)
    texts = {name: clean(read_text(path)) for name, path in _text_files(folder)}
    if not texts:
        raise InputError(f"{folder}: no .txt file in it, nor in the folders below; {FORM}")
    queries, qrels, counts = _read_questions(table, texts)
    counts["files without a text"] = sum(not text for text in texts.values())
    docs = pd.DataFrame([(name, "", text) for name, text in texts.items() if text], columns=["doc_id", "title", "text"])
    return Collection(
        f"folder:{folder}",
        docs,
        queries,
        qrels,
        language_code(document_language),
        language_code(query_language),
        str(folder),
        "unknown: see where the folder comes from",
        {what: number for what, number in counts.items() if number},
    )


def _table(folder: Path, questions: str | None) -> Path:
    tables = {path.name: path for path in sorted(folder.iterdir()) if path.suffix.lower() in (".csv", ".tsv")}
    tables = {name: path for name, path in tables.items() if not name.startswith((".", "~"))}
    if questions is not None and questions not in tables:
        raise unknown_name(f"table of questions in {folder}", questions, tables)
    if questions is None and QUESTIONS not in tables and len(tables) != 1:
        there = f"which of them? say folder:{folder}#{min(tables)}" if tables else f"none is there; {FORM}"
        raise InputError(f"{folder}: a table of questions is needed, and {there}")
    return tables[questions or (QUESTIONS if QUESTIONS in tables else next(iter(tables)))]


def _text_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Name within the folder, in the spelling of Unicode NFC, and path; hidden files are none of the user's."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.suffix.lower() == ".txt" and path.is_file() and not any(part.startswith(".") for part in inside.parts):
            yield unicodedata.normalize("NFC", inside.as_posix()), path


def _read_questions(path: Path, texts: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, int]]:
    counts = {"lines given twice": 0}
    queries: dict[str, tuple[str, str]] = {}
    ids: dict[str, str] = {}
    judged: dict[tuple[str, str], int] = {}
    for line, row in _rows(path):
        where = f"{path}, line {line}"
        question, file = row["question"], row["file"]
        for column, cell in (("question", question), ("file", file)):
            if not cell:
                raise InputError(f"{where}: the column {column} is blank")
        name = _known(file, texts, where)
        key = row.get("id", "") or ids.setdefault(question, f"q{len(ids) + 1}")
        before = queries.setdefault(key, (question, row.get("translation", "")))
        if before[0] != question:
            raise InputError(f"{where}: the id {key!r} stands for another question too ({before[0]!r})")
        counts["lines given twice"] += (key, name) in judged
        judged[key, name] = 1
    if not queries:
        raise InputError(f"{path}: no question below the line of names")
    frame = pd.DataFrame(
        [(key, *texts_of) for key, texts_of in queries.items()], columns=["query_id", "text", "human_translation"]
    )
    if not frame["human_translation"].any():
        frame = frame.drop(columns="human_translation")
    qrels = pd.DataFrame([(*pair, relevance) for pair, relevance in judged.items()])
    return frame, qrels.set_axis(["query_id", "doc_id", "relevance"], axis=1), counts


def _known(file: str, texts: dict[str, str], where: str) -> str:
    name = file.replace("\\", "/")
    name = name if name in texts else f"{name}.txt"
    if name not in texts:
        raise InputError(f"{where}: {unknown_name('file', file, texts)}")
    if not texts[name]:
        raise InputError(f"{where}: there is no text in {file}")
    return name


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and known cells of each row that is not blank."""
    text = read_text(path)
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    names: list[str] | None = None
    start = 1
    try:
        for fields in reader:
            line, start = start, reader.line_num + 1
            cells = [clean(field) for field in fields]
            if not any(cells):
                continue
            if names is None:
                names = [cell.lower() for cell in cells]
                if missing := [name for name in NEEDED if name not in names]:
                    raise InputError(
                        f"{path}, line {line}: no column {' and '.join(missing)}; the first line must name the columns "
                        f"{', '.join(NEEDED)} (and {', '.join(OPTIONAL)} where wanted), it has: {', '.join(cells)}"
                    )
                continue
            if len(cells) > len(names) and any(cells[len(names) :]):
                raise InputError(
                    f"{path}, line {line}: {len(cells)} cells, but {len(names)} columns are named; "
                    f"put a question with {separator!r} in it between double quotes"
                )
            yield line, dict.fromkeys(NEEDED, "") | dict(zip(names, cells, strict=False))
    except csv.Error as error:
        raise InputError(f"{path}, line {start}: not a table that can be read ({error})") from error
