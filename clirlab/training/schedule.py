"""A step in, the learning rate's share of its peak out."""

from __future__ import annotations

import math

from clirlab.training.settings import TrainingSettings


def rate_share(step: int, settings: TrainingSettings) -> float:
    """A straight rise over the warm-up, then a straight line or half a cosine down to `final_rate`.

    Parameters
    ----------
    step : int
        From 0.

    Returns
    -------
    float
        In (0, 1]; 0 at the last step where `final_rate` is 0.

    Examples
    --------
    >>> settings = TrainingSettings(steps=5, warm_up=0.4, final_rate=0, decay="cosine")
    >>> [round(rate_share(step, settings), 2) for step in range(5)]
    [0.5, 1.0, 0.75, 0.25, 0.0]
    """
    warm_up = max(1, round(settings.warm_up * settings.steps))
    gone, all_steps = max(0, step + 1 - warm_up), max(1, settings.steps - warm_up)
    falls = 1 - settings.final_rate
    if settings.decay == "cosine":
        return min((step + 1) / warm_up, 1 - falls * (1 - math.cos(math.pi * gone / all_steps)) / 2)
    return min((step + 1) / warm_up, 1 - falls * gone / all_steps)
