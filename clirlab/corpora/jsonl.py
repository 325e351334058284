"""JSON text in, objects out: what collections in JSON and JSON lines have in common."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import regex

from clirlab.errors import InputError
from clirlab.files import read_lines, read_text

SURROGATE = regex.compile(r"\\u[dD][89a-fA-F]")


def clean(text: str) -> str:
    """The text in Unicode NFC without outer blanks.

    Examples
    --------
    >>> clean(" Ọ̀nà ") == clean("O\u0323\u0300na\u0300")
    True
    """
    return unicodedata.normalize("NFC", text.strip())


def read_json(path: str | Path) -> Any:
    """The content of a JSON file (``.json`` or ``.json.gz``).

    Raises
    ------
    InputError
        If the file is missing or not whole, not UTF-8, or not JSON (with the line).
    """
    return _parse(read_text(path), path, 0)


def read_json_lines(path: str | Path) -> Iterator[tuple[int, Any]]:
    """Line number (from 1) and content of each line that is not blank, one by one (``.jsonl`` or ``.jsonl.gz``).

    Raises
    ------
    InputError
        When a line is reached that is not UTF-8, not JSON, or not Unicode text (half of a surrogate pair).
    """
    for number, line in enumerate(read_lines(path), start=1):
        if line and not line.isspace():
            yield number, _parse(line, path, number - 1)


def _parse(text: str, path: str | Path, lines_before: int) -> Any:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}, line {lines_before + error.lineno}: not JSON ({error.msg})") from error
    # a number of thousands of digits, or brackets nested too deep for the parser
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}, line {lines_before + 1}: not JSON that can be read ({error})") from error
    if SURROGATE.search(text):
        _refuse_half_characters(content, f"{path}, line {lines_before + 1}")
    return content


def _refuse_half_characters(content: Any, where: str) -> None:
    """A pair of surrogate escapes is one character and was joined by the parser; a single one is no text."""
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half = f"\\u{ord(error.object[error.start]):04x}"
        raise InputError(f"{where}: the escape {half} alone is half a character; remove or repair it") from error
