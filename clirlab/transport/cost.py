"""Token vectors in, costs of moving mass between them out."""

from __future__ import annotations

import torch
from torch import Tensor


def cosine_cost(x: Tensor, y: Tensor, center: Tensor | None = None) -> Tensor:
    """Cosine cost C_ij = 1 - cos(x_i - c, y_j - c), differentiable.

    Contextual vectors of retrieval encoders lie in a narrow cone (random pairs have a cosine near .7); subtracting a
    mean vector c first gives the cost the contrast that a plan needs (as OTAlign does: Arase, Bao, Yokoi 2023).

    Parameters
    ----------
    x : Tensor, shape (..., m, d)
    y : Tensor, shape (..., n, d)
    center : Tensor, shape (d,), optional
        Subtracted from both sides before the cosine.

    Returns
    -------
    Tensor, shape (..., m, n)
        In [0, 2]. Without `center`, a vector of norm 0 (padding) is at cost 1 from everything.

    Examples
    --------
    >>> x = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    >>> cosine_cost(x, x).round().tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    >>> cosine_cost(x, x, center=torch.tensor([0.5, 1.0])).round().tolist()
    [[0.0, 2.0], [2.0, 0.0]]
    """
    if center is not None:
        x, y = x - center, y - center
    x, y = (torch.nn.functional.normalize(v, dim=-1) for v in (x, y))
    return (1 - x @ y.mT).clamp(0, 2)
