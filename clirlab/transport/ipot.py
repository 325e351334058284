"""Transport without entropy by proximal steps: each is one Sinkhorn step on a kernel that carries the last plan."""

from __future__ import annotations

import torch
from torch import Tensor

from clirlab.transport.problem import Options, Problem, Solution, marginal_error
from clirlab.transport.sinkhorn import CHECK_EVERY


def ipot(problem: Problem, options: Options) -> Solution:
    """Inexact proximal point method: T ← argmin ⟨T, C⟩ + ε KL(T | last T), one inner step each (Xie et al. 2020).

    Q = exp(-C / ε) ∘ T, u = a / Qv, v = b / Qᵀu, T = diag(u) Q diag(v). It approaches the plan without entropy, the
    faster the larger 1 / ε; it has converged where the error is below the tolerance and the last ten steps changed
    ⟨T, C⟩ by less than the tolerance times the cost's range.
    """
    shape = len(problem.a), 1
    # rows may be shifted: it changes no plan, and keeps the largest entry of each row at 1
    cost = problem.cost - problem.cost.amin(2, keepdim=True)
    kernel = torch.exp(-cost / problem.epsilon[:, None, None])
    a, b, scale = problem.a, problem.b, problem.spread.clamp(min=torch.finfo(cost.dtype).tiny)
    plan = (problem.rows[:, :, None] & problem.columns[:, None, :]).to(cost.dtype)
    v, value = torch.ones_like(b), torch.full_like(a[:, 0], torch.inf)
    active = torch.arange(shape[0], device=a.device)
    result, taken = torch.zeros_like(plan), torch.zeros_like(active)
    settled = torch.zeros_like(active, dtype=torch.bool)
    while len(active):
        for _ in range(CHECK_EVERY):
            plan, v = _proximal_step(plan * kernel, a, b, v)
        taken[active] += CHECK_EVERY
        result[active] = plan
        now = (plan * cost).sum((1, 2))
        settled[active] = ((now - value).abs() <= options.tolerance * scale) & (
            marginal_error(plan, a, b) <= options.tolerance
        )
        going = ~settled[active] & (taken[active] < options.max_iterations)
        active, plan, kernel, cost, a, b, v = (part[going] for part in (active, plan, kernel, cost, a, b, v))
        value, scale = now[going], scale[going]
    return Solution(result, marginal_error(result, problem.a, problem.b), taken, settled, None)


def _proximal_step(q: Tensor, a: Tensor, b: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """The next plan and scaling; sums that underflow divide by 1, where there is nothing to scale."""
    row = (q * v[:, None, :]).sum(2)
    u = a / row.where(row > 0, 1)
    column = (q * u[:, :, None]).sum(1)
    v = b / column.where(column > 0, 1)
    return u[:, :, None] * q * v[:, None, :], v
