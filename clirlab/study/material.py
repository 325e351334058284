"""A study's languages in, all the supervision that there is for each of them out, without what is asked about."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from clirlab.corpora import Bitext, Collection, Lexicon, load_bitext, load_lexicon, overlap
from clirlab.errors import InputError
from clirlab.study.axes import PseudoConfig
from clirlab.supervision import PseudoLanguage

T = TypeVar("T")


class Noise(NamedTuple):
    """What becomes of a share of the supervision that is bought, see `clirlab.study.axes.NoiseConfig`."""

    kind: str = "misaligned"
    share: float = 0.0


UNDAMAGED = Noise()


@dataclass(frozen=True, repr=False, eq=False)
class Material:
    """All the supervision that there is for one language; arms buy parts of it.

    Attributes
    ----------
    bitext, lexicon
        Of the language itself; empty where there is none.
    controls : tuple of Bitext
        Of languages that are not asked about.
    take_all : bool
        Whether a budget beyond what there is takes all of it.
    noise : Noise
        That all purchases take.
    """

    bitext: Bitext
    lexicon: Lexicon
    controls: tuple[Bitext, ...] = ()
    take_all: bool = False
    noise: Noise = UNDAMAGED
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


class Place(NamedTuple):
    """A language at a dial: its questions, what can be bought for it, and what was kept out of that.

    Attributes
    ----------
    example : Bitext
        One sentence pair for the report to show; none where there is no bitext.
    left_out : int
        How many sentence pairs the collection holds.
    """

    collection: Collection
    material: Material
    example: Bitext
    left_out: int


def place_of(
    collection: Collection, bitext: Sequence[str], lexicon: str | None, controls: Sequence[Bitext], take_all: bool
) -> Place:
    """What there is for a language, without what is tested.

    Raises
    ------
    InputError
        If the collection is in another language than the bitext, or holds all of it.
    """
    language = collection.query_language
    whole = joined(bitext) if bitext else Bitext("no bitext", language, (), ())
    words = load_lexicon(lexicon) if lexicon else Lexicon("no lexicon", language, {})
    spoken = {whole.name: whole.language, words.name: words.language, collection.name: language}
    if len(set(spoken.values()) - {"und"}) > 1:
        told = ", ".join(f"{name} is in {language}" for name, language in spoken.items())
        raise InputError(f"{told}; give the bitext and the lexicon of the language that is asked about")
    clean = without_tested(whole, collection) if bitext else whole
    rest = clean.take(range(1, len(clean)))
    others = tuple(without_tested(control, collection) for control in controls)
    return Place(
        collection, Material(rest, words, others, take_all), clean.take([0][: len(clean)]), len(whole) - len(clean)
    )


def cipher_of(collection: Collection, pseudo: PseudoConfig, dial: float, other: bool = False) -> PseudoLanguage:
    """The pseudo-language of a collection's questions, see `PseudoConfig.cipher`.

    Raises
    ------
    InputError
        If the language has no known script, or names are to be kept by passages that are not English.
    """
    known = bool({"names", "english"} & set(pseudo.keep))
    if known and collection.document_language != "en":
        raise InputError(
            f"{collection.name}: names and English words are known by English passages, and these are in "
            f"{collection.document_language}; keep numbers alone"
        )
    return pseudo.cipher(collection.query_language, dial, collection.docs["text"].tolist() if known else [], other)


def respelled(place: Place, pseudo: PseudoConfig, dial: float) -> Place:
    """The place as a pseudo-language: questions, bitext and lexicon by one cipher; its control by another."""
    collection, material = place.collection, place.material
    own = cipher_of(collection, pseudo, dial)
    controls: tuple[Bitext, ...] = ()
    if material.bitext:
        controls = (cipher_of(collection, pseudo, dial, other=True).apply(material.bitext),)
    mapped = Material(own.apply(material.bitext), own.apply(material.lexicon), controls, material.take_all)
    return Place(own.apply(collection), mapped, own.apply(place.example), place.left_out)


def without_tested(bitext: Bitext, collection: Collection) -> Bitext:
    """The sentence pairs that a test collection does not hold: what is asked about must not be trained on."""
    found = overlap(bitext, collection)
    if found:
        warnings.warn(
            f"{len(found):,} of {found.pairs:,} sentence pairs of {bitext.name} occur in {collection.name}; "
            "they are left out",
            UserWarning,
            stacklevel=2,
        )
    if not found.bitext:
        raise InputError(f"{bitext.name}: {collection.name} holds all of its sentence pairs; choose another bitext")
    return found.bitext
