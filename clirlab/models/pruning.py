"""An encoder in, the same encoder with only the embedding rows in use out, and back."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from clirlab.models.encoder import TokenEncoder


class Pruned(NamedTuple):
    """A copy of an encoder's model with a small vocabulary.

    Attributes
    ----------
    encoder : TokenEncoder
        Its own weights; takes piece ids of the small vocabulary.
    rows : Tensor, shape (k,)
        The piece id that each row of the small embedding had.
    lookup : Tensor, shape (V,)
        Piece id to row; -1 where the piece was left out.
    """

    encoder: TokenEncoder
    rows: Tensor
    lookup: Tensor


def prune_vocabulary(encoder: TokenEncoder, ids: Iterable[int]) -> Pruned:
    """Copy the encoder with the embedding rows of `ids` (and of the special tokens) alone.

    Rows that no training text uses have no gradient; training all of them would only cost time (a 250,000-row
    embedding costs more than the twelve layers above it).
    """
    full = encoder.model.get_input_embeddings()
    rows = torch.tensor(sorted(set(ids) | set(encoder.tokenizer.all_special_ids)))
    small = nn.Embedding(len(rows), full.embedding_dim, _weight=full.weight.detach()[rows].clone())
    # the large table is taken out while copying, so that it is not copied
    encoder.model.set_input_embeddings(small)
    try:
        model = copy.deepcopy(encoder.model)
    finally:
        encoder.model.set_input_embeddings(full)
    lookup = torch.full((full.num_embeddings,), -1)
    lookup[rows] = torch.arange(len(rows))
    projection = copy.deepcopy(encoder.projection)
    return Pruned(TokenEncoder(model, encoder.tokenizer, encoder.name, encoder.prefixes, projection), rows, lookup)


def restore_vocabulary(pruned: Pruned, original: TokenEncoder) -> TokenEncoder:
    """The pruned encoder with the full vocabulary again: its own rows where it has them, the original's elsewhere."""
    full = original.model.get_input_embeddings()
    weight = full.weight.detach().clone()
    small = pruned.encoder.model.get_input_embeddings().weight.detach()
    weight[pruned.rows] = small.to(weight.device)
    rows, width = weight.shape
    embedding = nn.Embedding(rows, width, padding_idx=full.padding_idx, _weight=weight.to(small.device))
    pruned.encoder.model.set_input_embeddings(embedding)
    return pruned.encoder
