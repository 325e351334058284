"""Costs in, transport plans out: exact and entropic, each problem solved on its unpadded slice by POT."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import ot
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from clirlab.transport.plan import TransportPlan

Array = NDArray[np.float64]


class ConvergenceWarning(UserWarning):
    """Some problems of a batch did not reach the tolerance."""


def exact(cost: Array, a: Array, b: Array, epsilon: float) -> tuple[Array, float]:
    """argmin ⟨T, C⟩ subject to T1 = a, Tᵀ1 = b, by the network simplex (Bonneel et al. 2011); `epsilon` is not used."""
    plan = ot.emd(a, b, cost)
    return plan, marginal_error(plan, a, b)


def sinkhorn(cost: Array, a: Array, b: Array, epsilon: float) -> tuple[Array, float]:
    """argmin ⟨T, C⟩ - ε H(T) subject to T1 = a, Tᵀ1 = b, by Sinkhorn's algorithm in the log domain (Cuturi 2013)."""
    plan = ot.sinkhorn(a, b, cost, epsilon, method="sinkhorn_log", numItermax=5000, stopThr=1e-7, warn=False)
    return plan, marginal_error(plan, a, b)


METHODS: dict[str, Callable[[Array, Array, Array, float], tuple[Array, float]]] = {"exact": exact, "sinkhorn": sinkhorn}


def marginal_error(plan: Array, a: Array, b: Array) -> float:
    """Largest L1 distance between the sums of a plan and the marginals it should have."""
    return max(float(np.abs(plan.sum(1) - a).sum()), float(np.abs(plan.sum(0) - b).sum()))


def solve(
    cost: Tensor | ArrayLike,
    method: str = "exact",
    epsilon: float = 0.05,
    a: Tensor | None = None,
    b: Tensor | None = None,
    mask: tuple[Tensor, Tensor] | None = None,
    tolerance: float = 1e-4,
) -> TransportPlan:
    """Optimal transport between the tokens of two texts, for one problem or a padded batch.

    Parameters
    ----------
    cost : Tensor or array_like, shape (m, n) or (B, m, n)
        Finite where the masks are True; padding may hold anything.
    method : {"exact", "sinkhorn"}
        The linear programme, or its entropic form.
    epsilon : float
        Strength of the entropy, in the unit of the cost; positive (Sinkhorn only).
    a, b : Tensor, shapes (B, m) and (B, n), optional
        Marginals; uniform over the valid tokens where not given. Weights of padding do not count; the rest is scaled
        to sum 1.
    mask : (Tensor, Tensor) of bool, shapes (B, m) and (B, n), optional
        True where there is a token.
    tolerance : float
        A marginal error (L1) above this gives a `ConvergenceWarning` with the count and the worst error.

    Returns
    -------
    TransportPlan
        Always a batch (B = 1 for a single problem), on the cost's device; the plan carries no gradient.

    Raises
    ------
    ValueError
        If the method is unknown, epsilon is not positive, a problem has no valid token on one side, or a valid cost
        is not finite.

    Examples
    --------
    >>> plan = solve([[0.0, 1.0], [1.0, 0.0], [0.2, 0.9]])
    >>> plan.plan[0].round(decimals=3).tolist()
    [[0.333, 0.0], [0.0, 0.333], [0.167, 0.167]]
    >>> round(plan.value.item(), 3)
    0.183
    """
    if method not in METHODS:
        raise ValueError(f"unknown transport method {method!r}; known: {', '.join(METHODS)}")
    if not epsilon > 0:
        raise ValueError(f"epsilon must be positive, got {epsilon}")
    costs = cost if isinstance(cost, Tensor) else torch.from_numpy(np.array(cost, dtype=np.float64))
    costs = costs if costs.is_floating_point() else costs.double()
    costs = costs if costs.ndim == 3 else costs.unsqueeze(0)
    rows, columns = mask if mask is not None else _all_valid(costs)
    given = [None if weights is None else torch.as_tensor(weights).reshape(len(costs), -1) for weights in (a, b)]
    values = costs.detach().double().cpu().numpy()
    plans = np.zeros_like(values)
    errors = np.zeros(len(values))
    for i, (row, column) in enumerate(zip(rows.cpu().numpy(), columns.cpu().numpy(), strict=True)):
        part = np.ascontiguousarray(values[i][np.ix_(row, column)])
        if not part.size:
            raise ValueError(f"problem {i} has no valid token on one side; leave it out")
        if not np.isfinite(part).all():
            raise ValueError(f"problem {i} has a cost that is not finite among its valid tokens")
        marginals = _marginal(given[0], i, row), _marginal(given[1], i, column)
        plan, errors[i] = METHODS[method](part, *marginals, epsilon)
        plans[i][np.ix_(row, column)] = plan
    if (late := errors > tolerance).any():
        warnings.warn(
            f"{late.sum()} of {len(errors)} problems did not converge; worst marginal error {errors.max():.1e}",
            ConvergenceWarning,
            stacklevel=2,
        )
    return TransportPlan(torch.from_numpy(plans).to(costs), costs, rows, columns, method)


def _all_valid(costs: Tensor) -> tuple[Tensor, Tensor]:
    b, m, n = costs.shape
    return costs.new_ones(b, m, dtype=torch.bool), costs.new_ones(b, n, dtype=torch.bool)


def _marginal(weights: Tensor | None, i: int, valid: NDArray[np.bool_]) -> Array:
    chosen = np.ones(valid.sum()) if weights is None else weights[i].double().cpu().numpy()[valid]
    if not (chosen >= 0).all() or not 0 < chosen.sum() < np.inf:
        raise ValueError(f"problem {i}: marginal weights must be non-negative and not all 0")
    return chosen / chosen.sum()
