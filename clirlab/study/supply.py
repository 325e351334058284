"""A budget of translated words and what there is to buy in; text pairs to train on, and lexicons to look up in, out.

What is bought at a smaller budget is part of what is bought at a larger one; a larger lexicon makes more of sentences.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from clirlab.corpora import Bitext, Lexicon, merge_lexicons
from clirlab.errors import InputError
from clirlab.study.material import Material
from clirlab.supervision import (
    TextPairs,
    add_noise,
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
    wrong_entries,
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
    return material.once(
        ("words", budget, seed, own, used, material.noise), lambda: _buy_words(material, budget, seed, own, used)
    )


def _buy_words(material: Material, budget: int, seed: int, settings: LexiconSettings, used: bool) -> Bought:
    if settings.lexicon == "induced":
        pairs, cost = _sentences(material, material.bitext, budget, seed, BitextSettings(longest=settings.longest))
        bought = Bought(induce_lexicon(pairs), cost)
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
        bought = Bought(wrong_entries(some, material.noise.share, seed), translated_words(some))
    return bought._replace(lexicon=shuffled_lexicon(bought.lexicon, seed)) if settings.shuffled else bought


class _Sentences(NamedTuple):
    """Sentence pairs as they are used, and the translated words that they cost before they were damaged."""

    pairs: Bitext
    words: int


def _sentences(material: Material, bitext: Bitext, budget: int, seed: int, settings: BitextSettings) -> _Sentences:
    """What a budget buys of a bitext, damaged as the material is."""
    if settings.longest is not None:
        short = [i for i, text in enumerate(bitext.source) if len(words(text)) <= settings.longest]
        bitext = bitext.take(short)
    counts = word_frequencies(bitext.source) if settings.policy == "coverage" else None
    bought = buy_bitext(bitext, budget, seed, settings.policy, counts, material.take_all)
    cost, noise = translated_words(bought), material.noise
    if noise.share:
        hit = add_noise(TextPairs.of(bought), noise.kind, noise.share, seed)
        bought = replace(bought, source=hit.source, english=hit.english)
    return _Sentences(bought, cost)


def bitext(material: Material, budget: int, seed: int, settings: BitextSettings) -> Purchase:
    """Sentence pairs of the language itself."""
    pairs, cost = _sentences(material, material.bitext, budget, seed, settings)
    return Purchase(TextPairs.of(pairs), cost, f"{len(pairs):,} sentence pairs ({pairs.language}-en)")


def glossed(material: Material, budget: int, seed: int, settings: GlossedSettings) -> Purchase:
    """The glosses of sentences (or sentence and gloss) beside the English: a student that expects glosses."""
    pairs, cost = _sentences(material, material.bitext, budget, seed, settings)
    lexicon = induce_lexicon(pairs)
    bought = glossed_pairs(pairs, lexicon, settings.form, seed=seed, probability=settings.probability)
    description = f"{len(pairs):,} sentence pairs ({pairs.language}-en), {settings.form} by {len(lexicon):,} entries"
    return Purchase(bought, cost, description)


def shuffled_bitext(material: Material, budget: int, seed: int, settings: BitextSettings) -> Purchase:
    """The same sentences, every one beside the English of another."""
    pairs, cost, description = bitext(material, budget, seed, settings)
    return Purchase(shuffled_pairs(pairs, seed), cost, f"{description}, shuffled")


def other_languages(material: Material, budget: int, seed: int, settings: BitextSettings) -> Purchase:
    """Sentence pairs of languages that are not asked about, the same number of words of each.

    Of a pseudo-language it is another pseudo-language: the same sentences by another cipher.
    """
    parts = _controls(material, budget, seed, settings)
    pairs = tuple(pair for part, _ in parts for pair in zip(part.source, part.english, strict=True))
    source, english = zip(*pairs, strict=True)
    languages = "+".join(part.language for part, _ in parts)
    language = parts[0].pairs.language if len(parts) == 1 else "mul"
    bought = TextPairs(" + ".join(part.name for part, _ in parts), language, source, english)
    return Purchase(bought, sum(cost for _, cost in parts), f"{len(bought):,} sentence pairs ({languages}-en)")


def misspelt_english(material: Material, budget: int, seed: int, settings: MisspeltSettings) -> Purchase:
    """English sentences with typing errors beside their clean form, as many as `other_languages` has pairs.

    No translated word is in them.
    """
    if material.controls:
        parts = _controls(material, budget, seed, settings)
    else:
        parts = [_sentences(material, material.bitext, budget, seed, settings)]
    pairs = misspelt([text for part, _ in parts for text in part.english], settings.severity, seed)
    return Purchase(pairs, 0, f"{len(pairs):,} English sentences, misspelt")


def _controls(material: Material, budget: int, seed: int, settings: BitextSettings) -> list[_Sentences]:
    if not material.controls:
        raise InputError("bitext of other languages is needed: name some as control_bitext")
    share = budget // len(material.controls)
    return [_sentences(material, control, share, seed, settings) for control in material.controls]


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


def needs_of_words(settings: LexiconSettings) -> set[str]:
    """What a language must have for a lexicon to be bought: entries of its own, or sentences to learn them from."""
    if settings.lexicon == "induced":
        return {"bitext"}
    counted = settings.lexicon == "simulated" or settings.policy != "random"
    return {"lexicon", "bitext"} if counted else {"lexicon"}


def _needs_bitext(settings: BaseModel) -> set[str]:
    return {"bitext"}


def _needs_control(settings: BaseModel) -> set[str]:
    return {"control_bitext"}


def _needs_english(settings: MisspeltSettings) -> set[str]:
    return {"english"}


def _needs_to_switch(settings: SwitchSettings) -> set[str]:
    return needs_of_words(settings) | {"bitext"}


class Supply(NamedTuple):
    """One kind of supervision.

    Attributes
    ----------
    buy : callable
        ``buy(material, budget, seed, settings) -> Purchase``.
    settings : type
        What can be set about it.
    needs : callable
        ``needs(settings)``: which of bitext, lexicon, control_bitext and english (that of the control bitext, else of
        its own) a language must have.
    generic : bool
        Whether it holds nothing of the language: a control.
    pay : callable, optional
        What of `buy` fails where there is not enough, without the work that comes after.
    """

    buy: Callable[[Material, int, int, Any], Purchase]
    settings: type[BaseModel]
    needs: Callable[[Any], set[str]]
    generic: bool = False
    pay: Callable[[Material, int, int, Any], object] | None = None


SUPPLIES: dict[str, Supply] = {
    "bitext": Supply(bitext, BitextSettings, _needs_bitext),
    "code-switching": Supply(switched, SwitchSettings, _needs_to_switch, pay=_switching_words),
    "glossed": Supply(glossed, GlossedSettings, _needs_bitext, pay=bitext),
    "other-languages": Supply(other_languages, BitextSettings, _needs_control, generic=True),
    "misspelt-english": Supply(misspelt_english, MisspeltSettings, _needs_english, generic=True),
    "shuffled-bitext": Supply(shuffled_bitext, BitextSettings, _needs_bitext, generic=True, pay=bitext),
}
