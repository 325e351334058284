"""Scores by seed and query in, bootstrap samples of their means and intervals out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

# how many weights are held at a time: 32 MB
BLOCK = 4_000_000


def bootstrap_means(
    tables: Sequence[ArrayLike], samples: int = 2000, seed: int = 0, streams: Sequence[int] | None = None
) -> list[NDArray[np.float64]]:
    """Means of several tables over queries and seeds, each drawn with replacement.

    Every sample draws queries once for all tables, so that what is computed from them stays paired, and seeds for each
    table by itself, since trainings of different systems have nothing in common.

    Parameters
    ----------
    tables : sequence of array_like, each of shape (…, S, Q) or (Q,)
        One row a training seed, one column a query; the same queries in all. What stands before S (severities,
        budgets) shares the drawn seeds. S may differ between tables.
    samples : int
    seed : int
        The same seed draws the same.
    streams : sequence of int, one a table, optional
        Tables of equal numbers (and equal S) share the drawn seeds; each has its own if it is not given.

    Returns
    -------
    list of ndarray, each of shape (samples, …)

    Raises
    ------
    ValueError
        If the tables do not have the same number of queries, or a score is not finite.

    Examples
    --------
    >>> first, second = bootstrap_means([[0.1, 0.3], [[0.2, 0.4], [0.2, 0.4]]], samples=100)
    >>> bool(np.allclose(second - first, 0.1))  # the same queries in both
    True
    """
    arrays = [as_table(table) for table in tables]
    queries = {array.shape[-1] for array in arrays}
    if len(queries) > 1:
        raise ValueError(f"the tables must have the same queries; they have {sorted(queries)}")
    (q,) = queries
    rows = np.concatenate([array.reshape(-1, q) for array in arrays]).T
    generator = np.random.default_rng(seed)
    of_rows = np.empty((samples, rows.shape[1]))
    step = max(1, BLOCK // q)
    for start in range(0, samples, step):
        count = min(step, samples - start)
        # a sample of a factor is the same as how often each of its levels was drawn
        drawn = generator.multinomial(q, np.full(q, 1 / q), size=count)
        of_rows[start : start + count] = (drawn @ rows) / q
    means, first = [], 0
    for array, stream in zip(arrays, streams or range(len(arrays)), strict=True):
        s = array.shape[-2]
        seeds = np.random.default_rng([seed, stream + 1]).multinomial(s, np.full(s, 1 / s), size=samples) / s
        count = array[..., 0].size
        by_seed = of_rows[:, first : first + count].reshape(samples, *array.shape[:-1])
        means.append(np.einsum("b...s,bs->b...", by_seed, seeds))
        first += count
    return means


def as_table(scores: ArrayLike) -> NDArray[np.float64]:
    """Scores of shape (…, S, Q); one row where there was none.

    Raises
    ------
    ValueError
        If there is no score, or one is not finite.
    """
    table = np.atleast_2d(np.asarray(scores, dtype=np.float64))
    if not table.size:
        raise ValueError(f"there are no scores (shape {table.shape})")
    if not np.isfinite(table).all():
        raise ValueError(
            f"{(~np.isfinite(table)).sum()} of {table.size} scores are not finite; was every query scored?"
        )
    return table


def interval_of(values: NDArray[np.float64], level: float = 0.95) -> tuple[float, float]:
    """The middle `level` of bootstrap samples (percentile interval), values of shape (samples,)."""
    tail = 100 * (1 - level) / 2
    low, high = np.percentile(values, [tail, 100 - tail])
    return float(low), float(high)


def bootstrap_interval(
    scores: ArrayLike, level: float = 0.95, samples: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean over queries *and* seeds.

    Each sample draws queries and, independently, seeds with replacement: the interval covers both the choice of
    queries and the luck of training.

    Parameters
    ----------
    scores : array_like, shape (S, Q) or (Q,)
        One row a training seed.

    Raises
    ------
    ValueError
        If there is no score, or one is not finite.

    Examples
    --------
    >>> bootstrap_interval([[0.5, 0.5, 0.5]])
    (0.5, 0.5)
    """
    return interval_of(bootstrap_means([scores], samples, seed)[0], level)
