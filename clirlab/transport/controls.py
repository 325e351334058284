"""Plans that are no optimal transport: what every claim about transport is compared with.

They look at costs or positions alone, not at the marginals, so that their marginal error is what it is. Each one-to-one
plan shares the whole mass evenly among its pairs.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from clirlab.transport.linear import exact
from clirlab.transport.problem import Options, Problem, Solution, at_once


def greedy(problem: Problem, options: Options) -> Solution:
    """The cheapest pair of free tokens, again and again, until one side has none left (Dr.DECR: Li et al. 2022)."""
    cost = problem.cost.masked_fill(~(problem.rows[:, :, None] & problem.columns[:, None, :]), torch.inf)
    plan = torch.zeros_like(cost)
    every, n = torch.arange(len(cost), device=cost.device), cost.shape[2]
    for _ in range(min(cost.shape[1:])):
        cheapest, position = cost.flatten(1).min(1)
        i, j = position // n, position % n
        # a problem that is used up has nothing to write, not even a 0
        plan[every, i, j] = torch.maximum(plan[every, i, j], cheapest.isfinite().to(plan.dtype))
        cost[every, i, :] = torch.inf
        cost[every, :, j] = torch.inf
    return _shared(plan, problem)


def assignment(problem: Problem, options: Options) -> Solution:
    """The cheapest one-to-one pairs, as many as the shorter side has tokens (Hungarian method, by SciPy)."""
    plan = torch.zeros_like(problem.cost)
    sizes = zip(problem.rows.sum(1).tolist(), problem.columns.sum(1).tolist(), strict=True)
    for i, (m, n) in enumerate(sizes):
        pairs = linear_sum_assignment(problem.cost[i, :m, :n].double().cpu().numpy())
        plan[i][tuple(torch.from_numpy(np.stack(pairs)).to(plan.device))] = 1
    return _shared(plan, problem)


def argmax(problem: Problem, options: Options) -> Solution:
    """Each source token sends its mass to the cheapest target token (MaxSim's choice); columns take what comes."""
    nearest = problem.cost.masked_fill(~problem.columns[:, None, :], torch.inf).argmin(2)
    plan = torch.nn.functional.one_hot(nearest, problem.cost.shape[2]) * problem.a[:, :, None]
    return at_once(plan, problem)


def identity(problem: Problem, options: Options) -> Solution:
    """The first token to the first, the second to the second, …; what the longer side has beyond is left out."""
    both = problem.rows[:, :, None] & problem.columns[:, None, :]
    return _shared(torch.eye(*both.shape[1:], device=both.device).to(problem.cost) * both, problem)


def random(problem: Problem, options: Options) -> Solution:
    """The exact plan of a random cost: as sharp as an exact plan, its marginals met, and nothing of the texts in it.

    The costs are uniform in [0, 1) and depend on the seed, the problem's place in the batch and its size alone.
    """
    noise = torch.zeros_like(problem.cost)
    sizes = zip(problem.place.tolist(), problem.rows.sum(1).tolist(), problem.columns.sum(1).tolist(), strict=True)
    for i, (place, m, n) in enumerate(sizes):
        noise[i, :m, :n] = torch.from_numpy(np.random.default_rng([options.seed, place]).random((m, n))).to(noise)
    return exact(problem._replace(cost=noise), options)._replace(potentials=None)


def _shared(pairs: Tensor, problem: Problem) -> Solution:
    """Plans of 0 and 1 scaled to the whole mass."""
    return at_once(pairs / pairs.sum((1, 2), keepdim=True), problem)
