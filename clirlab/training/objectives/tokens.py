"""A batch in, the distance between aligned token vectors out."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from clirlab import transport
from clirlab.training.objectives.batch import Batch, Loss, mean_over_pairs
from clirlab.training.objectives.controls import known_plan
from clirlab.training.objectives.options import Options
from clirlab.training.objectives.plans import token_cost


class TokenMseOptions(Options):
    alignment: Literal["exact", "greedy", "assignment", "argmax", "links"] = "exact"
    center: bool = True

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"links"} if self.alignment == "links" else ())


def token_mse(batch: Batch, *, alignment: str = "exact", center: bool = True) -> Loss:
    """Token distillation: the mean over pairs of Σ_ij T_ij ‖S_i - H_j‖², S and H of unit length, T held constant.

    Other than in `ot`, the vectors that are drawn together are not centred: a centre helps to find the plan, but the
    student is to end where the teacher is. Source: Reimers & Gurevych 2020, arXiv 2004.09813, at the level of tokens;
    Li et al. 2022 (Dr.DECR) with ``alignment="greedy"``.

    Parameters
    ----------
    alignment : {"exact", "greedy", "assignment", "argmax", "links"}
        The plan T, of mass 1: by a method of `clirlab.transport.solve` with uniform masses, or the known alignment as
        in `oracle` (needs `Batch.links`; pairs without a link are left out of the mean).
    center : bool
        Centre the vectors from whose costs the plan is found.

    Returns
    -------
    Loss
        value in [0, 4]; 0 where aligned tokens have the same direction. With the same plan uncentred, it is twice the
        value of `ot` with ``center=False``.

    Examples
    --------
    >>> import torch
    >>> x, mask = torch.eye(2).unsqueeze(0), torch.ones(1, 2, dtype=torch.bool)
    >>> token_mse(Batch(x, mask, -x, mask, torch.zeros(2))).value.item()
    2.0
    """
    distance = 2 * token_cost(batch, center=False)
    if alignment == "links":
        plan = known_plan(batch, distance)
        return Loss(mean_over_pairs(plan.value, plan.mass > 0), plan.perplexity.nanmean().item())
    masks = batch.student_mask, batch.teacher_mask
    plan = replace(transport.solve(token_cost(batch, center).detach(), alignment, mask=masks), cost=distance)
    return Loss(mean_over_pairs(plan.value), plan.perplexity.mean().item())
