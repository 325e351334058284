"""Word links against gold: precision, recall, F1, alignment error rate, with intervals."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clirlab.corpora import GoldAlignment

Link = tuple[int, int]
MEASURES = ("precision", "recall", "F1", "AER")


class AlignmentScore(NamedTuple):
    """Precision, recall and alignment error rate, each in [0, 1]."""

    precision: float
    recall: float
    error_rate: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 0 where both are."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def alignment_error_rate(
    predicted: Collection[Link], sure: Collection[Link], possible: Collection[Link] = ()
) -> AlignmentScore:
    """AER = 1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|) (Och & Ney 2003); possible links include the sure ones.

    Precision is |A ∩ P| / |A|, recall |A ∩ S| / |S|.

    Parameters
    ----------
    predicted, sure, possible : collection of (int, int)
        A, S and what P has beyond S. For a whole test set see `score_alignment`.

    Raises
    ------
    ValueError
        If there is neither a predicted nor a sure link.

    Examples
    --------
    >>> alignment_error_rate({(0, 0), (1, 1), (2, 1)}, sure={(0, 0)}, possible={(1, 1)})
    AlignmentScore(precision=0.666..., recall=1.0, error_rate=0.25)
    """
    counts = link_counts(predicted, sure, possible)
    if not counts[:2].any():
        raise ValueError("no predicted and no sure link: the alignment error rate is undefined")
    precision, recall, _, error_rate = measures_of(counts).tolist()
    return AlignmentScore(precision, recall, error_rate)


def score_alignment(
    predicted: Sequence[Collection[Link]],
    gold: GoldAlignment,
    level: float = 0.95,
    samples: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Precision, recall, F1 and AER of all links of a gold set, with percentile bootstrap intervals over sentences.

    Parameters
    ----------
    predicted : sequence of collections of (int, int), length N
        The links of each sentence pair.
    level : float
        Of the interval, in (0, 1).
    samples, seed : int
        How many times the sentence pairs are drawn with replacement, and from which seed.

    Returns
    -------
    DataFrame, index precision, recall, F1, AER
        Columns value, low, high, each in [0, 1].

    Raises
    ------
    ValueError
        If there are not as many sentences as in the gold set, or no predicted and no sure link at all.

    Examples
    --------
    >>> two = frozenset({(0, 0), (1, 1)})
    >>> gold = GoldAlignment("toy", (("a", "b"),) * 2, (("c", "d"),) * 2, (two, two), (frozenset(), frozenset()))
    >>> score_alignment([{(0, 0), (1, 1)}, {(0, 0), (1, 0)}], gold)
               value  low  high
    precision   0.75  0.5   1.0
    recall      0.75  0.5   1.0
    F1          0.75  0.5   1.0
    AER         0.25  0.0   0.5
    """
    if len(predicted) != len(gold):
        raise ValueError(f"links of {len(predicted)} sentence pairs, but {gold.name} has {len(gold)}")
    counts = np.array([link_counts(*links) for links in zip(predicted, gold.sure, gold.possible, strict=True)])
    if not counts[:, :2].any():
        raise ValueError(f"no predicted link, and no sure one in {gold.name}: the alignment error rate is undefined")
    generator, n = np.random.default_rng(seed), len(counts)
    # how often each sentence is drawn, some samples at a time, so that a large set fits into memory
    blocks = [len(block) for block in np.array_split(np.arange(samples), max(1, samples * n // 1_000_000))]
    drawn = [generator.multinomial(n, np.full(n, 1 / n), size=size) @ counts for size in blocks]
    tail = 100 * (1 - level) / 2
    low, high = np.nanpercentile(measures_of(np.concatenate(drawn)), [tail, 100 - tail], axis=0)
    return pd.DataFrame({"value": measures_of(counts.sum(0)), "low": low, "high": high}, index=list(MEASURES))


def link_counts(predicted: Collection[Link], sure: Collection[Link], possible: Collection[Link]) -> NDArray[np.int64]:
    """|A|, |S|, |A ∩ S|, |A ∩ P|, shape (4,); they add up over sentences."""
    a, s = set(predicted), set(sure)
    return np.array([len(a), len(s), len(a & s), len(a & (s | set(possible)))])


def measures_of(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """`MEASURES`, shape (..., 4), from `link_counts`; AER is NaN where there is no link at all."""
    a, s, in_sure, in_possible = np.moveaxis(counts, -1, 0)
    precision = np.where(a > 0, in_possible / np.maximum(a, 1), 0.0)
    recall = np.where(s > 0, in_sure / np.maximum(s, 1), 1.0)
    total = precision + recall
    f1 = 2 * precision * recall / np.where(total > 0, total, 1)
    error_rate = np.where(a + s > 0, 1 - (in_sure + in_possible) / np.maximum(a + s, 1), np.nan)
    return np.stack([precision, recall, f1, error_rate], axis=-1)
