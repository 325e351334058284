"""Systems' scores at rising severity in, a test of whether one of them is *more robust* than another out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clirlab.errors import InputError, unknown_name
from clirlab.evaluation.resampling import as_table, bootstrap_means, interval_of
from clirlab.evaluation.robustness import retention_of
from clirlab.evaluation.significance import correct

WAYS = ("area", "retention")


def compare_robustness(
    scores: Mapping[str, Mapping[str, ArrayLike]],
    severity: ArrayLike,
    baseline: str,
    by: str = "area",
    correction: str = "holm",
    samples: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """How much of its quality each system keeps, and whether that differs from what the baseline keeps.

    A better system may well be less robust: both are ratios to a system's own undamaged score. Every bootstrap sample
    draws queries within each language (the same for all systems and severities) and seeds for each system and language
    (the same for all severities), computes the ratio anew and takes the mean over languages. The p-value inverts the
    percentile interval: p = 2 (1 + min(b₋, b₊)) / (m + 1), b₋ and b₊ of the m samples having a difference ≤ 0 and ≥ 0.

    Parameters
    ----------
    scores : mapping of system to mapping of language to array_like, shape (K, S, Q) or (K, Q)
        K severities, S seeds, Q queries; the same severities, languages, and queries of a language for all systems.
    severity : array_like, shape (K,)
        Rising strictly from 0.
    baseline : str
        The system that the others are compared with.
    by : "area" or "retention"
        The area under the retention curve (AUDC), or the retention at the last severity.
    correction : str
        See `compare_scores`; over the systems of this table.

    Returns
    -------
    DataFrame
        system, value (mean over languages), low, high, difference, difference_low, difference_high, p, p_corrected.

    Raises
    ------
    InputError
        If a name is not known, or languages or queries of the systems differ.
    ValueError
        If the severities do not rise from 0, a mean at severity 0 is 0, or so often among the samples that there is no
        interval.

    Examples
    --------
    >>> queries = np.linspace(0.5, 1, 40)
    >>> scores = {"fragile": {"so": [queries, 0.5 * queries]}, "firm": {"so": [0.8 * queries, 0.72 * queries]}}
    >>> compare_robustness(scores, [0, 1], baseline="fragile", by="retention")[["system", "value"]].round(3)
        system  value
    0  fragile    0.5
    1     firm    0.9
    """
    if by not in WAYS:
        raise unknown_name("measure of robustness", by, WAYS)
    if baseline not in scores:
        raise unknown_name("baseline", baseline, scores)
    tables = {system: {lang: _curve(t) for lang, t in of_system.items()} for system, of_system in scores.items()}
    languages = list(tables[baseline])
    for system, of_system in tables.items():
        if set(of_system) != set(languages):
            raise InputError(f"{system}: has languages {sorted(of_system)}, {baseline} has {sorted(languages)}")
    points, sampled = {}, {}
    for number, language in enumerate(languages):
        of_language = [tables[system][language] for system in tables]
        if len({table.shape[-1] for table in of_language}) > 1:
            raise InputError(f"{language}: systems must be scored on the same queries")
        means = bootstrap_means(of_language, samples, seed + number)
        for system, table, mean in zip(tables, of_language, means, strict=True):
            kept = retention_of(severity, table.mean((1, 2)))
            points.setdefault(system, []).append(kept.area if by == "area" else kept.retention[-1])
            sampled.setdefault(system, []).append(_kept(kept.severity, mean, by))
    value = {system: np.mean(of_languages) for system, of_languages in points.items()}
    sample = {system: np.mean(of_languages, axis=0) for system, of_languages in sampled.items()}
    rows = [
        (
            system, value[system], *interval_of(sample[system]),
            *((np.nan,) * 4 if system == baseline else _difference(system, baseline, value, sample)),
        )
        for system in tables
    ]  # fmt: skip
    columns = ["system", "value", "low", "high", "difference", "difference_low", "difference_high", "p"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(p_corrected=correct(frame["p"], correction))


def _curve(scores: ArrayLike) -> NDArray[np.float64]:
    """Scores of shape (K, S, Q)."""
    table = as_table(scores)
    return table[:, None] if table.ndim == 2 else table


def _kept(severity: NDArray[np.float64], means: NDArray[np.float64], by: str) -> NDArray[np.float64]:
    """The ratio in each sample, means of shape (samples, K)."""
    if empty := int((means[:, 0] == 0).sum()):
        raise ValueError(
            f"in {empty} of {len(means)} bootstrap samples the score at severity 0 is 0: too few queries are answered at "
            "all to speak of retention; look at the scores themselves"
        )
    kept = means / means[:, :1]
    return np.trapezoid(kept, severity, axis=1) / severity[-1] if by == "area" else kept[:, -1]


def _difference(
    system: str, baseline: str, value: Mapping[str, float], sample: Mapping[str, NDArray[np.float64]]
) -> tuple[float, float, float, float]:
    drawn = sample[system] - sample[baseline]
    tail = min((drawn <= 0).sum(), (drawn >= 0).sum())
    p = min(1.0, 2 * (1 + tail) / (len(drawn) + 1))
    return (value[system] - value[baseline], *interval_of(drawn), p)
