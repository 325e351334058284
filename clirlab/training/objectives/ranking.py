"""A batch with English passages in, a loss on how the student ranks them out."""

from __future__ import annotations

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor

from clirlab.training.objectives.batch import Batch, Loss, mean_over_pairs, require, supplied
from clirlab.training.objectives.options import Options
from clirlab.training.objectives.scores import maxsim


class ScoreKlOptions(Options):
    temperature: float = Field(0.05, gt=0)
    in_batch: bool = Field(False, description="score the relevant passages of the other pairs too")

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"passages"})


class MarginMseOptions(Options):
    in_batch: bool = Field(False, description="the relevant passages of the other pairs are negatives too")

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"passages", "positives"})


class RankingOptions(Options):
    loss: Literal["infonce", "margin"] = "infonce"
    temperature: float = Field(0.05, gt=0, description="of infonce")
    margin: float = Field(0.1, gt=0, le=2, description="of margin")
    in_batch: bool = Field(True, description="the relevant passages of the other pairs are negatives too")

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"passages", "positives"})


def ranking(
    batch: Batch, *, loss: str = "infonce", temperature: float = 0.05, margin: float = 0.1, in_batch: bool = True
) -> Loss:
    """Learning to rank: the relevant English passage above the others, for the foreign or switched text.

    With s the student's MaxSim scores (`maxsim`), + the relevant passage and N the negatives of a pair, the mean over
    the pairs that have a relevant passage of

    - ``infonce``: -log [exp(s₊ / τ) / (exp(s₊ / τ) + Σ_N exp(s / τ))];
    - ``margin``: the mean over N of max(0, μ - s₊ + s).

    Negatives are the candidates of the pair (all passages of the batch where none are given) but for the relevant one,
    each once; a pair without any has the loss 0. Source: Litschko, Artemova, Plank 2023, on switched queries; Nair et
    al. 2022 (ColBERT-X, translate-train) on translated ones. Needs `Batch.passages` and `Batch.positives`.

    Parameters
    ----------
    loss : {"infonce", "margin"}
    temperature : float
        τ, positive, in the unit of `maxsim`.
    margin : float
        μ, in (0, 2].
    in_batch : bool
        Take the relevant passages of the other pairs as negatives too.

    Returns
    -------
    Loss
        value at least 0, which ``margin`` reaches where the relevant passage leads by μ; the teacher does not enter.

    Examples
    --------
    >>> x, mask = torch.eye(2).unsqueeze(1), torch.ones(2, 1, dtype=torch.bool)
    >>> batch = Batch(x, mask, x, mask, torch.zeros(2), passages=x, passage_mask=mask, positives=torch.tensor([0, 1]))
    >>> round(ranking(batch, temperature=1.0).value.item(), 4), ranking(batch, loss="margin").value.item()
    (0.3133, 0.0)
    """
    require("ranking", {"passages", "positives"}, supplied(batch))
    scores = _scores(batch, batch.student, batch.student_mask, _candidates(batch, in_batch))
    valid = scores[:, 0] > -torch.inf
    scores = scores.masked_fill(~valid[:, None], 0)
    positive, negatives = scores[:, 0], scores[:, 1:]
    if loss == "infonce":
        return Loss(mean_over_pairs(-(scores / temperature).log_softmax(1)[:, 0], valid))
    short = (margin - positive[:, None] + negatives).clamp(min=0)
    count = (negatives > -torch.inf).sum(1).clamp(min=1)
    return Loss(mean_over_pairs(short.sum(1) / count, valid))


def margin_mse(batch: Batch, *, in_batch: bool = False) -> Loss:
    """Margin distillation: by how much the relevant passage leads, as the teacher has it.

    The mean over the pairs that have a relevant passage, and over their negatives, of
    [(s₊ - s₋) - (t₊ - t₋)]², s the student's MaxSim scores for the foreign or switched text and t the teacher's for the
    English one (`maxsim`). Negatives as in `ranking`. Source: Hofstätter et al. 2020, arXiv 2010.02666. Needs
    `Batch.passages` and `Batch.positives`.

    Parameters
    ----------
    in_batch : bool
        As in `ranking`.

    Returns
    -------
    Loss
        value in [0, 16]; 0 where both lead by the same.

    Examples
    --------
    >>> x, mask = torch.eye(2).unsqueeze(1), torch.ones(2, 1, dtype=torch.bool)
    >>> facts = {"passages": x, "passage_mask": mask, "positives": torch.tensor([0, 1])}
    >>> margin_mse(Batch(x, mask, x, mask, torch.zeros(2), **facts)).value.item()
    0.0
    >>> margin_mse(Batch(x.flip(0), mask, x, mask, torch.zeros(2), **facts)).value.item()
    4.0
    """
    require("margin-mse", {"passages", "positives"}, supplied(batch))
    candidates = _candidates(batch, in_batch)
    student = _scores(batch, batch.student, batch.student_mask, candidates)
    teacher = _scores(batch, batch.teacher, batch.teacher_mask, candidates)
    there = student > -torch.inf
    lead = (student - teacher).masked_fill(~there, 0)
    valid = there[:, :1] & there[:, 1:]
    squares = (lead[:, :1] - lead[:, 1:]).masked_fill(~valid, 0).square()
    return Loss(mean_over_pairs(squares.sum(1) / valid.sum(1).clamp(min=1), there[:, 0]))


def score_kl(batch: Batch, *, temperature: float = 0.05, in_batch: bool = False) -> Loss:
    """Score distillation: the mean over pairs of KL(p ‖ q) = Σ_k p_k log(p_k / q_k) over their candidate passages.

    p is the softmax of the teacher's MaxSim scores of the English text, divided by τ, and q that of the student's for
    the foreign or switched text (`maxsim`). Candidates are those of the pair and its relevant passage where it has one,
    each once; all passages of the batch where none are given; pairs without any are left out. Source: Yang et al. 2024,
    arXiv 2401.04810 (Translate-Distill). With a query as teacher and its misspelt form as student it is the
    self-teaching of Zhuang & Zuccon 2022. Needs `Batch.passages`.

    Parameters
    ----------
    temperature : float
        τ, positive, in the unit of `maxsim`.
    in_batch : bool
        Take the relevant passages of the other pairs as candidates too.

    Returns
    -------
    Loss
        value at least 0; 0 where the scores are the same but for a constant.

    Examples
    --------
    >>> x, mask = torch.eye(2).unsqueeze(1), torch.ones(2, 1, dtype=torch.bool)
    >>> batch = Batch(x.flip(0), mask, x, mask, torch.zeros(2), passages=x, passage_mask=mask)
    >>> round(score_kl(batch, temperature=1.0).value.item(), 4), score_kl(batch._replace(student=x)).value.item()
    (0.4621, 0.0)
    """
    require("score-kl", {"passages"}, supplied(batch))
    candidates = _candidates(batch, in_batch)
    student = _scores(batch, batch.student, batch.student_mask, candidates)
    there = student > -torch.inf
    valid = there.any(1)
    teacher = _scores(batch, batch.teacher, batch.teacher_mask, candidates)
    # a row of -inf has no softmax; it is left out below
    p, q = ((x.masked_fill(~valid[:, None], 0) / temperature).log_softmax(1) for x in (teacher, student))
    terms = p.exp() * (p.masked_fill(~there, 0) - q.masked_fill(~there, 0))
    return Loss(mean_over_pairs(terms.sum(1), valid))


def _scores(batch: Batch, vectors: Tensor, mask: Tensor, candidates: Tensor) -> Tensor:
    assert batch.passages is not None
    assert batch.passage_mask is not None
    return maxsim(vectors, mask, batch.passages, batch.passage_mask, candidates)


def _candidates(batch: Batch, in_batch: bool) -> Tensor:
    """The passages of each pair, each once, shape (B, K'): the relevant one first, -1 where there is none."""
    assert batch.passages is not None
    pairs, device = len(batch.student), batch.passages.device
    none = torch.full((pairs,), -1, device=device)
    relevant = none if batch.positives is None else batch.positives
    every = torch.arange(len(batch.passages), device=device).expand(pairs, -1)
    parts = [relevant[:, None], every if batch.candidates is None else batch.candidates]
    if in_batch:
        parts.append(relevant.expand(pairs, -1))
    found = torch.cat(parts, 1)
    earlier = (found[:, :, None] == found[:, None, :]).tril(-1).any(2)
    return found.masked_fill(earlier, -1)
