"""Costs in, transport plans out: one front for every method, for one problem or a padded batch."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from clirlab.transport.batch import Batch, gather, parts, read_batch
from clirlab.transport.controls import argmax, assignment, greedy, identity, random
from clirlab.transport.ipot import ipot
from clirlab.transport.linear import cores_free, exact, partial
from clirlab.transport.newton import sinkhorn, sinkhorn_newton
from clirlab.transport.plan import Array, TransportPlan
from clirlab.transport.problem import Options, Problem, Solution
from clirlab.transport.sinkhorn import sinkhorn_kernel, sinkhorn_log, unbalanced

Method = Callable[[Problem, Options], Solution]

METHODS: dict[str, Method] = {
    "exact": exact,
    "sinkhorn": sinkhorn,
    "sinkhorn-kernel": sinkhorn_kernel,
    "sinkhorn-log": sinkhorn_log,
    "sinkhorn-newton": sinkhorn_newton,
    "ipot": ipot,
    "partial": partial,
    "unbalanced": unbalanced,
    "greedy": greedy,
    "assignment": assignment,
    "argmax": argmax,
    "identity": identity,
    "random": random,
}
# methods whose plan has the entropy of `epsilon`, and those that may leave mass behind
ENTROPIC = {"sinkhorn", "sinkhorn-kernel", "sinkhorn-log", "sinkhorn-newton", "unbalanced"}
UNEQUAL = {"partial", "unbalanced"}
# and those that have threads of their own
SIMPLEX = {"exact", "partial", "random"}


class ConvergenceWarning(UserWarning):
    """Some problems of a batch did not reach the tolerance."""


def solve(
    cost: Array | ArrayLike,
    method: str = "exact",
    epsilon: float | Array = 0.05,
    a: Array | None = None,
    b: Array | None = None,
    mask: tuple[Array, Array] | None = None,
    relative_to: str | None = None,
    tolerance: float = 1e-5,
    max_iterations: int = 10_000,
    mass: float | Array | None = None,
    strength: float | tuple[float, float] | None = None,
    seed: int = 0,
) -> TransportPlan:
    """Optimal transport between the tokens of two texts, for one problem or a padded batch.

    ===================  ==========================================================================================
    ``exact``            argmin ⟨T, C⟩ subject to T1 = a, Tᵀ1 = b: a sharp plan; the network simplex
    ``sinkhorn``         argmin ⟨T, C⟩ + ε KL(T | a ⊗ b), same constraints: a smooth plan, by what is fastest for each
                         problem: ``sinkhorn-kernel`` (plain, on exp(-C / ε)), ``sinkhorn-log`` (plain, on the
                         potentials), ``sinkhorn-newton``; each can be asked for by its own name
    ``ipot``             proximal steps of strength ε towards a plan without entropy
    ``partial``          the cheapest plan that moves `mass` in all, and no token's more than it has
    ``unbalanced``       entropic; marginals are soft, at the prices `strength`
    ``greedy``           control: cheapest free pairs one after the other, one to one
    ``assignment``       control: the cheapest one-to-one pairs together
    ``argmax``           control: every source token to its cheapest target token
    ``identity``         control: position by position
    ``random``           control: the exact plan of a random cost
    ===================  ==========================================================================================

    Parameters
    ----------
    cost : Tensor or array_like, shape (m, n) or (B, m, n)
        Finite where the masks are True; padding may hold anything, NaN too. Half precision is solved in float32, which
        is also taken for float32 where it can reach the tolerance; else float64.
    method : str
        One of `METHODS`.
    epsilon : float or array, shape (B,)
        Strength of the entropy (of a step, for ``ipot``), positive; in the unit of the cost, or see `relative_to`.
    a, b : array, shapes (m,) and (n,), or (B, m) and (B, n), optional
        Mass of each token, non-negative; padding does not count. Uniform where not given, with the sum of the other
        side, or 1. The two sides must sum alike but for ``partial`` and ``unbalanced``.
    mask : (array, array) of bool, shapes as `a` and `b`, optional
        True where there is a token; holes may be anywhere.
    relative_to : {None, "std", "range"}
        Take `epsilon` as a multiple of the standard deviation or of the range of each problem's valid costs.
    tolerance : float
        A problem has converged when its `marginal_error` is no larger.
    max_iterations : int
        Of plain steps; Newton's method has a limit of its own.
    mass : float or array, shape (B,), optional
        For ``partial``, in the unit of `a`.
    strength : float or (float, float), optional
        For ``unbalanced``: ρ of the source and of the target side, positive, in the unit of the cost.
    seed : int
        For ``random``.

    Returns
    -------
    TransportPlan
        Of the cost's kind, shape, type and device. The plan carries no gradient; `TransportPlan.value` has one.

    Raises
    ------
    ValueError
        If a name is unknown, a shape does not fit, epsilon is not positive, a problem has no valid token on one side, a
        valid cost is not finite, or masses are negative, all 0 or do not sum alike.

    Warns
    -----
    ConvergenceWarning
        Once, with the number of problems above the tolerance and the largest error.

    Examples
    --------
    >>> plan = solve([[0.0, 1.0], [1.0, 0.0], [0.2, 0.9]])
    >>> plan.plan.round(3).tolist()
    [[0.333, 0.0], [0.0, 0.333], [0.167, 0.167]]
    >>> round(plan.value.item(), 3)
    0.183
    >>> batch = solve(torch.rand(8, 5, 6), "sinkhorn", epsilon=0.1, relative_to="range")
    >>> batch.value.shape, bool(batch.converged.all())
    (torch.Size([8]), True)
    """
    if method not in METHODS:
        raise ValueError(f"unknown transport method {method!r}; known: {', '.join(METHODS)}")
    if relative_to not in (None, "std", "range"):
        raise ValueError(f"unknown relative_to {relative_to!r}; known: None, 'std', 'range'")
    given = cost if isinstance(cost, Tensor) else np.asarray(cost)
    batch = read_batch(given, a, b, mask)
    epsilons = _one_each(epsilon, "epsilon", batch)
    if not ((epsilons > 0) & epsilons.isfinite()).all():
        raise ValueError(f"epsilon must be positive and finite, got {epsilon}")
    scale = batch.a.sum(-1)
    # uniform masses take the other side's sum
    if method not in UNEQUAL and a is not None and b is not None:
        batch = _balanced(batch)
    portion = None if mass is None else _one_each(mass, "mass", batch) / scale
    sides = None if strength is None else _two_sides(strength)
    options = Options(tolerance, max_iterations, portion, sides, seed, torch.get_num_threads())
    # mixed precision around the call would take products of masses in half precision
    with (
        torch.autocast(batch.cost.device.type, enabled=False),
        torch.no_grad(),
        cores_free() if method in SIMPLEX else nullcontext(),
    ):
        found, epsilons = _solve_in_parts(batch, METHODS[method], options, epsilons, relative_to)
    if (late := ~found.converged).any():
        worst = found.error[late].max().item()
        warnings.warn(
            f"{int(late.sum())} of {len(late)} problems did not converge; worst marginal error {worst:.1e}",
            ConvergenceWarning,
            stacklevel=2,
        )
    entropy = epsilons if method in ENTROPIC else torch.zeros_like(epsilons)
    return _as_given(given, batch, found, method, entropy, sides if method == "unbalanced" else None)


def _solve_in_parts(
    batch: Batch, method: Method, options: Options, epsilon: Tensor, relative_to: str | None
) -> tuple[Solution, Tensor]:
    """Solutions of the whole batch, in the order that it was given, and the ε of each problem."""
    facts = torch.zeros_like(batch.a[:, 0])
    f, g = torch.zeros_like(batch.a), torch.zeros_like(batch.b)
    # without padding every entry is written
    padded = not (batch.rows.all() and batch.columns.all())
    plan = torch.zeros_like(batch.cost) if padded else torch.empty_like(batch.cost)
    whole = Solution(plan, facts, facts.long(), facts.bool(), None)
    epsilons = facts.clone()
    potentials = None
    for part in parts(batch):
        problem, chosen = gather(batch, part, epsilon, relative_to), part.places
        own = options if options.mass is None else options._replace(mass=options.mass[chosen])
        solution = method(problem, own)
        unit = batch.a[chosen].sum(-1)
        plan = solution.plan if ((unit - 1).abs() < 1e-12).all() else solution.plan * unit[:, None, None]
        if isinstance(chosen, slice) and chosen.stop - chosen.start == len(batch.cost):
            whole = whole._replace(plan=plan.to(batch.cost.dtype).contiguous())
        else:
            part.put(whole.plan, plan)
        whole.error[chosen] = solution.error.double()
        whole.iterations[chosen] = solution.iterations
        whole.converged[chosen] = solution.converged
        epsilons[chosen] = problem.epsilon.double()
        if solution.potentials is not None:
            potentials = f, g
            part.put_rows(f, solution.potentials[0] * problem.rows)
            part.put_columns(g, solution.potentials[1] * problem.columns)
    return whole._replace(potentials=potentials), epsilons


def _balanced(batch: Batch) -> Batch:
    """The batch with target masses that sum to the source's; an error where they are more than rounding apart."""
    source, target = batch.a.sum(-1), batch.b.sum(-1)
    # a problem without valid tokens has no mass, and a message of its own
    if (apart := ((source - target).abs() > 1e-4 * source) & (source > 0) & (target > 0)).any():
        i = int(apart.nonzero()[0])
        raise ValueError(
            f"problem {i}: a sums to {source[i].item():.6g} and b to {target[i].item():.6g}; scale them alike "
            "(a / a.sum(-1)), or take method 'partial' or 'unbalanced'"
        )
    return batch._replace(b=batch.b * (source / target.where(target > 0, 1))[:, None])


def _one_each(x: Any, name: str, batch: Batch) -> Tensor:
    """One number for each problem, from one or from many."""
    numbers = torch.as_tensor(x, dtype=torch.float64, device=batch.a.device).detach()
    if numbers.shape not in ((), (1,), batch.a.shape[:1]):
        raise ValueError(f"{name} has shape {tuple(numbers.shape)}, but there are {len(batch.a)} problems")
    return numbers.expand(len(batch.a))


def _two_sides(strength: float | tuple[float, float]) -> tuple[float, float]:
    sides = (strength, strength) if isinstance(strength, int | float) else tuple(strength)
    if len(sides) != 2 or not all(rho > 0 for rho in sides):
        raise ValueError(f"strength must be a positive number or two of them, got {strength}")
    return sides


def _as_given(
    cost: Tensor | NDArray[Any], batch: Batch, found: Solution, method: str, epsilon: Tensor, strength: Any
) -> TransportPlan:
    """The plan in the kind and shape of the cost; masses and diagnostics in float32 at least."""
    precise = torch.float64 if batch.cost.dtype == torch.float64 else torch.float32

    def give(x: Tensor) -> Any:
        x = x if cost.ndim == 3 else x[0]
        return x if isinstance(cost, Tensor) else x.numpy()[()]

    def fact(x: Tensor) -> Any:
        return give(x.to(precise))

    floating = cost.is_floating_point() if isinstance(cost, Tensor) else cost.dtype.kind == "f"

    return TransportPlan(
        plan=give(found.plan),
        # of integers the numbers that they were solved as, which can carry a value
        cost=cost if floating else give(batch.cost),
        rows=give(batch.rows),
        columns=give(batch.columns),
        a=fact(batch.a),
        b=fact(batch.b),
        method=method,
        epsilon=fact(epsilon),
        iterations=give(found.iterations),
        marginal_error=fact(found.error),
        converged=give(found.converged),
        potentials=None if found.potentials is None else (fact(found.potentials[0]), fact(found.potentials[1])),
        strength=strength,
    )
