"""Lengths and a seed in, the order in which pairs are used out: the same in every run, so that one can go on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np


def bucketed(lengths: Sequence[int], batch_size: int, seed: int, tokens: int | None = None) -> Iterator[list[int]]:
    """Positions for each batch, without end: pairs in random order, again and again, with others of similar length.

    Every pair is used once before any is used twice, up to the window of eight batches that is sorted by length.

    Parameters
    ----------
    lengths : sequence of int, length N
        Pieces of each pair.
    batch_size : int
        Pairs a batch.
    tokens : int, optional
        In place of `batch_size` the largest number of pieces a batch, padding included; one pair at least.

    Examples
    --------
    >>> order = bucketed([5, 9, 5, 9], batch_size=2, seed=0)
    >>> sorted(next(order)) in ([0, 2], [1, 3])
    True
    >>> order = bucketed([5, 9, 5, 9], batch_size=2, seed=0, tokens=10)
    >>> max(len(next(order)) for _ in range(8))
    2
    """
    generator = np.random.default_rng(seed)
    if tokens is not None:
        batch_size = max(1, round(tokens * len(lengths) / sum(lengths)))
    window = 8 * batch_size
    queue: list[int] = []
    while True:
        while len(queue) < window:
            queue += generator.permutation(len(lengths)).tolist()
        head, queue = sorted(queue[:window], key=lambda i: lengths[i]), queue[window:]
        if tokens is None:
            batches = [head[k : k + batch_size] for k in range(0, window, batch_size)]
        else:
            batches = _within(head, lengths, tokens)
        generator.shuffle(batches)
        while batches:
            yield batches.pop()


def _within(ordered: list[int], lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """Pairs, shorter ones first, in batches of at most so many pieces with padding, or of one pair."""
    batches: list[list[int]] = [[]]
    for i in ordered:
        if batches[-1] and (len(batches[-1]) + 1) * lengths[i] > tokens:
            batches.append([])
        batches[-1].append(i)
    return batches
