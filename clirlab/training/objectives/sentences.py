"""A batch in, a loss on its sentence vectors out: the pooled student beside the pooled teacher."""

from __future__ import annotations

from pydantic import Field

from clirlab.training.objectives.batch import Batch, Loss, mean_over_pairs, pool, require, supplied
from clirlab.training.objectives.options import Options


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
    >>> import torch
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
