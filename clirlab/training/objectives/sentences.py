"""A batch in, a loss on its sentence vectors out: the pooled student beside the pooled teacher."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor

from clirlab.training.objectives.batch import Batch, Loss, mean_over_pairs, pool, require, supplied
from clirlab.training.objectives.options import Options

# pooled vectors of one text in two batches differ by rounding; those of two texts by far more
SAME = 1 - 1e-5


class MseOptions(Options):
    both: bool = Field(False, description="teach the English side too")

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"english"} if self.both else ())


def mse(batch: Batch, *, both: bool = False) -> Loss:
    """Sentence distillation: the mean over pairs of ‖p(S) - p(H)‖² [+ ‖p(E) - p(H)‖²], p the normalised mean.

    S are the student's token vectors of the foreign side, E its own of the English side, H the teacher's of that.
    Source: Reimers & Gurevych 2020, arXiv 2004.09813, which has both terms.

    Parameters
    ----------
    both : bool
        Add the English side, which keeps the student from leaving the teacher's space; needs `Batch.english`.

    Returns
    -------
    Loss
        value in [0, 4], with both sides in [0, 8]; 0 where the means point the same way.

    Examples
    --------
    >>> x, mask = torch.eye(2).unsqueeze(0), torch.tensor([[True, False]])
    >>> mse(Batch(x, mask, x.flip(1), mask, torch.zeros(2))).value.item()
    2.0
    """
    target = pool(batch.teacher, batch.teacher_mask)
    values = (pool(batch.student, batch.student_mask) - target).square().sum(-1)
    if both:
        require("mse with both=True", {"english"}, supplied(batch))
        assert batch.english is not None
        values = values + (pool(batch.english, batch.teacher_mask) - target).square().sum(-1)
    return Loss(mean_over_pairs(values))


def cosine(batch: Batch) -> Loss:
    """Sentence distillation by angle: the mean over pairs of 1 - cos(mean S, mean H); half of `mse` on one side.

    Returns
    -------
    Loss
        value in [0, 2]; 0 where the means point the same way.

    Examples
    --------
    >>> x, mask = torch.eye(2).unsqueeze(0), torch.tensor([[True, False]])
    >>> cosine(Batch(x, mask, x.flip(1), mask, torch.zeros(2))).value.item()
    1.0
    """
    student, teacher = pool(batch.student, batch.student_mask), pool(batch.teacher, batch.teacher_mask)
    return Loss(mean_over_pairs(1 - (student * teacher).sum(-1)))


class InfonceOptions(Options):
    temperature: float = Field(0.05, gt=0)


def infonce(batch: Batch, *, temperature: float = 0.05) -> Loss:
    """Contrast with the other pairs of the batch, both ways: the mean over pairs of -(log p_i + log q_i) / 2.

    With s_ij the cosine of the pooled student of pair i and the pooled teacher of pair j, p_i is the softmax of
    s_ij / τ over j at j = i, and q_i that of s_ji / τ. Pairs of the same English sentence are no negatives of each
    other: those of the same number in `Batch.sentences`, or, where that is not given, those whose pooled teacher
    vectors have a cosine above 1 - 1e-5. Source: van den Oord, Li, Vinyals 2018, arXiv 1807.03748; both directions as
    in Radford et al. 2021.

    Parameters
    ----------
    temperature : float
        τ, positive.

    Returns
    -------
    Loss
        value at least 0, and 0 where a pair has no negative (a batch of one). Identical sides do not give 0 but
        log Σ_j exp((s_ij - 1) / τ), averaged over i: log B for a batch of texts that are all alike to the teacher,
        nearly 0 where they are well apart.

    Examples
    --------
    >>> x, mask = torch.eye(2).unsqueeze(1), torch.ones(2, 1, dtype=torch.bool)
    >>> loss = infonce(Batch(x, mask, x, mask, torch.zeros(2)), temperature=1.0).value
    >>> round(loss.item(), 4), round(torch.tensor(-1.0).exp().log1p().item(), 4)
    (0.3133, 0.3133)
    """
    student, teacher = pool(batch.student, batch.student_mask), pool(batch.teacher, batch.teacher_mask)
    logits = (student @ teacher.T / temperature).masked_fill(_copies(batch.sentences, teacher), -torch.inf)
    forward, back = (logits.log_softmax(way).diagonal() for way in (1, 0))
    return Loss(mean_over_pairs(-(forward + back) / 2))


def _copies(sentences: Tensor | None, teacher: Tensor) -> Tensor:
    """Which pairs of the batch have the same English sentence as another, shape (B, B); none with itself."""
    same = teacher @ teacher.T > SAME if sentences is None else sentences[:, None] == sentences
    return same & ~torch.eye(len(same), dtype=torch.bool, device=same.device)
