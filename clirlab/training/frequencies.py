"""The pieces of the training text in, how telling each piece is out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from clirlab.models.tokenize import Tokenized


def inverse_frequencies(texts: Sequence[Tokenized], vocabulary: int) -> Tensor:
    """Inverse document frequency of each piece, log((N + 1) / (df + 1)) + 1, a text being a document.

    The formula of `clirlab.transport.by_idf`: never 0, so that no token is left without mass, and largest for pieces
    that the texts do not have. Each side of the pairs is counted by itself.

    Parameters
    ----------
    texts : sequence of Tokenized, length N
    vocabulary : int
        V, the number of pieces of the tokenizer.

    Returns
    -------
    Tensor, shape (V,), float32
        At least 1.

    Examples
    --------
    >>> texts = [Tokenized([0, 1, 1], [], [], [], []), Tokenized([0, 2], [], [], [], [])]
    >>> [round(x, 3) for x in inverse_frequencies(texts, vocabulary=4).tolist()]
    [1.0, 1.405, 1.405, 2.099]
    """
    present = [np.unique(cut.ids) for cut in texts]
    counts = np.bincount(np.concatenate([*present, np.empty(0, dtype=np.int64)]).astype(np.int64), minlength=vocabulary)
    return torch.from_numpy(np.log((len(texts) + 1) / (counts + 1)) + 1).float()
