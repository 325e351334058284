"""A batch in, the cost of moving the student's tokens to the teacher's out: optimal transport distillation."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import Field, model_validator
from torch import Tensor

from clirlab import transport
from clirlab.errors import InputError
from clirlab.training.objectives.batch import Batch, Loss, mean_over_pairs, require, supplied, unit
from clirlab.training.objectives.options import Options
from clirlab.transport import TransportPlan

Marginals = Literal["uniform", "norm", "idf"]


class OtOptions(Options):
    method: Literal["exact", "sinkhorn", "ipot", "partial", "unbalanced"] = "exact"
    epsilon: float = Field(0.05, gt=0, description="strength of the entropy, or of a proximal step")
    relative_to: Literal["std", "range"] | None = Field(None, description="unit of epsilon and strength")
    marginals: Marginals = "uniform"
    center: bool = True
    direction: Literal["both", "student", "teacher"] = "both"
    layer: int | None = Field(None, ge=0, description="hidden layer of the student; none is its output")
    mass: float = Field(0.8, gt=0, le=1, description="of partial: which share of the mass is moved")
    strength: float = Field(1.0, gt=0, description="of unbalanced: the price of leaving a marginal")

    @model_validator(mode="after")
    def _direction_has_a_meaning(self) -> OtOptions:
        if self.direction != "both" and self.method not in {"exact", "unbalanced"}:
            raise ValueError(f"direction {self.direction!r} goes with method exact or unbalanced, not {self.method}")
        return self

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"idf"} if self.marginals == "idf" else ()) | ({"layers"} if self.layer is not None else set())


def ot(
    batch: Batch,
    *,
    method: str = "exact",
    epsilon: float = 0.05,
    relative_to: str | None = None,
    marginals: str = "uniform",
    center: bool = True,
    direction: str = "both",
    layer: int | None = None,
    mass: float = 0.8,
    strength: float = 1.0,
) -> Loss:
    """Optimal transport distillation (OPTICAL): the mean over pairs of ⟨T*, C⟩.

    C_ij = 1 - cos(S_i - c, H_j - c), S and H of unit length; T* = argmin ⟨T, C⟩ [+ ε KL(T | a ⊗ b)] subject to T1 = a
    and Tᵀ1 = b, held constant, which gives the gradient of the optimum (envelope theorem). Source: Huang, Yu, Allan
    2023, arXiv 2301.12566; solver, ε, marginals and centring are this lab's choice, since the paper's were not at
    hand.

    Parameters
    ----------
    method : {"exact", "sinkhorn", "ipot", "partial", "unbalanced"}
        See `clirlab.transport.solve`. Partial and unbalanced plans leave tokens without counterpart alone (Arase, Bao,
        Yokoi 2023); their mass, and so the loss, is what they move and no more.
    epsilon : float
        Of the entropic methods and ``ipot``, positive. One that is wide beside the costs gives a diffuse plan, which
        drags all tokens to their mean: see `relative_to`, and the plan's perplexity.
    relative_to : {None, "std", "range"}
        Take `epsilon` and `strength` as multiples of the standard deviation or the range of each pair's costs, in
        place of the unit of the cost.
    marginals : {"uniform", "norm", "idf"}
        The mass of a token: the same for all, in proportion to the norm of its vector (Word Rotator's Distance: Yokoi
        et al. 2020), or to the idf of its piece (needs `Batch.student_idf` and `Batch.teacher_idf`).
    center : bool
        Subtract `Batch.center` from both sides, which gives the costs the contrast that a plan needs.
    direction : {"both", "student", "teacher"}
        Whose masses the plan must meet. ``both``: both sides'. ``student``: every student token is moved in whole, and
        teacher tokens may get more or less than they have; with ``exact`` each goes to its cheapest partner, as in
        MaxSim, with ``unbalanced`` the teacher's side alone has the price `strength`. ``teacher``: the reverse, every
        teacher token is reached. With ``unbalanced``, ``both`` prices both sides. The balanced methods and
        ``partial`` treat the sides alike, and have no other direction.
    layer : int, optional
        Take hidden layer k of the student, from 0 (embeddings), in place of its output; needs `Batch.layers`.
    mass : float
        Of ``partial``: the share of the mass that is moved, in (0, 1].
    strength : float
        Of ``unbalanced``: ρ, positive.

    Returns
    -------
    Loss
        value in [0, 2] for plans of mass 1; 0 where both sides have the same vectors and masses.

    Examples
    --------
    >>> import torch
    >>> x, mask = torch.eye(3).unsqueeze(0), torch.ones(1, 3, dtype=torch.bool)
    >>> loss = ot(Batch(x, mask, x.flip(1), mask, torch.zeros(3)))
    >>> round(loss.value.item(), 5), round(loss.perplexity, 3)
    (0.0, 1.0)
    """
    vectors = batch.student if layer is None else hidden_layer(batch, layer)
    cost = token_cost(batch, center, vectors)
    a, b = masses(batch, marginals, vectors)
    masks = batch.student_mask, batch.teacher_mask
    if direction != "both" and method == "exact":
        return one_sided(cost, a, b, masks, direction)
    prices = {"both": (strength, strength), "student": (float("inf"), strength), "teacher": (strength, float("inf"))}
    measured = cost
    if relative_to is not None:
        spread = transport.spread(cost.detach(), masks[0][:, :, None] & masks[1][:, None, :], relative_to)
        # costs that are all alike have no spread, and any plan is as good
        measured = cost.detach() / spread.where(spread > 1e-6, 1)[:, None, None]
    plan = transport.solve(
        measured,
        method=method,
        epsilon=epsilon,
        a=a,
        b=b,
        mask=masks,
        mass=mass if method == "partial" else None,
        strength=prices[direction] if method == "unbalanced" else None,
    )
    return transported(plan if relative_to is None else replace(plan, cost=cost))


def token_cost(batch: Batch, center: bool = True, student: Tensor | None = None) -> Tensor:
    """Cosine cost between the student's and the teacher's tokens, shape (B, m, n), in [0, 2]; padding is arbitrary."""
    student = unit(batch.student if student is None else student, batch.student_mask)
    teacher = unit(batch.teacher, batch.teacher_mask)
    return transport.cosine_cost(student, teacher, batch.center if center else None)


def masses(batch: Batch, marginals: str, student: Tensor | None = None) -> tuple[Tensor | None, Tensor | None]:
    """The mass of each token on both sides, shapes (B, m) and (B, n); None where all of a text weigh the same."""
    if marginals == "uniform":
        return None, None
    if marginals == "norm":
        weights = (batch.student if student is None else student).detach().norm(dim=-1), batch.teacher.norm(dim=-1)
    else:
        require(f"with marginals={marginals!r}", {"idf"}, supplied(batch))
        assert batch.student_idf is not None
        assert batch.teacher_idf is not None
        weights = batch.student_idf, batch.teacher_idf
    # masses in proportion to any weights, norms or not
    return transport.by_norm(weights[0], batch.student_mask), transport.by_norm(weights[1], batch.teacher_mask)


def hidden_layer(batch: Batch, layer: int) -> Tensor:
    """The student's hidden layer of this number, shape (B, m, d)."""
    require("ot with a layer", {"layers"}, supplied(batch))
    assert batch.layers is not None
    if layer >= len(batch.layers):
        raise InputError(f"ot: layer {layer}: the student has layers 0 to {len(batch.layers) - 1}")
    vectors = batch.layers[layer]
    if vectors.shape[-1] != batch.teacher.shape[-1]:
        widths = f"{vectors.shape[-1]} wide, the teacher's vectors {batch.teacher.shape[-1]}"
        raise InputError(f"ot: layer {layer} is {widths}; leave layer out, or take a teacher without projection")
    return vectors


def one_sided(cost: Tensor, a: Tensor | None, b: Tensor | None, masks: tuple[Tensor, Tensor], side: str) -> Loss:
    """Every token of one side sent to its cheapest partner."""
    if side == "student":
        return transported(transport.solve(cost, "argmax", a=a, b=b, mask=masks))
    plan = transport.solve(cost.mT, "argmax", a=b, b=a, mask=masks[::-1])
    return Loss(mean_over_pairs(plan.value), plan.column_perplexity.mean().item())


def transported(plan: TransportPlan) -> Loss:
    """What a plan moves, at its costs."""
    return Loss(mean_over_pairs(plan.value), plan.perplexity.mean().item())
