"""Parallel sentences in, a Bitext out: the foreign sentence and its English translation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from clirlab.corpora.sources import Source, locate, three_letters
from clirlab.corpora.tables import read_columns
from clirlab.errors import InputError


@dataclass(frozen=True, repr=False)
class Bitext:
    """Sentence pairs, foreign and English.

    Attributes
    ----------
    name, language : str
        Id or file name; code of the foreign language.
    source, english : tuple of str, length N
        The foreign sentences and their translations, in the same order.
    """

    name: str
    language: str
    source: tuple[str, ...]
    english: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.source)

    def take(self, positions: Sequence[int]) -> Bitext:
        """The pairs at these positions, in this order."""
        return replace(
            self, source=tuple(self.source[i] for i in positions), english=tuple(self.english[i] for i in positions)
        )

    def __repr__(self) -> str:
        return f"Bitext({self.name}: {len(self):,} sentence pairs, {self.language}-en)"


# Tatoeba files a macro-language under the member that most of its sentences are in
MEMBERS = {"fas": "pes", "lav": "lvs", "msa": "zsm", "nor": "nob", "swa": "swh", "zho": "cmn"}


def _member(code: str) -> str:
    return MEMBERS.get(three_letters(code), three_letters(code))


BITEXTS = {
    "demo": Source("demo/bitext", "en-{}.tsv"),
    "tico19": Source("tico19", "en-{}.tsv"),
    "tatoeba": Source("tatoeba_laser", "eng-{}.tsv", _member),
    "mafand": Source("mafand", "en-{}.train.tsv", three_letters),
}


def read_bitext(path: str | Path, language: str, name: str | None = None) -> Bitext:
    """A TSV file of English and foreign sentences (``.tsv`` or ``.tsv.gz``, no header), exact repetitions left out.

    Raises
    ------
    InputError
        If the file is missing, has a line with one column, or holds no pair.
    """
    rows = dict.fromkeys((foreign, english) for english, foreign in read_columns(path) if foreign and english)
    if not rows:
        raise InputError(f"{path}: no sentence pairs; expected lines of English, tab, translation")
    source, english = zip(*rows, strict=True)
    return Bitext(name or Path(path).name, language, source, english)


def load_bitext(name: str, root: str | Path | None = None, language: str = "und") -> Bitext:
    """Read sentence pairs by id or from a TSV file of English and translation.

    Parameters
    ----------
    name : str
        ``demo/en/{language}``, ``tico19/en/{language}``, ``tatoeba/en/{language}``, ``mafand/en/{language}``, or a
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
    >>> load_bitext("demo/en/so")
    Bitext(demo/en/so: 260 sentence pairs, so-en)
    """
    if name.endswith((".tsv", ".tsv.gz")):
        return read_bitext(name, language)
    path, code = locate(name, "bitext", BITEXTS, root)
    return read_bitext(path, code, name)
