"""A student's and a teacher's token vectors of the same sentences in, a loss out: pure functions of tensors.

All of them take the same tensors:

=================  ==============  ====================================================================
student            (B, m, d)       token vectors of the foreign (or switched) sentences, with gradient
teacher            (B, n, d)       token vectors of the English sentences, constant
student_mask       (B, m)          True for content tokens; at least one in each row
teacher_mask       (B, n)          the same for the teacher
center             (d,)            mean of the teacher's token vectors after scaling them to unit length
=================  ==============  ====================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from clirlab import transport


class Loss(NamedTuple):
    """A scalar to minimise, and the mean row perplexity of the plan (NaN where there is no plan)."""

    value: Tensor
    perplexity: float


def optimal_transport(
    student: Tensor,
    teacher: Tensor,
    student_mask: Tensor,
    teacher_mask: Tensor,
    center: Tensor,
    method: str = "exact",
    epsilon: float = 0.05,
) -> Loss:
    """Optimal transport distillation (OPTICAL): the mean over pairs of ⟨T*, C⟩.

    C_ij = 1 - cos(S_i - c, H_j - c), S and H of unit length; T* = argmin ⟨T, C⟩ [- ε H(T)] subject to uniform
    marginals, held constant, which gives the gradient of the optimum (envelope theorem). Source: Huang, Yu, Allan
    2023, arXiv 2301.12566; solver, ε, marginals and centring are this lab's choice, since the paper's were not at
    hand.

    Returns
    -------
    Loss
        value in [0, 2]; 0 where both sides have the same vectors.

    Examples
    --------
    >>> x = torch.eye(3).unsqueeze(0)
    >>> mask = torch.ones(1, 3, dtype=torch.bool)
    >>> loss = optimal_transport(x, x.flip(1), mask, mask, torch.zeros(3))
    >>> round(loss.value.item(), 5), round(loss.perplexity, 3)
    (0.0, 1.0)
    """
    unit = torch.nn.functional.normalize
    cost = transport.cosine_cost(unit(student, dim=-1), unit(teacher, dim=-1), center)
    plan = transport.solve(cost, method=method, epsilon=epsilon, mask=(student_mask, teacher_mask))
    return Loss(plan.value.mean(), plan.perplexity.mean().item())


def sentence_mse(student: Tensor, teacher: Tensor, student_mask: Tensor, teacher_mask: Tensor, center: Tensor) -> Loss:
    """Sentence distillation: the mean over pairs of ‖p(S) - p(H)‖², p the normalised mean of the token vectors.

    Source: Reimers & Gurevych 2020, arXiv 2004.09813, for the foreign side alone. `center` is not used.

    Returns
    -------
    Loss
        value in [0, 4]; 0 where both means point the same way.
    """
    difference = pool(student, student_mask) - pool(teacher, teacher_mask)
    return Loss(difference.square().sum(-1).mean(), float("nan"))


def pool(vectors: Tensor, mask: Tensor) -> Tensor:
    """Normalised mean over the tokens where the mask is True; (B, L, d) and (B, L) to (B, d)."""
    return torch.nn.functional.normalize(vectors.masked_fill(~mask.unsqueeze(-1), 0).sum(1), dim=-1)


OBJECTIVES: dict[str, Callable[..., Loss]] = {"ot": optimal_transport, "mse": sentence_mse}
