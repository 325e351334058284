"""Problems for the tests of transport: ragged batches with NaN where there is no token, and each of them alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SIZES = ((3, 4), (2, 5), (1, 1), (5, 2), (1, 4), (4, 4))
# what some methods cannot do without
NEEDS = {"partial": {"mass": 0.6}, "unbalanced": {"strength": 0.5}}
PLAIN = ("sinkhorn-kernel", "sinkhorn-log")
BY_NEWTON = ("sinkhorn", "sinkhorn-newton")
BALANCED = ("exact", *BY_NEWTON, *PLAIN, "ipot", "random")


class Ragged(NamedTuple):
    """A padded batch (B, m, n), float64; masses sum to 1 among the valid tokens and are NaN elsewhere."""

    cost: Tensor
    a: Tensor
    b: Tensor
    mask: tuple[Tensor, Tensor]

    @property
    def given(self) -> dict[str, object]:
        """All but the cost, as `solve` takes it."""
        return {"a": self.a, "b": self.b, "mask": self.mask}

    def alone(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """Cost and masses of each problem without its padding."""
        for cost, a, b, rows, columns in zip(self.cost, self.a, self.b, *self.mask, strict=True):
            yield cost[rows][:, columns], a[rows], b[columns]

    def cut(self, padded: Tensor) -> list[Tensor]:
        """A (B, m, n) tensor's matrices without the padding."""
        return [x[rows][:, columns] for x, rows, columns in zip(padded, *self.mask, strict=True)]


def uniform(*shape: int, seed: int = 0) -> Tensor:
    """Uniform in [0, 1), float64."""
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def ragged(sizes: tuple[tuple[int, int], ...] = SIZES, extra: int = 0, seed: int = 0) -> Ragged:
    """Problems of these sizes, whose tokens lie at random places: the padding has holes. `extra` adds more padding.

    The problems depend on the sizes and the seed alone, not on where their tokens lie.
    """
    numbers, places = np.random.default_rng(seed), np.random.default_rng([seed, extra])
    high, wide = (max(side) + extra for side in zip(*sizes, strict=True))
    batch = len(sizes)
    cost, a, b = (torch.full((batch, *size), torch.nan).double() for size in ((high, wide), (high,), (wide,)))
    rows, columns = torch.zeros(batch, high, dtype=torch.bool), torch.zeros(batch, wide, dtype=torch.bool)
    for i, (m, n) in enumerate(sizes):
        p, q = (np.sort(places.permutation(length)[:size]) for length, size in ((high, m), (wide, n)))
        cost[i][np.ix_(p, q)] = torch.from_numpy(numbers.random((m, n)))
        for masses, valid, at in ((a, rows, p), (b, columns, q)):
            masses[i, at], valid[i, at] = torch.from_numpy(weights(numbers, len(at))), True
    return Ragged(cost, a, b, (rows, columns))


def weights(numbers: np.random.Generator, size: int) -> NDArray[np.float64]:
    """Positive masses that sum to 1, none more than 11 times another."""
    some = numbers.random(size) + 0.1
    return some / some.sum()


def kl(x: Tensor, y: Tensor) -> float:
    """KL(x | y) = Σ x log(x / y) - x + y, where x = 0 counts y."""
    positive = x > 0
    return ((x[positive] * (x[positive] / y[positive]).log()).sum() - x.sum() + y.sum()).item()
