"""Tab-separated lines in, checked rows out: what lexicons are read from."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import regex

from clirlab.errors import InputError
from clirlab.files import read_lines

CONTROL = regex.compile(r"\p{Cc}")


def read_columns(path: str | Path, columns: int = 2) -> Iterator[list[str]]:
    """The first `columns` fields of each line that is not blank, stripped, without control characters, in Unicode NFC.

    Raises
    ------
    InputError
        If a line has fewer fields (with file and line).
    """
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        fields = [unicodedata.normalize("NFC", CONTROL.sub("", field)).strip() for field in line.split("\t")]
        if len(fields) < columns:
            raise InputError(f"{path}, line {number}: {len(fields)} column(s), expected {columns} separated by tabs")
        yield fields[:columns]
