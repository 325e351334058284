"""Per-query scores in, intervals and corrected p-values out."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


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

    Examples
    --------
    >>> bootstrap_interval([[0.5, 0.5, 0.5]])
    (0.5, 0.5)
    """
    table = np.atleast_2d(np.asarray(scores, dtype=np.float64))
    generator = np.random.default_rng(seed)
    s, q = table.shape
    # a sample of a factor is the same as how often each of its levels was drawn
    seeds = generator.multinomial(s, np.full(s, 1 / s), size=samples) / s
    queries = generator.multinomial(q, np.full(q, 1 / q), size=samples) / q
    means = ((seeds @ table) * queries).sum(1)
    tail = 100 * (1 - level) / 2
    low, high = np.percentile(means, [tail, 100 - tail])
    return float(low), float(high)


def permutation_test(differences: ArrayLike, samples: int = 10_000, seed: int = 0) -> float:
    """Two-sided paired sign-flip test of a mean difference of 0: p = (b + 1) / (m + 1).

    b of the m random sign patterns give a mean at least as far from 0 (Phipson & Smyth 2010).

    Parameters
    ----------
    differences : array_like, shape (Q,)
        One for each query (the mean over seeds, where there are several).

    Raises
    ------
    ValueError
        If a difference is not a number.

    Examples
    --------
    >>> permutation_test(np.zeros(10))
    1.0
    >>> permutation_test(np.full(50, 0.1)) < 0.001
    True
    """
    d = np.asarray(differences, dtype=np.float64)
    if not np.isfinite(d).all():
        raise ValueError(f"{(~np.isfinite(d)).sum()} of {len(d)} differences are not finite; was every query scored?")
    observed = abs(d.mean())
    generator = np.random.default_rng(seed)
    extreme = 0
    for count in np.diff(np.append(np.arange(0, samples, 1000), samples)):
        signs = generator.integers(0, 2, size=(count, len(d))) * 2 - 1
        # a tolerance, so that sums in another order of rounding do not hide ties
        extreme += int((np.abs(signs @ d) / len(d) >= observed - 1e-12).sum())
    return (extreme + 1) / (samples + 1)


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Holm's step-down correction for several tests (Holm 1979).

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p, dtype=np.float64)
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(stepped, 1)
    return corrected
