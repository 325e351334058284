"""A bitext in, the translation probabilities and links of its words out: IBM model 1 (Brown et al. 1993), both ways."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from clirlab.corpora.words import words
from clirlab.errors import InputError

Ints = NDArray[Any]
Floats = NDArray[np.float64]
# words of a sentence that are looked at (the work grows with the square), and word pairs that are worked on at a time
LONGEST, CHUNK = 100, 1_000_000


class Sentences(Protocol):
    """What can be aligned: a Bitext, or TextPairs."""

    @property
    def name(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def source(self) -> Sequence[str]: ...
    @property
    def english(self) -> Sequence[str]: ...


@dataclass(frozen=True, repr=False)
class WordModel:
    """What IBM model 1 has learnt of a bitext.

    Attributes
    ----------
    name, language : str
        Of the bitext.
    english, foreign : list of str
        Its lower-cased words.
    pairs : ndarray, shape (K, 2)
        Numbers of the English and the foreign word, for all that occur in a sentence pair together; sorted.
    p_foreign, p_english : ndarray, shape (K,)
        p(foreign | english) and p(english | foreign) of these, in [0, 1].
    links : ndarray, shape (L, 3)
        Sentence pair, foreign word and English word, positions from 0: where each is the likeliest origin of the other.
    sentences : int
        How many sentence pairs there are.
    """

    name: str
    language: str
    english: list[str]
    foreign: list[str]
    pairs: Ints
    p_foreign: Floats
    p_english: Floats
    links: Ints
    sentences: int

    def __repr__(self) -> str:
        return f"WordModel({self.name}: {len(self.pairs):,} word pairs of {self.sentences:,} sentence pairs)"


def word_model(bitext: Sentences, iterations: int = 5) -> WordModel:
    """IBM model 1 of a bitext, in both directions.

    p(f_1 … f_m | e_1 … e_n) ∝ Π_j Σ_{i=0..n} t(f_j | e_i), e_0 the empty word; t by expectation maximisation from the
    uniform start, and the other way round. The links are the intersection of what is likeliest in each direction (of
    equals, the first). Memory grows with the word pairs that occur together: less than 1 GB for 100,000 sentence pairs
    of 15 words.

    Parameters
    ----------
    bitext : Bitext or TextPairs
        Words are those of `words`, lower-cased; beyond the first 100 of a sentence they are left out.
    iterations : int
        At least 1.

    Raises
    ------
    InputError
        If there are no sentence pairs with words, or `iterations` is less than 1.

    References
    ----------
    Brown, Della Pietra, Della Pietra, Mercer 1993: The Mathematics of Statistical Machine Translation.

    Examples
    --------
    >>> from clirlab.corpora import Bitext
    >>> model = word_model(Bitext("toy", "sw", ("maji ni uhai", "maji", "uhai"), ("water is life", "water", "life")))
    >>> [(model.english[e], model.foreign[f]) for e, f in model.pairs[model.p_foreign > 0.8]]
    [('water', 'maji'), ('life', 'uhai')]
    >>> model.links.tolist()
    [[0, 0, 0], [0, 1, 1], [0, 2, 2], [1, 0, 0], [2, 0, 0]]
    """
    if iterations < 1:
        raise InputError(f"iterations must be at least 1, got {iterations}")
    foreign, english = side_of(bitext.source), side_of(bitext.english)
    cells = np.diff(foreign.starts) * np.diff(english.starts)
    if not cells.any():
        raise InputError(f"{bitext.name}: no sentence pair with words on both sides; nothing can be aligned")
    keys = _distinct(foreign, english)
    blocks = [_Block(*ends, _places(keys, _keys(foreign, english, *ends))) for ends in _ranges(cells)]
    pairs = np.stack(np.divmod(keys, len(foreign.vocabulary)), axis=1).astype(np.int32)
    p_foreign, forward = _one_way(foreign, english, blocks, 0, pairs[:, 0], iterations)
    p_english, backward = _one_way(foreign, english, blocks, 1, pairs[:, 1], iterations)
    links = []
    for block, there, back in zip(blocks, forward, backward, strict=True):
        both = np.intersect1d(there, back)
        row, column = (tokens[both] for tokens in _tokens(foreign, english, block.low, block.high))
        sentence = np.searchsorted(foreign.starts, row, side="right") - 1
        links.append(np.stack([sentence, row - foreign.starts[sentence], column - english.starts[sentence]], axis=1))
    return WordModel(
        bitext.name,
        bitext.language,
        english.vocabulary,
        foreign.vocabulary,
        pairs,
        p_foreign,
        p_english,
        np.concatenate(links),
        len(bitext.source),
    )


class Side(NamedTuple):
    """One side of a bitext: its words by number, and where the sentences begin in the row of all their words."""

    vocabulary: list[str]
    ids: Ints
    starts: Ints


class _Block(NamedTuple):
    """Sentence pairs low … high - 1, and the number in the table of each of their word pairs."""

    low: int
    high: int
    cells: Ints


def side_of(texts: Sequence[str]) -> Side:
    """The lower-cased words of sentences, numbered as they first occur."""
    numbers: dict[str, int] = {}
    ids, lengths = array("i"), array("q", [0])
    for text in texts:
        found = words(text)[:LONGEST]
        ids.extend([numbers.setdefault(word.lower(), len(numbers)) for word in found])
        lengths.append(len(found))
    return Side(list(numbers), np.array(ids, dtype=np.int32), np.cumsum(np.array(lengths, dtype=np.int64)))


def _ranges(cells: Ints) -> list[tuple[int, int]]:
    """Sentences with about CHUNK word pairs together, from and to."""
    edges = np.flatnonzero(np.diff(np.cumsum(cells) // CHUNK)) + 1
    return list(pairwise([0, *edges.tolist(), len(cells)]))


def _tokens(foreign: Side, english: Side, low: int, high: int) -> tuple[Ints, Ints]:
    """Foreign and English token of every word pair in the sentences low … high - 1, by foreign token."""
    sizes = np.diff(foreign.starts[low : high + 1])
    widths = np.repeat(np.diff(english.starts[low : high + 1]), sizes)
    rows = np.repeat(np.arange(foreign.starts[low], foreign.starts[high]), widths)
    shift = np.repeat(english.starts[low:high], sizes) - (np.cumsum(widths) - widths)
    return rows, np.arange(len(rows)) + np.repeat(shift, widths)


def _keys(foreign: Side, english: Side, low: int, high: int) -> Ints:
    rows, columns = _tokens(foreign, english, low, high)
    return english.ids[columns] * np.int64(len(foreign.vocabulary)) + foreign.ids[rows]


def _distinct(foreign: Side, english: Side) -> Ints:
    """The keys of all word pairs that occur in a sentence pair together, sorted."""
    one, other = (
        csr_array((np.ones(len(side.ids), dtype=np.int32), side.ids, side.starts), (len(cells), len(side.vocabulary)))
        for side, cells in ((english, english.starts[1:]), (foreign, foreign.starts[1:]))
    )
    together = (one.T.tocsr() @ other).tocoo()
    keys = together.row * np.int64(len(foreign.vocabulary)) + together.col
    keys.sort()
    return keys


def _places(keys: Ints, wanted: Ints) -> Ints:
    """Where sorted keys hold the wanted ones; these are sorted for it, since so the search stays within the cache."""
    order = np.argsort(wanted)
    found = np.empty(len(wanted), dtype=np.int32)
    found[order] = np.searchsorted(keys, wanted[order])
    return found


def _one_way(
    foreign: Side, english: Side, blocks: list[_Block], way: int, given: Ints, iterations: int
) -> tuple[Floats, list[Ints]]:
    """Maximise p(word of side `way` | given word of the other), and find the likeliest given word of every token.

    Returns
    -------
    probabilities : ndarray, shape (K,)
    chosen : list of ndarray
        For each block, which of its word pairs are the likeliest of their token, and not less so than the empty word.
    """
    side = (foreign, english)[way]
    # any constant is the uniform start
    table, null = np.ones(len(given)), np.ones(len(side.vocabulary))
    for _ in range(iterations):
        counts, null_counts = np.zeros_like(table), np.zeros_like(null)
        for block in blocks:
            tokens, group = _grouped(foreign, english, block, way)
            values = table[block.cells]
            total = np.bincount(group, values, minlength=len(tokens)) + null[tokens]
            np.add.at(counts, block.cells, values / total[group])
            null_counts += np.bincount(tokens, null[tokens] / total, minlength=len(null))
        table = counts / np.bincount(given, counts)[given]
        # numpy's own sum may differ in the last digit from machine to machine, and with it the choice among equals
        null = null_counts / fsum(null_counts)
    chosen = []
    for block in blocks:
        tokens, group = _grouped(foreign, english, block, way)
        values = table[block.cells]
        best = null[tokens]
        np.maximum.at(best, group, values)
        candidates = np.flatnonzero(values == best[group])
        chosen.append(candidates[np.unique(group[candidates], return_index=True)[1]])
    return table, chosen


def _grouped(foreign: Side, english: Side, block: _Block, way: int) -> tuple[Ints, Ints]:
    """Words of the tokens of one side of a block, and which of these tokens each word pair belongs to."""
    side = (foreign, english)[way]
    start, end = side.starts[block.low], side.starts[block.high]
    return side.ids[start:end], _tokens(foreign, english, block.low, block.high)[way] - start
