"""Token vectors that no encoder gave."""

import numpy as np
import torch

from clirlab.models import TokenBatch

WIDTH = 8


def vectors(seed: int, texts: int, exact: bool = False) -> TokenBatch:
    """Token vectors of unit norm, 1 to 9 a text; where they are to be exact, products have no rounding."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 10, size=texts)
    mask = torch.from_numpy(np.arange(lengths.max()) < lengths[:, None])
    drawn = rng.standard_normal((*mask.shape, WIDTH)).astype(np.float32)
    if exact:  # four entries of ± .5
        drawn = np.where(drawn.argsort(-1).argsort(-1) < 4, 0.5 * np.sign(drawn), 0).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=-1, keepdims=True)
    kept = torch.from_numpy(drawn) * mask.unsqueeze(-1)
    norms = torch.from_numpy(rng.uniform(1, 5, mask.shape).astype(np.float32)) * mask
    return TokenBatch(kept, norms, mask, mask, [[] for _ in lengths], [[] for _ in lengths])
