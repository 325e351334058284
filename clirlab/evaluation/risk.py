"""Per-query scores of a system and of what it replaces in, the risk of being worse out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from clirlab.errors import InputError

TIE = 1e-9


def share_harmed(differences: ArrayLike) -> float:
    """The share of queries on which a system is worse than its baseline.

    Parameters
    ----------
    differences : array_like, shape (Q,)
        Score of the system minus that of the baseline.

    Raises
    ------
    ValueError
        If there is no difference, or one is not a number.

    Examples
    --------
    >>> share_harmed([0.5, 0.0, -0.1, 0.2])
    0.25
    """
    return float((_finite(differences) < -TIE).mean())


def u_risk(differences: ArrayLike, alpha: float = 1.0) -> float:
    """U_risk = (1/|Q|) [Σ_{δ>0} δ + (1 + α) Σ_{δ<0} δ] (Wang, Bennett & Collins-Thompson 2012).

    Parameters
    ----------
    differences : array_like, shape (Q,)
    alpha : float
        At least 0: by how much more a loss counts than a gain. 0 gives the mean difference.

    Returns
    -------
    float
        In the units of the scores; negative where losses outweigh gains.

    Raises
    ------
    ValueError
        If alpha is negative, there is no difference, or one is not a number.

    Examples
    --------
    >>> u_risk([0.5, -0.25], alpha=1)  # (.5 − 2 · .25) / 2
    0.0
    """
    if not alpha >= 0:
        raise ValueError(f"alpha must be at least 0, got {alpha}")
    d = _finite(differences)
    return float(np.where(d < 0, (1 + alpha) * d, d).mean())


def geo_risk(scores: Mapping[str, ArrayLike], alpha: float = 1.0) -> pd.DataFrame:
    """GeoRisk: quality and risk against *all* the systems in one number (Dinçer, Macdonald & Ounis 2016).

    With x_iq the score of system i, S_i = Σ_q x_iq, T_q = Σ_i x_iq, N the sum of all, the score to expect of a system
    that is only as good as its total is e_iq = S_i T_q / N, and z_iq = (x_iq − e_iq) / √e_iq. Then
    ZRisk_i = Σ_{z>0} z_iq + (1 + α) Σ_{z<0} z_iq and GeoRisk_i = √( S_i / |Q| · Φ(ZRisk_i / |Q|) ), Φ the normal
    distribution function. Queries that no system answers (T_q = 0) say nothing and add 0.

    Parameters
    ----------
    scores : mapping of str to array_like, shape (S, Q) or (Q,)
        At least two systems; where there are several seeds, their mean is taken.
    alpha : float
        At least 0.

    Returns
    -------
    DataFrame
        system, mean, z_risk, geo_risk (in [0, 1] for scores in [0, 1], higher is better).

    Raises
    ------
    InputError
        If there are fewer than two systems, they have not the same number of queries, or a score is negative.
    ValueError
        If alpha is negative or a score is not a number.

    Examples
    --------
    >>> geo_risk({"even": [0.5, 0.5], "uneven": [1.0, 0.0]}).round(3).values.tolist()
    [['even', 0.5, -0.077, 0.492], ['uneven', 0.5, -0.711, 0.425]]
    """
    if not alpha >= 0:
        raise ValueError(f"alpha must be at least 0, got {alpha}")
    rows = [_finite(np.atleast_2d(np.asarray(table, dtype=np.float64)).mean(0)) for table in scores.values()]
    if len(rows) < 2 or len({len(row) for row in rows}) > 1:
        raise InputError("GeoRisk compares at least two systems on the same queries")
    x = np.stack(rows)
    if (x < 0).any():
        raise InputError("GeoRisk takes scores of at least 0, not differences")
    total, q = x.sum(), x.shape[1]
    expected = np.outer(x.sum(1), x.sum(0)) / total if total else np.zeros_like(x)
    z = np.divide(x - expected, np.sqrt(expected), out=np.zeros_like(x), where=expected > 0)
    z_risk = np.where(z < 0, (1 + alpha) * z, z).sum(1)
    mean = x.mean(1)
    return pd.DataFrame(
        {"system": list(scores), "mean": mean, "z_risk": z_risk, "geo_risk": np.sqrt(mean * stats.norm.cdf(z_risk / q))}
    )


def _finite(differences: ArrayLike) -> np.ndarray:
    d = np.asarray(differences, dtype=np.float64)
    if not d.size or not np.isfinite(d).all():
        raise ValueError(f"{(~np.isfinite(d)).sum()} of {d.size} values are not finite; was every query scored?")
    return d
