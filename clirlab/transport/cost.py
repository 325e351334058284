"""Token vectors in, costs of moving mass between them out."""

from __future__ import annotations

from collections.abc import Callable

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
    x, y = (torch.nn.functional.normalize(v, dim=-1) for v in _centred(x, y, center))
    return (1 - x @ y.mT).clamp(0, 2)


def squared_euclidean_cost(x: Tensor, y: Tensor, center: Tensor | None = None) -> Tensor:
    """Squared Euclidean cost C_ij = ‖x_i - y_j‖², differentiable; of unit vectors twice the cosine cost.

    Parameters
    ----------
    x : Tensor, shape (..., m, d)
    y : Tensor, shape (..., n, d)
    center : Tensor, shape (d,), optional
        Subtracted from both sides first, which changes rounding alone.

    Returns
    -------
    Tensor, shape (..., m, n)
        At least 0, in the square of the vectors' unit.

    Examples
    --------
    >>> squared_euclidean_cost(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0], [0.0, 1.0]])).tolist()
    [[25.0, 1.0]]
    """
    x, y = _centred(x, y, center)
    return (x.square().sum(-1)[..., :, None] + y.square().sum(-1)[..., None, :] - 2 * x @ y.mT).clamp(min=0)


def dot_cost(x: Tensor, y: Tensor, center: Tensor | None = None) -> Tensor:
    """Negative dot product C_ij = -⟨x_i - c, y_j - c⟩, differentiable: long vectors that agree attract most.

    Parameters
    ----------
    x : Tensor, shape (..., m, d)
    y : Tensor, shape (..., n, d)
    center : Tensor, shape (d,), optional
        Subtracted from both sides first.

    Returns
    -------
    Tensor, shape (..., m, n)
        Of any sign, in the square of the vectors' unit.

    Examples
    --------
    >>> dot_cost(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]])).tolist()
    [[-11.0]]
    """
    x, y = _centred(x, y, center)
    return -(x @ y.mT)


def spread(cost: Tensor, valid: Tensor | None = None, kind: str = "std") -> Tensor:
    """How far the costs of each problem lie apart, which is what ε is best a multiple of.

    Parameters
    ----------
    cost : Tensor, shape (B, m, n)
    valid : Tensor of bool, shape (B, m, n), optional
        Which entries count; the others must be finite.
    kind : {"std", "range"}
        Standard deviation, or largest minus smallest.

    Returns
    -------
    Tensor, shape (B,)
        At least 0, in the unit of the cost.

    Raises
    ------
    ValueError
        If `kind` is none of these.

    Examples
    --------
    >>> cost = torch.tensor([[[0.0, 2.0], [2.0, 0.0]]])
    >>> spread(cost).tolist(), spread(cost, kind="range").tolist()
    ([1.0], [2.0])
    """
    if kind == "range":
        low, high = (cost, cost) if valid is None else (cost.masked_fill(~valid, x) for x in (torch.inf, -torch.inf))
        return high.amax((1, 2)) - low.amin((1, 2))
    if kind != "std":
        raise ValueError(f"unknown kind of spread {kind!r}; known: std, range")
    inside = torch.ones_like(cost) if valid is None else valid.to(cost.dtype)
    count = inside.sum((1, 2))
    mean = (cost * inside).sum((1, 2)) / count
    return ((cost - mean[:, None, None]).square() * inside).sum((1, 2)).div(count).sqrt()


COSTS: dict[str, Callable[..., Tensor]] = {
    "cosine": cosine_cost,
    "sqeuclidean": squared_euclidean_cost,
    "dot": dot_cost,
}


def _centred(x: Tensor, y: Tensor, center: Tensor | None) -> tuple[Tensor, Tensor]:
    return (x, y) if center is None else (x - center, y - center)
