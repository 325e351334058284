"""Masks and weights in, marginals out: how much mass each token has. Each text's masses sum to 1."""

from __future__ import annotations

import torch
from torch import Tensor


def uniform(mask: Tensor) -> Tensor:
    """The same mass for every valid token.

    Parameters
    ----------
    mask : Tensor of bool, shape (..., L)
        True where there is a token; at least one in each text.

    Returns
    -------
    Tensor, shape (..., L), float32
        1 / (number of tokens) where the mask is True, 0 elsewhere.

    Examples
    --------
    >>> uniform(torch.tensor([[True, True, False]])).tolist()
    [[0.5, 0.5, 0.0]]
    """
    return _normalised(mask.float(), mask)


def by_norm(norms: Tensor, mask: Tensor) -> Tensor:
    """Mass in proportion to the norm of the token vectors (Word Rotator's Distance: Yokoi et al. 2020, section 4).

    Parameters
    ----------
    norms : Tensor, shape (..., L)
        Norms of the vectors before they were scaled to unit length, such as `TokenBatch.norms`.
    mask : Tensor of bool, shape (..., L)

    Returns
    -------
    Tensor, shape (..., L)

    Raises
    ------
    ValueError
        If a text has no valid token of positive norm, or a norm is negative.

    Examples
    --------
    >>> by_norm(torch.tensor([[3.0, 1.0, 9.0]]), torch.tensor([[True, True, False]])).tolist()
    [[0.75, 0.25, 0.0]]
    """
    return _normalised(norms, mask)


def by_idf(ids: Tensor, mask: Tensor, frequency: Tensor, documents: int) -> Tensor:
    """Mass in proportion to the inverse document frequency, log((N + 1) / (df + 1)) + 1, which is never 0.

    Parameters
    ----------
    ids : Tensor of int, shape (..., L)
        Piece of each token.
    mask : Tensor of bool, shape (..., L)
    frequency : Tensor, shape (V,)
        In how many documents each piece occurs; see `document_frequency`.
    documents : int
        N, the number of documents.

    Returns
    -------
    Tensor, shape (..., L), float32

    Examples
    --------
    >>> mask = torch.ones(1, 2, dtype=torch.bool)
    >>> mass = by_idf(torch.tensor([[0, 1]]), mask, frequency=torch.tensor([9, 0]), documents=9)
    >>> [round(m, 2) for m in mass[0].tolist()]
    [0.23, 0.77]
    """
    idf = torch.log((documents + 1) / (frequency.float() + 1)) + 1
    return _normalised(idf[ids.where(mask, 0)], mask)


def document_frequency(ids: Tensor, mask: Tensor, vocabulary: int) -> Tensor:
    """In how many of D documents each piece occurs.

    Parameters
    ----------
    ids : Tensor of int, shape (D, L)
        In [0, vocabulary) where the mask is True.
    mask : Tensor of bool, shape (D, L)
    vocabulary : int
        V, the number of different pieces.

    Returns
    -------
    Tensor of int, shape (V,)

    Examples
    --------
    >>> ids = torch.tensor([[0, 0, 1], [1, 2, 2]])
    >>> document_frequency(ids, torch.tensor([[True, True, True], [True, True, False]]), 4).tolist()
    [1, 2, 1, 0]
    """
    documents = torch.arange(len(ids), device=ids.device)[:, None].expand_as(ids)
    present = torch.stack([documents[mask], ids[mask]]).unique(dim=1)
    return torch.bincount(present[1], minlength=vocabulary)


def _normalised(weights: Tensor, mask: Tensor) -> Tensor:
    weights = weights.masked_fill(~mask, 0)
    total = weights.sum(-1, keepdim=True)
    if (weights < 0).any() or not (total > 0).all():
        raise ValueError("weights must be non-negative, with a positive one among the valid tokens of each text")
    return weights / total
