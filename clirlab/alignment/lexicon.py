"""A bitext in, its lexicon out: how often words are linked, in both directions, and how much more than by chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import xlogy
from tqdm.auto import tqdm

from clirlab.alignment.align import align
from clirlab.alignment.setting import DEFAULT, AlignmentSetting
from clirlab.corpora import Bitext, Lexicon
from clirlab.errors import InputError
from clirlab.models import TokenEncoder
from clirlab.supervision import words

COLUMNS = ["english", "foreign", "count", "english_count", "foreign_count", "p_foreign", "p_english", "dice", "g2"]


@dataclass(frozen=True, repr=False)
class InducedLexicon:
    """Word pairs that were linked in a bitext.

    Attributes
    ----------
    name, language : str
        Of the bitext.
    pairs : int
        How many sentence pairs were read.
    frame : DataFrame
        One row for each pair of lower-cased words, the most associated first.

        - english, foreign; count: how often the two were linked
        - english_count, foreign_count: links of each word to any other
        - p_foreign, p_english: p(foreign | english) = count / english_count, and the other way round
        - dice: 2 count / (english_count + foreign_count), in (0, 1]
        - g2: log-likelihood ratio of the two being linked independently (Dunning 1993), at least 0; taken negative
          where they are linked more rarely than by chance
    """

    name: str
    language: str
    pairs: int
    frame: pd.DataFrame

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        return (
            f"InducedLexicon({self.name}: {len(self):,} word pairs of {self.pairs:,} sentence pairs, {self.language})"
        )


def lexicon(
    bitext: Bitext,
    encoder: TokenEncoder | None = None,
    links: Iterable[Collection[tuple[int, int]]] | None = None,
    setting: AlignmentSetting = DEFAULT,
    progress: bool = False,
    **changes: Any,
) -> InducedLexicon:
    """Count which words of a bitext are linked.

    Parameters
    ----------
    bitext : Bitext
        Its words are those of `word_pairs`.
    encoder : TokenEncoder, optional
        What aligns them, see `clirlab.alignment.align`.
    links : iterable of collections of (int, int), optional
        Links that are there already, for each sentence pair: (foreign word, English word), from 0. Give either.
    setting : AlignmentSetting
    **changes
        Of the setting, such as ``how="itermax"``.

    Returns
    -------
    InducedLexicon

    Raises
    ------
    InputError
        If there is neither encoder nor links, or both, or not as many links as sentence pairs.

    Examples
    --------
    >>> bitext = Bitext("toy", "sw", ("Maji ni uhai.", "Maji!"), ("Water is life.", "Water!"))
    >>> found = lexicon(bitext, links=[{(0, 0), (1, 1), (2, 2)}, {(0, 0)}])
    >>> found.frame[["english", "foreign", "count", "p_foreign", "dice"]].head(1)
      english foreign  count  p_foreign  dice
    0   water    maji      2        1.0   1.0
    """
    if (encoder is None) == (links is None):
        raise InputError("give either an encoder, to align the bitext, or its links")
    if encoder is not None:
        links = (result.links for result in align(encoder, word_pairs(bitext), setting, **changes))
    together: Counter[tuple[str, str]] = Counter()
    both = zip_longest(word_pairs(bitext), links or ())
    for pair, pair_links in tqdm(both, "lexicon", len(bitext), unit=" pairs", disable=not progress):
        if pair is None or pair_links is None:
            raise InputError(f"there must be links for each of the {len(bitext)} sentence pairs of {bitext.name}")
        foreign, english = pair
        for i, j in pair_links:
            if not (0 <= i < len(foreign) and 0 <= j < len(english)):
                raise InputError(
                    f"link {i}-{j} lies outside its sentence pair of {bitext.name}; were its words others?"
                )
            together[english[j], foreign[i]] += 1
    return InducedLexicon(bitext.name, bitext.language, len(bitext), _associations(together))


def word_pairs(bitext: Bitext) -> Iterator[tuple[list[str], list[str]]]:
    """The lower-cased words of each sentence pair, foreign and English, without punctuation."""
    for foreign, english in zip(bitext.source, bitext.english, strict=True):
        yield words(foreign.lower()), words(english.lower())


def to_lexicon(induced: InducedLexicon, min_count: int = 2, most: int = 2, mutual: bool = True) -> Lexicon:
    """The translations to rely on: linked often enough, and among the most frequent of the word.

    Parameters
    ----------
    min_count : int
        How often two words must have been linked, at least 1.
    most : int
        Translations of an English word, at least 1: those of largest count, then of largest g2.
    mutual : bool
        Keep a pair only where each is among the `most` of the other.

    Returns
    -------
    Lexicon
        English words by falling number of links; the best translation of each first. Its weights are the links.

    Examples
    --------
    >>> bitext = Bitext("toy", "sw", ("maji ni uhai", "maji"), ("water is life", "water"))
    >>> to_lexicon(lexicon(bitext, links=[{(0, 0), (1, 1), (2, 2)}, {(0, 0)}])).entries
    {'water': ('maji',)}
    """
    if min_count < 1 or most < 1:
        raise InputError(f"min_count and most must be at least 1, got {min_count} and {most}")
    order = ["english_count", "english", "count", "g2", "foreign"]
    kept = induced.frame[induced.frame["count"] >= min_count]
    kept = kept.sort_values(order, ascending=[False, True, False, False, True])
    good = kept.groupby("english").cumcount() < most
    if mutual:
        back = kept.sort_values(["count", "g2", "english"], ascending=[False, False, True])
        good &= back.groupby("foreign").cumcount() < most
    grouped = kept[good].groupby("english", sort=False)
    weights = {word: tuple(map(float, found)) for word, found in grouped["count"]}
    return Lexicon(induced.name, induced.language, grouped["foreign"].agg(tuple).to_dict(), weights=weights)


def _associations(together: Counter[tuple[str, str]]) -> pd.DataFrame:
    frame = pd.DataFrame([(e, f, n) for (e, f), n in together.items()], columns=["english", "foreign", "count"])
    for side in ("english", "foreign"):
        frame[f"{side}_count"] = frame.groupby(side)["count"].transform("sum")
    count, english, foreign = (
        frame[key].to_numpy(dtype=np.float64) for key in ("count", "english_count", "foreign_count")
    )
    frame["p_foreign"], frame["p_english"] = count / english, count / foreign
    frame["dice"] = 2 * count / (english + foreign)
    frame["g2"] = log_likelihood_ratio(count, english, foreign, count.sum())
    return frame.sort_values(["g2", "english", "foreign"], ascending=[False, True, True], ignore_index=True)[COLUMNS]


def log_likelihood_ratio(
    count: NDArray[np.float64], first: NDArray[np.float64], second: NDArray[np.float64], total: float
) -> NDArray[np.float64]:
    """G² = 2 Σ k log(k / expected k) over the 2 × 2 table of two events (Dunning 1993), signed by their attraction.

    Parameters
    ----------
    count, first, second : ndarray, shape (K,)
        How often both, the first and the second of each pair were seen.
    total : float
        Of how many observations.

    Examples
    --------
    >>> count, first, second = np.array([[2.0, 1.0, 0.0], [2.0, 2.0, 2.0], [2.0, 5.0, 5.0]])
    >>> log_likelihood_ratio(count, first, second, 10.0).round(2).tolist()
    [10.01, 0.0, -3.28]
    """
    table = np.array([count, first - count, second - count, total - first - second + count])
    expected = np.array(
        [first * second, first * (total - second), (total - first) * second, (total - first) * (total - second)]
    )
    ratio = 2 * (xlogy(table, table * total) - xlogy(table, np.where(table > 0, expected, 1))).sum(axis=0)
    return np.where(count * total < first * second, -1, 1) * np.maximum(ratio, 0)
