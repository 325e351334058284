"""Transport without entropy by proximal steps: each is one Sinkhorn step on a kernel that carries the last plan."""

from __future__ import annotations

import torch
from torch import Tensor

from clirlab.transport.problem import Options, Problem, Solution, marginal_error
from clirlab.transport.sinkhorn import CHECK_EVERY


def ipot(problem: Problem, options: Options) -> Solution:
    """Inexact proximal point method: T ← argmin ⟨T, C⟩ + ε KL(T | last T), one inner step each (Xie et al. 2020).

    Q = exp(-C / ε) ∘ T, u = a / Qv, v = b / Qᵀu, T = diag(u) Q diag(v). It approaches the plan without entropy
    at any ε: small ones make each single step too rough, large ones make steps short, and about the standard deviation
    of the cost takes fewest. It has converged where the error is below the tolerance and ten steps change ⟨T, C⟩ by
    less than the tolerance times the cost's range.

    After k steps T = exp(f + g - k C / ε), where f and g are the sums of all log u and log v. The steps are taken on
    these sums, in float64: a plan that is multiplied again and again underflows where later steps need it.
    """
    x = (problem.cost - problem.lowest[:, None, None]).double() / problem.epsilon[:, None, None].double()
    log_a, log_b = problem.a.double().log(), problem.b.double().log()
    f, g, last_v = torch.zeros_like(log_a), torch.zeros_like(log_b), torch.zeros_like(log_b)
    # tokens without mass stay out of every sum
    f, g = f.masked_fill(problem.a == 0, -torch.inf), g.masked_fill(problem.b == 0, -torch.inf)
    active = torch.arange(len(x), device=x.device)
    result, taken = torch.zeros_like(problem.cost), torch.zeros_like(active)
    settled = torch.zeros_like(active, dtype=torch.bool)
    value = torch.full_like(problem.spread, torch.inf)
    count = 0
    while len(active):
        for _ in range(CHECK_EVERY):
            count += 1
            f, g, last_v = _proximal_step(f, g, last_v, count * x, log_a, log_b)
        plan = (f[:, :, None] + g[:, None, :] - count * x).exp().to(result.dtype)
        taken[active], result[active] = count, plan
        now = (plan * problem.cost[active]).sum((1, 2))
        steady = (now - value).abs() <= options.tolerance * problem.spread[active]
        settled[active] = steady & (marginal_error(plan, problem.a[active], problem.b[active]) <= options.tolerance)
        going = ~settled[active] & (count < options.max_iterations)
        active, x, value = active[going], x[going], now[going]
        f, g, last_v, log_a, log_b = (part[going] for part in (f, g, last_v, log_a, log_b))
    return Solution(result, marginal_error(result, problem.a, problem.b), taken, settled, None)


def _proximal_step(
    f: Tensor, g: Tensor, last_v: Tensor, x: Tensor, log_a: Tensor, log_b: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Sums of log u and log v, and the last log v, after one more step."""
    row = torch.logsumexp((g + last_v)[:, None, :] - x, 2)
    f = log_a - row
    v = log_b - g - torch.logsumexp(f[:, :, None] - x, 1)
    v = v.where(log_b > -torch.inf, 0)
    return f, g + v, v
