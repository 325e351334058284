"""Lexicon ids and files in, lexicons out: where each family keeps its word lists, and in which form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import regex

from clirlab.corpora.datasets import note_licence
from clirlab.corpora.languages import language_code
from clirlab.corpora.lexicon import Lexicon, Translations, merge
from clirlab.corpora.sources import data_root, file_of_language, shipped, with_english
from clirlab.corpora.tables import read_columns
from clirlab.errors import InputError

Pair = tuple[str, str]
# remarks of FreeDict: up to the next sense, or to the end
REMARK = regex.compile(r"\(?\b(?:[Ss]ynonyms?|See also|Antonyms?|Inflection of|Plural of)\b.*?(?=\d\.\s|$)")
BRACKETS = regex.compile(r"\([^()]*\)")
SENSE = regex.compile(r"\s*(?:(?:^|\s)\d\.\s|[;,])\s*")


def plain(path: Path) -> Iterator[Pair]:
    """English, tab, translation."""
    return ((english, foreign) for english, foreign in read_columns(path))


def freedict(path: Path) -> Iterator[Pair]:
    """English and its translations, which commas separate."""
    for english, foreign in plain(path):
        yield from ((english, sense) for sense in _senses(foreign))


def freedict_inverted(path: Path) -> Iterator[Pair]:
    """Foreign spellings and numbered English senses, read the other way round.

    Remarks (synonyms, what is in brackets) are left out, and so are plurals and inflected forms, which are explained
    by another headword: as a translation of the singular they would be wrong.
    """
    for foreign, english in plain(path):
        for sense in _senses(english):
            yield from ((sense, spelling) for spelling in _senses(foreign))


def _senses(text: str) -> list[str]:
    text = BRACKETS.sub(" ", REMARK.sub(" ", text))
    pieces = (" ".join(piece.split()).strip(" .!?\"'") for piece in SENSE.split(text))
    # braces name other headwords
    return [piece for piece in pieces if piece and "{" not in piece]


class Family(NamedTuple):
    """Where the word lists of one family lie: a folder, a file name with ``{}`` for the language, how it is read."""

    folder: str
    file: str
    read: Callable[[Path], Iterator[Pair]] = plain


LEXICONS = {
    "demo": Family("demo/lexicon", "en-{}.tsv"),
    "muse": Family("lexicons/muse", "en-{}.tsv"),
    "gatitos": Family("lexicons/gatitos", "en_{}.tsv"),
    "wiktionary": Family("lexicons/wiktionary_wechsel", "en-{}.tsv"),
    "freedict": Family("lexicons/freedict", "eng-{}.tsv", freedict),
    "freedict-inverted": Family("lexicons/freedict", "{}-eng.tsv", freedict_inverted),
}


def load_lexicon(name: str, root: str | Path | None = None, language: str = "und") -> Lexicon:
    """Read a bilingual lexicon by id or from a file.

    Parameters
    ----------
    name : str
        ``{family}/en/{language}`` with one of the families demo, muse, gatitos, wiktionary, freedict and
        freedict-inverted (its foreign-English dictionary, turned round), the language in any usual code; or a path to
        a ``.tsv`` or ``.tsv.gz`` file of English word and translation. Several, joined by ``+``, are merged.
    root : str or Path, optional
        The data folder; the environment variable CLIRLAB_DATA where none is given.
    language : str
        Code of the foreign language of a file given by path.

    Raises
    ------
    InputError
        If the family or language is unknown (the nearest known name is given), or the file is not readable.

    Examples
    --------
    >>> load_lexicon("demo/en/sw").entries["water"]
    ('maji',)
    """
    if "+" in name and not Path(name).is_file():
        return merge([load_lexicon(part.strip(), root, language) for part in name.split("+")])
    if name.endswith((".tsv", ".tsv.gz")):
        return read_lexicon(name, language)
    family, code = with_english(name, LEXICONS, "lexicon")
    folder, file, read = LEXICONS[family]
    path = file_of_language((shipped("data") if family == "demo" else data_root(root)) / folder, file, code)
    note_licence(family.removesuffix("-inverted"))
    return _lexicon(read(path), path, name, code)


def read_lexicon(path: str | Path, language: str = "und", name: str | None = None, inverted: bool = False) -> Lexicon:
    """A TSV file of English words and translations (``.tsv`` or ``.tsv.gz``, no header); repeated words are merged.

    Parameters
    ----------
    inverted : bool
        The first column is the foreign one.

    Raises
    ------
    InputError
        If the file is missing, has a line with one column, or holds no entry.
    """
    path = Path(path)
    pairs = ((english, foreign) for foreign, english in plain(path)) if inverted else plain(path)
    return _lexicon(pairs, path, name or path.name, language)


def _lexicon(pairs: Iterable[Pair], path: Path, name: str, language: str) -> Lexicon:
    entries: dict[str, dict[str, None]] = {}
    for english, foreign in pairs:
        if english and foreign:
            entries.setdefault(english.lower(), {})[foreign] = None
    if not entries:
        raise InputError(f"{path}: no entries; expected lines of English word, tab, translation")
    found: Translations = {word: tuple(translations) for word, translations in entries.items()}
    return Lexicon(name, language_code(language), found)
