"""Tab-separated lines in, rows with their line numbers out: what bitexts and lexicons have in common."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

from clirlab.errors import InputError
from clirlab.files import read_text


def read_columns(path: str | Path, columns: int = 2) -> Iterator[list[str]]:
    """The first `columns` fields of each line that is not blank, stripped and in Unicode NFC.

    Raises
    ------
    InputError
        If a line has fewer fields (with file and line).
    """
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        fields = [unicodedata.normalize("NFC", field.strip()) for field in line.split("\t")]
        if len(fields) < columns:
            raise InputError(f"{path}, line {number}: {len(fields)} column(s), expected {columns} separated by tabs")
        yield fields[:columns]
