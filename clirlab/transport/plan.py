"""Transport plans to look into: one, or a batch of them."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

Array = Tensor | NDArray[Any]
# entries that the value of a batch is summed over at a time
PART = 1 << 20


class _Transported(torch.autograd.Function):
    """Σ_ij T_ij C_ij, whose gradient in C is T. It keeps T alone, and entries of C where T is 0 do not count."""

    @staticmethod
    def forward(ctx: Any, cost: Tensor, plan: Tensor) -> Tensor:
        ctx.save_for_backward(plan)
        # a part at a time, so that no product as large as the cost is held
        whole = plan.ndim == 2 or plan.numel() <= PART
        size = 1 if whole else max(1, PART // plan[0].numel())
        parts = [(cost, plan)] if whole else zip(cost.split(size), plan.split(size), strict=True)
        values = [torch.where(p == 0, 0, c).mul_(p).sum((-2, -1)) for c, p in parts]
        return values[0] if whole else torch.cat(values)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (plan,) = ctx.saved_tensors
        return gradient[..., None, None] * plan, None


@dataclass(frozen=True, repr=False)
class TransportPlan:
    """How much mass goes from each source token to each target token, for one problem or a batch of B.

    All arrays are of the kind (NumPy or torch), type and device of the cost; shapes below are those of a batch, and
    lack the B for a single problem.

    Attributes
    ----------
    plan : array, shape (B, m, n)
        Non-negative, 0 outside the masks.
    cost : array, shape (B, m, n)
        What it was computed from; may require a gradient.
    rows, columns : array of bool, shapes (B, m) and (B, n)
        Which tokens are there (True) and which are padding.
    a, b : array, shapes (B, m) and (B, n)
        The mass of each token; 0 for padding.
    method : str
    epsilon : array, shape (B,)
        Strength of the entropy in the unit of the cost; 0 for methods without entropy.
    iterations : array of int, shape (B,)
        Steps taken, of whatever kind the method has; 0 where it has none.
    marginal_error : array, shape (B,)
        Larger L1 distance between the plan's row or column sums and those asked for, in units of the source mass. For
        `unbalanced` the sums asked for are the optimum's own; for `partial` it is the mass too much or too little.
    converged : array of bool, shape (B,)
    potentials : (array, array) or None
        Dual potentials f, shape (B, m), and g, shape (B, n), in the unit of the cost, up to a constant that one gains
        and the other loses; 0 for padding. Entropic: T = (a ⊗ b / Σa) exp((f + g - C) / ε). Exact: f + g <= C, equal
        where T > 0.
    strength : (float, float) or None
        Of the soft marginals of `unbalanced`.
    """

    plan: Array
    cost: Array
    rows: Array
    columns: Array
    a: Array
    b: Array
    method: str
    epsilon: Array
    iterations: Array
    marginal_error: Array
    converged: Array
    potentials: tuple[Array, Array] | None = None
    strength: tuple[float, float] | None = None

    @property
    def value(self) -> Any:
        """Transport cost ⟨T, C⟩ of each problem, shape (B,), in the unit of the cost.

        Its gradient in the cost is T, the plan held constant: by the envelope theorem the gradient of the optimum that
        the method reached (`objective`), without a graph of its iterations. It is *not* the derivative of ⟨T(C), C⟩
        as a function of C, which the entropy makes another one.
        """
        return self._like(_Transported.apply(self._tensor(self.cost), self._tensor(self.plan)))

    @property
    def objective(self) -> Any:
        """What the method minimised, shape (B,): ⟨T, C⟩ + ε KL(T | a ⊗ b / Σa) + ρ₁ KL(T1 | a) + ρ₂ KL(Tᵀ1 | b).

        KL(x | y) = Σ x log(x / y) - x + y. The terms that a method does not have are left out, so that it is `value`
        for methods without entropy. The gradient in the cost is T; finite differences of solved optima agree with it.
        """
        plan, a, b = (self._tensor(x) for x in (self.plan, self.a, self.b))
        rows, columns, source = plan.sum(-1), plan.sum(-2), a.sum(-1)
        # Σ T log(T / (ab / Σa)) by sums of x log y, since products of masses may underflow
        relative = (
            torch.special.xlogy(plan, plan).sum((-2, -1))
            - torch.special.xlogy(rows, a / source[..., None]).sum(-1)
            - torch.special.xlogy(columns, b).sum(-1)
            - rows.sum(-1)
            + b.sum(-1)
        )
        epsilon = self._tensor(self.epsilon)
        # a control may move mass where a token has none, which is no matter without entropy
        terms = torch.where(epsilon > 0, epsilon * relative, 0)
        for price, total, wanted in zip(self.strength or (), (rows, columns), (a, b), strict=False):
            # an infinite price is a constraint, which is met
            terms = terms + (price * _kl(total, wanted) if price < torch.inf else 0)
        return self._like(torch.as_tensor(self.value) + terms)

    @property
    def entropy(self) -> Any:
        """H(T) = -Σ T log T in nats, shape (B,)."""
        plan = self._tensor(self.plan)
        return self._like(-torch.special.xlogy(plan, plan).sum((-2, -1)))

    @property
    def perplexity(self) -> Any:
        """On how many target tokens a source token spreads: mean over rows of exp(entropy of the row), shape (B,).

        In [1, n]; 1 is a hard alignment, n says nothing. Rows without mass do not count; NaN where nothing is moved.
        """
        return self._like(_perplexity(self._tensor(self.plan)))

    @property
    def column_perplexity(self) -> Any:
        """On how many source tokens a target token spreads, in [1, m]; as `perplexity`, by columns."""
        return self._like(_perplexity(self._tensor(self.plan).mT))

    @property
    def mass(self) -> Any:
        """What was transported in all, shape (B,)."""
        return self._like(self._tensor(self.plan).sum((-2, -1)))

    def coupling(self, normalise: str = "rows") -> Any:
        """The plan scaled by its marginals, shape (B, m, n): what to compare between tokens of different mass.

        Parameters
        ----------
        normalise : {"rows", "columns", "both"}
            ``rows``: T_ij / a_i, the share of the source token's mass; ``columns``: T_ij / b_j; ``both``:
            T_ij / sqrt(a_i b_j). All are 0 where a token has no mass.

        Raises
        ------
        ValueError
            If `normalise` is none of these.
        """
        plan, a, b = (self._tensor(x) for x in (self.plan, self.a, self.b))
        a, b = a.where(a > 0, 1)[..., :, None], b.where(b > 0, 1)[..., None, :]
        scales = {"rows": lambda: a, "columns": lambda: b, "both": lambda: a.sqrt() * b.sqrt()}
        if normalise not in scales:
            raise ValueError(f"unknown normalise {normalise!r}; known: {', '.join(scales)}")
        return self._like(plan / scales[normalise]())

    def __len__(self) -> int:
        """Number of problems."""
        return len(self.plan) if self.plan.ndim == 3 else 1

    def __getitem__(self, i: int) -> TransportPlan:
        """Problem `i` alone, without its padding."""
        if not -len(self) <= i < len(self):
            raise IndexError(f"there is no problem {i}; this is a plan of {len(self)}")
        batch = self.plan.ndim == 3
        rows, columns = (self.rows[i], self.columns[i]) if batch else (self.rows, self.columns)
        plan, cost = ((x[i] if batch else x)[rows][:, columns] for x in (self.plan, self.cost))
        a, b = ((x[i] if batch else x)[valid] for x, valid in ((self.a, rows), (self.b, columns)))
        facts = (self.epsilon, self.iterations, self.marginal_error, self.converged)
        epsilon, iterations, error, converged = (x[i] if batch else x for x in facts)
        potentials = None
        if self.potentials is not None:
            f, g = (x[i] if batch else x for x in self.potentials)
            potentials = f[rows], g[columns]
        return TransportPlan(
            plan, cost, rows[rows], columns[columns], a, b, self.method, epsilon, iterations, error, converged,
            potentials, self.strength,
        )  # fmt: skip

    def to_frame(self, source: Sequence[str], target: Sequence[str]) -> pd.DataFrame:
        """One row per token pair of a single problem: i, j, source, target, mass, cost.

        Parameters
        ----------
        source, target : sequence of str, lengths m and n
            The tokens.

        Raises
        ------
        ValueError
            If this is a batch (take ``plan[i]``) or the numbers of tokens are others.
        """
        if len(self) != 1:
            raise ValueError(f"this is a batch of {len(self)} plans; take plan[i].to_frame(...)")
        one = self[0]
        if tuple(one.plan.shape) != (len(source), len(target)):
            raise ValueError(
                f"the plan is {tuple(one.plan.shape)}, but there are {len(source)} and {len(target)} tokens"
            )
        cells = [(i, j, s, t) for i, s in enumerate(source) for j, t in enumerate(target)]
        frame = pd.DataFrame(cells, columns=["i", "j", "source", "target"])
        mass, cost = (self._tensor(x).detach().flatten().tolist() for x in (one.plan, one.cost))
        return frame.assign(mass=mass, cost=cost)

    def __repr__(self) -> str:
        m, n = self.plan.shape[-2:]
        size = f"{len(self)} problems up to {m} x {n}" if self.plan.ndim == 3 else f"{m} x {n}"
        mean = {name: self._tensor(getattr(self, name)).double().mean().item() for name in ("value", "perplexity")}
        late = int((~self._tensor(self.converged)).sum())
        return (
            f"TransportPlan({self.method}: {size}, value {mean['value']:.4g}, perplexity {mean['perplexity']:.2f}"
            + (f", {late} not converged)" if late else ")")
        )

    def _repr_html_(self) -> str:
        """The same with small heatmaps of the first plans, darker where more of a token's mass goes."""
        maps = "".join(_heatmap(self[i]) for i in range(min(len(self), 4)))
        return f"<div>{html.escape(repr(self))}</div><div>{maps}</div>"

    def _tensor(self, x: Any) -> Tensor:
        return torch.as_tensor(x)

    def _like(self, x: Tensor) -> Any:
        """In the kind that the plan is of."""
        return x if isinstance(self.plan, Tensor) else x.numpy()[()]


def _kl(x: Tensor, y: Tensor) -> Tensor:
    """KL(x | y) = Σ x log(x / y) - x + y along the last dimension."""
    return (torch.special.xlogy(x, x) - torch.special.xlogy(x, y) - x + y).sum(-1)


def _perplexity(plan: Tensor) -> Tensor:
    sums = plan.sum(-1)
    share = plan / sums.where(sums > 0, 1)[..., None]
    entropy = -torch.special.xlogy(share, share).sum(-1)
    return (entropy.exp() * (sums > 0)).sum(-1) / (sums > 0).sum(-1)


def _heatmap(plan: TransportPlan, pixels: int = 160) -> str:
    """A plan as an inline SVG, rows down and columns across; at most 64 x 64 cells of it."""
    shares = np.asarray(torch.as_tensor(plan.coupling("both")).detach().double().cpu())[:64, :64]
    m, n = shares.shape
    cell = pixels / max(m, n)
    dark = shares / (shares.max() or 1)
    cells = "".join(
        f'<rect x="{j * cell:.1f}" y="{i * cell:.1f}" width="{cell:.1f}" height="{cell:.1f}" '
        f'opacity="{dark[i, j]:.2f}"/>'
        for i in range(m)
        for j in range(n)
        if dark[i, j] >= 0.01
    )
    return (
        f'<svg width="{n * cell:.0f}" height="{m * cell:.0f}" fill="#1f5fa8" style="border:1px solid #999;margin:4px">'
        f"{cells}</svg>"
    )
