"""A budget of translated words and what there is to buy in; text pairs to train on, and lexicons to look up in, out.

What is bought at a smaller budget is part of what is bought at a larger one; a larger lexicon makes more of sentences.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from clirlab.corpora import Bitext, Lexicon, merge_lexicons
from clirlab.errors import InputError
from clirlab.study.material import Material
from clirlab.supervision import (
    TextPairs,
    buy_bitext,
    buy_lexicon,
    code_switch,
    glossed_pairs,
    induce_lexicon,
    misspelt,
    shuffled_lexicon,
    shuffled_pairs,
    translated_words,
    word_frequencies,
    words,
)

STRICT = ConfigDict(frozen=True, extra="forbid")


class Purchase(NamedTuple):
    """What was bought to train on, the translated words that it cost, and what it is."""

    pairs: TextPairs
    words: int
    description: str


class Bought(NamedTuple):
    """A lexicon that was bought, and the translated words that it cost."""

    lexicon: Lexicon
    words: int


class LexiconSettings(BaseModel):
    """Where the entries come from that a budget buys.

    ``dictionary``: of the language's lexicon. ``induced``: of the bitext that the budget buys, which is what is paid
    (``longest`` bounds its sentences).
    ``simulated``: of the dictionary and of the lexicon induced from the *whole* bitext, each entry paid by its words,
    as if a translator were given a list of words.
    """

    model_config = STRICT
    lexicon: Literal["dictionary", "induced", "simulated"] = "dictionary"
    policy: Literal["random", "english-frequency", "foreign-frequency"] = "random"
    longest: int | None = Field(None, ge=1, description="foreign words that a sentence may have")
    shuffled: bool = Field(False, description="control: every word with the translations of another")


class BitextSettings(BaseModel):
    """Which sentence pairs are bought, and in which order."""

    model_config = STRICT
    policy: Literal["random", "questions", "coverage"] = "random"
    longest: int | None = Field(None, ge=1, description="foreign words that a sentence may have")


class SwitchSettings(LexiconSettings):
    """How English is code-switched."""

    probability: float = Field(0.5, ge=0, le=1)
    choice: Literal["first", "sampled"] = "first"


class GlossedSettings(BitextSettings):
    """Which glosses stand in for the foreign sentences; the lexicon is induced from the sentences that are bought."""

    form: Literal["gloss", "native+gloss"] = "native+gloss"
    probability: float = Field(1.0, ge=0, le=1, description="with which an entry that is found is glossed")


class MisspeltSettings(BitextSettings):
    """How English is damaged, and which sentences, as of other languages' bitext."""

    severity: float = Field(0.3, ge=0, le=1)


def buy_words(material: Material, budget: int, seed: int, settings: LexiconSettings, used: bool = False) -> Bought:
    """The lexicon that a budget buys of the source that the settings name.

    Parameters
    ----------
    used : bool
        Only entries that the English texts use, since the others teach nothing.
    """
    own = LexiconSettings.model_validate(settings.model_dump(include=set(LexiconSettings.model_fields)))
    return material.once(("words", budget, seed, own, used), lambda: _buy_words(material, budget, seed, own, used))


def _buy_words(material: Material, budget: int, seed: int, settings: LexiconSettings, used: bool) -> Bought:
    if settings.lexicon == "induced":
        pairs = _sentences(material.bitext, budget, seed, BitextSettings(longest=settings.longest), material.take_all)
        bought = Bought(induce_lexicon(pairs), translated_words(pairs))
    else:
        whole = material.lexicon
        if settings.lexicon == "simulated":
            induced = material.once(("induced",), lambda: induce_lexicon(material.bitext))
            whole = merge_lexicons([induced, whole])
        side = {"english-frequency": material.bitext.english, "foreign-frequency": material.bitext.source}
        # how often words occur is known from text that nobody need translate
        counts = word_frequencies(side[settings.policy]) if settings.policy in side else None
        english = material.bitext.english if used else None
        some = buy_lexicon(whole, english, budget, seed, settings.policy, counts, material.take_all)
        bought = Bought(some, translated_words(some))
    return bought._replace(lexicon=shuffled_lexicon(bought.lexicon, seed)) if settings.shuffled else bought


def _sentences(bitext: Bitext, budget: int, seed: int, settings: BitextSettings, take_all: bool) -> Bitext:
    if settings.longest is not None:
        short = [i for i, text in enumerate(bitext.source) if len(words(text)) <= settings.longest]
        bitext = bitext.take(short)
    counts = word_frequencies(bitext.source) if settings.policy == "coverage" else None
    return buy_bitext(bitext, budget, seed, settings.policy, counts, take_all)


def bitext(material: Material, budget: int, seed: int, settings: BitextSettings) -> Purchase:
    """Sentence pairs of the language itself."""
    bought = TextPairs.of(_sentences(material.bitext, budget, seed, settings, material.take_all))
    return Purchase(bought, translated_words(bought), f"{len(bought):,} sentence pairs ({bought.language}-en)")


def glossed(material: Material, budget: int, seed: int, settings: GlossedSettings) -> Purchase:
    """The glosses of sentences (or sentence and gloss) beside the English: a student that expects glosses."""
    pairs = _sentences(material.bitext, budget, seed, settings, material.take_all)
    lexicon = induce_lexicon(pairs)
    bought = glossed_pairs(pairs, lexicon, settings.form, seed=seed, probability=settings.probability)
    description = f"{len(pairs):,} sentence pairs ({pairs.language}-en), {settings.form} by {len(lexicon):,} entries"
    return Purchase(bought, translated_words(pairs), description)


def shuffled_bitext(material: Material, budget: int, seed: int, settings: BitextSettings) -> Purchase:
    """The same sentences, every one beside the English of another."""
    pairs, cost, description = bitext(material, budget, seed, settings)
    return Purchase(shuffled_pairs(pairs, seed), cost, f"{description}, shuffled")


def other_languages(material: Material, budget: int, seed: int, settings: BitextSettings) -> Purchase:
    """Sentence pairs of languages that are not asked about, the same number of words of each."""
    parts = _controls(material, budget, seed, settings)
    pairs = tuple((s, e) for part in parts for s, e in zip(part.source, part.english, strict=True))
    source, english = zip(*pairs, strict=True)
    languages = "+".join(part.language for part in parts)
    language = parts[0].language if len(parts) == 1 else "mul"
    bought = TextPairs(" + ".join(part.name for part in parts), language, source, english)
    return Purchase(bought, translated_words(bought), f"{len(bought):,} sentence pairs ({languages}-en)")


def misspelt_english(material: Material, budget: int, seed: int, settings: MisspeltSettings) -> Purchase:
    """English sentences with typing errors beside their clean form, as many as `other_languages` has pairs.

    No translated word is in them.
    """
    if material.controls:
        parts = _controls(material, budget, seed, settings)
    else:
        parts = [_sentences(material.bitext, budget, seed, settings, material.take_all)]
    pairs = misspelt([text for part in parts for text in part.english], settings.severity, seed)
    return Purchase(pairs, 0, f"{len(pairs):,} English sentences, misspelt")


def _controls(material: Material, budget: int, seed: int, settings: BitextSettings) -> list[Bitext]:
    if not material.controls:
        raise InputError("bitext of other languages is needed: name some as control_bitext")
    share = budget // len(material.controls)
    return [_sentences(control, share, seed, settings, material.take_all) for control in material.controls]


def switched(material: Material, budget: int, seed: int, settings: SwitchSettings) -> Purchase:
    """English sentences (free) with words switched by a bought lexicon: BL-CS (Litschko et al. 2023)."""
    lexicon, cost = buy_words(material, budget, seed, settings, used=True)
    english = material.bitext.english
    if settings.longest is not None:
        english = tuple(sentence for sentence in english if len(words(sentence)) <= settings.longest)
    text = code_switch(english, lexicon, settings.probability, seed, settings.choice)
    mixing = f"{text.switch_rate:.0%} of words switched, CMI {text.code_mixing_index:.0f}"
    return Purchase(text, cost, f"{len(lexicon):,} entries ({settings.lexicon}), {len(text):,} sentences, {mixing}")


def _switching_words(material: Material, budget: int, seed: int, settings: SwitchSettings) -> Bought:
    return buy_words(material, budget, seed, settings, used=True)


class Supply(NamedTuple):
    """One kind of supervision.

    Attributes
    ----------
    buy : callable
        ``buy(material, budget, seed, settings) -> Purchase``.
    settings : type
        What can be set about it.
    generic : bool
        Whether it holds nothing of the language: a control.
    pay : callable, optional
        What of `buy` fails where there is not enough, without the work that comes after.
    """

    buy: Callable[[Material, int, int, Any], Purchase]
    settings: type[BaseModel]
    generic: bool = False
    pay: Callable[[Material, int, int, Any], object] | None = None


SUPPLIES: dict[str, Supply] = {
    "bitext": Supply(bitext, BitextSettings),
    "code-switching": Supply(switched, SwitchSettings, pay=_switching_words),
    "glossed": Supply(glossed, GlossedSettings, pay=bitext),
    "other-languages": Supply(other_languages, BitextSettings, generic=True),
    "misspelt-english": Supply(misspelt_english, MisspeltSettings, generic=True),
    "shuffled-bitext": Supply(shuffled_bitext, BitextSettings, generic=True, pay=bitext),
}
