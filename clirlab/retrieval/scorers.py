"""Query and passage vectors in, a matrix of scores out: MaxSim and pooled cosine, tile by tile."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from clirlab.models import TokenBatch

# similarities held at once, as float32: 64 MiB
TILE = 16 * 2**20


def maxsim(queries: TokenBatch, passages: TokenBatch) -> Tensor:
    """Late interaction (ColBERT; Khattab & Zaharia 2020): s(q, d) = Σ_i max_j q_i · d_j over content tokens.

    Computed in tiles of queries, so that no (Q, D, L_q, L_d) tensor is ever held.

    Returns
    -------
    Tensor, shape (Q, D)
        In [-L_q, L_q]. A passage without content tokens scores -inf.

    Examples
    --------
    >>> one = torch.ones(1, 1, dtype=torch.bool)
    >>> q = TokenBatch(torch.tensor([[[1.0, 0.0]]]), torch.ones(1, 1), one, one, [["a"]], [[0]])
    >>> maxsim(q, q).tolist()
    [[1.0]]
    """
    d, length, width = passages.vectors.shape
    keys = passages.vectors.reshape(d * length, width)
    blocked = ~passages.mask.reshape(1, d, length)
    scores = torch.empty(len(queries.mask), d)
    rows = max(1, TILE // (d * length))
    for q, mask in enumerate(queries.mask):
        best = [
            (part @ keys.T).view(-1, d, length).masked_fill_(blocked, -torch.inf).amax(-1).sum(0)
            for part in queries.vectors[q][mask].split(rows)
        ]
        scores[q] = torch.stack(best).sum(0) if best else torch.zeros(d)
    return scores


def pooled(queries: TokenBatch, passages: TokenBatch) -> Tensor:
    """Cosine of the mean content vectors, shape (Q, D), in [-1, 1]."""
    return queries.pooled() @ passages.pooled().T


SCORERS: dict[str, Callable[[TokenBatch, TokenBatch], Tensor]] = {"maxsim": maxsim, "pooled": pooled}
