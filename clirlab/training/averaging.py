"""Weights in, their average out: over the steps of a run, and with the weights before training."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor


@torch.no_grad()
def follow(mean: Mapping[str, Tensor], weights: Mapping[str, Tensor], decay: float) -> None:
    """Exponential moving average, in place: mean ← decay · mean + (1 - decay) · weights.

    Examples
    --------
    >>> mean = {"w": torch.tensor([1.0])}
    >>> follow(mean, {"w": torch.tensor([2.0])}, decay=0.75)
    >>> mean["w"].item()
    1.25
    """
    for name, own in mean.items():
        own.lerp_(weights[name].detach(), 1 - decay)


@torch.no_grad()
def interpolate(weights: Mapping[str, Tensor], before: Mapping[str, Tensor], share: float) -> None:
    """Move weights to (1 - share) weights + share before, in place; what has no counterpart before stays.

    Source: Wortsman et al. 2022, WiSE-FT, arXiv 2109.01903.

    Examples
    --------
    >>> weights = {"w": torch.tensor([3.0]), "new": torch.tensor([3.0])}
    >>> interpolate(weights, {"w": torch.tensor([1.0])}, share=0.25)
    >>> weights["w"].item(), weights["new"].item()
    (2.5, 3.0)
    """
    for name, own in weights.items():
        if name in before:
            own.lerp_(before[name].detach().to(own.device), share)
