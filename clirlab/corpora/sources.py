"""Names in, places out: which file of which data folder holds a named collection, bitext or lexicon."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from langcodes import Language, LanguageTagError

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


def three_letters(code: str) -> str:
    """The ISO 639-3 code of a language; what is none stays as it is, for the look-up to miss it by name.

    Examples
    --------
    >>> three_letters("de"), three_letters("tl"), three_letters("?")
    ('deu', 'tgl', '?')
    """
    try:
        return Language.get(code, normalize=False).to_alpha3()
    except (LanguageTagError, LookupError):
        return code


def english_name(code: str) -> str:
    """The lower-case English name of a language; what is none stays as it is.

    Examples
    --------
    >>> english_name("ha"), english_name("tl")
    ('hausa', 'tagalog')
    """
    try:
        return Language.get(code, normalize=False).display_name().lower()
    except LanguageTagError:
        return code


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


class Source(NamedTuple):
    """Where the files of one family lie: a folder, a file name with {} for the language, and how that is written."""

    folder: str
    pattern: str
    spelling: Callable[[str], str] = str


def locate(name: str, kind: str, sources: dict[str, Source], root: str | Path | None) -> tuple[Path, str]:
    """File and language of an id ``{family}/en/{language}``; the family ``demo`` comes with the project.

    Raises
    ------
    InputError
        If the id is of another form, or family or language are unknown (the nearest known name is given).
    """
    family, english, code = split_name(name, "{family}/en/{language}")
    if english != "en":
        raise InputError(f"{name!r} is not of the form '{{family}}/en/{{language}}': the middle must be en")
    if family not in sources:
        raise unknown_name(kind, family, sources)
    source = sources[family]
    place = shipped("data") if family == "demo" else data_root(root)
    return one_of(place / source.folder, source.pattern, "language", source.spelling(code)), code


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
    for path in sorted(folder.glob(f"{before}*{after}*"), key=lambda path: (path.suffix == ".gz", path.name)):
        name = path.name.removesuffix(".gz")
        if name.startswith(before) and name.endswith(after):
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
