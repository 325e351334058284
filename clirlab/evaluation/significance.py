"""Paired differences in, p-values, their corrections, effect and power out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from clirlab.errors import unknown_name

BLOCK = 1000


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
    return float(permutation_tests(np.atleast_2d(differences), samples, seed)[0])


def permutation_tests(differences: ArrayLike, samples: int = 10_000, seed: int = 0) -> NDArray[np.float64]:
    """`permutation_test` of several systems, all with the same sign patterns: the price of drawing them is paid once.

    Parameters
    ----------
    differences : array_like, shape (N, Q)

    Returns
    -------
    ndarray, shape (N,)
        In (0, 1]; the values that the single tests give.

    Raises
    ------
    ValueError
        If a difference is not a number.
    """
    d = np.asarray(differences, dtype=np.float64)
    if not np.isfinite(d).all():
        raise ValueError(f"{(~np.isfinite(d)).sum()} of {d.size} differences are not finite; was every query scored?")
    q = d.shape[1]
    generator = np.random.default_rng(seed)
    observed, extreme = np.abs(d.mean(1)), np.zeros(len(d), dtype=int)
    for start in range(0, samples, BLOCK):
        signs = generator.integers(0, 2, size=(min(BLOCK, samples - start), q)) * 2.0 - 1
        # a tolerance, so that sums in another order of rounding do not hide ties
        extreme += (np.abs(signs @ d.T) / q >= observed - 1e-12).sum(0)
    return (extreme + 1) / (samples + 1)


def t_test(differences: ArrayLike) -> float:
    """Two-sided paired t-test of a mean difference of 0: t = mean √Q / sd with Q − 1 degrees of freedom.

    Parameters
    ----------
    differences : array_like, shape (Q,)

    Returns
    -------
    float
        p; 1 where all differences are 0, NaN where they are equal otherwise or there is one alone (no spread to judge
        by).

    Examples
    --------
    >>> round(t_test([0.1, 0.2, 0.3]), 3)  # t = .2 √3 / .1
    0.074
    """
    mean, error, freedom = _moments(differences)
    if error == 0 or freedom == 0:
        return 1.0 if mean == 0 and freedom else float("nan")
    return float(2 * stats.t.sf(abs(mean) / error, freedom))


def equivalence_test(differences: ArrayLike, margin: float) -> float:
    """Two one-sided paired t-tests (TOST, Schuirmann 1987): is the true difference within ± `margin`?

    p is the larger of those of "the difference is at most −margin" and "… at least +margin". A small p shows that two
    systems are as good as equal, which a large p of a test for difference never does.

    Parameters
    ----------
    differences : array_like, shape (Q,)
    margin : float
        Above 0: the smallest difference that would matter. To be fixed before looking at the scores.

    Returns
    -------
    float
        p, in [0, 1]; NaN where there is one difference alone.

    Raises
    ------
    ValueError
        If the margin is not above 0.

    Examples
    --------
    >>> round(equivalence_test([-0.01, 0.0, 0.01], margin=0.02), 3)  # t = .02 √3 / .01
    0.037
    """
    if not margin > 0:
        raise ValueError(f"the margin must be above 0, got {margin}")
    mean, error, freedom = _moments(differences)
    if freedom == 0:
        return float("nan")
    if error == 0:
        return float(abs(mean) >= margin)
    return float(stats.t.sf((margin - abs(mean)) / error, freedom))


def effect_size(differences: ArrayLike) -> float:
    """Cohen's d_z: the mean of the paired differences in units of their standard deviation.

    NaN where they have no spread or there is one alone.

    Examples
    --------
    >>> round(effect_size([0.1, 0.2, 0.3]), 6)
    2.0
    """
    mean, error, freedom = _moments(differences)
    return float(mean / (error * np.sqrt(freedom + 1))) if freedom and error else float("nan")


def smallest_difference(differences: ArrayLike, power: float = 0.8, alpha: float = 0.05) -> float:
    """The smallest true mean difference that a paired t-test on this many queries would show.

    "Show" is p < `alpha` (two-sided, one test) in a share `power` of repetitions, given the spread of these
    differences: δ = ν sd / √Q, ν the non-centrality at which the t distribution passes its critical values that often.

    Returns
    -------
    float
        0 where the differences have no spread, NaN where there is one alone.

    Examples
    --------
    >>> spread = np.tile([-0.1, 0.1], 50)  # sd .1005, 100 queries: (1.96 + .84) · .01005 and a little more
    >>> round(smallest_difference(spread), 4)
    0.0284
    """
    _, error, freedom = _moments(differences)
    if not freedom:
        return float("nan")
    # a significant difference in the wrong direction is not counted: its chance is nil at any power of interest
    nu = special.nctdtrinc(freedom, 1 - power, stats.t.isf(alpha / 2, freedom))
    return float(nu * error)


def _moments(differences: ArrayLike) -> tuple[float, float, int]:
    """Mean, its standard error (0 where the spread is rounding alone) and degrees of freedom."""
    d = np.asarray(differences, dtype=np.float64)
    if len(d) < 2:
        return float(d.mean()), float("nan"), 0
    mean, sd = float(d.mean()), float(d.std(ddof=1))
    return mean, sd / np.sqrt(len(d)) if sd > 1e-12 * max(1.0, np.abs(d).max()) else 0.0, len(d) - 1


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Holm's step-down correction for several tests (Holm 1979): the chance of *any* false finding stays below α.

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


def benjamini_hochberg(p: ArrayLike) -> NDArray[np.float64]:
    """Benjamini & Hochberg's (1995) correction: of what is found at α, a share of α is false on average.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    p = np.asarray(p, dtype=np.float64)
    order = np.argsort(p)[::-1]
    stepped = np.minimum.accumulate(p[order] * len(p) / np.arange(len(p), 0, -1))
    corrected = np.empty_like(p)
    corrected[order] = np.minimum(stepped, 1)
    return corrected


CORRECTIONS: dict[str, Callable[[ArrayLike], NDArray[np.float64]]] = {
    "holm": holm,
    "benjamini-hochberg": benjamini_hochberg,
}


def correct(p: ArrayLike, correction: str = "holm") -> NDArray[np.float64]:
    """p-values corrected for being several; what is NaN was not tested and stays NaN.

    Parameters
    ----------
    p : array_like, shape (N,)
        One family of tests.
    correction : str
        A name of `CORRECTIONS`.

    Raises
    ------
    InputError
        If the correction is not known.

    Examples
    --------
    >>> correct([0.02, np.nan, 0.01]).tolist()
    [0.02, nan, 0.02]
    """
    if correction not in CORRECTIONS:
        raise unknown_name("correction", correction, CORRECTIONS)
    corrected = np.array(p, dtype=np.float64)
    tested = ~np.isnan(corrected)
    corrected[tested] = CORRECTIONS[correction](corrected[tested])
    return corrected
