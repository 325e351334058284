"""Entropic transport by Sinkhorn's algorithm: in the kernel domain, in the log domain, and between unequal masses."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from clirlab.transport.problem import Options, Problem, Solution, marginal_error

# the largest cost range / ε whose kernel exp(-C / ε) stays clear of underflow in float64
SAFE_RANGE = 600.0
# relative rounding of a row sum per unit of range / ε: float32 cannot reach smaller errors
ROUNDING = 1.25e-7
CHECK_EVERY = 10
# columns from which on sums along rows are fast (measured)
WIDE = 32

# (variable, state of the active problems, number of steps) to (variable, error)
Steps = Callable[[Tensor, tuple[Tensor, ...], int], tuple[Tensor, Tensor]]


def gibbs_kernel(problem: Problem) -> tuple[Tensor, Tensor]:
    """K = exp(-(C - min C) / ε), and its contiguous transpose if K is narrow (empty if not; see `_row_sums`)."""
    k = (problem.lowest[:, None, None] - problem.cost).div_(problem.epsilon[:, None, None]).exp_()
    return k, k.mT.contiguous() if k.shape[2] < WIDE else k.new_empty(len(k), 0, 0)


def kernel_steps(
    u: Tensor, state: tuple[Tensor, ...], count: int, space: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Some Sinkhorn steps v = b / Kᵀu, u = a / Kv on the state (K, Kᵀ, a, b) or (K, Kᵀ, a, b, ω).

    Where there is ω, shape (B, 1), all steps but the last go ω times as far. `space`, of the shape of K, is written to:
    memory that is asked for anew costs as much as a step. Returns the new u, and the row error (L1) of the plan that
    the last step started from.
    """
    k, kt, a, b, *omega = state
    space = torch.empty_like(k) if space is None else space
    v = b
    for step in range(count):
        relaxed = omega and step < count - 1
        best = b / _summed(k, u, space)
        v = torch.lerp(v, best, omega[0]) if relaxed and step > 0 else best
        row = _summed(kt, v, space.view(kt.shape)) if kt.numel() else _row_sums(k, v, space)
        last, u = u, torch.lerp(u, a / row, omega[0]) if relaxed else a / row
    return u, (last * row - a).abs().sum(-1)


def _summed(k: Tensor, u: Tensor, space: Tensor) -> Tensor:
    """Kᵀu of each problem. Adding up rows is several times as fast on a CPU as batched multiplication."""
    return (u[0] @ k[0])[None] if len(k) == 1 else torch.mul(k, u[:, :, None], out=space).sum(1)


def _row_sums(k: Tensor, v: Tensor, space: Tensor) -> Tensor:
    """Kv of each problem: for wide matrices about as fast as adding up rows of the transpose, which is dear to make."""
    return (k[0] @ v[0])[None] if len(k) == 1 else torch.mul(k, v[:, None, :], out=space).sum(2)


def sinkhorn_kernel(problem: Problem, options: Options) -> Solution:
    """Sinkhorn's algorithm on K = exp(-C / ε): T = diag(u) K diag(v), u = a / Kv, v = b / Kᵀu (Cuturi 2013).

    Raises
    ------
    ValueError
        If the cost's range divided by ε is so large that the kernel underflows.
    """
    problem = _precise(problem, options)
    widest = (problem.spread / problem.epsilon).max().item()
    if widest > SAFE_RANGE:
        raise ValueError(
            f"the cost's range is {widest:.3g} times epsilon, so the kernel exp(-cost / epsilon) underflows; take "
            "method 'sinkhorn' or 'sinkhorn-log', or a larger epsilon"
        )
    k, kt = gibbs_kernel(problem)
    u, iterations = iterate(kernel_steps, torch.ones_like(problem.a), (k, kt, problem.a, problem.b), options)
    return kernel_solution(problem, options, k, u, iterations)


def kernel_solution(problem: Problem, options: Options, k: Tensor, u: Tensor, iterations: Tensor) -> Solution:
    """The plan, written over the kernel, and the potentials of a scaling u; its column sums are b."""
    plan = k.mul_(u[:, :, None])
    v = problem.b / plan.sum(1)
    plan *= v[:, None, :]
    f, g = (
        problem.epsilon[:, None] * (scaling / mass).where(mass > 0, 1).log()
        for scaling, mass in ((u, problem.a), (v, problem.b))
    )
    return entropic_solution(plan, problem, options, iterations, (f + problem.lowest[:, None], g))


def sinkhorn_log(problem: Problem, options: Options) -> Solution:
    """Sinkhorn's algorithm on the potentials, which no ε can underflow (Peyré & Cuturi 2019, section 4.4).

    f_i = -ε log Σ_j b_j exp((g_j - C_ij) / ε), g_j likewise; T_ij = a_i b_j exp((f_i + g_j - C_ij) / ε).
    """
    return _log_domain(problem, options, (math.inf, math.inf))


def unbalanced(problem: Problem, options: Options) -> Solution:
    """Entropic transport between unequal masses, whose marginals are asked for softly (Chizat et al. 2018, table 1).

    min ⟨T, C⟩ + ε KL(T | a ⊗ b) + ρ₁ KL(T1 | a) + ρ₂ KL(Tᵀ1 | b), by log-domain steps damped by ρ / (ρ + ε). The
    error is the distance of the plan's sums from those that the optimum has, T1 = a exp(-f / ρ₁) and its like.
    """
    if options.strength is None:
        raise ValueError("method 'unbalanced' needs strength=(source, target): the price of mass that is left or made")
    return _log_domain(problem, options, options.strength)


def _log_domain(problem: Problem, options: Options, strength: tuple[float, float]) -> Solution:
    problem = _precise(problem, options)
    x, log_a, log_b = problem.cost / problem.epsilon[:, None, None], problem.a.log(), problem.b.log()
    # ε / ρ of each side: 0 where the masses must be met; potentials are in units of ε from here on
    soft_a, soft_b = (problem.epsilon[:, None] / rho for rho in strength)
    state = (x, x.mT.contiguous(), log_a, log_b, soft_a, soft_b)
    f, iterations = iterate(_log_steps, torch.zeros_like(problem.a), state, options)
    g = _transform(f + log_a, x) / (1 + soft_b)
    plan = ((f + log_a)[:, :, None] + (g + log_b)[:, None, :] - x).exp()
    wanted = problem._replace(a=(log_a - soft_a * f).exp(), b=(log_b - soft_b * g).exp())
    return entropic_solution(
        plan, wanted, options, iterations, (f * problem.epsilon[:, None], g * problem.epsilon[:, None])
    )


def _transform(potential: Tensor, x: Tensor) -> Tensor:
    """The other side's best potential, -log Σ_i exp(potential_i - x_ij)."""
    return -torch.logsumexp(potential[:, :, None] - x, 1)


def _log_steps(f: Tensor, state: tuple[Tensor, ...], count: int) -> tuple[Tensor, Tensor]:
    """Some damped steps in the log domain, and the row error (L1) of the plan that the last one started from."""
    x, xt, log_a, log_b, soft_a, soft_b = state
    for _ in range(count):
        g = _transform(f + log_a, x) / (1 + soft_b)
        best = _transform(g + log_b, xt)
        last, f = f, best / (1 + soft_a)
    return f, ((log_a + last - best).exp() - (log_a - soft_a * last).exp()).abs().sum(-1)


def beyond_float32(problem: Problem, options: Options) -> Tensor:
    """Which problems cannot reach the tolerance in float32, shape (B,)."""
    return problem.spread / problem.epsilon * ROUNDING > options.tolerance


def _precise(problem: Problem, options: Options) -> Problem:
    return problem.to(torch.float64) if beyond_float32(problem, options).any() else problem


def iterate(steps: Steps, start: Tensor, state: tuple[Tensor, ...], options: Options) -> tuple[Tensor, Tensor]:
    """Repeat `steps` until each problem's error is below the tolerance; what has converged leaves the batch.

    Parameters
    ----------
    steps : callable
        Takes the variable of the active problems, their state and a number of steps; gives the variable and the error.
    start : Tensor, shape (B, m)
    state : tuple of Tensor, each with B as first dimension

    Returns
    -------
    (Tensor, Tensor)
        The variable, shape (B, m), and the number of steps of each problem, shape (B,).
    """
    result, variable = start.clone(), start
    active = torch.arange(len(start), device=start.device)
    taken, count = torch.zeros_like(active), 0
    while len(active) and count < options.max_iterations:
        more = min(CHECK_EVERY, options.max_iterations - count)
        variable, error = steps(variable, state, more)
        count += more
        taken[active], result[active] = count, variable
        going = error > options.tolerance
        if not going.all():
            active, variable = active[going], variable[going]
            state = tuple(part[going] for part in state)
    return result, taken


def entropic_solution(
    plan: Tensor, wanted: Problem, options: Options, iterations: Tensor, potentials: tuple[Tensor, Tensor]
) -> Solution:
    """The solution, its error measured on the plan itself."""
    error = marginal_error(plan, wanted.a, wanted.b)
    return Solution(plan, error, iterations, error <= options.tolerance, potentials)
