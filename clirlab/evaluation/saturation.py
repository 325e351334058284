"""Scores at rising budgets in, a fitted saturating curve and the words that reach a share of the human bound out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from clirlab.errors import InputError
from clirlab.evaluation.resampling import as_table, bootstrap_means

# the shapes that are tried: exponents, and scales as multiples of the smallest and the largest budget
EXPONENTS = np.geomspace(0.1, 4, 25)
SCALES = 60
BEYOND = 10.0


class BudgetCurve(NamedTuple):
    """M(b) = M∞ − (M∞ − M0) (1 + b/b0)^−α: quality rises from M0 and saturates at M∞ by a power law.

    Attributes
    ----------
    start : float
        M0, known: the score without supervision.
    limit : float
        M∞, what no budget exceeds (below M0 where supervision hurts).
    scale : float
        b0 > 0, in the unit of the budgets.
    exponent : float
        α > 0.
    error : float
        Root mean square of what the fit leaves, in units of the score.
    """

    start: float
    limit: float
    scale: float
    exponent: float
    error: float

    def at(self, budget: ArrayLike) -> NDArray[np.float64]:
        """The score at these budgets."""
        left = (1 + np.asarray(budget, dtype=np.float64) / self.scale) ** -self.exponent
        return self.limit - (self.limit - self.start) * left

    def needed(self, score: float) -> float:
        """The budget that reaches a score: 0 where the start does, infinite where the limit does not."""
        return float(_needed(score, self.start, self.limit - self.start, self.scale, self.exponent))


def fit_budget_curve(budgets: ArrayLike, means: ArrayLike, start: float, ceiling: float = 1.0) -> BudgetCurve:
    """Least squares over limit, scale and exponent, by variable projection (Golub & Pereyra 1973).

    For a given scale and exponent the best limit is known in closed form, so only these two are searched: on a grid
    (scales from a tenth of the smallest budget to ten times the largest), and from its best point on by
    ``scipy.optimize.least_squares`` within it. No starting values, no local minima.

    Parameters
    ----------
    budgets : array_like, shape (K,)
        Above 0, rising strictly; at least three, since three parameters are fitted.
    means : array_like, shape (K,)
        Mean scores there.
    start : float
        M0, the score at budget 0.
    ceiling : float
        The highest score that the measure has.

    Raises
    ------
    InputError
        If there are fewer than three budgets, they do not rise from above 0, or the lengths differ.

    Examples
    --------
    >>> curve = fit_budget_curve([500, 1000, 3000], [0.3333, 0.4, 0.5], start=0.2)  # .6 − .4 / (1 + b/1000)
    >>> round(curve.limit, 2), round(curve.needed(0.4), -1)
    (0.6, 1000.0)
    """
    b, m = _check(budgets, means)
    amplitude, scale, exponent = (value[0] for value in _fit(b, m[None], np.array([start]), ceiling))
    low, high = np.log([b[0] / BEYOND, EXPONENTS[0]]), np.log([b[-1] * BEYOND, EXPONENTS[-1]])

    def left(parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        rise = _rise(b, *np.exp(parameters))
        return _amplitude(rise, m - start, start, ceiling) * rise - (m - start)

    guess = np.clip(np.log([scale, exponent]), low + 1e-9, high - 1e-9)
    fitted = optimize.least_squares(left, guess, bounds=(low, high), xtol=1e-12, ftol=1e-12)
    scale, exponent = np.exp(fitted.x)
    amplitude = _amplitude(_rise(b, scale, exponent), m - start, start, ceiling)
    error = np.sqrt(np.mean(fitted.fun**2))
    return BudgetCurve(float(start), float(start + amplitude), float(scale), float(exponent), float(error))


class WordsNeeded(NamedTuple):
    """How many translated words reach a share of what human translations of the queries score.

    Attributes
    ----------
    words : float
        By the fitted curve; infinite where it saturates below the target.
    low, high : float
        95 % bootstrap interval over queries and seeds; `high` is infinite where the samples do not rule out that no
        budget suffices.
    target : float
        The score to reach.
    curve : BudgetCurve
    verdict : str
        Whether the data reach the target, the curve extrapolates, or nothing can be told.
    """

    words: float
    low: float
    high: float
    target: float
    curve: BudgetCurve
    verdict: str


def words_needed(
    arm: Mapping[int, ArrayLike],
    zero_shot: ArrayLike,
    human: ArrayLike,
    share: float = 0.9,
    ceiling: float = 1.0,
    samples: int = 1000,
    seed: int = 0,
) -> WordsNeeded:
    """The words after which an arm scores `share` of the human-translation bound.

    Each bootstrap sample draws queries (the same for all) and seeds (the same at all budgets, whose purchases are
    nested), and fits start, curve and target anew.

    Parameters
    ----------
    arm : mapping of int to array_like, shape (S, Q) or (Q,)
        Budget (above 0) to scores; at least three budgets, the same numbers of seeds.
    zero_shot, human : array_like, shape (S, Q) or (Q,)
        Scores of the same queries without supervision, and of their human translations.
    share : float
        In (0, 1].
    ceiling : float
        The highest score that the measure has.

    Raises
    ------
    InputError
        If there are fewer than three budgets, one is not above 0, the numbers of seeds or queries differ, or the share
        is out of range.
    ValueError
        If a score is not finite.

    Examples
    --------
    >>> spread = np.tile([-0.1, 0.1], 20)
    >>> arm = {b: 0.6 - 0.4 / (1 + b / 1000) + spread for b in (300, 1000, 3000, 10000)}
    >>> found = words_needed(arm, 0.2 + spread, 0.8 + spread, share=0.5)
    >>> round(found.target, 2), round(found.words, -1), found.verdict
    (0.4, 1000.0, 'reached within the data')
    """
    if not 0 < share <= 1:
        raise InputError(f"share must be above 0 and at most 1, got {share}")
    budgets = sorted(arm)
    tables = [as_table(arm[budget]) for budget in budgets]
    if len({table.shape for table in tables}) > 1:
        raise InputError(f"all budgets must have the same seeds and queries, got {[t.shape for t in tables]}")
    start, bound = as_table(zero_shot), as_table(human)
    if len(counts := {table.shape[-1] for table in (*tables, start, bound)}) > 1:
        raise InputError(f"arm, zero-shot and human must be scored on the same queries; they have {sorted(counts)}")
    curve = fit_budget_curve(budgets, [table.mean() for table in tables], float(start.mean()), ceiling)
    target = share * float(bound.mean())
    points, starts, bounds = bootstrap_means([np.stack(tables), start, bound], samples, seed)
    amplitude, scale, exponent = _fit(np.array(budgets, dtype=float), points, starts, ceiling)
    drawn = _needed(share * bounds, starts, amplitude, scale, exponent)
    # order statistics: between a number and infinity there is no middle
    low, high = (float(np.quantile(drawn, tail, method="nearest")) for tail in (0.025, 0.975))
    words = curve.needed(target)
    return WordsNeeded(words, low, high, target, curve, _verdict(words, high, budgets[-1], curve, target))


def _verdict(words: float, high: float, largest: int, curve: BudgetCurve, target: float) -> str:
    if words == 0:
        return "reached without supervision"
    if np.isinf(words):
        return f"not reached: the fit saturates at {curve.limit:.3f}, below the target {target:.3f}"
    if np.isinf(high):
        return "cannot be told: samples of these queries and seeds in which no budget suffices are not rare"
    if words > largest:
        return f"beyond the data: extrapolated from at most {largest:,} words"
    return "reached within the data" if high <= largest else "reached within the data, but the interval goes beyond it"


def _check(budgets: ArrayLike, means: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    b, m = np.asarray(budgets, dtype=np.float64), np.asarray(means, dtype=np.float64)
    if len(b) < 3:
        raise InputError(f"a curve with three parameters needs at least three budgets above 0, got {len(b)}")
    if b[0] <= 0 or (np.diff(b) <= 0).any():
        raise InputError(f"budgets must be above 0 and rise, got {b.tolist()}; the start is given by itself")
    if b.shape != m.shape:
        raise InputError(f"{len(b)} budgets but {len(m)} means")
    return b, m


def _rise(budgets: NDArray[np.float64], scale: ArrayLike, exponent: ArrayLike) -> NDArray[np.float64]:
    """1 − (1 + b/b0)^−α, in [0, 1]."""
    return 1 - (1 + budgets / scale) ** -np.asarray(exponent)


def _amplitude(rise: NDArray, gains: NDArray, start: ArrayLike, ceiling: float) -> NDArray[np.float64]:
    """The best M∞ − M0 for a shape of rise, (…, K), and gains, (K,) or (B, K), so that M∞ is a possible score."""
    best = (gains @ rise.T) / (rise**2).sum(-1)
    return np.clip(best, -np.asarray(start), ceiling - np.asarray(start))


def _fit(
    budgets: NDArray[np.float64], points: NDArray[np.float64], start: NDArray[np.float64], ceiling: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Amplitude, scale and exponent of B curves, points (B, K) and start (B,), by the best point of the grid."""
    scales = np.geomspace(budgets[0] / BEYOND, budgets[-1] * BEYOND, SCALES)
    scale, exponent = (grid.ravel() for grid in np.meshgrid(scales, EXPONENTS))
    rise = _rise(budgets, scale[:, None], exponent[:, None])
    gains = points - start[:, None]
    amplitude = _amplitude(rise, gains, start[:, None], ceiling)
    loss = amplitude**2 * (rise**2).sum(1) - 2 * amplitude * (gains @ rise.T)
    best = loss.argmin(1)
    return np.take_along_axis(amplitude, best[:, None], 1)[:, 0], scale[best], exponent[best]


def _needed(
    target: ArrayLike, start: ArrayLike, amplitude: ArrayLike, scale: ArrayLike, exponent: ArrayLike
) -> NDArray[np.float64]:
    missing, rise = np.asarray(target, dtype=np.float64) - start, np.asarray(amplitude, dtype=np.float64)
    reachable = rise > missing
    left = 1 - np.divide(
        missing, rise, out=np.zeros(np.broadcast(missing, rise).shape), where=reachable & (missing > 0)
    )
    words = np.asarray(scale) * (left ** (-1 / np.asarray(exponent)) - 1)
    return np.where(missing <= 0, 0.0, np.where(reachable, words, np.inf))
