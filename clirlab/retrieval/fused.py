"""Two queries of one need (native and gloss) and passages in, their fused MaxSim out, in one pass over the passages."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from clirlab.errors import unknown_name
from clirlab.models import TokenBatch
from clirlab.retrieval.scorers import parts_of, sum_maxima, token_weights, without_content

Links = Sequence[tuple[int, int]]

FUSIONS = ("mean", "weighted", "max", "per-word")


def fused_maxsim(
    first: TokenBatch,
    second: TokenBatch,
    passages: TokenBatch,
    how: str = "mean",
    weight: float = 0.5,
    links: Sequence[Links] | None = None,
    weights: tuple[Tensor | None, Tensor | None] = (None, None),
    dtype: str = "float32",
) -> Tensor:
    """MaxSim of needs that are asked twice, such as in the user's language and as an English gloss of it.

    With m_i = max_j q_i · d_j of each query token, S = Σ w_i m_i of a query, and n = Σ w_i (its number of tokens where
    there are no weights):

    ============  =================================================================================================
    ``mean``      (S_1 + S_2) / 2
    ``weighted``  (1 - weight) S_1 + weight S_2
    ``max``       (n_1 + n_2) / 2 · max(S_1 / n_1, S_2 / n_2): the query whose tokens fit better. The larger of the two
                  sums would be that of the longer query, since all cosines of an encoder are high
    ``per-word``  the same for each word with what it is linked to, summed: the native word or its gloss, whichever
                  fits better. Words that hang together by links are one group; what has no counterpart counts half,
                  as in ``mean``, which is never above
    ============  =================================================================================================

    Parameters
    ----------
    first, second : TokenBatch, Q texts each
        Query i of both asks for the same.
    passages : TokenBatch, D texts
    how : {"mean", "weighted", "max", "per-word"}
    weight : float
        Share of the second query, in [0, 1]; for ``weighted``.
    links : sequence of sequences of (int, int), length Q
        For ``per-word``: which blank-separated word of the first query belongs to which of the second. A word of
        which nothing is there, such as one cut off with the end of a long query, adds nothing.
    weights : (Tensor or None, Tensor or None)
        Token weights of both, as for `maxsim`.
    dtype : {"float32", "bfloat16", "auto"}
        See `maxsim`.

    Returns
    -------
    Tensor, shape (Q, D), float32
        A passage without content tokens scores -inf; a need without them 0.

    Raises
    ------
    InputError
        If `how` or `dtype` is unknown.
    ValueError
        If there are not as many second queries as first ones, `weight` is out of range, there is not one list of links
        for each query, a link is negative, or as `maxsim`.

    Examples
    --------
    >>> one = torch.ones(1, 1, dtype=torch.bool)
    >>> native, gloss, passage = (
    ...     TokenBatch(torch.tensor([[vector]]), torch.ones(1, 1), one, one, [["a"]], [[0]])
    ...     for vector in ([1.0, 0.0], [0.0, 1.0], [0.6, 0.8])
    ... )
    >>> [round(fused_maxsim(native, gloss, passage, how, links=[[(0, 0)]]).item(), 2) for how in FUSIONS]
    [0.7, 0.7, 0.8, 0.8]
    """
    if how not in FUSIONS:
        raise unknown_name("fusion", how, FUSIONS)
    count = len(first.mask)
    if len(second.mask) != count:
        raise ValueError(f"{count} first queries and {len(second.mask)} second ones; each need is asked twice")
    if not 0 <= weight <= 1:
        raise ValueError(f"weight must be in [0, 1], got {weight}")
    if how == "per-word" and (links is None or len(links) != count):
        raise ValueError(f"per-word takes one list of links for each of the {count} queries")
    mass = torch.cat([token_weights(first, weights[0]), token_weights(second, weights[1])], dim=1)
    cut = first.mask.shape[1]
    if how == "per-word":
        group, counts = _linked_groups(first, second, links or ())
    else:
        group, counts = torch.zeros_like(mass, dtype=torch.long), [1] * count
    if how in ("mean", "weighted"):
        share = weight if how == "weighted" else 0.5
        mass[:, :cut] *= 1 - share
        mass[:, cut:] *= share
    vectors = torch.cat([first.vectors, second.vectors], dim=1)
    group += torch.tensor([0, *accumulate(counts)][:-1], dtype=torch.long)[:, None]
    if how in ("mean", "weighted"):
        scores = sum_maxima(parts_of(vectors, mass, group, counts), passages, dtype).T.contiguous()
    else:
        scores = _better_side(vectors, mass, group, counts, cut, passages, dtype)
    return without_content(scores, mass, passages)


def _better_side(
    vectors: Tensor, mass: Tensor, group: Tensor, counts: list[int], cut: int, passages: TokenBatch, dtype: str
) -> Tensor:
    """Σ over a need's groups of half their mass times the better of the means on their two sides; shape (Q, D)."""
    column = 2 * group
    column[:, cut:] += 1
    total = mass.new_zeros(2 * sum(counts)).index_add_(0, column.flatten(), mass.flatten())
    parts = parts_of(vectors, mass / total[column].where(mass > 0, 1), column, [2 * count for count in counts])
    means = sum_maxima(parts, passages, dtype).masked_fill_(total == 0, -torch.inf).view(-1, sum(counts), 2)
    total = total.view(-1, 2).sum(1)
    best = (means.amax(-1).masked_fill_(total == 0, 0) * (total / 2)).T.contiguous()
    return torch.segment_reduce(best, "sum", lengths=torch.tensor(counts), initial=0)


def _linked_groups(first: TokenBatch, second: TokenBatch, links: Sequence[Links]) -> tuple[Tensor, list[int]]:
    """The group of each token of both queries, counted from 0 in each need, shape (Q, L_1 + L_2), and how many."""
    words = _words(first), _words(second)
    linked = np.array([(i, *pair) for i, pairs in enumerate(links) for pair in pairs], dtype=np.int64).reshape(-1, 3)
    if (wrong := linked[(linked < 0).any(1)]).size:
        raise ValueError(f"query {wrong[0, 0]} has a link to a word below 0")
    sizes = [side.max(1, initial=-1) + 1 for side in words]
    for column, side in enumerate(sizes, 1):
        np.maximum.at(side, linked[:, 0], linked[:, column] + 1)
    # the words of all needs in a row, each need's after a node of its own for what is no word
    ends = np.cumsum(1 + sizes[0] + sizes[1])
    start = ends - (1 + sizes[0] + sizes[1])
    at = start + 1, start + 1 + sizes[0]
    edges = tuple(at[side][linked[:, 0]] + linked[:, side + 1] for side in (0, 1))
    graph = coo_array((np.ones(len(linked)), edges), shape=(sum(ends[-1:]), sum(ends[-1:])))
    # labels rise with the first node that has them, so that those of a need stand together
    labels = connected_components(graph, directed=False)[1].astype(np.int64)
    node = [np.where(side >= 0, at[k][:, None] + side, start[:, None]) for k, side in enumerate(words)]
    group = labels[np.concatenate(node, axis=1)] - labels[start][:, None]
    counts = np.diff(np.append(labels[start], labels.max(initial=-1) + 1))
    return torch.from_numpy(group), counts.tolist()


def _words(queries: TokenBatch) -> NDArray[np.int64]:
    """The word of each token, -1 for none; shape (Q, L)."""
    words = np.full(tuple(queries.mask.shape), -1)
    for row, own in zip(words, queries.word_ids, strict=True):
        row[: len(own)] = [-1 if word is None else word for word in own]
    return words
