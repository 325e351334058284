"""Names in, places out: which file of which data folder holds a named collection, bitext or lexicon."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path

import clirlab
from clirlab.corpora.languages import language_code, spelling_of
from clirlab.errors import InputError, unknown_name

PACKAGE = Path(clirlab.__file__).parent


def shipped(relative: str) -> Path:
    """A file or folder that comes with the project: beside the package in a checkout, inside it in a wheel."""
    inside = PACKAGE / relative
    return inside if inside.exists() else PACKAGE.parent / relative


def data_root(root: str | Path | None = None) -> Path:
    """The folder that holds the downloaded data sets: `root`, or else the environment variable CLIRLAB_DATA.

    Raises
    ------
    InputError
        If neither is given, or the folder does not exist.
    """
    chosen = root or os.environ.get("CLIRLAB_DATA")
    if not chosen:
        raise InputError("no data folder: set CLIRLAB_DATA to it, or give root=")
    path = Path(chosen)
    if not path.is_dir():
        raise InputError(f"{path}: no such data folder (CLIRLAB_DATA or root=)")
    return path


def split_name(name: str, form: str) -> list[str]:
    """The parts of a slash-separated id, one for each part of `form`; an `InputError` shows the form if they differ."""
    parts = name.split("/")
    if len(parts) != form.count("/") + 1:
        raise InputError(f"{name!r} is not of the form {form!r}")
    return parts


def plain_or_gz(path: Path) -> Path:
    """The file itself, or where it is not there the one with ``.gz`` added.

    Raises
    ------
    InputError
        If there is neither.
    """
    for found in (path, path.with_name(path.name + ".gz")):
        if found.is_file():
            return found
    raise InputError(f"{path}: no such file, nor with .gz added")


def one_of(folder: Path, pattern: str, kind: str, wanted: str) -> Path:
    """The file ``folder/pattern`` with ``{}`` replaced by `wanted`, plain or with ``.gz`` added.

    Raises
    ------
    InputError
        If there is none: the nearest name that is there comes first.
    """
    plain = folder / pattern.format(wanted)
    for path in (plain, plain.with_name(plain.name + ".gz")):
        if path.is_file():
            return path
    raise unknown_name(f"{kind} in {folder}", wanted, files_by(folder, pattern))


def files_by(folder: Path, pattern: str) -> dict[str, Path]:
    """The files ``folder/pattern``, plain or with ``.gz`` added, by what stands in the place of ``{}``.

    Raises
    ------
    InputError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; is the data folder complete?")
    before, after = pattern.split("{}")
    files: dict[str, Path] = {}
    # a plain file stands before a packed one of the same name
    for path in sorted(folder.iterdir(), key=lambda path: (path.suffix == ".gz", path.name)):
        name = path.name.removesuffix(".gz")
        if name.startswith(before) and name.endswith(after) and len(name) > len(before + after) and path.is_file():
            files.setdefault(name.removeprefix(before).removesuffix(after), path)
    return files


def spelled(kind: str, code: str, spellings: Iterable[str]) -> str:
    """Which of the spellings means this language.

    Raises
    ------
    InputError
        If none does; the nearest of them comes first.
    """
    spellings = list(spellings)
    try:
        found = spelling_of(code, spellings)
    except InputError:
        found = None
    if found is None:
        raise unknown_name(kind, code, map(_tag, spellings))
    return found


def _tag(spelling: str) -> str:
    try:
        return language_code(spelling)
    except InputError:
        return spelling


def file_of_language(folder: Path, pattern: str, language: str) -> Path:
    """The file ``folder/pattern`` whose ``{}`` spells this language, in whatever code the files use.

    Raises
    ------
    InputError
        If there is none; the nearest language that is there comes first.
    """
    files = files_by(folder, pattern)
    return files[spelled(f"language in {folder / pattern}", language, files)]


def with_english(name: str, families: Collection[str], kind: str, optional: str = "") -> list[str]:
    """Family, language and what follows of an id ``{family}/en/{language}``, checked.

    Raises
    ------
    InputError
        If the id is of another form, the family is unknown (the nearest known name is given), or the language is
        English.
    """
    form = "{family}/en/{language}" + optional
    parts = name.split("/")
    if len(parts) < 3 or len(parts) > 3 + bool(optional) or parts[1] != "en":
        raise InputError(f"{name!r} is not of the form {form!r}")
    if parts[0] not in families:
        raise unknown_name(kind, parts[0], families)
    if language_code(parts[2]) == "en":
        raise InputError(f"{name!r}: the language beside English is English; expected {form!r}")
    return [parts[0], *parts[2:]]
