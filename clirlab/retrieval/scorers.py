"""Query and passage vectors in, a matrix of scores out: MaxSim and pooled cosine, tile by tile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import NamedTuple

import torch
from torch import Tensor

from clirlab.errors import unknown_name
from clirlab.models import TokenBatch
from clirlab.models.encoder import DTYPES, fast_dtype

# similarities held at once, 2 MiB as float32: what the product writes is still in cache when its maxima are taken
TILE = 2**19
# query tokens in one product, as far as whole queries allow
ROWS = 512

Scorer = Callable[[TokenBatch, TokenBatch], Tensor]


class Part(NamedTuple):
    """Tokens of some queries, and the sums to take over what each of them finds.

    Attributes
    ----------
    tokens : Tensor, shape (T, d)
    sums : Tensor, shape (T, G)
        The weight of each token in each sum; most are 0.
    """

    tokens: Tensor
    sums: Tensor


def maxsim(queries: TokenBatch, passages: TokenBatch, weights: Tensor | None = None, dtype: str = "float32") -> Tensor:
    """Late interaction (ColBERT; Khattab & Zaharia 2020): s(q, d) = Σ_i w_i max_j q_i · d_j over content tokens.

    Computed in tiles, so that no (Q, D, L_q, L_d) tensor is ever held, nor a copy of the passages.

    Parameters
    ----------
    queries : TokenBatch, Q texts
    passages : TokenBatch, D texts
    weights : Tensor, shape (Q, L_q), optional
        w, not negative; 1 where not given. Only those of content tokens count; a token of weight 0 is left out.
    dtype : {"float32", "bfloat16", "auto"}
        Of the products; sums are taken in float32. bfloat16 knows cosines to .004; ``auto`` takes it where the machine
        computes in it natively.

    Returns
    -------
    Tensor, shape (Q, D), float32
        In [-Σ w, Σ w]. A passage without content tokens scores -inf; a query without them 0.

    Raises
    ------
    ValueError
        If the weights have another shape, are negative or not finite.

    Examples
    --------
    >>> one = torch.ones(1, 1, dtype=torch.bool)
    >>> q = TokenBatch(torch.tensor([[[1.0, 0.0]]]), torch.ones(1, 1), one, one, [["a"]], [[0]])
    >>> maxsim(q, q).tolist(), maxsim(q, q, weights=torch.tensor([[0.5]])).tolist()
    ([[1.0]], [[0.5]])
    """
    mass = token_weights(queries, weights)
    own = torch.arange(len(mass))[:, None].expand_as(mass)
    scores = sum_maxima(parts_of(queries.vectors, mass, own, [1] * len(mass)), passages, dtype).T.contiguous()
    return without_content(scores, mass, passages)


def pooled(queries: TokenBatch, passages: TokenBatch) -> Tensor:
    """Cosine of the mean content vectors, shape (Q, D), in [-1, 1]."""
    return queries.pooled() @ passages.pooled().T


def centred(queries: TokenBatch, center: Tensor) -> TokenBatch:
    """The queries with a mean vector taken off their tokens, which are then of unit norm again.

    The vectors of an encoder share a direction that is much the same in all tokens of a language; taken off the query
    side alone it no longer decides which passage token is nearest.

    Parameters
    ----------
    queries : TokenBatch
    center : Tensor, shape (d,)
        Such as the mean of the content vectors of queries in the language.

    Returns
    -------
    TokenBatch
        Norms are kept. Padding stays 0, and so does what equals the centre.

    Raises
    ------
    ValueError
        If the centre is not of the vectors' width.

    Examples
    --------
    >>> one = torch.ones(1, 1, dtype=torch.bool)
    >>> q = TokenBatch(torch.tensor([[[0.6, 0.8]]]), torch.ones(1, 1), one, one, [["a"]], [[0]])
    >>> centred(q, torch.tensor([0.6, 0.0])).vectors.tolist()
    [[[0.0, 1.0]]]
    """
    if center.shape != queries.vectors.shape[-1:]:
        raise ValueError(
            f"the centre has shape {tuple(center.shape)}, the vectors have {queries.vectors.shape[-1]} entries"
        )
    moved = torch.nn.functional.normalize(queries.vectors - center, dim=-1)
    return queries._replace(vectors=moved.where(queries.attended.unsqueeze(-1), 0))


def token_weights(queries: TokenBatch, weights: Tensor | None) -> Tensor:
    """Weights that are checked, shape (Q, L_q), float32; 1 where none are given, 0 where there is no content."""
    if weights is None:
        return queries.mask.float()
    if weights.shape != queries.mask.shape:
        raise ValueError(f"weights have shape {tuple(weights.shape)}, the queries' tokens {tuple(queries.mask.shape)}")
    mass = weights.float().masked_fill(~queries.mask, 0)
    if not (mass.isfinite() & (mass >= 0)).all():
        raise ValueError("the weight of a content token is negative or not finite")
    return mass


def parts_of(vectors: Tensor, mass: Tensor, column: Tensor, counts: Sequence[int]) -> list[Part]:
    """The tokens of queries cut into parts of whole queries, of `ROWS` tokens at most but for a single longer query.

    Parameters
    ----------
    vectors : Tensor, shape (Q, L, d)
    mass : Tensor, shape (Q, L)
        Tokens of mass 0 are left out.
    column : Tensor of int, shape (Q, L)
        The sum that each token's maximum goes into, counted through all queries.
    counts : sequence of int, length Q
        How many sums each query has.
    """
    kept = mass > 0
    sizes, offsets = kept.sum(1).tolist(), [0, *accumulate(counts)]
    parts, start = [], 0
    while start < len(sizes):
        stop, held = start + 1, sizes[start]
        while stop < len(sizes) and held + sizes[stop] <= ROWS:
            held, stop = held + sizes[stop], stop + 1
        used = kept[start:stop]
        own, to = mass[start:stop][used], column[start:stop][used] - offsets[start]
        sums = own.new_zeros(len(own), offsets[stop] - offsets[start])
        parts.append(Part(vectors[start:stop][used], sums.index_put_((torch.arange(len(own)), to), own)))
        start = stop
    return parts


@torch.no_grad()
def sum_maxima(parts: Sequence[Part], passages: TokenBatch, dtype: str) -> Tensor:
    """One pass over the passages: Σ_t sums[t, g] max_j t · d_j for each passage and sum, the parts side by side.

    The product has passage tokens in rows, so that the maximum over a passage's tokens is one of whole rows.

    Returns
    -------
    Tensor, shape (D, sum of the parts' G), float32
        0 for a passage without content tokens.
    """
    if dtype not in {"auto", *DTYPES}:
        raise unknown_name("dtype", dtype, ["auto", *DTYPES])
    device = passages.vectors.device
    kind = fast_dtype(device.type) if dtype == "auto" else DTYPES[dtype]
    (d, length, width), most = passages.vectors.shape, max(1, *(len(part.tokens) for part in parts))
    step = max(1, TILE // max(1, most * length))
    keys = [part.tokens.to(kind).T.contiguous() for part in parts]
    rows = passages.vectors.reshape(d * length, width)
    tile = torch.empty(min(step, d) * length * most, dtype=kind, device=device)
    found = torch.zeros(d, sum(part.sums.shape[1] for part in parts), device=device)
    for start in range(0, d, step):
        mask = passages.mask[start : start + step]
        block = rows[start * length : (start + step) * length].to(kind)
        hidden, empty = (~mask).reshape(-1).nonzero()[:, 0], (~mask.any(1)).nonzero()[:, 0]
        results = []
        for part, key in zip(parts, keys, strict=True):
            n = key.shape[1]
            similarity = torch.mm(block, key, out=tile[: len(block) * n].view(len(block), n))
            best = similarity.index_fill_(0, hidden, -torch.inf).view(len(mask), length, n).amax(1).float()
            # -inf times the 0 of another sum would be no number
            results.append(best.index_fill_(0, empty, 0) @ part.sums)
        torch.cat(results, dim=1, out=found[start : start + step])
    return found


def without_content(scores: Tensor, mass: Tensor, passages: TokenBatch) -> Tensor:
    """The scores (Q, D) with -inf for passages without content, where the query, of masses (Q, L), has some."""
    return scores.masked_fill_((mass > 0).any(1)[:, None] & ~passages.mask.any(1), -torch.inf)


SCORERS: dict[str, Scorer] = {"maxsim": maxsim, "pooled": pooled}
