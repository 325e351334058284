"""Token sets in, how far apart they are out: transport distance and Sinkhorn divergence, for batches of pairs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from clirlab.transport.cost import COSTS
from clirlab.transport.solve import solve

Masks = tuple[Tensor, Tensor]


def distance(
    x: Tensor,
    y: Tensor,
    mask: Masks | None = None,
    cost: str = "cosine",
    center: Tensor | None = None,
    **options: Any,
) -> Tensor:
    """Transport distance min ⟨T, C⟩ between sets of token vectors; its negative scores documents for a query.

    Parameters
    ----------
    x : Tensor, shape (m, d) or (B, m, d)
        A set without B is compared with every set of the other side: one query with B documents.
    y : Tensor, shape (n, d) or (B, n, d)
    mask : (Tensor, Tensor) of bool, shapes (m,) or (B, m), and (n,) or (B, n), optional
        True where there is a token.
    cost : {"cosine", "sqeuclidean", "dot"}
    center : Tensor, shape (d,), optional
        Subtracted from all vectors first.
    **options
        Of `clirlab.transport.solve`: method (``exact`` if not given), epsilon, a, b, mass, ….

    Returns
    -------
    Tensor, shape (B,), or () for a single pair
        In the unit of the cost. Differentiable in `x`, `y`: the plan is held constant, which is the gradient of the
        distance itself for ``exact`` and ``partial``; see `TransportPlan.value`.

    Raises
    ------
    ValueError
        As `solve`.

    Examples
    --------
    >>> query = torch.eye(2)
    >>> documents = torch.stack([torch.eye(2).flip(0), torch.ones(2, 2)])
    >>> [round(d, 4) for d in distance(query, documents).tolist()]
    [0.0, 0.2929]
    """
    matrix = _cost(cost, x, y, center)
    return solve(matrix, mask=_for_each(mask, matrix), **options).value


def sinkhorn_divergence(
    x: Tensor,
    y: Tensor,
    mask: Masks | None = None,
    cost: str = "cosine",
    center: Tensor | None = None,
    epsilon: float = 0.05,
    a: Tensor | None = None,
    b: Tensor | None = None,
    **options: Any,
) -> Tensor:
    """Debiased entropic distance S(x, y) = OT_ε(x, y) - OT_ε(x, x) / 2 - OT_ε(y, y) / 2 (Feydy et al. 2019, eq. 3).

    OT_ε is `TransportPlan.objective`. Entropy draws every set towards its middle; what is subtracted undoes that, so
    that S is 0 for equal sets and positive for others, at any ε. It goes to the transport distance as ε → 0.

    Parameters
    ----------
    x, y, mask, cost, center
        As for `distance`; ``dot`` has no such guarantee.
    epsilon : float
        See `solve`; a relative one is measured on the cost between x and y, and used for all three.
    a, b : Tensor, shapes (m,) or (B, m), and (n,) or (B, n), optional
        Masses; uniform where not given.
    **options
        Of `solve`: method (``sinkhorn`` if not given), relative_to, tolerance, ….

    Returns
    -------
    Tensor, shape (B,), or () for a single pair
        In the unit of the cost; differentiable in `x` and `y`, the gradient being exact (envelope theorem).

    Examples
    --------
    >>> x, y = torch.eye(3), torch.eye(3)[:2]
    >>> sinkhorn_divergence(x, x).item() < 1e-6 < sinkhorn_divergence(x, y).item()
    True
    """
    options = {"method": "sinkhorn"} | options
    cross = _cost(cost, x, y, center)
    masks = _for_each(mask, cross)
    a, b = _rows(a, cross), _rows(b, cross)
    between = solve(cross, epsilon=epsilon, a=a, b=b, mask=masks, **options)
    options.pop("relative_to", None)
    total = between.objective
    for vectors, valid, mass in zip((x, y), masks or (None, None), (a, b), strict=True):
        own = _cost(cost, vectors, vectors, center).expand(*cross.shape[:-2], -1, -1)
        pair = None if valid is None else (valid, valid)
        within = solve(own, epsilon=between.epsilon, a=mass, b=mass, mask=pair, **options)
        total = total - within.objective / 2
    return total


def _cost(name: str, x: Tensor, y: Tensor, center: Tensor | None) -> Tensor:
    if name not in COSTS:
        raise ValueError(f"unknown cost {name!r}; known: {', '.join(COSTS)}")
    return COSTS[name](x, y, center)


def _for_each(mask: Masks | None, cost: Tensor) -> Masks | None:
    """Masks with the batch dimension of the cost."""
    return None if mask is None else (_rows(mask[0], cost), _rows(mask[1], cost))


def _rows(x: Any, cost: Tensor) -> Any:
    return None if x is None else torch.as_tensor(x).expand(*cost.shape[:-2], -1)
