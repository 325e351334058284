"""Token vectors of several texts as one record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor


class TokenBatch(NamedTuple):
    """Contextual token vectors of B texts, padded to the longest, L pieces.

    Attributes
    ----------
    vectors : Tensor, shape (B, L, d), float32
        Unit norm; 0 where there is padding.
    norms : Tensor, shape (B, L), float32
        The norms that the encoder gave them; 0 where there is padding.
    mask : Tensor, shape (B, L), bool
        Content: neither padding, special token nor prefix.
    attended : Tensor, shape (B, L), bool
        All that is not padding.
    pieces : list of list of str
        The sub-words of each text, special tokens and prefix included, without padding.
    word_ids : list of list of (int or None)
        For each piece the blank-separated word of the text that it belongs to, from 0; None where it is no content.
    """

    vectors: Tensor
    norms: Tensor
    mask: Tensor
    attended: Tensor
    pieces: list[list[str]]
    word_ids: list[list[int | None]]

    def pooled(self, over: str = "content") -> Tensor:
        """Mean of the token vectors as the encoder gave them, normalised; shape (B, d).

        Parameters
        ----------
        over : {"content", "all"}
            Content tokens only, or special tokens and prefix too (how E5 was trained).
        """
        mask = {"content": self.mask, "all": self.attended}[over]
        weights = (self.norms * mask).unsqueeze(-1)
        return torch.nn.functional.normalize((self.vectors * weights).sum(1), dim=-1)

    def take(self, positions: Sequence[int]) -> TokenBatch:
        """The texts at these positions, in this order, padded as before."""
        rows = list(positions)
        vectors, norms, mask, attended = (x[rows] for x in (self.vectors, self.norms, self.mask, self.attended))
        pieces, word_ids = [self.pieces[i] for i in rows], [self.word_ids[i] for i in rows]
        return TokenBatch(vectors, norms, mask, attended, pieces, word_ids)

    def content(self, i: int) -> tuple[list[str], Tensor]:
        """The content pieces of text `i` and their vectors, shape (n, d)."""
        mask = self.mask[i]
        return [piece for piece, keep in zip(self.pieces[i], mask.tolist(), strict=False) if keep], self.vectors[i][
            mask
        ]


def join_batches(batches: Sequence[TokenBatch], order: Sequence[int]) -> TokenBatch:
    """One batch from several, padded to the longest; text k of the result is text ``order.index(k)`` of the parts."""
    rows, length = sum(len(b.mask) for b in batches), max(b.mask.shape[1] for b in batches)
    first = batches[0]
    vectors = first.vectors.new_zeros(rows, length, first.vectors.shape[-1])
    norms = first.norms.new_zeros(rows, length)
    mask, attended = (first.mask.new_zeros(rows, length) for _ in range(2))
    pieces: list[list[str]] = [[] for _ in range(rows)]
    word_ids: list[list[int | None]] = [[] for _ in range(rows)]
    start = 0
    for batch in batches:
        to, n = list(order[start : start + len(batch.mask)]), batch.mask.shape[1]
        for target, part in ((vectors, batch.vectors), (norms, batch.norms), (mask, batch.mask)):
            target[to, :n] = part
        attended[to, :n] = batch.attended
        for k, i in enumerate(to):
            pieces[i], word_ids[i] = batch.pieces[k], batch.word_ids[k]
        start += len(to)
    return TokenBatch(vectors, norms, mask, attended, pieces, word_ids)
