"""Bilingual word lists in, a Lexicon out: an English word and its translations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from clirlab.corpora.sources import Source, english_name, locate
from clirlab.corpora.tables import read_columns
from clirlab.errors import InputError


@dataclass(frozen=True, repr=False)
class Lexicon:
    """English words and their translations.

    Attributes
    ----------
    name, language : str
        Id or file name; code of the foreign language.
    entries : dict of str to tuple of str
        Lower-cased English word to its translations, both in file order.
    """

    name: str
    language: str
    entries: dict[str, tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.entries)

    def take(self, words: Iterable[str]) -> Lexicon:
        """The entries of these English words, in this order."""
        return replace(self, entries={word: self.entries[word] for word in words})

    def __repr__(self) -> str:
        return f"Lexicon({self.name}: {len(self):,} English words, {self.language})"


LEXICONS = {
    "demo": Source("demo/lexicon", "en-{}.tsv"),
    "muse": Source("lexicons/muse", "en-{}.tsv"),
    "wiktionary": Source("lexicons/wiktionary_wechsel", "en-{}.tsv", english_name),
    "gatitos": Source("lexicons/gatitos", "en_{}.tsv"),
}


def read_lexicon(path: str | Path, language: str, name: str | None = None) -> Lexicon:
    """A TSV file of English words and translations (``.tsv`` or ``.tsv.gz``, no header); repeated words are merged.

    Raises
    ------
    InputError
        If the file is missing, has a line with one column, or holds no entry.
    """
    entries: dict[str, dict[str, None]] = {}
    for english, foreign in read_columns(path):
        if english and foreign:
            entries.setdefault(english.lower(), {})[foreign] = None
    if not entries:
        raise InputError(f"{path}: no entries; expected lines of English word, tab, translation")
    return Lexicon(name or Path(path).name, language, {word: tuple(found) for word, found in entries.items()})


def load_lexicon(name: str, root: str | Path | None = None, language: str = "und") -> Lexicon:
    """Read a bilingual lexicon by id or from a TSV file of English word and translation.

    Parameters
    ----------
    name : str
        ``demo/en/{language}``, ``muse/en/{language}``, ``wiktionary/en/{language}``, ``gatitos/en/{language}``, or a
        path to a ``.tsv`` or ``.tsv.gz`` file.
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
    if name.endswith((".tsv", ".tsv.gz")):
        return read_lexicon(name, language)
    path, code = locate(name, "lexicon", LEXICONS, root)
    return read_lexicon(path, code, name)
