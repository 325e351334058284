"""Names in, places out: which file of which data folder holds a named collection, bitext or lexicon."""

from __future__ import annotations

import os
from collections.abc import Collection
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
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; is the data folder complete?")
    before, after = pattern.split("{}")
    names = (file.name.removesuffix(".gz") for file in folder.glob(pattern.format("*") + "*"))
    there = {name.removeprefix(before).removesuffix(after) for name in names if name.endswith(after)}
    raise unknown_name(f"{kind} in {folder}", wanted, there)


def spelled_files(folder: Path, pattern: str) -> dict[str, Path]:
    """How the files ``folder/pattern`` (plain or ``.gz``) spell what stands at ``{}`` in it, and the file of each.

    Raises
    ------
    InputError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; is the data folder complete? (clirlab data list)")
    before, after = pattern.split("{}")
    found: dict[str, Path] = {}
    # sorted, so that a plain file comes before the same with .gz
    for file in sorted(folder.iterdir()):
        name = file.name.removesuffix(".gz")
        if name.startswith(before) and name.endswith(after) and len(name) > len(before + after) and file.is_file():
            found.setdefault(name.removeprefix(before).removesuffix(after), file)
    return found


def file_of_language(folder: Path, pattern: str, language: str) -> Path:
    """The file ``folder/pattern`` whose ``{}`` spells this language, in whatever code the files use.

    Raises
    ------
    InputError
        If there is none (the nearest spelling that is there comes first), or the code is none of a language.
    """
    files = spelled_files(folder, pattern)
    spelling = spelling_of(language, files)
    if spelling is None:
        raise unknown_name(f"language in {folder / pattern}", language, files)
    return files[spelling]


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
