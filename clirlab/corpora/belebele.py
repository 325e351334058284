"""Belebele's questions and FLORES's passages in, instances of any pair of their languages out.

A passage of Belebele is a run of sentences of FLORES-200; ``passage_map.tsv`` says which, so that the passages can be
had in every language of FLORES, with questions in the languages for which the questions are there.

Source: Bandarkar et al. 2024, The Belebele Benchmark; NLLB Team 2022, No Language Left Behind (FLORES-200).
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from clirlab.corpora.jsonl import clean, read_json_lines
from clirlab.corpora.sources import files_by, spelled
from clirlab.corpora.squad import Instance
from clirlab.corpora.tables import read_columns
from clirlab.errors import InputError
from clirlab.files import read_lines
from clirlab.validate import validate

SPLITS = ("dev", "devtest")


class _Item(BaseModel):
    question: str


class _Row(BaseModel):
    items: list[_Item]


def belebele_instances(
    folder: Path, passage_language: str, question_language: str
) -> tuple[list[Instance], str, str, str]:
    """The questions with their passages, the two languages as the files write them, and where they come from.

    An instance's id is ``{passage}-{question}``, both counted from 0, the same in every language.

    Raises
    ------
    InputError
        If a language is not there (the nearest comes first), or a file is missing or wrong (with file and line).
    """
    sentences = {split: files_by(folder / "flores200", "{}." + split) for split in SPLITS}
    asked = files_by(folder, "belebele.{}.jsonl")
    there = sentences["dev"].keys() & sentences["devtest"].keys()
    passages = spelled(f"language of passages in {folder}", passage_language, there)
    questions = spelled(f"language of questions in {folder}", question_language, asked)
    texts = _passages(folder / "passage_map.tsv", {split: sentences[split][passages] for split in SPLITS})
    instances = _instances(asked[questions], texts)
    source = f"{asked[questions]} + {sentences['dev'][passages]} + {sentences['devtest'][passages]}"
    return instances, passages, questions, source


def _passages(map_path: Path, paths: dict[str, Path]) -> list[str]:
    """The text of each passage: its sentences of FLORES joined by a blank."""
    sentences = {split: list(map(clean, read_lines(path))) for split, path in paths.items()}
    texts = []
    for passage, _, _, split, first, last in list(read_columns(map_path, 6))[1:]:
        where = f"{map_path}: passage {passage}"
        if split not in sentences or not (first.isdecimal() and last.isdecimal()):
            raise InputError(
                f"{where}: expected a split (dev, devtest) and two line numbers, got {split} {first} {last}"
            )
        if not int(first) <= int(last) < len(sentences[split]):
            raise InputError(
                f"{where}: no lines {first} to {last} in {paths[split]}, which has {len(sentences[split])}"
            )
        texts.append(" ".join(sentences[split][int(first) : int(last) + 1]))
    return texts


def _instances(path: Path, texts: list[str]) -> list[Instance]:
    rows = [
        validate(_Row, content, f"{path}, line {number}: not in Belebele format")
        for number, content in read_json_lines(path)
    ]
    if len(rows) != len(texts):
        raise InputError(f"{path}: {len(rows)} passages, but passage_map.tsv has {len(texts)}")
    return [
        Instance(f"{passage}-{number}", clean(item.question), text, "")
        for passage, (row, text) in enumerate(zip(rows, texts, strict=True))
        for number, item in enumerate(row.items)
    ]
