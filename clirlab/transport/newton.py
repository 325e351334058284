"""Entropic transport in a handful of steps: as many Sinkhorn steps as pay, then semi-dual Newton steps."""

from __future__ import annotations

import torch
from torch import Tensor

from clirlab.transport.problem import Options, Problem, Solution
from clirlab.transport.sinkhorn import (
    beyond_float32,
    entropic_solution,
    gibbs_kernel,
    kernel_solution,
    kernel_steps,
)

FIRST_STEPS = 8
# range / ε at which a kernel is still harmless and the first plain steps already help
START_RANGE = 50.0
LONGEST_STEP = 5.0
NEWTON_STEPS = 100


def sinkhorn(problem: Problem, options: Options) -> Solution:
    """The entropic plan by what is fastest for each problem.

    Plain kernel steps first; where their rate says that few more are enough, these, over-relaxed; else semi-dual Newton
    steps. ε is lowered in stages where the cost's range is more than 50 ε. Arithmetic is float64 where float32 cannot
    reach the tolerance, or did not.
    """
    # a Newton step costs as much as some plain ones, and more of them where the matrices are large (measured)
    return _fastest(problem, options, 8 + min(problem.cost.shape[1:]) // 2)


def sinkhorn_newton(problem: Problem, options: Options) -> Solution:
    """The entropic plan by semi-dual Newton steps after eight plain ones.

    Maximises F(u) = ⟨a, u⟩ - ⟨b, log Σ_i exp(u_i - C_ij / ε)⟩ over the potentials u of the smaller side, in units of
    ε. With W_ij = exp(u_i - C_ij / ε) / Σ_k exp(u_k - C_kj / ε) the plan is T = W diag(b), whose column sums are b;
    the gradient is a - T1 and the Hessian -S, S = diag(T1) - W diag(b) Wᵀ. S has the null vector 1 (constants do not
    change the plan), so a aᵀ is added, and a diagonal that vanishes with the error. A step is at most 5 long, and
    cut to a quarter, again and again, where F falls.

    Sources: Cuturi & Peyré 2016 (semi-dual); Brauer, Clason, Lorenz & Wirth 2017 (Newton's method on Sinkhorn's
    equations); Li, Fukushima, Qi & Yamashita 2004 (regularisation by the gradient's norm).
    """
    return _fastest(problem, options, 0)


def _fastest(problem: Problem, options: Options, patience: int) -> Solution:
    if problem.cost.shape[1] > problem.cost.shape[2]:
        found = _fastest(problem.flipped, options, patience)
        potentials = found.potentials and found.potentials[::-1]
        return found._replace(plan=found.plan.mT, potentials=potentials)
    if problem.cost.dtype == torch.float64:
        return _through_stages(problem, options, patience)
    hard = beyond_float32(problem, options)
    if not hard.any():
        found = _through_stages(problem, options, patience)
    else:
        found = _nothing_yet(problem)
        if not hard.all():
            _put(found, ~hard, _through_stages(problem.take(~hard), options, patience))
    late = ~found.converged
    if late.any():
        _put(found, late, _through_stages(problem.take(late).to(torch.float64), options, patience))
    return found


def _nothing_yet(problem: Problem) -> Solution:
    none = torch.zeros_like(problem.epsilon)
    potentials = torch.zeros_like(problem.a), torch.zeros_like(problem.b)
    return Solution(torch.zeros_like(problem.cost), none, none.long(), none.bool(), potentials)


def _put(found: Solution, where: Tensor, part: Solution) -> None:
    """Write the solutions of some problems into those of all."""
    found.iterations[where] += part.iterations
    found.converged[where] = part.converged
    pairs = [(found.plan, part.plan), (found.error, part.error)]
    if found.potentials is not None and part.potentials is not None:
        pairs += zip(found.potentials, part.potentials, strict=True)
    for target, new in pairs:
        target[where] = new.to(target.dtype)


def _through_stages(problem: Problem, options: Options, patience: int) -> Solution:
    """Plain steps at an ε that suits them, then Newton steps at this and at smaller ones, down to the ε asked for."""
    stage = problem.epsilon.maximum(problem.spread / START_RANGE)
    begun = problem._replace(epsilon=stage)
    k, kt = gibbs_kernel(begun)
    u, error, taken = _first_steps(begun, k, kt, options, patience)
    last = stage <= problem.epsilon
    if (last & (error <= options.tolerance)).all():
        return kernel_solution(problem, options, k, u, taken)
    u = u.log()
    # a little below what is asked, since the plan is computed once more from u; and in every stage, since mass that
    # has to go a dear way finds it only while ε is large
    goal = torch.full_like(stage, 0.8 * options.tolerance)
    while True:
        u, steps = _newton(problem._replace(epsilon=stage), u, goal)
        taken += steps
        if last.all():
            return _solution(problem, u, taken, options)
        following = problem.epsilon.maximum(stage / 4)
        u, stage = u * (stage / following)[:, None], following
        last = stage <= problem.epsilon


def _solution(problem: Problem, u: Tensor, taken: Tensor, options: Options) -> Solution:
    share, total = _softmax(u[:, :, None] - problem.cost / problem.epsilon[:, None, None])
    plan = share.mul_(problem.b[:, None, :])
    f = problem.epsilon[:, None] * (u - problem.a.log()).where(problem.a > 0, 0)
    g = -problem.epsilon[:, None] * total
    return entropic_solution(plan, problem, options, taken, (f, g))


def _first_steps(
    problem: Problem, k: Tensor, kt: Tensor, options: Options, patience: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Steps in the kernel domain: eight plain ones, and as long as the rate promises an end within `patience`, more.

    These are over-relaxed, by the ω that is best for the rate θ of plain steps, 2 / (1 + √(1 - θ)); the error then
    shrinks by ω - 1 a step (Lehmann, von Renesse, Sambale & Uschmajew 2022).

    Returns the scaling u, the row error before the last step, and the number of steps.
    """
    state: tuple[Tensor, ...] = (k, kt, problem.a, problem.b)
    half, space = FIRST_STEPS // 2, torch.empty_like(k)
    u, early = kernel_steps(torch.ones_like(problem.a), state, half, space)
    u, error = kernel_steps(u, state, half, space)
    taken = torch.full((len(u),), FIRST_STEPS, device=u.device)
    active, v, now = torch.arange(len(u), device=u.device), u, error
    # where the error vanished at once there is no rate
    theta = ((error / early) ** (1 / half)).nan_to_num()
    spent = 0
    while spent < patience:
        omega = 2 / (1 + (1 - theta).clamp(min=0).sqrt())
        needed = (options.tolerance / now).log() / (omega - 1).log()
        going = (now > options.tolerance) & (theta < 1) & (needed <= patience - spent)
        if not going.any():
            break
        # one more, since the error is that before the last; and some, since rounds for a few late problems are dear
        count = min(2 * FIRST_STEPS, int((1.4 * needed[going]).max().ceil()) + 1)
        if going.sum() < 0.8 * len(going):
            active, v, now, omega = active[going], v[going], now[going], omega[going]
            state, going = tuple(part[going] for part in state), going[going]
        further, after = kernel_steps(v, (*state, omega.where(going, 1)[:, None]), count, space[: len(v)])
        better = going & (after < now) & (further > 0).all(-1)
        rate = (after / now) ** (1 / count)
        # of plain steps that explains the rate seen
        theta = (rate + omega - 1) ** 2 / (rate * omega**2)
        theta = theta.where(rate > omega - 1, omega - 1).where(better, torch.inf)
        v, now = torch.where(better[:, None], further, v), torch.where(better, after, now)
        u[active], error[active] = v, now
        taken[active] += count
        spent += count
    return u, error, taken


def _newton(problem: Problem, start: Tensor, goal: Tensor) -> tuple[Tensor, Tensor]:
    """Semi-dual Newton steps from the potentials `start` until each error is below its goal: (u, number of steps)."""
    n_problems, m = start.shape
    result = start.clone()
    taken = torch.zeros(n_problems, dtype=torch.long, device=start.device)
    active = torch.arange(n_problems, device=start.device)
    x = problem.cost / problem.epsilon[:, None, None]
    a, b = problem.a, problem.b
    # the best potentials so far, their F and error; a step from there, and how much of it is tried
    held, value, best = start, torch.full_like(goal, -torch.inf), torch.full_like(goal, torch.inf)
    step, length = torch.zeros_like(start), torch.zeros_like(goal)
    rounding = 4 * torch.finfo(start.dtype).eps
    for count in range(NEWTON_STEPS):
        u = held + length[:, None] * step
        share, total = _softmax(u[:, :, None] - x)
        flow = share * b[:, None, :]
        row = flow.sum(2)
        gradient = a - row
        error = gradient.abs().sum(-1)
        now = (a * u.where(a > 0, 0)).sum(-1) - (b * total).sum(-1)
        better = (now >= value - rounding * value.abs()) | (error < best)
        held = torch.where(better[:, None], u, held)
        best, value = torch.where(better, error, best), torch.where(better, now, value)
        result[active], taken[active] = held, count
        going = best > goal
        if not going.any():
            break
        hessian = torch.diag_embed(row) - share @ flow.mT + a[:, :, None] * a[:, None, :]
        hessian.diagonal(dim1=1, dim2=2).add_(((0.1 * error + rounding) / m)[:, None])
        factor, failed = torch.linalg.cholesky_ex(hessian)
        newton = torch.cholesky_solve(gradient[:, :, None], factor)[:, :, 0]
        if failed.any():
            # rounding made the matrix indefinite: a plain Sinkhorn step ascends in any case
            newton = torch.where((failed > 0)[:, None], (a / row).where(a > 0, 1).log(), newton)
        step = torch.where(better[:, None], newton, step)
        length = torch.where(better, (LONGEST_STEP / newton.abs().amax(-1)).clamp(max=1), length / 4)
        if going.sum() < 0.8 * len(going):
            active, x, a, b, goal, held = (part[going] for part in (active, x, a, b, goal, held))
            value, best, step, length = (part[going] for part in (value, best, step, length))
    return result, taken


def _softmax(y: Tensor) -> tuple[Tensor, Tensor]:
    """Softmax over the rows, in place, and log Σ exp over them."""
    highest = y.amax(1, keepdim=True)
    total = y.sub_(highest).exp_().sum(1, keepdim=True)
    return y.div_(total), (total.log() + highest)[:, 0]
