"""Token vectors of texts and of passages in, differentiable MaxSim scores out."""

from __future__ import annotations

import torch
from torch import Tensor

from clirlab.training.objectives.batch import unit


def maxsim(queries: Tensor, mask: Tensor, passages: Tensor, passage_mask: Tensor, candidates: Tensor) -> Tensor:
    """MaxSim of each text with its candidates, s = (1 / m) Σ_i max_j q_i · d_j, vectors of unit length.

    The mean over the text's tokens, not the sum: so that a text of more pieces has no larger differences of scores, and
    a student's can be compared with those of a teacher that reads another text. Source: Khattab & Zaharia 2020
    (ColBERT), where it is the sum.

    Parameters
    ----------
    queries : Tensor, shape (B, m, d)
        Differentiable; of any length.
    mask : Tensor of bool, shape (B, m)
    passages : Tensor, shape (P, L, d)
        Constant.
    passage_mask : Tensor of bool, shape (P, L)
    candidates : Tensor of int, shape (B, K)
        Which passages each text is scored with; -1 for none.

    Returns
    -------
    Tensor, shape (B, K)
        In [-1, 1]; -inf where there is no candidate or it has no content. Only the winning passage token of each text
        token is kept for the gradient, (B, K, m, d) in all.

    Examples
    --------
    >>> x, mask = torch.eye(2).unsqueeze(1), torch.ones(2, 1, dtype=torch.bool)
    >>> maxsim(x, mask, 3 * x, mask, torch.tensor([[0, 1], [1, -1]])).tolist()
    [[1.0, 0.0], [1.0, -inf]]
    """
    queries = unit(queries, mask)
    chosen = candidates.clamp(min=0)
    with torch.no_grad():
        passages = unit(passages, passage_mask)
        best = _winners(queries, passages, passage_mask, chosen)
        winners = passages[chosen[:, :, None], best]
    similarity = torch.einsum("bmd,bkmd->bkm", queries, winners)
    # vectors of padding are 0, and so is their similarity
    scores = similarity.sum(-1) / mask.sum(1, keepdim=True)
    there = (candidates >= 0) & passage_mask.any(1)[chosen]
    return scores.masked_fill(~there, -torch.inf)


def _winners(queries: Tensor, passages: Tensor, passage_mask: Tensor, chosen: Tensor) -> Tensor:
    """For each text, candidate and token of the text the most similar passage token, shape (B, K, m)."""
    blocked = torch.zeros_like(passages[..., 0]).masked_fill(~passage_mask, -torch.inf)
    (count, length, width), (_, k) = passages.shape, chosen.shape
    best = []
    for query, row in zip(queries, chosen, strict=True):
        # copying most of the passages takes longer than scoring the rest as well
        every = 2 * k >= count
        keys, bias = (passages, blocked) if every else (passages[row], blocked[row])
        similarity = torch.addmm(bias.reshape(-1), query, keys.reshape(-1, width).T)
        found = similarity.view(len(query), -1, length).argmax(-1).T
        best.append(found[row] if every else found)
    return torch.stack(best)
