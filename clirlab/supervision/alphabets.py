"""A language in, its letters by kind of sound out: what may stand for what in a pseudo-language."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

from langcodes import Language

from clirlab.corpora.languages import language_code, language_name
from clirlab.errors import InputError


class Alphabet(NamedTuple):
    """The lower-case letters of a language that a pseudo-language may exchange.

    Attributes
    ----------
    vowels : tuple of str
        One or more classes of vowels (Devanagari has letters and signs).
    consonants : tuple of str
        Classes of consonants of one manner: stops, fricatives and glides, sonorants.
    binding : str
        Marks that make another letter of the letter before them; others (vowel points, the virama) are passed over.
    marked : bool
        Whether vowels with such marks are exchanged too (ö and ü are), or stay.
    shortest : int
        Letters that a word has at least where its ends are taken for affixes.
    """

    vowels: tuple[str, ...]
    consonants: tuple[str, ...]
    binding: str
    marked: bool
    shortest: int


class Slot(NamedTuple):
    """A letter of a word that may be exchanged.

    Attributes
    ----------
    position : int
        In the word, in NFD.
    options : str
        The letters that may stand here, itself among them; the same for each of them.
    letter : int
        Its position in the options.
    context : str
        What stands before and after: vowel (V), consonant (C) or nothing (#).
    plain : bool
        Whether it is without binding marks.
    """

    position: int
    options: str
    letter: int
    context: str
    plain: bool


_ACCENTS = "".join(map(chr, range(0x300, 0x370)))
LATIN = Alphabet(("aeiou",), ("bcdgkpt", "fhjsvwyz", "lmnr"), _ACCENTS, True, 5)
CYRILLIC = Alphabet(("аеиоуыэюя",), ("бгдкпт", "вжзсфхцчшщ", "лмнр"), _ACCENTS, False, 5)
ARABIC = Alphabet(("اوي",), ("بتدطقكج", "ثحخذزسشصضظعغفه", "لمنر"), "\u0653\u0654\u0655", True, 4)
DEVANAGARI = Alphabet(("अआइईउऊएऐओऔ", "ािीुूेैोौ"), ("कखगघचछजझटठडढतथदधपफबभ", "शषसहयव", "णनमरल"), "\u093c", False, 4)
SCRIPTS = {"Latn": LATIN, "Cyrl": CYRILLIC, "Arab": ARABIC, "Deva": DEVANAGARI}
_PERSIAN = ARABIC._replace(vowels=("اوی",), consonants=("بپتدطقکگجچ", "ثحخذزژسشصضظعغفه", "لمنر"))
OF_LANGUAGE = {
    "uk": CYRILLIC._replace(vowels=("аеиоуіюяє",)),
    "fa": _PERSIAN,
    "ps": _PERSIAN,
    "ur": _PERSIAN._replace(vowels=("اویے",), consonants=("بپتٹدڈطقکگجچ", "ثحخذزژسشصضظعغفہ", "لمنرڑ")),
}


def alphabet_of(language: str) -> Alphabet:
    """The letters of a language, by its script where it has no entry of its own.

    Letters that are in no class stay as they are, and count as consonants.

    Raises
    ------
    InputError
        If the language is unknown, or its script is not Latin, Cyrillic, Arabic or Devanagari.

    Examples
    --------
    >>> alphabet_of("hin").vowels[0][:3], alphabet_of("sw") is alphabet_of("vi")
    ('अआइ', True)
    """
    tag = Language.get(language_code(language))
    script = str(tag.maximize().script)
    own = OF_LANGUAGE.get(str(tag.language))
    if own is not None and tag.script is None:
        return own
    if script not in SCRIPTS:
        raise InputError(
            f"no pseudo-language of {language_name(language)}: its script is {script}, and letters are known "
            f"for {', '.join(SCRIPTS)}"
        )
    return SCRIPTS[script]


def slots(word: str, alphabet: Alphabet) -> list[Slot]:
    """The exchangeable letters of a word in NFD, whatever their case.

    Exchanging letters for others of their options changes neither the options nor the contexts of any.

    Examples
    --------
    >>> word = unicodedata.normalize("NFD", "büx")  # x is in no class, but a consonant
    >>> [(slot.options, slot.context) for slot in slots(word, LATIN)]
    [('bcdgkpt', '#V'), ('aeiou', 'CC')]
    """
    kinds = _kinds(alphabet)
    bases = [i for i, letter in enumerate(word) if letter.lower() in kinds or unicodedata.category(letter)[0] == "L"]
    sounds = ["V" if kinds.get(word[i].lower()) in alphabet.vowels else "C" for i in bases]
    found = []
    for i, end, before, after in zip(bases, [*bases[1:], len(word)], ["#", *sounds], [*sounds[1:], "#"], strict=False):
        letter = word[i].lower()
        marks = "".join(mark for mark in word[i + 1 : end] if mark in alphabet.binding)
        options = _options(kinds.get(letter, ""), marks, alphabet)
        if letter in options and len(options) > 1:
            found.append(Slot(i, options, options.index(letter), before + after, not marks))
    return found


@lru_cache
def _kinds(alphabet: Alphabet) -> dict[str, str]:
    return {letter: kind for kind in (*alphabet.vowels, *alphabet.consonants) for letter in kind}


@lru_cache
def _options(kind: str, marks: str, alphabet: Alphabet) -> str:
    """The letters of a class that may bear these marks: all where there are none, else those with a code point so."""
    if not marks:
        return kind
    if not alphabet.marked or kind not in alphabet.vowels:
        return ""
    return "".join(letter for letter in kind if len(unicodedata.normalize("NFC", letter + marks)) == 1)
