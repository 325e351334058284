"""A batch of sentence pairs as an objective sees it, and what an objective gives back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor

from clirlab.errors import InputError


class Batch(NamedTuple):
    """B sentence pairs: the student's token vectors of one side, the teacher's of the other, and what some ask for.

    Padding may stand anywhere and hold anything, NaN too: it changes neither a loss nor a gradient.

    Attributes
    ----------
    student : Tensor, shape (B, m, d)
        The student's token vectors of the foreign (or switched) side as the encoder gave them, with gradient.
    student_mask : Tensor of bool, shape (B, m)
        True for content tokens; at least one in each row.
    teacher : Tensor, shape (B, n, d)
        The teacher's token vectors of the English side, constant.
    teacher_mask : Tensor of bool, shape (B, n)
    center : Tensor, shape (d,)
        Mean of the teacher's token vectors over the training text after scaling them to unit length.
    english : Tensor, shape (B, n, d), optional
        The student's own vectors of the English side, with gradient, token by token beside `teacher`.
    links : Tensor of bool, shape (B, m, n), optional
        The known alignment, piece by piece; see `clirlab.training.links`.
    student_idf, teacher_idf : Tensor, shapes (B, m) and (B, n), optional
        Inverse document frequencies of the pieces, positive for content; see `clirlab.training.frequencies`.
    layers : tuple of Tensor, each of shape (B, m, d), optional
        The student's hidden layers from 0 (embeddings).
    passages : Tensor, shape (P, L, d), optional
        The teacher's token vectors of English passages (document side), constant; `passage_mask`, shape (P, L), says
        which are content.
    positives : Tensor of int, shape (B,), optional
        Which passage is relevant to each pair, -1 for none.
    candidates : Tensor of int, shape (B, K), optional
        Which passages each pair is scored against, -1 for none.
    generator : torch.Generator, optional
        Of the controls that draw at random.
    sentences : Tensor of int, shape (B,), optional
        A number for each English sentence: pairs of the same number are no negatives of each other.
    """

    student: Tensor
    student_mask: Tensor
    teacher: Tensor
    teacher_mask: Tensor
    center: Tensor
    english: Tensor | None = None
    links: Tensor | None = None
    student_idf: Tensor | None = None
    teacher_idf: Tensor | None = None
    layers: tuple[Tensor, ...] | None = None
    passages: Tensor | None = None
    passage_mask: Tensor | None = None
    positives: Tensor | None = None
    candidates: Tensor | None = None
    generator: torch.Generator | None = None
    sentences: Tensor | None = None


class Loss(NamedTuple):
    """A scalar to minimise, and the mean row perplexity of the plan (NaN where there is no plan)."""

    value: Tensor
    perplexity: float = float("nan")


# what an objective may need beside the vectors of both sides, and who gives it
NEEDS = {
    "english": "the student's vectors of the English side (Batch.english)",
    "links": "pairs with a known alignment; code_switch gives one",
    "idf": "idf weights of the pieces on both sides; clirlab.training.frequencies counts them",
    "layers": "the student's hidden layers (Batch.layers)",
    "passages": "passages to score; give passages=, see clirlab.training.passages",
    "positives": "passages with a relevant one for some pair; see clirlab.training.passages",
}
_FIELDS = {"idf": ("student_idf", "teacher_idf"), "passages": ("passages", "passage_mask")}


def supplied(batch: Batch) -> frozenset[str]:
    """Which needs a batch can meet."""
    return frozenset(
        need for need in NEEDS if all(getattr(batch, field) is not None for field in _FIELDS.get(need, (need,)))
    )


def require(objective: str, needs: Iterable[str], given: Iterable[str]) -> None:
    """Raise one `InputError` that says what an objective lacks and who gives it.

    Examples
    --------
    >>> require("oracle", {"links"}, set())
    Traceback (most recent call last):
    clirlab.errors.InputError: the objective oracle needs pairs with a known alignment; code_switch gives one
    """
    lacking = sorted(set(needs) - set(given), key=list(NEEDS).index)
    if lacking:
        raise InputError(f"the objective {objective} needs " + "; and ".join(NEEDS[need] for need in lacking))


def pool(vectors: Tensor, mask: Tensor) -> Tensor:
    """Normalised mean over the tokens where the mask is True; (B, L, d) and (B, L) to (B, d)."""
    return torch.nn.functional.normalize(vectors.masked_fill(~mask.unsqueeze(-1), 0).sum(1), dim=-1)


def unit(vectors: Tensor, mask: Tensor) -> Tensor:
    """Token vectors at unit length, 0 where the mask is False; (B, L, d) and (B, L) to (B, L, d)."""
    return torch.nn.functional.normalize(vectors.masked_fill(~mask.unsqueeze(-1), 0), dim=-1)


def mean_over_pairs(values: Tensor, valid: Tensor | None = None) -> Tensor:
    """The mean of one value a pair, shape (B,), over the pairs that have one; 0 where none has."""
    if valid is None:
        return values.mean()
    return values.masked_fill(~valid, 0).sum() / valid.sum().clamp(min=1)
