"""Scores in as they come, the best documents of each query out: the same whatever the tiles and the machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import torch
from torch import Tensor

# binary digits of a score that count: a product of other shape may round the last few in another way
DIGITS = 19
# scores held for each query before they are cut to the k best
HELD = 4096
_LOW = 2**32 - 1


def best_of(
    tiles: Iterable[tuple[Sequence[int], Tensor]], query_ids: Sequence[str], doc_ids: Sequence[str], k: int
) -> pd.DataFrame:
    """The k best documents of each query, kept while the scores go by: no (Q, D) matrix is ever held.

    Scores are rounded to `DIGITS` binary digits (a relative 2e-6), so that documents with the same text have the same
    score in whichever tile they lie; equal scores are ordered by document id.

    Parameters
    ----------
    tiles : iterable of (positions, scores)
        Which documents of `doc_ids` a tile holds, n of them, and what every query gives them, shape (Q, n).
    query_ids, doc_ids : sequence of str, lengths Q and D
    k : int
        At least 1; all documents where there are fewer.

    Returns
    -------
    DataFrame
        query_id, doc_id, score, rank, as `run_of` gives it.

    Raises
    ------
    ValueError
        If a score is NaN.

    Examples
    --------
    >>> tiles = [([2, 0], torch.tensor([[0.5, 0.25]])), ([1], torch.tensor([[0.5]]))]
    >>> best_of(tiles, ["q"], ["c", "b", "a"], k=2)
      query_id doc_id  score  rank
    0        q      a    0.5     1
    1        q      b    0.5     2
    """
    by_id = np.argsort(np.asarray(doc_ids), kind="stable")
    place = torch.empty(len(by_id), dtype=torch.long)
    place[torch.from_numpy(by_id)] = torch.arange(len(by_id))
    best = torch.empty(len(query_ids), 0, dtype=torch.long)
    pending: list[Tensor] = []
    held = 0
    for positions, scores in tiles:
        pending.append(_keys(scores, place[torch.as_tensor(positions)]))
        held += len(positions)
        if held >= max(HELD, 4 * k):
            best, pending, held = _best([best, *pending], k), [], 0
    best = _best([best, *pending], k)
    places, n = _LOW - (best & _LOW), best.shape[1]
    return pd.DataFrame(
        {
            "query_id": np.repeat(np.asarray(query_ids, dtype=object), n),
            "doc_id": np.asarray(doc_ids, dtype=object)[by_id[places.numpy()]].ravel(),
            "score": _flipped((best >> 32).int()).view(torch.float32).numpy().ravel(),
            "rank": np.tile(np.arange(1, n + 1), len(query_ids)),
        }
    )


def _keys(scores: Tensor, place: Tensor) -> Tensor:
    """Scores (Q, n) and the places of the documents in the order of ids as integers: the better, the larger."""
    if scores.isnan().any():
        raise ValueError("a score is NaN; look for vectors that are not finite")
    mantissa, exponent = torch.frexp(scores.float())
    rounded = torch.ldexp((mantissa * 2**DIGITS).round(), exponent - DIGITS).where(scores.isfinite(), scores)
    # the bits of a float rise with it; -0 is 0
    return (_flipped((rounded.float() + 0.0).view(torch.int32)).long() << 32) | (_LOW - place)


def _flipped(bits: Tensor) -> Tensor:
    """The bits of negative floats turned round, and back."""
    return bits ^ ((bits >> 31) & 0x7FFFFFFF)


def _best(keys: Sequence[Tensor], k: int) -> Tensor:
    joined = torch.cat(list(keys), dim=1)
    return joined.topk(min(k, joined.shape[1]), dim=1).values
