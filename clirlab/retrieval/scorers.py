"""Query and passage vectors in, a matrix of scores out: MaxSim and pooled cosine, tile by tile."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from clirlab.models import TokenBatch

# similarities held at once, as float32: 8 MiB
TILE = 2**21


def maxsim(queries: TokenBatch, passages: TokenBatch) -> Tensor:
    """Late interaction (ColBERT; Khattab & Zaharia 2020): s(q, d) = Σ_i max_j q_i · d_j over content tokens.

    Computed in tiles of query tokens, so that no (Q, D, L_q, L_d) tensor is ever held.

    Returns
    -------
    Tensor, shape (Q, D)
        In [-L_q, L_q]. A passage without content tokens scores -inf; a query without them 0.

    Examples
    --------
    >>> one = torch.ones(1, 1, dtype=torch.bool)
    >>> q = TokenBatch(torch.tensor([[[1.0, 0.0]]]), torch.ones(1, 1), one, one, [["a"]], [[0]])
    >>> maxsim(q, q).tolist()
    [[1.0]]
    """
    d, length, width = passages.vectors.shape
    keys = passages.vectors.reshape(d * length, width).T
    # -inf for what is no content, added within the product
    blocked = torch.zeros(d * length).masked_fill_(~passages.mask.reshape(-1), -torch.inf)
    tokens = queries.vectors[queries.mask]
    query_of = torch.arange(len(queries.mask)).repeat_interleave(queries.mask.sum(1))
    scores = torch.zeros(len(queries.mask), d)
    rows = max(1, TILE // (d * length))
    for part, owners in zip(tokens.split(rows), query_of.split(rows), strict=True):
        similarity = torch.addmm(blocked, part, keys).view(-1, d, length)
        scores.index_add_(0, owners, similarity.amax(-1))
    return scores


def pooled(queries: TokenBatch, passages: TokenBatch) -> Tensor:
    """Cosine of the mean content vectors, shape (Q, D), in [-1, 1]."""
    return queries.pooled() @ passages.pooled().T


SCORERS: dict[str, Callable[[TokenBatch, TokenBatch], Tensor]] = {"maxsim": maxsim, "pooled": pooled}
