"""Files of parallel text in, (English, foreign) pairs out, one at a time: nothing but the pair at hand is in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, iterparse

from clirlab.corpora.languages import language_code, spelling_of
from clirlab.corpora.sources import file_of_language, files_by
from clirlab.errors import InputError
from clirlab.files import open_bytes, read_lines

Pair = tuple[str, str]
# what these hold is mark-up of the original document, not text (TMX 1.4b)
CODES = {"bpt", "ept", "it", "ph", "ut"}
# ends of file names that are codes of a language as well (csv is Sumtu Chin, txt Citak)
FORMATS = {"csv", "log", "txt", "xml"}
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def tsv_pairs(path: str | Path, english: int = 0, foreign: int = 1) -> Iterator[Pair]:
    """Two columns (from 0) of each line that is not blank.

    Raises
    ------
    InputError
        If a line has fewer columns (with file and line).
    """
    wanted = max(english, foreign) + 1
    for number, line in enumerate(read_lines(path), start=1):
        if line.strip():
            fields = line.split("\t")
            if len(fields) < wanted:
                raise InputError(f"{path}, line {number}: {len(fields)} column(s), expected {wanted} separated by tabs")
            yield fields[english], fields[foreign]


def line_pairs(english: str | Path, foreign: str | Path) -> Iterator[Pair]:
    """Line i of one file beside line i of the other (Moses).

    Raises
    ------
    InputError
        If one file has fewer lines: pairs that may be shifted are of no use.
    """
    lines = read_lines(english), read_lines(foreign)
    for number, pair in enumerate(zip_longest(*lines), start=1):
        if None in pair:
            longer = number + sum(1 for side in lines for _ in side)
            counts = (number - 1, longer) if pair[0] is None else (longer, number - 1)
            raise InputError(
                f"{english} has {counts[0]:,} lines, {foreign} {counts[1]:,}; the two must be parallel line by line"
            )
        yield pair


def column_pairs(english: str | Path, foreign: str | Path, columns: int) -> Iterator[Pair]:
    """Each of the first columns of two line-aligned TSV files (XNLI: premise and hypothesis)."""
    for number, lines in enumerate(line_pairs(english, foreign), start=1):
        sides = [line.split("\t")[:columns] for line in lines]
        for path, fields in zip((english, foreign), sides, strict=True):
            if len(fields) < columns:
                raise InputError(
                    f"{path}, line {number}: {len(fields)} column(s), expected {columns} separated by tabs"
                )
        yield from zip(*sides, strict=True)


def json_pairs(path: str | Path, language: str) -> Iterator[Pair]:
    """JSON lines: ``{"en": …, "sw": …}``, ``{"english": …, "source": …}`` or ``{"translation": {"en": …, "sw": …}}``.

    Parameters
    ----------
    language : str
        Any code; the keys may spell it otherwise.

    Raises
    ------
    InputError
        If a line is no JSON object or lacks a text (with file and line).
    """
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            row = json.loads(line)
        # beyond what is no JSON: numbers and nestings too large for the parser
        except (ValueError, RecursionError) as error:
            raise InputError(f"{where}: not JSON ({error})") from error
        yield _texts(row, language, where)


def _texts(row: Any, language: str, where: str) -> Pair:
    if isinstance(row, dict) and isinstance(row.get("translation"), dict):
        row = row["translation"]
    keys: tuple[str, ...] = ("english", "source")
    if isinstance(row, dict) and not all(key in row for key in keys):
        keys = _keys(tuple(row), language)
    texts = [str(row[key]) for key in keys if isinstance(row.get(key), str)] if isinstance(row, dict) else []
    if len(texts) != 2:
        there = f"the keys are {', '.join(row) or 'none'}" if isinstance(row, dict) else "it is no object"
        wanted = "the language (give language=)" if language == "und" else repr(language)
        raise InputError(f"{where}: expected texts under 'en' and {wanted}, or 'english' and 'source'; {there}")
    return texts[0], texts[1]


@lru_cache(maxsize=1024)
def _keys(spellings: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Which of the codes stand for English and for the language; fewer than two where one is missing."""
    foreign = [spelling for spelling in spellings if not _is_english(spelling)]
    english = spelling_of("en", set(spellings) - set(foreign))
    found = spelling_of(language, foreign)
    return (english, found) if english and found else ()


@lru_cache(maxsize=4096)
def _is_english(spelling: str) -> bool:
    try:
        return language_code(spelling).split("-")[0] == "en"
    except InputError:
        return False


def tmx_pairs(path: str | Path, language: str) -> Iterator[Pair]:
    """The translation units of a TMX file that have English and the language (the first text of each).

    Units are read and forgotten one by one. Mark-up inside a segment is left out, what is highlighted (``hi``) stays.
    A document type without entities is passed over; nothing outside the file is ever opened.

    Raises
    ------
    InputError
        If the file is not well-formed (with the line), declares entities, or no unit has both languages.
    """
    seen: set[str] = set()
    found = False
    for texts in _units(path):
        seen.update(texts)
        keys = _keys(tuple(texts), language)
        if keys:
            found = True
            yield texts[keys[0]], texts[keys[1]]
    if not found:
        there = ", ".join(sorted(seen)) or "none"
        raise InputError(f"{path}: no translation unit in en and {language}; languages there: {there}")


def _units(path: str | Path) -> Iterator[dict[str, str]]:
    """Text by language code, as each unit spells it."""
    parser = DefusedXMLParser(target=TreeBuilder(), forbid_entities=True, forbid_external=True)
    with open_bytes(path) as file:
        try:
            body: Element | None = None
            for event, element in iterparse(file, ("start", "end"), parser):
                tag = _tag(element)
                if event == "start":
                    # where there is no body, the root holds the units
                    body = element if body is None or tag == "body" else body
                elif tag == "tu" and body is not None:
                    yield _variants(element)
                    body.clear()
        except ParseError as error:
            raise InputError(f"{path}, line {error.position[0]}: not well-formed TMX ({error})") from error
        except DefusedXmlException as error:
            line = parser.parser.CurrentLineNumber
            raise InputError(
                f"{path}, line {line}: entities are refused, since a few can fill the memory or name other files "
                f"({type(error).__name__}); take the <!DOCTYPE …> out of the file"
            ) from error
        except RecursionError as error:
            line = parser.parser.CurrentLineNumber
            raise InputError(f"{path}, line {line}: mark-up is nested too deep to be text; take it out") from error
        # encodings that the parser does not know
        except (LookupError, ValueError) as error:
            raise InputError(f"{path}: cannot be decoded ({error}); convert the file to UTF-8") from error


def _variants(unit: Element) -> dict[str, str]:
    texts: dict[str, str] = {}
    for variant in unit:
        if _tag(variant) == "tuv":
            segment = next((child for child in variant if _tag(child) == "seg"), None)
            spelling = variant.get(LANGUAGE) or variant.get("lang") or ""
            if segment is not None:
                texts.setdefault(spelling, " ".join("".join(_text(segment)).split()))
    return texts


def _text(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if _tag(child) not in CODES:
            yield from _text(child)
        yield child.tail or ""


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def moses_files(path: str | Path, language: str) -> tuple[Path, Path, str]:
    """English file, foreign file and language of a Moses pair, from either of its files.

    ``news.en`` and ``news.sw`` (or ``.en.gz`` and ``.sw.gz``) belong together; the end of the name is the language in
    any usual code. The language need not be given where it is the end of `path`, or only one such file lies beside.

    Raises
    ------
    InputError
        If the name ends otherwise, or there is no other file, or several.
    """
    path = Path(path)
    stem, dot, spelling = path.name.removesuffix(".gz").rpartition(".")
    given = _code(spelling)
    if not (stem and dot and given):
        raise InputError(f"{path}: not a .tsv, .tmx or .jsonl file, and no Moses pair such as news.en beside news.sw")
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    pattern = stem + ".{}"
    if given != "en":
        files = files_by(path.parent, pattern)
        english = spelling_of("en", files)
        if english is None:
            raise InputError(f"{path}: no English file beside it ({stem}.en, plain or with .gz)")
        return files[english], path, given
    if language == "und":
        others = [code for code in files_by(path.parent, pattern) if _code(code) and not _is_english(code)]
        if len(others) != 1:
            raise InputError(
                f"{path}: give the foreign file or its language; beside it are: {', '.join(others) or 'none'}"
            )
        language = others[0]
    return path, file_of_language(path.parent, pattern, language), language_code(language)


def _code(ending: str) -> str | None:
    """The language that the end of a file name means, if any."""
    try:
        return None if ending in FORMATS else language_code(ending)
    except InputError:
        return None
