"""A batch of transport plans to look into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor


@dataclass(frozen=True, repr=False)
class TransportPlan:
    """How much mass goes from each source token to each target token, for B problems.

    Attributes
    ----------
    plan : Tensor, shape (B, m, n)
        Non-negative, 0 outside the masks; each problem's entries sum to its mass (1 for probability marginals).
    cost : Tensor, shape (B, m, n)
        What it was computed from; may require a gradient.
    rows, columns : Tensor of bool, shapes (B, m) and (B, n)
        Which tokens are there (True) and which are padding.
    method : str
    """

    plan: Tensor
    cost: Tensor
    rows: Tensor
    columns: Tensor
    method: str

    @property
    def value(self) -> Tensor:
        """Transport cost ⟨T, C⟩ of each problem, shape (B,).

        Differentiable in the cost with the plan held constant, which is the gradient of the optimum (envelope theorem).
        """
        return (self.plan * self.cost.masked_fill(self.plan == 0, 0)).sum((-2, -1))

    @property
    def perplexity(self) -> Tensor:
        """Mean over rows of exp(entropy of the row as a distribution), shape (B,), in [1, n]: on how many tokens a row
        spreads. 1 is a hard alignment, n says nothing."""
        row = self.plan / self.plan.sum(-1, keepdim=True).clamp_min(1e-30)
        entropy = -torch.special.xlogy(row, row).sum(-1)
        return (entropy.exp() * self.rows).sum(-1) / self.rows.sum(-1)

    def __len__(self) -> int:
        return len(self.plan)

    def __getitem__(self, i: int) -> Tensor:
        """Plan `i` without its padding, shape (m_i, n_i)."""
        return self.plan[i][self.rows[i]][:, self.columns[i]]

    def to_frame(self, source: Sequence[str], target: Sequence[str], problem: int = 0) -> pd.DataFrame:
        """One row per token pair: i, j, source, target, mass, cost."""
        mass = self[problem]
        cost = self.cost[problem].detach()[self.rows[problem]][:, self.columns[problem]]
        if mass.shape != (len(source), len(target)):
            raise ValueError(f"the plan is {tuple(mass.shape)}, but there are {len(source)} and {len(target)} tokens")
        cells = [(i, j, s, t) for i, s in enumerate(source) for j, t in enumerate(target)]
        frame = pd.DataFrame(cells, columns=["i", "j", "source", "target"])
        return frame.assign(mass=mass.flatten().tolist(), cost=cost.flatten().tolist())

    def __repr__(self) -> str:
        b, m, n = self.plan.shape
        return (
            f"TransportPlan({self.method}: {b} problem(s) up to {m} x {n}, mean value {self.value.mean():.4f}, "
            f"mean row perplexity {self.perplexity.mean():.2f})"
        )
