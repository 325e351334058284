"""Mean scores of several languages (or other groups) in, how evenly a system serves them out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from clirlab.errors import unknown_name


class LanguageSummary(NamedTuple):
    """How evenly a system serves its languages.

    Attributes
    ----------
    worst_language : str
    worst : float
        min_l M_l.
    mean : float
        mean_l M_l, the reference not among them.
    transfer_gap : float
        M_reference − mean_l M_l; NaN without a reference.
    spread : float
        max_l M_l − min_l M_l.
    geometric_mean : float
        (Π_l M_l)^(1/L): 0 as soon as one language gets nothing.
    """

    worst_language: str
    worst: float
    mean: float
    transfer_gap: float
    spread: float
    geometric_mean: float


def summarise_languages(means: Mapping[str, float], reference: str | None = None) -> LanguageSummary:
    """Worst language, transfer gap, spread and geometric mean.

    Parameters
    ----------
    means : mapping of str to float
        A mean score in [0, 1] for each language; groups of languages, domains or lengths do as well.
    reference : str, optional
        The language that the others are measured by, such as ``"en"``; it is not one of them.

    Raises
    ------
    InputError
        If the reference is not among the means.
    ValueError
        If no language is left, or a mean is negative or not a number.

    Examples
    --------
    >>> summary = summarise_languages({"en": 0.9, "sw": 0.8, "so": 0.2}, reference="en")
    >>> summary.worst_language, round(summary.transfer_gap, 3), round(summary.geometric_mean, 3)
    ('so', 0.4, 0.4)
    """
    if reference is not None and reference not in means:
        raise unknown_name("reference", reference, means)
    of = {language: float(mean) for language, mean in means.items() if language != reference}
    if not of:
        raise ValueError("there is no language but the reference" if reference else "there is no language")
    values = np.array(list(of.values()))
    if not (values >= 0).all():
        raise ValueError(f"mean scores must be at least 0, got {of}")
    worst = min(of, key=lambda language: of[language])
    mean = float(values.mean())
    gap = float(means[reference]) - mean if reference is not None else float("nan")
    # by logarithms, so that many small scores do not underflow
    geometric = float(np.exp(np.log(values).mean())) if (values > 0).all() else 0.0
    return LanguageSummary(worst, of[worst], mean, gap, float(np.ptp(values)), geometric)
