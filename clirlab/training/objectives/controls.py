"""A batch in, the cost of another plan than the optimal one out: the known alignment, and controls."""

from __future__ import annotations

import torch
from torch import Tensor

from clirlab import transport
from clirlab.training.objectives.batch import Batch, Loss, mean_over_pairs, require, supplied
from clirlab.training.objectives.options import Options
from clirlab.training.objectives.plans import Marginals, masses, token_cost, transported
from clirlab.transport import TransportPlan


class CentredOptions(Options):
    center: bool = True


class OracleOptions(CentredOptions):
    marginals: Marginals = "uniform"

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"links", "idf"} if self.marginals == "idf" else {"links"})


def oracle(batch: Batch, *, marginals: str = "uniform", center: bool = True) -> Loss:
    """The cost of `ot` under the known alignment of each pair in place of the plan: the mean over pairs of ⟨T, C⟩.

    With L the links and a, b the masses of the tokens, T_ij = w [a_i L_ij / Σ_k L_ik + b_j L_ij / Σ_k L_kj] / 2: every
    linked token of either side shares out its mass among its partners, the two readings are averaged, and w makes the
    whole 1. No plan on the links alone meets both marginals where a word has more pieces than its translation; this
    one does wherever one can. Tokens without a link (punctuation, mostly) are not moved, and pairs without any are left
    out of the mean. Needs `Batch.links`.

    Parameters
    ----------
    marginals : {"uniform", "norm", "idf"}
        As in `ot`.
    center : bool
        As in `ot`.

    Returns
    -------
    Loss
        value in [0, 2]; 0 where linked tokens have the same direction, and where no pair has a link.

    Examples
    --------
    >>> x, mask = torch.eye(2).unsqueeze(0), torch.ones(1, 2, dtype=torch.bool)
    >>> crossed = torch.tensor([[[False, True], [True, False]]])
    >>> oracle(Batch(x, mask, x, mask, torch.zeros(2), links=crossed)).value.item()
    1.0
    """
    plan = known_plan(batch, token_cost(batch, center), marginals)
    return Loss(mean_over_pairs(plan.value, plan.mass > 0), plan.perplexity.nanmean().item())


def known_plan(batch: Batch, cost: Tensor, marginals: str = "uniform") -> TransportPlan:
    """The plan of the known alignment at the given costs, shape (B, m, n), without mass for a pair without links."""
    require("oracle", {"links"}, supplied(batch))
    assert batch.links is not None
    rows, columns = batch.student_mask, batch.teacher_mask
    a, b = (
        transport.uniform(mask) if mass is None else mass
        for mass, mask in zip(masses(batch, marginals), (rows, columns), strict=True)
    )
    links = (batch.links & rows[:, :, None] & columns[:, None, :]).to(cost.dtype)
    one_way = a[:, :, None] * links / links.sum(2, keepdim=True).clamp(min=1)
    back = b[:, None, :] * links / links.sum(1, keepdim=True).clamp(min=1)
    plan = (one_way + back) / 2
    total = plan.sum((1, 2), keepdim=True)
    plan = plan / total.where(total > 0, 1)
    none = torch.zeros(len(plan), device=plan.device)
    error = torch.maximum((plan.sum(2) - a).abs().sum(1), (plan.sum(1) - b).abs().sum(1))
    return TransportPlan(plan, cost, rows, columns, a, b, "links", none, none.long(), error, none == 0)


def greedy(batch: Batch, *, center: bool = True) -> Loss:
    """Token distillation of Dr.DECR: the mean over pairs and matched tokens of ‖S_i - H_j‖², vectors of unit length.

    The globally cheapest pair of free tokens is matched, again and again, until one side has none left; what the longer
    side has beyond is left alone. Source: Li et al. 2022 (Dr.DECR), where `center` is False. With it, the squared
    distance is between the centred directions: twice the cost of `ot` under the greedy plan, which makes it the control
    for `ot`.

    Parameters
    ----------
    center : bool
        Subtract `Batch.center` from the unit vectors, and scale to unit length again, before matching and for the loss.

    Returns
    -------
    Loss
        value in [0, 4]; 0 where every token of the shorter side has the direction of one of its own on the other.

    Examples
    --------
    >>> x, mask = torch.eye(3).unsqueeze(0), torch.ones(1, 3, dtype=torch.bool)
    >>> greedy(Batch(x[:, :2], mask[:, :2], x.flip(1)[:, :2], mask[:, :2], torch.zeros(3))).value.item()
    1.0
    """
    loss = _controlled(batch, "greedy", center)
    return loss._replace(value=2 * loss.value)


def assignment(batch: Batch, *, center: bool = True) -> Loss:
    """The cost of `ot` under the cheapest one-to-one matching (Hungarian method): the mean over pairs of ⟨T, C⟩.

    As many pairs of tokens as the shorter side has, each of the same mass, 1 in all.

    Parameters
    ----------
    center : bool
        As in `ot`.

    Returns
    -------
    Loss
        value in [0, 2]; 0 as for `greedy`.

    Examples
    --------
    >>> x, mask = torch.eye(3).unsqueeze(0), torch.ones(1, 3, dtype=torch.bool)
    >>> assignment(Batch(x, mask, x[:, 1:], mask[:, 1:], torch.zeros(3))).value.item()
    0.0
    """
    return _controlled(batch, "assignment", center)


def identity(batch: Batch, *, center: bool = True) -> Loss:
    """The cost of `ot` under the positional plan, first token to first and so on: the mean over pairs of ⟨T, C⟩.

    Positions count content tokens; what the longer side has beyond is left alone. A control: all that it can teach is
    word order.

    Parameters
    ----------
    center : bool
        As in `ot`.

    Returns
    -------
    Loss
        value in [0, 2]; 0 where tokens at the same position have the same direction.

    Examples
    --------
    >>> x, mask = torch.eye(2).unsqueeze(0), torch.ones(1, 2, dtype=torch.bool)
    >>> [identity(Batch(x, mask, y, mask, torch.zeros(2))).value.item() for y in (x, x.flip(1))]
    [0.0, 1.0]
    """
    return _controlled(batch, "identity", center)


def random(batch: Batch, *, center: bool = True) -> Loss:
    """The cost of `ot` under the exact plan of a random cost: as sharp, and nothing of the texts in it.

    The costs are drawn with a seed that `Batch.generator` gives, and depend on a pair's place in the batch; without a
    generator they are the same in every call.

    Parameters
    ----------
    center : bool
        As in `ot`.

    Returns
    -------
    Loss
        value in [0, 2]; for identical sides 0 only where all tokens have the same direction.

    Examples
    --------
    >>> x, mask = torch.ones(1, 3, 2), torch.ones(1, 3, dtype=torch.bool)
    >>> random(Batch(x, mask, x, mask, torch.zeros(2))).value.abs().item() < 1e-6
    True
    """
    drawn = batch.generator
    seed = 0 if drawn is None else int(torch.randint(2**31, (1,), generator=drawn, device=drawn.device))
    return _controlled(batch, "random", center, seed)


def _controlled(batch: Batch, method: str, center: bool, seed: int = 0) -> Loss:
    cost = token_cost(batch, center)
    return transported(transport.solve(cost, method, mask=(batch.student_mask, batch.teacher_mask), seed=seed))
