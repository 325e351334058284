"""A study's languages in, all the supervision that there is for each of them out, without what is asked about."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from clirlab.corpora import Bitext, Collection, Lexicon, load_bitext, load_lexicon, overlap
from clirlab.errors import InputError

T = TypeVar("T")


@dataclass(frozen=True, repr=False, eq=False)
class Material:
    """All the supervision that there is for one language; arms buy parts of it.

    Attributes
    ----------
    bitext, lexicon
        Of the language itself.
    controls : tuple of Bitext
        Of languages that are not asked about.
    take_all : bool
        Whether a budget beyond what there is takes all of it.
    """

    bitext: Bitext
    lexicon: Lexicon
    controls: tuple[Bitext, ...] = ()
    take_all: bool = False
    _made: dict[tuple, object] = field(default_factory=dict)

    @property
    def language(self) -> str:
        return self.bitext.language

    def once(self, key: tuple, make: Callable[[], T]) -> T:
        """What `make` gives, made once for each key: several arms buy the same."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]  # type: ignore[return-value]


def joined(names: Sequence[str]) -> Bitext:
    """The sentence pairs of several bitexts of one language, as one.

    Raises
    ------
    InputError
        If they are of different languages, or one cannot be read.
    """
    parts = [load_bitext(name) for name in names]
    if len(languages := {part.language for part in parts}) > 1:
        raise InputError(f"{' + '.join(names)}: bitexts of different languages ({', '.join(sorted(languages))})")
    if len(parts) == 1:
        return parts[0]
    pairs = dict.fromkeys(pair for part in parts for pair in zip(part.source, part.english, strict=True))
    source, english = zip(*pairs, strict=True)
    return Bitext(" + ".join(part.name for part in parts), parts[0].language, source, english)


def material_of(
    bitext: Sequence[str], lexicon: str, collection: Collection, controls: tuple[Bitext, ...], take_all: bool
) -> tuple[Material, Bitext, int]:
    """The material of a language, one sentence pair kept out of it for the report to show, and how many are tested.

    Raises
    ------
    InputError
        If the collection is in another language than the bitext, or holds all of it.
    """
    whole = joined(bitext)
    if len({whole.language, collection.query_language, "und"} - {"und"}) > 1:
        raise InputError(
            f"{whole.name} is in {whole.language}, the questions of {collection.name} in {collection.query_language}; "
            "give the bitext of the language that is asked about"
        )
    words = load_lexicon(lexicon)
    if words.language != whole.language:
        raise InputError(f"{words.name} is in {words.language}, but {whole.name} in {whole.language}")
    clean = without_tested(whole, [collection])
    rest = clean.take(range(1, len(clean)))
    return Material(rest, words, controls, take_all), clean.take([0]), len(whole) - len(clean)


def without_tested(bitext: Bitext, collections: Iterable[Collection]) -> Bitext:
    """The sentence pairs that no test collection holds: what is asked about must not be trained on."""
    for collection in collections:
        found = overlap(bitext, collection)
        if found:
            warnings.warn(
                f"{len(found):,} of {found.pairs:,} sentence pairs of {bitext.name} occur in {collection.name}; "
                "they are left out",
                UserWarning,
                stacklevel=2,
            )
        bitext = found.bitext
        if not bitext:
            raise InputError(f"{bitext.name}: {collection.name} holds all of its sentence pairs; choose another bitext")
    return bitext
