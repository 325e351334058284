"""Sentence pairs in, tensors out: the student's piece ids and the teacher's vectors, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from clirlab.errors import InputError
from clirlab.models import TokenEncoder
from clirlab.models.encoder import pad
from clirlab.models.tokenize import Tokenized


class Pairs(Protocol):
    """What training takes: a Bitext or TextPairs of any origin."""

    @property
    def source(self) -> Sequence[str]: ...
    @property
    def english(self) -> Sequence[str]: ...


class Prepared(NamedTuple):
    """Sentence pairs made ready once: student pieces, and the teacher's content vectors with their mean."""

    student: list[Tokenized]
    teacher: list[Tensor]
    center: Tensor


def prepare(encoder: TokenEncoder, pairs: Pairs, dtype: str = "auto", progress: bool = False) -> Prepared:
    """Cut the source side into pieces and encode the English side, once for all steps.

    Raises
    ------
    InputError
        If there is no pair in which both sides have a content token.
    """
    student = encoder.tokenize(pairs.source, kind="query")
    teacher: list[Tensor] = [torch.empty(0)] * len(pairs.english)
    for positions, batch in encoder.batches(pairs.english, kind="query", dtype=dtype, progress=progress):
        vectors = batch.vectors * batch.norms.unsqueeze(-1)
        for row, i in enumerate(positions):
            teacher[i] = vectors[row][batch.mask[row]].clone()
    usable = [i for i, cut in enumerate(student) if any(cut.content) and len(teacher[i])]
    if not usable:
        raise InputError("nothing to train on: no pair has content on both sides")
    kept = [teacher[i] for i in usable]
    center = torch.nn.functional.normalize(torch.cat(kept), dim=-1).mean(0)
    return Prepared([student[i] for i in usable], kept, center)


def bucketed(lengths: Sequence[int], batch_size: int, steps: int, seed: int) -> Iterator[list[int]]:
    """Positions for each step: pairs in random order, again and again, batched with others of similar length.

    Every pair is used once before any is used twice, up to the window of eight batches that is sorted by length.
    """
    generator = np.random.default_rng(seed)
    window = 8 * batch_size
    queue: list[int] = []
    batches: list[list[int]] = []
    for _ in range(steps):
        if not batches:
            while len(queue) < window:
                queue += generator.permutation(len(lengths)).tolist()
            head, queue = sorted(queue[:window], key=lambda i: lengths[i]), queue[window:]
            batches = [head[k : k + batch_size] for k in range(0, window, batch_size)]
            generator.shuffle(batches)
        yield batches.pop()


def collate(prepared: Prepared, positions: Sequence[int], lookup: Tensor, padding: int) -> tuple[Tensor, ...]:
    """One batch: student ids, attended and content masks (B, m); teacher vectors (B, n, d) and their mask (B, n)."""
    ids, attended, content = pad([prepared.student[i] for i in positions], padding)
    vectors = [prepared.teacher[i] for i in positions]
    teacher = torch.nn.utils.rnn.pad_sequence(vectors, batch_first=True)
    lengths = torch.tensor([len(v) for v in vectors])
    return lookup[ids], attended, content, teacher, torch.arange(teacher.shape[1]) < lengths.unsqueeze(1)
