"""How words are aligned, in one record: layer, cost, plan and extraction; its defaults are the lab's choice."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

from clirlab.alignment.extract import check_extraction
from clirlab.errors import InputError, unknown_name
from clirlab.models import TokenEncoder
from clirlab.transport import METHODS

MARGINALS = ("uniform", "norm")


@dataclass(frozen=True)
class AlignmentSetting:
    """What `align` does between text and links.

    The defaults are the best on the dev halves of the gold alignments in `benchmarks/alignment.py`, for e5-small.

    Attributes
    ----------
    layer : int, optional
        Of the encoder, from 0 (embeddings); where not given, 7 of 12 layers or as deep in proportion.
    method : str
        How the matrix that links are read from comes about: a method of `clirlab.transport`, or ``cosine`` for the
        similarity (1 + cosine) / 2 itself.
    epsilon, strength : float
        Of entropic methods, and of ``unbalanced``; see `clirlab.transport.solve`.
    relative_to : {None, "std", "range"}
        What `epsilon` and `strength` are multiples of: the standard deviation or the range of the costs of each pair,
        or the unit of the cost.
    mass : float
        Of the method ``partial``: which share of the mass is moved, in (0, 1].
    position : float
        What being apart costs: position times the standard deviation of the cosine costs of the pair is added to the
        cost of a first and a last token, and in proportion to |i / m - j / n| to that of others. At least 0.
    center : bool
        Subtract the mean of all token vectors of a chunk of `CHUNK` sentence pairs first. The links of a sentence then
        depend on the others of its chunk.
    marginals : {"uniform", "norm"}
        Every token weighs as much, or as the norm of its vector (Word Rotator's Distance: Yokoi et al. 2020).
    how, parameters : str and dict of str to float
        The extraction, see `clirlab.alignment.extract`.

    Raises
    ------
    InputError
        If a name is unknown (the nearest known one is given) or a number is out of range.

    Examples
    --------
    >>> AlignmentSetting(method="sinkhon")
    Traceback (most recent call last):
    clirlab.errors.InputError: unknown alignment method 'sinkhon'; did you mean 'sinkhorn'? known: ...
    """

    layer: int | None = None
    method: str = "unbalanced"
    epsilon: float = 0.75
    strength: float = 1.0
    relative_to: str | None = "std"
    mass: float = 0.8
    position: float = 1.5
    center: bool = False
    marginals: str = "norm"
    how: str = "argmax"
    parameters: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.method not in {"cosine", *METHODS}:
            raise unknown_name("alignment method", self.method, ["cosine", *METHODS])
        if self.marginals not in MARGINALS:
            raise unknown_name("marginals", self.marginals, MARGINALS)
        if self.relative_to not in (None, "std", "range"):
            raise unknown_name("relative_to", self.relative_to, ["std", "range"])
        for name, right, what in (
            ("epsilon", self.epsilon > 0, "positive"),
            ("strength", self.strength > 0, "positive"),
            ("mass", 0 < self.mass <= 1, "in (0, 1]"),
            ("position", self.position >= 0, "at least 0"),
        ):
            if not right:
                raise InputError(f"{name} must be {what}, got {getattr(self, name)}")
        check_extraction(self.how, self.parameters)
        if (self.method, self.how) == ("cosine", "mass"):
            raise InputError("mass reads the shares of a transport plan; the method cosine has none")

    def layer_of(self, encoder: TokenEncoder) -> int:
        """The layer of this encoder that is meant."""
        layer = round(encoder.layers * 7 / 12) if self.layer is None else self.layer
        encoder.check_layer(layer)
        return layer

    def changed(self, **changes: Any) -> AlignmentSetting:
        """The same with some values replaced; an unknown key is an `InputError` with the nearest."""
        known = [f.name for f in fields(self)]
        for key in changes:
            if key not in known:
                raise unknown_name("alignment setting", key, known)
        return replace(self, **changes)


DEFAULT = AlignmentSetting()
