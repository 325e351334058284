"""Padded batches of costs in, parts of like size out: what the methods solve, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from clirlab.transport.cost import spread
from clirlab.transport.problem import Problem

# entries of a chunk: large enough that what Python does between them is little, small enough for a cache (measured)
CHUNK = {"cpu": 1 << 21, "cuda": 1 << 26}


class Batch(NamedTuple):
    """What was given, as tensors on the cost's device: cost (B, m, n), masks and masses (float64)."""

    cost: Tensor
    rows: Tensor
    columns: Tensor
    a: Tensor
    b: Tensor


def read_batch(cost: Tensor | NDArray[Any], a: Any, b: Any, mask: Any) -> Batch:
    """What `solve` was given, checked and completed: a batch of one, all tokens valid and uniform masses by default."""
    costs = _tensor(cost)
    costs = costs if costs.is_floating_point() else costs.double()
    if costs.ndim not in (2, 3):
        raise ValueError(f"cost must have shape (m, n) or (batch, m, n), got {tuple(costs.shape)}")
    if 0 in costs.shape[-2:]:
        raise ValueError(f"cost has shape {tuple(costs.shape)}: one side has no tokens; leave such problems out")
    costs = costs if costs.ndim == 3 else costs.unsqueeze(0)
    sizes = costs.shape[:2], costs.shape[::2]
    if mask is None:
        rows, columns = (torch.ones(size, dtype=torch.bool, device=costs.device) for size in sizes)
    else:
        if len(mask) != 2:
            raise ValueError("mask must be (rows, columns), the valid tokens of each side")
        rows, columns = (
            _fitting(part, size, f"mask[{k}]", costs).bool()
            for k, (part, size) in enumerate(zip(mask, sizes, strict=True))
        )
    given = [
        None if weights is None else _mass(_fitting(weights, size, name, costs, torch.float64), valid, name)
        for weights, size, valid, name in ((a, sizes[0], rows, "a"), (b, sizes[1], columns, "b"))
    ]
    masses = []
    for own, other, valid in ((given[0], given[1], rows), (given[1], given[0], columns)):
        total = 1.0 if other is None else other.sum(-1, keepdim=True)
        masses.append(valid.double() / valid.sum(-1, keepdim=True).clamp(min=1) * total if own is None else own)
    return Batch(costs, rows, columns, *masses)


def _tensor(x: Any, dtype: torch.dtype | None = None) -> Tensor:
    """A tensor without gradient of whatever holds numbers; a view where torch can look at it in place."""
    if isinstance(x, np.ndarray):
        native = x.astype(x.dtype.newbyteorder("="), copy=False)
        x = native if native.flags.writeable and min(native.strides, default=0) >= 0 else native.copy()
    return torch.as_tensor(x, dtype=dtype).detach()


def _fitting(x: Any, size: torch.Size, name: str, costs: Tensor, dtype: torch.dtype | None = None) -> Tensor:
    tensor = _tensor(x, dtype).to(costs.device)
    tensor = tensor.unsqueeze(0) if tensor.ndim == 1 and size[0] == 1 else tensor
    if tensor.shape != size:
        raise ValueError(f"{name} has shape {tuple(tensor.shape)}, but the cost asks for {tuple(size)}")
    return tensor


def _mass(weights: Tensor, valid: Tensor, name: str) -> Tensor:
    weights = weights.masked_fill(~valid, 0)
    bad = (~(weights >= 0)).any(-1) | ~((weights.sum(-1) > 0) & weights.sum(-1).isfinite())
    # a problem without valid tokens has a message of its own
    if (bad & valid.any(-1)).any():
        problem = int((bad & valid.any(-1)).nonzero()[0])
        raise ValueError(f"problem {problem}: marginal weights {name} must be finite, non-negative and not all 0")
    return weights


class Part(NamedTuple):
    """Problems of like size, P of them: their places in the batch, and of each the tokens to take, valid ones first.

    Tokens are None where all are taken; the places are then a slice.
    """

    places: Tensor | slice
    rows: Tensor | None
    columns: Tensor | None

    def _where(self) -> tuple[Any, Any, Any]:
        """Indices of a (B, m, n), a (B, m) and a (B, n) tensor."""
        if isinstance(self.places, slice) or self.rows is None or self.columns is None:
            return self.places, self.places, self.places
        problem = self.places[:, None]
        return (
            (problem[:, :, None], self.rows[:, :, None], self.columns[:, None, :]),
            (problem, self.rows),
            (problem, self.columns),
        )

    def numbers(self, batch: Batch) -> Tensor:
        """The places one by one, shape (P,)."""
        if isinstance(self.places, slice):
            return torch.arange(self.places.start, self.places.stop, device=batch.cost.device)
        return self.places

    def take(self, batch: Batch) -> Batch:
        matrix, rows, columns = self._where()
        return Batch(batch.cost[matrix], batch.rows[rows], batch.columns[columns], batch.a[rows], batch.b[columns])

    def put(self, target: Tensor, found: Tensor) -> None:
        target[self._where()[0]] = found.to(target.dtype)

    def put_rows(self, target: Tensor, found: Tensor) -> None:
        target[self._where()[1]] = found.to(target.dtype)

    def put_columns(self, target: Tensor, found: Tensor) -> None:
        target[self._where()[2]] = found.to(target.dtype)


def parts(batch: Batch) -> Iterator[Part]:
    """The batch in parts of like size, small problems first, so that little of what is computed is padding.

    A part, cut to its largest problem, has at most `CHUNK` entries; from an eighth of that on it ends where problems
    are twice as large as its first.
    """
    heights, widths = batch.rows.sum(1), batch.columns.sum(1)
    for count, side in ((heights, "source"), (widths, "target")):
        if (count == 0).any():
            problem = int((count == 0).nonzero()[0])
            raise ValueError(f"problem {problem} has no valid token on its {side} side; leave it out")
    budget = CHUNK.get(batch.cost.device.type, CHUNK["cpu"])
    b, m, n = batch.cost.shape
    if bool(batch.rows.all()) and bool(batch.columns.all()):
        step = max(1, budget // (m * n))
        for start in range(0, b, step):
            yield Part(slice(start, min(start + step, b)), None, None)
        return
    # stable sorts put the valid tokens first, in their order
    rows, columns = ((~valid).to(torch.uint8).argsort(dim=1, stable=True) for valid in (batch.rows, batch.columns))
    order = (heights * widths).argsort(stable=True)
    sizes = list(zip(heights[order].tolist(), widths[order].tolist(), strict=True))
    start = 0
    while start < len(sizes):
        stop, high, wide = start, 0, 0
        smallest = sizes[start][0] * sizes[start][1]
        while stop < len(sizes):
            taller, wider = max(high, sizes[stop][0]), max(wide, sizes[stop][1])
            full = stop > start and (stop + 1 - start) * taller * wider > budget
            enough = (stop - start) * high * wide > budget // 8
            if full or (enough and taller * wider > 2 * smallest):
                break
            stop, high, wide = stop + 1, taller, wider
        chosen = order[start:stop]
        yield Part(chosen, rows[chosen, :high], columns[chosen, :wide])
        start = stop


def gather(batch: Batch, part: Part, epsilon: Tensor, relative_to: str | None) -> Problem:
    """A part as the methods want it: clean padding, masses in units of the source's, an ε for each problem."""
    cost, rows, columns, a, b = part.take(batch)
    cost = cost.to(torch.float64 if cost.dtype == torch.float64 else torch.float32).contiguous()
    valid = None if part.rows is None else rows[:, :, None] & columns[:, None, :]
    lowest = (cost if valid is None else cost.masked_fill(~valid, torch.inf)).amin((1, 2))
    extent = (cost if valid is None else cost.masked_fill(~valid, -torch.inf)).amax((1, 2)) - lowest
    if not (fine := extent.isfinite()).all():
        problem = int(part.numbers(batch)[~fine].min())
        raise ValueError(f"problem {problem} has a cost that is not finite among its valid tokens")
    if valid is not None:
        cost = torch.where(valid, cost, lowest[:, None, None])
    if relative_to == "std":
        unit = spread(cost, valid)
    else:
        unit = extent if relative_to == "range" else torch.ones_like(extent)
    # where all costs of a problem are equal any ε gives the same balanced plan
    strength = epsilon[part.places].to(cost) * unit.where(unit > 0, 1)
    whole = a.sum(-1, keepdim=True)
    return Problem(
        cost, (a / whole).to(cost), (b / whole).to(cost), rows, columns, lowest, extent, strength, part.numbers(batch)
    )
