"""What every method takes and gives: a chunk of problems of like size, without padding inside, and its solution."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Problem(NamedTuple):
    """B problems in the arithmetic they are solved in, valid tokens first.

    Attributes
    ----------
    cost : Tensor, shape (B, m, n), float32 or float64
        Finite; padding holds the smallest valid cost of its problem.
    a, b : Tensor, shapes (B, m) and (B, n)
        Masses, in units of the whole source mass (a sums to 1); 0 for padding.
    rows, columns : Tensor of bool, shapes (B, m) and (B, n)
        False for padding.
    lowest, spread : Tensor, shape (B,)
        The smallest valid cost, and how far the largest is above it.
    epsilon : Tensor, shape (B,)
        Strength of the entropy in the unit of the cost, positive.
    place : Tensor of int, shape (B,)
        Where each problem stands in the batch that was given.
    """

    cost: Tensor
    a: Tensor
    b: Tensor
    rows: Tensor
    columns: Tensor
    lowest: Tensor
    spread: Tensor
    epsilon: Tensor
    place: Tensor

    @property
    def flipped(self) -> Problem:
        """Source and target exchanged."""
        return self._replace(cost=self.cost.mT.contiguous(), a=self.b, b=self.a, rows=self.columns, columns=self.rows)

    def take(self, positions: Tensor) -> Problem:
        """The problems at these positions (or where a boolean tensor is True)."""
        return Problem(*(field[positions] for field in self))

    def to(self, dtype: torch.dtype) -> Problem:
        """The same in another floating-point type."""
        return Problem(*(field.to(dtype) if field.is_floating_point() else field for field in self))


class Options(NamedTuple):
    """What some methods want to know; see `clirlab.transport.solve`. `threads` are those of the simplex."""

    tolerance: float
    max_iterations: int
    mass: Tensor | None
    strength: tuple[float, float] | None
    seed: int
    threads: int


class Solution(NamedTuple):
    """Plans of a chunk and how they were reached.

    Attributes
    ----------
    plan : Tensor, shape (B, m, n)
    error : Tensor, shape (B,)
        How far the plan is from the sums that it should have (L1, in units of the source mass).
    iterations : Tensor of int, shape (B,)
    converged : Tensor of bool, shape (B,)
    potentials : (Tensor, Tensor) or None
        Dual potentials f, shape (B, m), and g, shape (B, n), in the unit of the cost.
    """

    plan: Tensor
    error: Tensor
    iterations: Tensor
    converged: Tensor
    potentials: tuple[Tensor, Tensor] | None


def marginal_error(plan: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """The larger L1 distance between the row or column sums of a plan and its marginals, shape (B,)."""
    return torch.maximum((plan.sum(-1) - a).abs().sum(-1), (plan.sum(-2) - b).abs().sum(-1))


def at_once(plan: Tensor, problem: Problem) -> Solution:
    """The solution of a method that does not iterate."""
    none = torch.zeros(len(plan), dtype=torch.long, device=plan.device)
    return Solution(plan, marginal_error(plan, problem.a, problem.b), none, none == 0, None)
