"""Sentence pairs in, all that stays the same over the steps out: pieces, teacher vectors, links and weights."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from clirlab.errors import InputError
from clirlab.models import TokenEncoder
from clirlab.models.tokenize import Tokenized
from clirlab.training.frequencies import inverse_frequencies
from clirlab.training.links import piece_links
from clirlab.training.passages import Passages
from clirlab.training.teacher import content_vectors


class Pairs(Protocol):
    """What training takes: a Bitext or TextPairs of any origin."""

    @property
    def source(self) -> Sequence[str]: ...
    @property
    def english(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Prepared:
    """Sentence pairs made ready once; N are used.

    Attributes
    ----------
    positions : list of int, length N
        Where they stand among the pairs that were given.
    student : list of Tokenized
        The student's pieces of the source side.
    teacher : list of Tensor, each of shape (n, d)
        The teacher's vectors of the content of the English side.
    center : Tensor, shape (d,)
        Mean of the teacher's vectors, scaled to unit length.
    sentences : list of int
        A number for each English sentence, the same where it is the same.
    english : list of Tokenized, optional
        The student's pieces of the English side.
    links : list of Tensor of bool, each of shape (m, n), optional
        The known alignment: all pieces of the student beside the teacher's content.
    student_idf, teacher_idf : list of Tensor, of shapes (m,) and (n,), optional
        Inverse document frequencies, likewise.
    passages : Passages, optional
        For these N pairs.
    passage_vectors : dict of int to Tensor, each of shape (L, d), float16
        The teacher's vectors of the content of the passages in use.
    """

    positions: list[int]
    student: list[Tokenized]
    teacher: list[Tensor]
    center: Tensor
    sentences: list[int]
    english: list[Tokenized] | None = None
    links: list[Tensor] | None = None
    student_idf: list[Tensor] | None = None
    teacher_idf: list[Tensor] | None = None
    passages: Passages | None = None
    passage_vectors: dict[int, Tensor] | None = None

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def ids(self) -> set[int]:
        """The student's pieces in use."""
        return {i for side in (self.student, self.english or ()) for cut in side for i in cut.ids}


def prepare(
    encoder: TokenEncoder,
    pairs: Pairs,
    dtype: str = "auto",
    progress: bool = False,
    teacher: TokenEncoder | None = None,
    needs: Collection[str] = (),
    passages: Passages | None = None,
    too_long: str = "cut",
    cache: Path | None = None,
    known: str | None = None,
) -> Prepared:
    """Cut both sides into pieces, each model by its own tokenizer, and encode the English side, once for all steps.

    Parameters
    ----------
    teacher : TokenEncoder, optional
        The encoder itself where not given.
    needs : collection of str
        What the objective asks for; see `clirlab.training.objectives.NEEDS`.
    too_long : {"cut", "drop", "stop"}
        What becomes of pairs with a side that is longer than a model takes.
    cache, known
        See `content_vectors`.

    Raises
    ------
    InputError
        If there is no pair in which both sides have a content token; if a pair is too long and ``too_long="stop"``; if
        the student's vectors of the English side are needed and the teacher cuts it into other pieces.
    """
    teacher = encoder if teacher is None else teacher
    source, english = list(pairs.source), list(pairs.english)
    student, target = encoder.tokenize(source, kind="query"), teacher.tokenize(english, kind="query")
    dropped = _beyond(encoder, source, student, teacher, english, target, too_long)
    usable = [i for i in range(len(source)) if any(student[i].content) and any(target[i].content) and i not in dropped]
    if not usable:
        raise InputError("nothing to train on: no pair has content on both sides")
    own_english = _own_english(encoder, teacher, english, target) if "english" in needs else None
    links = None
    if "links" in needs:
        alignment = pairs.alignment  # type: ignore[attr-defined]
        links = [
            piece_links(alignment[i], source[i], english[i], student[i], target[i])[:, torch.tensor(target[i].content)]
            for i in usable
        ]
    vectors = content_vectors(teacher, english, "query", dtype, cache, progress, target, known)
    kept = [vectors[i] for i in usable]
    number = {text: k for k, text in enumerate(dict.fromkeys(english))}
    chosen, passage_vectors = None, None
    if passages is not None and not {"passages", "positives"}.isdisjoint(needs):
        chosen = passages.of_pairs(usable)
        passage_vectors = _passage_vectors(chosen, teacher, dtype, cache, progress, known)
    idf = "idf" in needs
    return Prepared(
        positions=usable,
        student=[student[i] for i in usable],
        teacher=kept,
        center=torch.nn.functional.normalize(torch.cat(kept), dim=-1).mean(0),
        sentences=[number[english[i]] for i in usable],
        english=None if own_english is None else [own_english[i] for i in usable],
        links=links,
        student_idf=_idf([student[i] for i in usable], encoder, content=False) if idf else None,
        teacher_idf=_idf([target[i] for i in usable], teacher, content=True) if idf else None,
        passages=chosen,
        passage_vectors=passage_vectors,
    )


def pairs_fingerprint(pairs: Pairs) -> str:
    """The SHA-256 of both sides and of the alignment, where there is one, in hex."""
    content = [list(pairs.source), list(pairs.english), getattr(pairs, "alignment", None)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def passages_fingerprint(passages: Passages) -> str:
    """The SHA-256 of passages and of whose they are, in hex."""
    content = [passages.texts, passages.positives, passages.candidates]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _beyond(
    encoder: TokenEncoder,
    source: list[str],
    student: list[Tokenized],
    teacher: TokenEncoder,
    english: list[str],
    target: list[Tokenized],
    too_long: str,
) -> set[int]:
    """The pairs to drop because a side of them is longer than its model takes."""
    if too_long == "cut":
        return set()
    found = _longer(encoder, source, student) | _longer(teacher, english, target)
    limit = min(encoder.max_length, teacher.max_length)
    count = f"{len(found):,} of {len(source):,} pairs have a side of more than {limit} pieces"
    if found and too_long == "stop":
        raise InputError(
            f"{count}, the first at position {min(found)} ({source[min(found)][:60]!r}); shorten them, or give "
            "too_long='cut' or 'drop'"
        )
    if found:
        warnings.warn(f"{count}; they are left out", stacklevel=4)
    return found


def _longer(encoder: TokenEncoder, texts: list[str], cut: list[Tokenized]) -> set[int]:
    """The texts of more pieces than the encoder takes; those of just as many are none of them."""
    full = [i for i, own in enumerate(cut) if len(own.ids) >= encoder.max_length]
    prefix = encoder.prefixes.get("query", "")
    return {
        i for i in full if len(encoder.tokenizer(prefix + texts[i], verbose=False)["input_ids"]) > encoder.max_length
    }


def _own_english(
    encoder: TokenEncoder, teacher: TokenEncoder, english: list[str], target: list[Tokenized]
) -> list[Tokenized]:
    """The student's pieces of the English side, which have to be the teacher's."""
    if teacher is encoder:
        return target
    own = encoder.tokenize(english, kind="query")
    for text, mine, other in zip(english, own, target, strict=True):
        pieces = [[p for p, content in zip(cut.pieces, cut.content, strict=True) if content] for cut in (mine, other)]
        if pieces[0] != pieces[1]:
            raise InputError(
                f"the objective compares both models on the English side piece by piece, but {encoder.name} and "
                f"{teacher.name} cut it into different pieces ({text[:60]!r}); choose another objective, or a teacher "
                "with the same vocabulary"
            )
    return own


def _passage_vectors(
    passages: Passages, teacher: TokenEncoder, dtype: str, cache: Path | None, progress: bool, known: str | None
) -> dict[int, Tensor]:
    """Vectors of the passages that some pair uses, in half precision: there may be many."""
    used = sorted({p for row in (passages.positives, *passages.candidates) for p in row if p >= 0})
    texts = [passages.texts[p] for p in used]
    found = content_vectors(teacher, texts, "passage", dtype, cache, progress, known=known) if texts else []
    return {p: vectors.half() for p, vectors in zip(used, found, strict=True)}


def _idf(texts: list[Tokenized], encoder: TokenEncoder, content: bool) -> list[Tensor]:
    """The weight of each piece of each text, or of its content alone."""
    weights = inverse_frequencies(texts, encoder.model.get_input_embeddings().num_embeddings)
    found = []
    for cut in texts:
        own = weights[torch.tensor(cut.ids)]
        found.append(own[torch.tensor(cut.content)] if content else own)
    return found
