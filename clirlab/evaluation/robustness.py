"""Mean scores at rising severity in, what is left of them out: retention, drop, area, half-way point."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Retention(NamedTuple):
    """What is left of a system's quality as the queries get worse.

    Attributes
    ----------
    severity, retention : ndarray, shape (S,)
        retention is M(s) / M(0); it may exceed 1.
    area : float
        AUDC = ∫ M(s) / M(0) ds / s_max by trapezoids; 1 where nothing is lost.
    """

    severity: NDArray[np.float64]
    retention: NDArray[np.float64]
    area: float

    @property
    def drop(self) -> NDArray[np.float64]:
        """Relative drop in percent, 100 (M(s) − M(0)) / M(0): 0 at severity 0, negative where quality is lost."""
        return 100 * (self.retention - 1)

    @property
    def half(self) -> float:
        """s₅₀, the first severity *that was measured* with a retention of at most .5; infinite where there is none.

        Nothing is interpolated: between two severities nothing is known.
        """
        reached = np.flatnonzero(self.retention <= 0.5)
        return float(self.severity[reached[0]]) if len(reached) else float("inf")


def retention_of(severity: ArrayLike, means: ArrayLike) -> Retention:
    """Retention M(s) / M(0) and its area.

    Parameters
    ----------
    severity : array_like, shape (S,)
        Rising strictly from 0, at least two.
    means : array_like, shape (S,)
        The system's mean score at each severity; the first must not be 0.

    Raises
    ------
    ValueError
        If the severities do not rise from 0, the lengths differ, or M(0) is 0.

    Examples
    --------
    >>> kept = retention_of([0, 0.2, 0.4], [0.8, 0.6, 0.2])
    >>> round(kept.area, 4), kept.drop.round().tolist(), kept.half
    (0.6875, [0.0, -25.0, -75.0], 0.4)
    """
    s, m = (np.asarray(values, dtype=np.float64) for values in (severity, means))
    if len(s) < 2 or s[0] != 0 or (np.diff(s) <= 0).any():
        raise ValueError(f"severities must rise strictly from 0, got {s.tolist()}")
    if s.shape != m.shape:
        raise ValueError(f"{len(s)} severities but {len(m)} means")
    if m[0] == 0:
        raise ValueError("the score at severity 0 is 0, so there is nothing to retain; look at the scores themselves")
    kept = m / m[0]
    return Retention(s, kept, float(np.trapezoid(kept, s) / s[-1]))
