"""One transport plan or similarity matrix in, links between its rows and columns out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import signature
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment
from scipy.special import softmax as softmax_of
from torch import Tensor

from clirlab.errors import InputError, unknown_name
from clirlab.transport import TransportPlan

Scores = NDArray[np.float64]
Flags = NDArray[np.bool_]
Links = set[tuple[int, int]]
NEIGHBOURS = [(-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)]


def argmax(scores: Scores) -> Flags:
    """The pairs that are each other's best: the intersection of both directions (SimAlign's *argmax*).

    Source: Jalili Sabet, Dufter, Yvon, Schütze 2020 (SimAlign).

    >>> argmax(np.array([[0.9, 0.8, 0.1], [0.7, 0.5, 0.3]])).astype(int).tolist()
    [[1, 0, 0], [0, 0, 0]]
    """
    forward, backward = _best(scores)
    return forward & backward


def union(scores: Scores) -> Flags:
    """Each row with its best column, and each column with its best row.

    >>> union(np.array([[0.9, 0.8, 0.1], [0.7, 0.5, 0.3]])).astype(int).tolist()
    [[1, 1, 0], [1, 0, 1]]
    """
    forward, backward = _best(scores)
    return forward | backward


def grow_diag_final_and(scores: Scores) -> Flags:
    """Both directions, symmetrised as in phrase-based translation.

    The intersection grows by those neighbours (diagonal ones too) that are in the union and whose row or column is
    still free, until nothing changes; then the links of either direction between two free words are added, those of
    the rows first. Source: Koehn, Och, Marcu 2003; Och & Ney 2003.

    >>> grow_diag_final_and(np.array([[0.9, 0.8, 0.1], [0.7, 0.5, 0.3]])).astype(int).tolist()
    [[1, 1, 0], [1, 0, 1]]
    """
    forward, backward = _best(scores)
    found, candidates = forward & backward, forward | backward
    grown = True
    while grown:
        grown = False
        for i, j in np.argwhere(found):
            for k, m in ((i + down, j + right) for down, right in NEIGHBOURS):
                inside = 0 <= k < len(found) and 0 <= m < found.shape[1]
                if inside and candidates[k, m] and not (found[k].any() and found[:, m].any()):
                    found[k, m] = grown = True
    for direction in (forward, backward):
        for i, j in np.argwhere(direction):
            if not found[i].any() and not found[:, j].any():
                found[i, j] = True
    return found


def itermax(scores: Scores, alpha: float = 0.9, rounds: int = 2) -> Flags:
    """*argmax*, then again among the words that are still free.

    Before each further round, scores are multiplied by 1 where both words are free, by `alpha` where one is, and by 0
    where none is; mutual bests of the new scores join the links. It ends when a side is used up, and as in SimAlign's
    code there is one round only where a side has no more than two words. Source: Jalili Sabet et al. 2020.

    Parameters
    ----------
    alpha : float
        In [0, 1]; 0 keeps the links one to one.
    rounds : int
        At least 1, the first (plain *argmax*) included.

    >>> itermax(np.array([[0.9, 0.8, 0.1], [0.7, 0.5, 0.3], [0.2, 0.1, 0.2]])).astype(int).tolist()
    [[1, 1, 0], [1, 0, 0], [0, 0, 0]]
    """
    if not 0 <= alpha <= 1 or rounds < 1:
        raise InputError(f"itermax takes alpha in [0, 1] and at least 1 round, got alpha={alpha}, rounds={rounds}")
    found = argmax(scores)
    for _ in range(rounds - 1 if min(scores.shape) > 2 else 0):
        rows, columns = ~found.any(1), ~found.any(0)
        if not rows.any() or not columns.any():
            break
        either, both = np.logical_or.outer(rows, columns), np.logical_and.outer(rows, columns)
        forward, backward = _best(scores * np.where(both, 1, np.where(either, alpha, 0)))
        new = forward & backward
        if not new.any():
            break
        found |= new
    return found


def match(scores: Scores) -> Flags:
    """The one-to-one links of largest total score among those of most links (maximum-weight maximal matching).

    Source: Jalili Sabet et al. 2020 (*match*), by scipy's `linear_sum_assignment`.

    >>> match(np.array([[0.9, 0.8, 0.1], [0.7, 0.5, 0.3]])).astype(int).tolist()
    [[0, 1, 0], [1, 0, 0]]
    """
    allowed = np.asarray(scores != 0)
    # a link is worth more than any choice of scores, so that a pair without score is taken only where there is no other
    bonus = 0 if allowed.all() else (1 + 2 * min(scores.shape)) * np.abs(scores).max()
    found = np.zeros(scores.shape, dtype=bool)
    found[linear_sum_assignment(np.where(allowed, scores + bonus, 0), maximize=True)] = True
    return found & allowed


def threshold(scores: Scores, threshold: float = 0.5) -> Flags:
    """Pairs above `threshold` after the matrix was scaled to [0, 1] by its least and largest entry.

    A matrix of one value gives all links. Source: Arase, Bao, Yokoi 2023 (OTAlign).

    Parameters
    ----------
    threshold : float
        In [0, 1).

    >>> threshold(np.array([[0.3, 0.1], [0.1, 0.22]])).astype(int).tolist()
    [[1, 0], [0, 1]]
    """
    _check_threshold(threshold)
    low, high = scores.min(initial=np.inf), scores.max(initial=-np.inf)
    return (scores - low > threshold * (high - low)) if high > low else np.ones(scores.shape, dtype=bool)


def softmax(scores: Scores, threshold: float = 1e-3, temperature: float = 0.02) -> Flags:
    """Pairs whose probability is above `threshold` in both directions: softmax over the row and over the column.

    Source: Dou & Neubig 2021 (awesome-align): threshold .001 and temperature 1 on dot products of vectors
    as BERT gives them. Cosines lie in a far narrower range and want a temperature far below 1.

    Parameters
    ----------
    threshold : float
        In [0, 1).
    temperature : float
        Positive; scores are divided by it.

    >>> softmax(np.array([[0.95, 0.7], [0.7, 0.9]]), threshold=0.1).astype(int).tolist()
    [[1, 0], [0, 1]]
    """
    _check_threshold(threshold)
    if not temperature > 0:
        raise InputError(f"temperature must be positive, got {temperature}")
    p, q = (softmax_of(scores / temperature, axis=axis) for axis in (0, 1))
    return (p > threshold) & (q > threshold)


def mass(scores: Scores, threshold: float = 0.5, a: Scores | None = None, b: Scores | None = None) -> Flags:
    """Pairs for which the plan moves more than the share `threshold` of what the marginals let it move.

    T_ij / min(a_i, b_j) > threshold: of the lighter word's mass, the share that goes to the other. With m ≠ n the words
    of the shorter side must spread their mass, so that the share of the heavier word alone would hide its partners.

    Parameters
    ----------
    scores : ndarray, shape (m, n)
        A plan.
    threshold : float
        In [0, 1).
    a, b : ndarray, shapes (m,) and (n,), optional
        Its marginals; the row and column sums where not given.

    >>> mass(np.array([[0.30, 0.00, 0.20], [0.03, 0.33, 0.14]])).astype(int).tolist()
    [[1, 0, 1], [0, 1, 0]]
    """
    _check_threshold(threshold)
    rows = scores.sum(1) if a is None else a
    columns = scores.sum(0) if b is None else b
    return (scores > threshold * np.minimum(rows[:, None], columns)) & (scores > 0)


EXTRACTIONS: dict[str, Callable[..., Flags]] = {
    "argmax": argmax,
    "union": union,
    "grow-diag-final-and": grow_diag_final_and,
    "itermax": itermax,
    "match": match,
    "threshold": threshold,
    "softmax": softmax,
    "mass": mass,
}


def extract(plan: Tensor | ArrayLike | TransportPlan, how: str = "match", **parameters: Any) -> Links:
    """Token links from one transport plan or similarity matrix.

    Parameters
    ----------
    plan : ndarray, Tensor or TransportPlan, shape (m, n)
        Finite; larger means more alike, and exactly 0 means no link (but for *softmax*). For a batch take one problem:
        ``plan[i]``. Best partners are not comparable in a plan with m ≠ n, whose rows and columns have different
        masses: a `TransportPlan` is scaled by its marginals first, T_ij / sqrt(a_i b_j) (and *mass* divides by them
        itself); do as much for a plan that you give as an array.
    how : {"argmax", "union", "grow-diag-final-and", "itermax", "match", "threshold", "softmax", "mass"}
        One of `EXTRACTIONS`.
    **parameters
        What that extraction takes, such as ``threshold=0.3`` or ``alpha=0.8``.

    Returns
    -------
    set of (int, int)
        Pairs (row, column), both from 0.

    Raises
    ------
    ValueError
        If `how` is unknown or does not take a parameter, the plan is no matrix, or not finite.

    Examples
    --------
    >>> sorted(extract(np.array([[0.3, 0.0], [0.2, 0.5]])))
    [(0, 0), (1, 1)]
    >>> sorted(extract([[0.9, 0.8, 0.1], [0.7, 0.5, 0.3]], how="argmax"))
    [(0, 0)]
    """
    check_extraction(how, parameters)
    if isinstance(plan, TransportPlan):
        if len(plan) != 1:
            raise ValueError(f"expected one plan, got a batch of {len(plan)}; take plan[i]")
        plan = plan[0]
        if how == "mass":
            parameters = parameters | {"a": _array(plan.a), "b": _array(plan.b)}
        scores = _array(plan.plan if how == "mass" else plan.coupling("both"))
    else:
        scores = _array(plan)
    if scores.ndim != 2:
        raise ValueError(f"expected one matrix, got shape {scores.shape}; take plan[i] of a batch")
    if not np.isfinite(scores).all():
        raise ValueError("the matrix has entries that are not finite; leave padding out before")
    if not scores.size:
        return set()
    return {(int(i), int(j)) for i, j in np.argwhere(EXTRACTIONS[how](scores, **parameters))}


def check_extraction(how: str, parameters: dict[str, Any]) -> None:
    """Raise an `InputError` if there is no such extraction, or it has no such parameter or not of this value."""
    if how not in EXTRACTIONS:
        raise unknown_name("extraction", how, EXTRACTIONS)
    known = [name for name in signature(EXTRACTIONS[how]).parameters if name not in {"scores", "a", "b"}]
    for name in parameters:
        if name not in known:
            raise unknown_name(f"parameter of the extraction {how}", name, known)
    EXTRACTIONS[how](np.ones((1, 1)), **parameters)


def to_words(links: Links, source_words: Sequence[int], target_words: Sequence[int]) -> Links:
    """Links between words from links between sub-words: two words are linked where any of their sub-words are.

    Examples
    --------
    >>> sorted(to_words({(0, 0), (1, 0), (2, 1)}, source_words=[0, 0, 1], target_words=[0, 1]))
    [(0, 0), (1, 1)]
    """
    return {(source_words[i], target_words[j]) for i, j in links}


def _best(scores: Scores) -> tuple[Flags, Flags]:
    """Each row's best column, and each column's best row; the first of equals."""
    forward, backward = np.zeros(scores.shape, dtype=bool), np.zeros(scores.shape, dtype=bool)
    forward[np.arange(len(scores)), scores.argmax(1)] = True
    backward[scores.argmax(0), np.arange(scores.shape[1])] = True
    return forward & (scores != 0), backward & (scores != 0)


def _array(values: Tensor | ArrayLike) -> Scores:
    if isinstance(values, Tensor):
        values = values.detach().cpu().numpy()
    return np.asarray(values, dtype=np.float64)


def _check_threshold(threshold: float) -> None:
    if not 0 <= threshold < 1:
        raise InputError(f"threshold must be in [0, 1), got {threshold}")
