"""Prepared pairs and positions in, one batch as an objective sees it out: the student runs here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from clirlab.models import TokenEncoder
from clirlab.models.encoder import autocast, pad
from clirlab.models.tokenize import Tokenized
from clirlab.training.objectives import Batch
from clirlab.training.pairs import Prepared


class Collated(NamedTuple):
    """The constant part of a batch: pieces for the student, and all that it is compared with.

    Attributes
    ----------
    ids, attended : Tensor, shape (B, m)
        The student's pieces of the source side, by their rows in the small vocabulary.
    english_ids, english_attended : Tensor, shape (B, k), optional
        The same of the English side.
    english_content : Tensor of int, shape (B, n), optional
        Where its content pieces stand, in order.
    batch : Batch
        Without the student's vectors (an empty tensor in their place).
    """

    ids: Tensor
    attended: Tensor
    batch: Batch
    english_ids: Tensor | None = None
    english_attended: Tensor | None = None
    english_content: Tensor | None = None

    def to(self, device: torch.device) -> Collated:
        """The same on a device."""
        batch = Batch(*(_moved(value, device) for value in self.batch))
        own = (_moved(value, device) for value in self[3:])
        return Collated(self.ids.to(device), self.attended.to(device), batch, *own)

    @property
    def tokens(self) -> int:
        """How many pieces the student reads, without padding."""
        return sum(int(part.sum()) for part in (self.attended, self.english_attended) if part is not None)


def collate(prepared: Prepared, positions: Sequence[int], lookup: Tensor, padding: int) -> Collated:
    """Lay out the pairs at these positions, padded at the right."""
    ids, attended, content = pad([prepared.student[i] for i in positions], padding)
    teacher, teacher_mask = _padded([prepared.teacher[i] for i in positions])
    batch = Batch(
        student=torch.empty(0),
        student_mask=content,
        teacher=teacher,
        teacher_mask=teacher_mask,
        center=prepared.center,
        sentences=torch.tensor([prepared.sentences[i] for i in positions]),
    )
    if prepared.links is not None:
        links = torch.zeros(len(positions), ids.shape[1], teacher.shape[1], dtype=torch.bool)
        for row, i in enumerate(positions):
            m, n = prepared.links[i].shape
            links[row, :m, :n] = prepared.links[i]
        batch = batch._replace(links=links)
    if prepared.student_idf is not None and prepared.teacher_idf is not None:
        sides = [[side[i] for i in positions] for side in (prepared.student_idf, prepared.teacher_idf)]
        own, other = (pad_sequence(side, batch_first=True) for side in sides)
        batch = batch._replace(student_idf=own, teacher_idf=other)
    if prepared.passages is not None and prepared.passage_vectors is not None:
        batch = _with_passages(batch, prepared, positions)
    if prepared.english is None:
        return Collated(lookup[ids], attended, batch)
    return Collated(lookup[ids], attended, batch, *_english([prepared.english[i] for i in positions], lookup, padding))


def run_student(student: TokenEncoder, collated: Collated, needs: Collection[str], dtype: str) -> Batch:
    """The batch with the student's vectors, float32, with gradient."""
    vectors: dict[str, Tensor | tuple[Tensor, ...]] = {}
    with autocast(student.device, dtype):
        if "layers" in needs:
            layers = student.hidden_layers(collated.ids, collated.attended)
            last = layers[-1] if student.projection is None else student.projection(layers[-1])
            vectors["layers"] = tuple(layer.float() for layer in layers)
        else:
            last = student.hidden(collated.ids, collated.attended)
        vectors["student"] = last.float()
        if collated.english_ids is not None and collated.english_attended is not None:
            hidden = student.hidden(collated.english_ids, collated.english_attended).float()
            assert collated.english_content is not None
            index = collated.english_content.unsqueeze(-1).expand(-1, -1, hidden.shape[-1])
            vectors["english"] = hidden.gather(1, index)
    return collated.batch._replace(**vectors)  # type: ignore[arg-type]


def _english(cut: list[Tokenized], lookup: Tensor, padding: int) -> tuple[Tensor, Tensor, Tensor]:
    ids, attended, content = pad(cut, padding)
    places = pad_sequence([row.nonzero().squeeze(1) for row in content], batch_first=True)
    return lookup[ids], attended, places


def _with_passages(batch: Batch, prepared: Prepared, positions: Sequence[int]) -> Batch:
    assert prepared.passages is not None
    assert prepared.passage_vectors is not None
    taken = prepared.passages.take(positions)
    width = len(prepared.center)
    parts = [prepared.passage_vectors[p] for p in taken.numbers]
    # a batch without any passage has one without content
    passages, mask = _padded(parts) if parts else (torch.zeros(1, 1, width), torch.zeros(1, 1, dtype=torch.bool))
    return batch._replace(
        passages=passages.float(), passage_mask=mask, positives=taken.positives, candidates=taken.candidates
    )


def _padded(vectors: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Vectors of each text, padded at the right, (B, n, d), and what is no padding, (B, n)."""
    lengths = torch.tensor([len(v) for v in vectors])
    padded = pad_sequence(vectors, batch_first=True)
    return padded, torch.arange(padded.shape[1]) < lengths.unsqueeze(1)


def _moved(value: Any, device: torch.device) -> Any:
    return value.to(device) if isinstance(value, Tensor) else value
