"""A bitext and a test collection in, the sentence pairs that the collection holds out: not to be trained on."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple

import numpy as np
import regex
from numpy.typing import NDArray

from clirlab.corpora.bitext import Bitext
from clirlab.corpora.collection import Collection
from clirlab.corpora.words import UNSPACED

TOKEN = regex.compile(rf"{UNSPACED}\p{{M}}*|[[\p{{L}}\p{{M}}\p{{N}}]--{UNSPACED}]+", regex.V1)
SPACED = regex.compile(r"[\p{L}\p{M}\p{N}]+")
IS_UNSPACED = regex.compile(UNSPACED)
CHUNK = 4096
Hashes = NDArray[np.uint64]


class Example(NamedTuple):
    """One sentence that the collection also holds: position in the bitext, side, and the document or query."""

    position: int
    side: str
    sentence: str
    found_in: str


@dataclass(frozen=True, repr=False)
class Overlap:
    """What a bitext and a test collection have in common.

    Attributes
    ----------
    name, collection : str
        Of the bitext and of the collection.
    pairs : int
        Pairs that were looked at.
    positions : tuple of int
        Of the pairs of which a side occurs in the collection.
    english, foreign : int
        How many pairs were found by that side.
    examples : tuple of Example
        The first few.
    bitext : Bitext
        Without those pairs; they are counted as ``overlapping``.
    """

    name: str
    collection: str
    pairs: int
    positions: tuple[int, ...]
    english: int
    foreign: int
    examples: tuple[Example, ...]
    bitext: Bitext

    def __len__(self) -> int:
        return len(self.positions)

    def __repr__(self) -> str:
        return (
            f"Overlap({self.name} and {self.collection}: {len(self):,} of {self.pairs:,} pairs, "
            f"{self.english:,} by the English side, {self.foreign:,} by the foreign side)"
        )


def overlap(bitext: Bitext, collection: Collection, n: int = 8, examples: int = 5) -> Overlap:
    """Which sentence pairs share `n` words in a row with a document or query of a collection.

    Words are compared without case, punctuation and compatibility forms. Sentences of fewer than `n` words count where
    a whole document or query reads alike. Scripts without blanks (Chinese, Japanese, Thai, Lao, Khmer, Burmese) are
    compared by `2 n` characters. People's translations of the queries are looked at as well, where there are some.

    The sentences' windows are held as 64-bit fingerprints and the collection is streamed past them, so that memory
    grows with the bitext alone; two different windows are taken for equal with a chance of some 1e-9.

    Parameters
    ----------
    n : int
        Words in a row, at least 1. 8 follows the decontamination of training sets for language models.
    examples : int
        How many examples are kept.

    Raises
    ------
    ValueError
        If `n` is less than 1.

    Examples
    --------
    >>> from clirlab.corpora import load_bitext, load_collection
    >>> overlap(load_bitext("demo/en/so"), load_collection("demo/en/so"))
    Overlap(demo/en/so and demo/en/so: 0 of 260 pairs, 0 by the English side, 0 by the foreign side)
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    count = len(bitext)
    vocabulary: dict[str, int] = {}
    sides = [*bitext.english, *bitext.source]
    windows, owners, short = _fingerprints(sides, n, vocabulary, grow=True)
    known, first = np.unique(windows, return_inverse=True)
    # for each window, and each short sentence, the document or query that holds it: a number of `names`, and a name
    holder = np.full(len(known), -1, dtype=np.int64)
    names: list[str] = []
    short_holder: dict[str, str] = {}
    wanted = {text for text, _ in short}
    for ids, texts in _chunks(_texts_of(collection)):
        found, where, whole = _fingerprints(texts, n, vocabulary, grow=False)
        for text, position in whole:
            if text in wanted:
                short_holder.setdefault(text, ids[position])
        if not len(known):
            continue
        place = np.minimum(np.searchsorted(known, found), len(known) - 1)
        for hit in np.flatnonzero(known[place] == found).tolist():
            if holder[place[hit]] < 0:
                holder[place[hit]] = len(names)
                names.append(ids[where[hit]])
    found_in = {position: short_holder[text] for text, position in short if text in short_holder}
    for hit in np.flatnonzero(holder[first] >= 0).tolist():
        found_in.setdefault(int(owners[hit]), names[holder[first[hit]]])
    by_english = {side for side in found_in if side < count}
    by_foreign = {side - count for side in found_in if side >= count}
    positions = tuple(sorted(by_english | by_foreign))
    shown = [
        Example(side % count, "english" if side < count else "foreign", sides[side], found_in[side])
        for side in sorted(found_in, key=lambda side: (side % count, side))[:examples]
    ]
    clean = bitext.without(positions, "overlapping")
    return Overlap(
        bitext.name, collection.name, count, positions, len(by_english), len(by_foreign), tuple(shown), clean
    )


def _texts_of(collection: Collection) -> Iterator[tuple[str, str]]:
    """Id and text of all documents and queries."""
    queries = collection.queries
    yield from zip(collection.docs["doc_id"], collection.docs["text"], strict=True)
    yield from zip(queries["query_id"], queries["text"], strict=True)
    if "human_translation" in queries:
        translated = zip(queries["query_id"], queries["human_translation"], strict=True)
        yield from ((query_id, text) for query_id, text in translated if isinstance(text, str))


def _chunks(texts: Iterator[tuple[str, str]]) -> Iterator[tuple[list[str], list[str]]]:
    while chunk := list(islice(texts, CHUNK)):
        yield [name for name, _ in chunk], [text for _, text in chunk]


def tokens(text: str) -> list[str]:
    """Words without case and punctuation; characters where the script has no blanks."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return (TOKEN if _has_unspaced(text) else SPACED).findall(text)


def _has_unspaced(text: str) -> bool:
    return not text.isascii() and IS_UNSPACED.search(text) is not None


def _fingerprints(
    texts: Iterable[str], n: int, vocabulary: dict[str, int], grow: bool
) -> tuple[Hashes, NDArray[np.int64], list[tuple[str, int]]]:
    """All windows of the texts as hashes, the text that each is of, and the texts that are shorter than a window.

    Words that the vocabulary lacks become 0 where it does not grow: no window with one is sought.
    """
    short: list[tuple[str, int]] = []
    numbers: dict[int, list[list[int]]] = {n: [], 2 * n: []}
    places: dict[int, list[int]] = {n: [], 2 * n: []}
    for position, text in enumerate(texts):
        found = tokens(text)
        width = n
        if _has_unspaced(text) and 2 * sum(map(bool, map(IS_UNSPACED.match, found))) > len(found):
            width = 2 * n
        if len(found) < width:
            if found:
                short.append((" ".join(found), position))
        else:
            if grow:
                ids = [vocabulary.setdefault(word, len(vocabulary) + 1) for word in found]
            else:
                ids = [vocabulary.get(word, 0) for word in found]
            numbers[width].append(ids)
            places[width].append(position)
    parts = [_windows(numbers[width], places[width], width) for width in (n, 2 * n)]
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts]), short


def _windows(numbers: list[list[int]], places: list[int], width: int) -> tuple[Hashes, NDArray[np.int64]]:
    lengths = [len(ids) for ids in numbers]
    owner = np.repeat(np.array(places, dtype=np.int64), lengths)
    flat = np.fromiter(chain.from_iterable(numbers), dtype=np.uint64, count=sum(lengths))
    count = max(len(flat) - width + 1, 0)
    words = _scatter(flat)
    hashes = np.zeros(count, dtype=np.uint64)
    # a polynomial modulo 2^64 of scattered word numbers, so that order matters
    for offset in range(width):
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + words[offset : offset + count]
    inside = owner[:count] == owner[width - 1 :] if count else np.zeros(0, dtype=bool)
    return hashes[inside], owner[:count][inside]


def _scatter(numbers: Hashes) -> Hashes:
    """Splitmix64 (Steele, Lea, Flood 2014): neighbouring numbers become unrelated ones."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
