"""Bitext ids and files in, bitexts out: where each family keeps its sentence pairs, and in which form."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from clirlab.corpora.bitext import LONGEST, Bitext, collect
from clirlab.corpora.datasets import note_licence
from clirlab.corpora.languages import language_code
from clirlab.corpora.parallel import Pair, column_pairs, json_pairs, line_pairs, moses_files, tmx_pairs, tsv_pairs
from clirlab.corpora.sources import data_root, file_of_language, plain_or_gz, shipped, with_english
from clirlab.errors import InputError, unknown_name


class Family(NamedTuple):
    """Where the sentence pairs of one family lie.

    A folder; a file name with ``{}`` for the language and SPLIT for the split; the English file where it is another
    one, parallel line by line; the columns (English, foreign) of one file, or how many columns of two parallel files
    are sentences (0: the line is the sentence); all splits, and those that are read where none is named.
    """

    folder: str
    file: str
    english: str | None = None
    columns: tuple[int, int] = (0, 1)
    sentences: int = 0
    splits: tuple[str, ...] = ()
    default: tuple[str, ...] = ("",)


BITEXTS = {
    "demo": Family("demo/bitext", "en-{}.tsv"),
    "tico19": Family("tico19", "en-{}.tsv"),
    "ntrex": Family("ntrex", "newstest2019-ref.{}.txt", "newstest2019-src.eng.txt"),
    "tatoeba": Family("tatoeba_laser", "eng-{}.tsv"),
    "tatoeba_challenge": Family("tatoeba_challenge_test", "eng-{}.tsv"),
    "nllb-seed": Family("nllb_seed", "{}.txt", "eng_Latn.txt"),
    "mafand": Family("mafand", "en-{}.SPLIT.tsv", splits=("train", "dev", "test"), default=("train",)),
    "bible": Family("bible_nt", "eng-{}.tsv", columns=(1, 2)),
    "xnli": Family(
        "xnli", "SPLIT-{}.tsv", "SPLIT-en.tsv", sentences=2, splits=("dev", "test"), default=("dev", "test")
    ),
}


def load_bitext(name: str, root: str | Path | None = None, language: str = "und", longest: int = LONGEST) -> Bitext:
    """Read sentence pairs by id or from a file.

    Parameters
    ----------
    name : str
        ``{family}/en/{language}`` with one of the families demo, tico19, ntrex, tatoeba, tatoeba_challenge,
        nllb-seed, mafand, bible and xnli, the language in any usual code; ``/{split}`` may follow for mafand (train,
        dev, test; train if not given) and xnli (dev, test; both if not given). Or a path, as `read_bitext` takes it.
    root : str or Path, optional
        The data folder; the environment variable CLIRLAB_DATA where none is given.
    language : str
        Code of the foreign language of a file given by path.
    longest : int
        Characters that a side may have; longer pairs are left out and counted.

    Raises
    ------
    InputError
        If the family, language or split is unknown (the nearest known name is given), or the file is not readable.

    Examples
    --------
    >>> load_bitext("demo/en/so")
    Bitext(demo/en/so: 260 sentence pairs, so-en)
    """
    if "." in name.rpartition("/")[2]:
        return read_bitext(name, language, longest=longest)
    family, code, *split = with_english(name, BITEXTS, "bitext", "[/{split}]")
    place = shipped("data") if family == "demo" else data_root(root)
    pairs = _pairs(BITEXTS[family], place, code, split)
    note_licence(family)
    return collect(pairs, name, language_code(code), longest)


def _pairs(family: Family, place: Path, code: str, split: list[str]) -> Iterator[Pair]:
    for wanted in split:
        if wanted not in family.splits:
            raise unknown_name("split", wanted, family.splits)
    return chain.from_iterable([_split_pairs(family, place, code, part) for part in split or family.default])


def _split_pairs(family: Family, place: Path, code: str, split: str) -> Iterator[Pair]:
    folder = place / family.folder
    foreign = file_of_language(folder, family.file.replace("SPLIT", split), code)
    if family.english is None:
        return tsv_pairs(foreign, *family.columns)
    english = plain_or_gz(folder / family.english.replace("SPLIT", split))
    return column_pairs(english, foreign, family.sentences) if family.sentences else line_pairs(english, foreign)


def read_bitext(path: str | Path, language: str = "und", name: str | None = None, longest: int = LONGEST) -> Bitext:
    """Read sentence pairs from a file, plain or with ``.gz`` added.

    ``.tsv``: English, tab, translation, no header. ``.jsonl``: see `json_pairs`. ``.tmx``: see `tmx_pairs`. Anything
    else is one file of a Moses pair: see `moses_files`.

    Raises
    ------
    InputError
        If the file is missing, is not in its format (with the line), or holds no pair.
    """
    code = language_code(language)
    form = Path(str(path).removesuffix(".gz")).suffix
    if form == ".tsv":
        pairs = tsv_pairs(path)
    elif form == ".jsonl":
        pairs = json_pairs(path, code)
    elif form == ".tmx":
        if code == "und":
            raise InputError(f"{path}: which language beside English? give language=")
        pairs = tmx_pairs(path, code)
    else:
        english, foreign, code = moses_files(path, language)
        pairs = line_pairs(english, foreign)
    return collect(pairs, name or Path(path).name, code, longest)
