"""Manual word alignments in, a GoldAlignment out: sentences as words, and which of their words are translations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from clirlab.corpora.sources import data_root, shipped
from clirlab.errors import InputError, unknown_name
from clirlab.files import read_text

Words = tuple[str, ...]
Link = tuple[int, int]
FOLDER = "word_alignments/normalised"
LINK = re.compile(r"(\d+)([-p?])(\d+)")
SNUM = re.compile(r"\s*<s\s+snum=\"?(\d+)\"?\s*>(.*)</s>\s*")


@dataclass(frozen=True, repr=False)
class GoldAlignment:
    """Sentence pairs and the word links that people drew between them.

    Attributes
    ----------
    name : str
        Id or file name.
    source, target : tuple of tuple of str, length N
        The words of each sentence.
    sure, possible : tuple of frozenset of (int, int), length N
        Links (source word, target word) of each pair, from 0: the unambiguous ones, and those that were drawn beside
        them (Och & Ney 2003: S, and P without S).
    """

    name: str
    source: tuple[Words, ...]
    target: tuple[Words, ...]
    sure: tuple[frozenset[Link], ...]
    possible: tuple[frozenset[Link], ...]

    def __len__(self) -> int:
        return len(self.source)

    @property
    def pairs(self) -> list[tuple[Words, Words]]:
        """The two sentences of each pair."""
        return list(zip(self.source, self.target, strict=True))

    def take(self, positions: Sequence[int]) -> GoldAlignment:
        """The pairs at these positions, in this order."""
        return replace(
            self,
            source=tuple(self.source[i] for i in positions),
            target=tuple(self.target[i] for i in positions),
            sure=tuple(self.sure[i] for i in positions),
            possible=tuple(self.possible[i] for i in positions),
        )

    def halves(self) -> tuple[GoldAlignment, GoldAlignment]:
        """(dev, test): every other pair from the first, and the rest; neighbours in a text fall on both sides.

        A pair whose source sentence came before goes with it, so that no dev sentence is tested on.
        """
        side: dict[Words, int] = {}
        for sentence in self.source:
            side.setdefault(sentence, len(side) % 2)
        places = [[i for i, sentence in enumerate(self.source) if side[sentence] == half] for half in (0, 1)]
        dev, test = (
            replace(self.take(p), name=f"{self.name}/{n}") for p, n in zip(places, ("dev", "test"), strict=True)
        )
        return dev, test

    def __repr__(self) -> str:
        sure, possible = (sum(map(len, links)) for links in (self.sure, self.possible))
        return (
            f"GoldAlignment({self.name}: {len(self):,} sentence pairs, {sure:,} sure and {possible:,} possible links)"
        )


def load_gold(name: str, root: str | Path | None = None) -> GoldAlignment:
    """Read a manual alignment by id or from a TSV file (see `read_gold`).

    Parameters
    ----------
    name : str
        ``{set}/{source language}/{target language}[/{part}]``, such as ``xlwa/en/es/dev``, ``hansards/en/fr`` or
        ``kftt/ja/en``; ``demo/en/de`` or ``demo/en/sw``, which come with the project; or a path to a ``.tsv`` or
        ``.tsv.gz`` file.
    root : str or Path, optional
        The data folder; the environment variable CLIRLAB_DATA where none is given. The demo needs none.

    Raises
    ------
    InputError
        If the id is unknown (the nearest known one is given), or the file is not readable.

    Examples
    --------
    >>> load_gold("demo/en/de")
    GoldAlignment(demo/en/de: 20 sentence pairs, 235 sure and 14 possible links)
    """
    if name.endswith((".tsv", ".tsv.gz")):
        return read_gold(name)
    files = _demo_files() if name.startswith("demo/") else _gold_files(root)
    if name not in files:
        raise unknown_name("gold alignment", name, files)
    return read_gold(files[name], name)


def gold_names(root: str | Path | None = None) -> list[str]:
    """The ids of all manual alignments in the data folder."""
    return sorted(_gold_files(root))


def _demo_files() -> dict[str, Path]:
    return {f"demo/{file.stem.replace('-', '/')}": file for file in (shipped("data/demo") / "gold").glob("*.tsv")}


def _gold_files(root: str | Path | None) -> dict[str, Path]:
    folder = data_root(root) / FOLDER
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; is the data folder complete?")
    return {_id(file): file for file in folder.glob("*.tsv*")}


def _id(file: Path) -> str:
    """The id of a file: ``sblgnt-bsb.grc-en.tsv.gz`` holds ``sblgnt-bsb/grc/en``."""
    family, languages, *part = file.name.removesuffix(".gz").removesuffix(".tsv").split(".")
    return "/".join([family, *languages.split("-"), *part])


def read_gold(path: str | Path, name: str | None = None) -> GoldAlignment:
    """A TSV file (``.tsv`` or ``.tsv.gz``, no header) of source words, target words and links.

    Words are separated by blanks; the links are ``i-j`` (sure) and ``ipj`` or ``i?j`` (possible), **from 0**.

    Raises
    ------
    InputError
        If the file is missing, has no pair, a line with other than three columns, or a link that cannot be.
    """
    pairs = []
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        fields, where = line.split("\t"), f"{path}, line {number}"
        if len(fields) != 3:
            raise InputError(f"{where}: {len(fields)} column(s), expected source, target and links separated by tabs")
        pairs.append(_pair(fields[0], fields[1], _pharaoh(fields[2], where), 0, where))
    return _gold(name or Path(path).name, pairs)


def read_pharaoh(
    links: str | Path, source: str | Path, target: str | Path, *, first: int, name: str | None = None
) -> GoldAlignment:
    """Three files with one line a sentence: links as ``0-0 1p2`` (``-`` sure, ``p`` or ``?`` possible), and the words.

    Parameters
    ----------
    first : {0, 1}
        The number of the first word. It is never guessed: the same links mean something else.

    Raises
    ------
    InputError
        If the files differ in their number of lines, or a link cannot be.
    """
    files = [_lines(file) for file in (links, source, target)]
    if len({len(lines) for lines in files}) > 1:
        counts = ", ".join(f"{file}: {len(lines)}" for file, lines in zip((links, source, target), files, strict=True))
        raise InputError(f"the three files must have as many lines ({counts})")
    pairs = []
    for number, (drawn, s, t) in enumerate(zip(*files, strict=True), start=1):
        where = f"{links}, line {number}"
        pairs.append(_pair(s, t, _pharaoh(drawn, where), first, where))
    return _gold(name or Path(links).name, pairs)


def read_naacl(
    links: str | Path, source: str | Path, target: str | Path, *, first: int = 1, name: str | None = None
) -> GoldAlignment:
    """The format of the NAACL 2003 shared task (Mihalcea & Pedersen 2003), in which words and sentences count from 1.

    Parameters
    ----------
    links : str or Path
        Lines ``sentence source-word target-word [S|P] [confidence]``; sure where neither S nor P is given. With
        ``first=1`` a word 0 is NULL, the sign for a word without counterpart: no link.
    source, target : str or Path
        One sentence a line, plain (sentence k is line k) or as ``<s snum=k> words </s>``.
    first : {0, 1}
        The number of the first word.

    Raises
    ------
    InputError
        If a sentence is not in both files, or a link cannot be.
    """
    sentences, others = _numbered(source), _numbered(target)
    if alone := sorted(sentences.keys() ^ others.keys()):
        raise InputError(f"{source} and {target}: {len(alone)} sentences are in one file only, such as {alone[0]}")
    drawn: dict[int, list[tuple[int, int, bool]]] = {number: [] for number in sentences}
    for line_number, line in enumerate(_lines(links), start=1):
        fields, where = line.split(), f"{links}, line {line_number}"
        if not fields:
            continue
        if len(fields) < 3 or not all(field.isdecimal() for field in fields[:3]):
            raise InputError(f"{where}: {line!r} is not of the form 'sentence source target [S|P] [confidence]'")
        number, i, j = map(int, fields[:3])
        if number not in drawn:
            raise InputError(f"{where}: there is no sentence {number} in {source}")
        if first == 1 and 0 in (i, j):
            continue
        drawn[number].append((i, j, "P" not in fields[3:]))
    pairs = [_pair(sentences[k], others[k], drawn[k], first, f"{links}, sentence {k}") for k in sentences]
    return _gold(name or Path(links).name, pairs)


def _lines(path: str | Path) -> list[str]:
    return unicodedata.normalize("NFC", read_text(path)).removesuffix("\n").split("\n")


def _numbered(path: str | Path) -> dict[int, str]:
    """Sentences by number: the snum of those that have one, else the line."""
    sentences: dict[int, str] = {}
    for line_number, line in enumerate(_lines(path), start=1):
        tagged = SNUM.fullmatch(line)
        number, text = (int(tagged[1]), tagged[2]) if tagged else (line_number, line)
        if number in sentences:
            raise InputError(f"{path}, line {line_number}: sentence {number} is there twice")
        sentences[number] = text
    return sentences


def _pharaoh(text: str, where: str) -> list[tuple[int, int, bool]]:
    links = []
    for link in text.split():
        parts = LINK.fullmatch(link)
        if not parts:
            raise InputError(f"{where}: {link!r} is no link; expected i-j (sure), ipj or i?j (possible)")
        links.append((int(parts[1]), int(parts[3]), parts[2] == "-"))
    return links


Pair = tuple[Words, Words, frozenset[Link], frozenset[Link]]


def _pair(source: str, target: str, links: Sequence[tuple[int, int, bool]], first: int, where: str) -> Pair:
    """One sentence pair with its links counted from 0; a link outside the sentences is an error."""
    if first not in (0, 1):
        raise InputError(f"first is the number of the first word, 0 or 1; got {first}")
    s, t = tuple(source.split()), tuple(target.split())
    for i, j, _ in links:
        if not (0 <= i - first < len(s) and 0 <= j - first < len(t)):
            raise InputError(f"{where}: {_outside(links, (i, j), (len(s), len(t)), first)}")
    sure = frozenset((i - first, j - first) for i, j, is_sure in links if is_sure)
    possible = frozenset((i - first, j - first) for i, j, is_sure in links if not is_sure)
    return s, t, sure, possible - sure


def _outside(links: Sequence[tuple[int, int, bool]], link: Link, lengths: tuple[int, int], first: int) -> str:
    """What is wrong with a link, and whether all links of the sentence would fit if counted from the other end."""
    other = 1 - first
    fits = all(0 <= i - other < lengths[0] and 0 <= j - other < lengths[1] for i, j, _ in links)
    hint = f"the line looks as if words count from {other}" if fits else "are these the right sentences?"
    return (
        f"link {link[0]}-{link[1]} lies outside the sentences of {lengths[0]} and {lengths[1]} words, "
        f"counted from {first}; {hint}"
    )


def _gold(name: str, pairs: Sequence[Pair]) -> GoldAlignment:
    if not pairs:
        raise InputError(f"{name}: no sentence pairs")
    return GoldAlignment(name, *zip(*pairs, strict=True))
