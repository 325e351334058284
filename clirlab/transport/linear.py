"""Transport without entropy, by POT's network simplex on all cores: the whole mass, or a part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from ot.lp.emd_wrap import emd_c
from torch import Tensor

from clirlab.transport.problem import Options, Problem, Solution, marginal_error

Array = NDArray[np.float64]
OPTIMAL = 1
PIVOTS = 1_000_000


def exact(problem: Problem, options: Options) -> Solution:
    """argmin ⟨T, C⟩ subject to T1 = a, Tᵀ1 = b, by the network simplex (Bonneel et al. 2011).

    At most m + n - 1 entries are positive. The potentials satisfy f_i + g_j <= C_ij, with equality where T_ij > 0.
    """
    plan, f, g, optimal = _simplex(problem.cost, problem.a, problem.b, options.threads)
    none = torch.zeros(len(plan), dtype=torch.long, device=plan.device)
    error = marginal_error(plan, problem.a, problem.b)
    return Solution(plan, error, none, optimal, _complete(problem, f, g))


def _complete(problem: Problem, f: Tensor, g: Tensor) -> tuple[Tensor, Tensor]:
    """Potentials of valid tokens without mass too, which the solver does not see: the largest that keep f + g <= C."""
    empty_rows, empty_columns = problem.rows & (problem.a == 0), problem.columns & (problem.b == 0)
    if empty_rows.any():
        highest = (problem.cost - g[:, None, :]).masked_fill((problem.b == 0)[:, None, :], torch.inf).amin(2)
        f = torch.where(empty_rows, highest, f)
    if empty_columns.any():
        highest = (problem.cost - f[:, :, None]).masked_fill(~problem.rows[:, :, None], torch.inf).amin(1)
        g = torch.where(empty_columns, highest, g)
    return f, g


def partial(problem: Problem, options: Options) -> Solution:
    """argmin ⟨T, C⟩ subject to T1 <= a, Tᵀ1 <= b, 1ᵀT1 = mass: the best part of the whole (Chapel et al. 2020).

    A token more on each side takes what is left, at no cost; between these two any transport is too dear. The error is
    the mass above the marginals plus the mass that lacks.
    """
    if options.mass is None:
        raise ValueError("method 'partial' needs mass: how much is to be transported")
    mass = options.mass.to(problem.a)
    whole = torch.minimum(problem.a.sum(-1), problem.b.sum(-1))
    if not ((mass >= 0) & (mass <= whole * (1 + 1e-6))).all():
        raise ValueError("mass must lie between 0 and the smaller of the two sides' sums")
    cost = problem.cost - problem.lowest[:, None, None]
    cost = torch.nn.functional.pad(cost, (0, 1, 0, 1))
    cost[:, -1, -1] = 2 * problem.spread + (problem.spread == 0)
    a = torch.cat([problem.a, (problem.b.sum(-1) - mass).clamp(min=0)[:, None]], -1)
    b = torch.cat([problem.b, (problem.a.sum(-1) - mass).clamp(min=0)[:, None]], -1)
    plans, _, _, optimal = _simplex(cost, a, b, options.threads)
    plan = plans[:, :-1, :-1]
    above = (plan.sum(-1) - problem.a).clamp(min=0).sum(-1) + (plan.sum(-2) - problem.b).clamp(min=0).sum(-1)
    error = above + (plan.sum((1, 2)) - mass).abs()
    none = torch.zeros(len(plan), dtype=torch.long, device=plan.device)
    return Solution(plan, error, none, optimal, None)


def _simplex(cost: Tensor, a: Tensor, b: Tensor, threads: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Plans, potentials and whether each is optimal; as tensors like the cost."""
    costs, sources, targets = (part.cpu().numpy().astype(np.float64, order="C") for part in (cost, a, b))
    targets *= sources.sum(1, keepdims=True) / targets.sum(1, keepdims=True)
    problems: list[tuple[Any, ...]] = list(zip(sources, targets, costs, strict=True))
    places: list[Any] = [(...,)] * len(problems)
    # tokens without mass would be left out by the solver, with no potential
    rows, columns = sources > 0, targets > 0
    if not (rows.all() and columns.all()):
        places = [np.ix_(r, c) for r, c in zip(rows, columns, strict=True)]
        problems = [
            (p[r], q[c], np.ascontiguousarray(matrix[place]))
            for p, q, matrix, r, c, place in zip(sources, targets, costs, rows, columns, places, strict=True)
        ]
    plans = np.zeros(costs.shape, dtype=np.float64 if cost.dtype == torch.float64 else np.float32)
    f, g, optimal = np.zeros_like(sources), np.zeros_like(targets), np.zeros(len(costs), dtype=bool)

    def solve_one(i: int) -> None:
        # little else happens here, since all else holds the interpreter's lock
        plan, _, u, v, status = emd_c(*problems[i], PIVOTS, 1, None, None)
        plans[i][places[i]], f[i][rows[i]], g[i][columns[i]], optimal[i] = plan, u, v, status == OPTIMAL

    in_threads(solve_one, len(problems), threads)
    plan, u, v = (torch.from_numpy(part).to(cost) for part in (plans, f, g))
    return plan, u, v, torch.from_numpy(optimal).to(cost.device)


def in_threads(work: Callable[[int], None], count: int, threads: int) -> None:
    """Do `work` for 0, …, count - 1, in so many threads; for work that frees the interpreter's lock."""
    threads = min(threads, count)
    # one queue for all, since a thread may have to share its core
    numbers = iter(range(count))

    def share(_: int) -> None:
        for i in numbers:
            work(i)

    if threads < 2:
        share(0)
    else:
        with ThreadPoolExecutor(threads) as pool:
            # list() so that an error inside reaches the caller
            list(pool.map(share, range(threads)))


@contextmanager
def cores_free() -> Iterator[None]:
    """Keep torch on one thread: an idle one spins for some milliseconds, on a core that the solver could use."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
