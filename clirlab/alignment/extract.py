"""Plans in, word links out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from torch import Tensor

Links = set[tuple[int, int]]


def match(scores: NDArray) -> Links:
    """The one-to-one links of largest total score (maximum-weight bipartite matching); zero scores make no link.

    Source: SimAlign, Jalili Sabet et al. 2020, section 3.2 (*match*).
    """
    rows, columns = linear_sum_assignment(scores, maximize=True)
    return {(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if scores[i, j] > 0}


def argmax(scores: NDArray) -> Links:
    """The pairs that are each other's best (intersection of both directions); SimAlign's *argmax*."""
    best_column, best_row = scores.argmax(1), scores.argmax(0)
    return {(i, int(j)) for i, j in enumerate(best_column) if best_row[j] == i and scores[i, j] > 0}


EXTRACTIONS: dict[str, Callable[[NDArray], Links]] = {"match": match, "argmax": argmax}


def extract(plan: Tensor | NDArray, how: str = "match") -> Links:
    """Token links from one transport plan or similarity matrix.

    Parameters
    ----------
    plan : Tensor or ndarray, shape (m, n)
        Non-negative; larger means more alike. For a batch take one problem: ``plan[i]``.
    how : {"match", "argmax"}

    Returns
    -------
    set of (int, int)
        Pairs (row, column), both from 0.

    Raises
    ------
    ValueError
        If `how` is unknown or the plan is no matrix.

    Examples
    --------
    >>> sorted(extract(np.array([[0.3, 0.0], [0.2, 0.5]])))
    [(0, 0), (1, 1)]
    """
    if how not in EXTRACTIONS:
        raise ValueError(f"unknown extraction {how!r}; known: {', '.join(EXTRACTIONS)}")
    scores = plan.detach().cpu().numpy() if isinstance(plan, Tensor) else np.asarray(plan)
    if scores.ndim != 2:
        raise ValueError(f"expected one matrix, got shape {scores.shape}; take plan[i] of a batch")
    return EXTRACTIONS[how](scores)


def to_words(links: Links, source_words: Sequence[int], target_words: Sequence[int]) -> Links:
    """Links between words from links between sub-words: two words are linked where any of their sub-words are.

    Examples
    --------
    >>> sorted(to_words({(0, 0), (1, 0), (2, 1)}, source_words=[0, 0, 1], target_words=[0, 1]))
    [(0, 0), (1, 1)]
    """
    return {(source_words[i], target_words[j]) for i, j in links}
