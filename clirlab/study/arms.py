"""The remedies that a study compares: what each buys for its budget, and which objective it trains with."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from clirlab.corpora import Bitext, Lexicon
from clirlab.supervision import TextPairs, buy_bitext, buy_lexicon, code_switch, translated_words


class Material(NamedTuple):
    """All the supervision that there is for one language; arms buy parts of it."""

    bitext: Bitext
    lexicon: Lexicon
    control: Bitext | None


class Purchase(NamedTuple):
    """What an arm bought: the pairs it trains on, translated words spent, and what they are."""

    pairs: TextPairs
    words: int
    description: str


def bitext(material: Material, budget: int, seed: int) -> Purchase:
    """Sentence pairs of the language itself."""
    return _sentences(material.bitext, budget, seed)


def switched(material: Material, budget: int, seed: int) -> Purchase:
    """English sentences (free) with words switched by a bought lexicon: BL-CS, p = .5 (Litschko et al. 2023)."""
    lexicon = buy_lexicon(material.lexicon, material.bitext.english, budget, seed)
    text = code_switch(material.bitext.english, lexicon, probability=0.5, seed=seed)
    rate, mixing = f"{text.switch_rate:.0%} of words switched", f"CMI {text.code_mixing_index:.0f}"
    return Purchase(
        text, translated_words(lexicon), f"{len(lexicon):,} entries, {len(text):,} sentences, {rate}, {mixing}"
    )


def other_language(material: Material, budget: int, seed: int) -> Purchase:
    """Sentence pairs of a language that is not studied: the generic control."""
    assert material.control is not None, "the configuration has checked it"
    return _sentences(material.control, budget, seed)


def _sentences(whole: Bitext, budget: int, seed: int) -> Purchase:
    bought = TextPairs.of(buy_bitext(whole, budget, seed))
    return Purchase(bought, translated_words(bought), f"{len(bought):,} sentence pairs ({bought.language}-en)")


class Arm(NamedTuple):
    """A way to spend translated words: what is bought, and what is done with it."""

    buy: Callable[[Material, int, int], Purchase]
    objective: str
    explanation: str


ARMS: dict[str, Arm | None] = {
    "zero-shot": None,
    "optical": Arm(bitext, "ot", "optimal-transport distillation on bitext (OPTICAL)"),
    "code-switching": Arm(switched, "ot", "the same objective on artificially code-switched English (BL-CS)"),
    "bitext-mse": Arm(bitext, "mse", "sentence-vector distillation on bitext"),
    "other-language": Arm(other_language, "ot", "control: OPTICAL on the bitext of a language that is not asked about"),
}
