"""A language in, one that nobody speaks out, as far from it as dials say: for texts, bitexts, lexicons and queries."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection as Container
from collections.abc import Iterable
from dataclasses import dataclass, field

import regex

from clirlab.corpora.languages import language_code
from clirlab.errors import InputError, unknown_name
from clirlab.supervision.alphabets import Alphabet, Slot, alphabet_of, slots
from clirlab.supervision.mapped import Material, map_words
from clirlab.supervision.wordmaps import chance, change_affix, correspond, counterpart

KEEP = ("numbers", "names", "english")
AFFIXES = {"suffix": (False,), "prefix": (True,), "both": (False, True)}
PART = regex.compile(r"[\p{L}\p{M}\p{N}]+")


@dataclass(frozen=True, repr=False)
class PseudoLanguage:
    """A mapping of word types, made by `pseudo_language`; call `apply` on all that is in the language.

    Attributes
    ----------
    language : str
        The private tag of the pseudo-language, such as ``de-x-p50-m50-l50-s0``.
    base : str
        BCP-47 code of the language it was made from.
    phonological, morphological, lexical, functional : float
        The dials.
    seed : int
    affix : str
        Which ends of words are affixes.
    alphabet : Alphabet
        Of the language.
    kept, function_words : frozenset of str
        Lower-cased words that stay, and those that the dial `functional` is for.
    keeps_numbers : bool
    """

    language: str
    base: str
    phonological: float
    morphological: float
    lexical: float
    functional: float
    seed: int
    affix: str
    alphabet: Alphabet
    kept: frozenset[str]
    keeps_numbers: bool
    function_words: frozenset[str]
    _known: dict[str, str] = field(default_factory=dict, compare=False)

    def apply(self, material: Material) -> Material:
        """The same material in the pseudo-language: a text, or the foreign side of what has two.

        Of a bitext the sources, of code-switched pairs the source words that are not English, of a lexicon the
        translations, of a collection the queries. With all dials at 0 the material itself.

        Raises
        ------
        InputError
            If it is of another kind.
        """
        return material if self.language == self.base else map_words(material, self.word, self.language)

    def word(self, word: str) -> str:
        """What a word is called in the pseudo-language; no two words are called the same.

        The parts of a word that hyphens and apostrophes join are words of their own. Case is kept letter by letter.

        Examples
        --------
        >>> pseudo_language("de", lexical=1).word("Bienen")
        'Poerur'
        """
        if word not in self._known:
            self._known[word] = PART.sub(lambda part: self._part(part.group()), unicodedata.normalize("NFC", word))
        return self._known[word]

    def __repr__(self) -> str:
        dials = ", ".join(f"{name} {getattr(self, name):g}" for name in ("phonological", "morphological", "lexical"))
        return f"PseudoLanguage({self.language}: {dials}, seed {self.seed})"

    def _part(self, part: str) -> str:
        taken = unicodedata.normalize("NFD", part)
        if self._keeps(part):
            return part
        found = slots(taken, self.alphabet)
        if not found:
            return part
        letters = [slot.letter for slot in found]
        while True:
            letters = self._change(letters, found, taken)
            changed = _spell(taken, found, letters)
            # a new word that is kept for itself is taken one step further, as often as need be: since each step is
            # reversible, no other word ends where this one does, and the walk does end
            if not self._keeps(changed):
                return changed

    def _change(self, letters: list[int], found: list[Slot], word: str) -> list[int]:
        letters = self._other_word(letters, found, word)
        if len(found) >= self.alphabet.shortest:
            for first in AFFIXES[self.affix]:
                if all(slot.plain for slot in (found[:2] if first else found[-2:])):
                    letters = change_affix(letters, found, first, self.morphological, self.seed)
        return correspond(letters, found, self.phonological, self.seed)

    def _other_word(self, letters: list[int], found: list[Slot], word: str) -> list[int]:
        if not self.lexical and not self.functional:
            return letters
        free = {slot.position for slot in found}
        pattern = "".join(" " if i in free else letter for i, letter in enumerate(word.lower()))
        pattern += " ".join(slot.options for slot in found)
        other = counterpart(letters, found, pattern, self.seed)
        # a word and its non-word change places together or not at all, so that what holds for one holds for both
        both = [_spell(word.lower(), found, own) for own in (letters, other)]
        functional = not self.function_words.isdisjoint(both)
        return other if chance(self.seed, both) < (self.functional if functional else self.lexical) else letters

    def _keeps(self, part: str) -> bool:
        return part.lower() in self.kept or (self.keeps_numbers and any(letter.isdecimal() for letter in part))


def pseudo_language(
    language: str,
    phonological: float = 0.0,
    morphological: float = 0.0,
    lexical: float = 0.0,
    seed: int = 0,
    keep: Container[str] = ("numbers",),
    english: Iterable[str] = (),
    function_words: Iterable[str] = (),
    functional: float = 0.0,
    affix: str = "suffix",
) -> PseudoLanguage:
    """Make a language at a controlled distance from a real one.

    The mapping is a function of the word alone: no vocabulary is needed, and words never seen are mapped as well.
    It is injective (see Notes), the same for all material, and nested for one seed: what is changed by a process at a
    smaller dial is changed alike at a larger one.

    Parameters
    ----------
    language : str
        Any usual code; its script must be Latin, Cyrillic, Arabic or Devanagari.
    phonological : float
        In [0, 1]: share of the sound laws that hold, see `correspond`.
    morphological : float
        In [0, 1]: share of the affixes that are replaced, see `change_affix`.
    lexical : float
        In [0, 1]: share of the content words that are replaced by non-words, see `counterpart`.
    seed : int
        Another seed makes another language.
    keep : collection of {"numbers", "names", "english"}
        Words that stay: those with a digit; those that are in the English texts with a capital only; those that are in
        them without.
    english : iterable of str, optional
        English texts, to know names and English words by.
    function_words : iterable of str, optional
        Words apart: they, and what would become one of them, are replaced by `functional` instead of `lexical`. Such as
        ``[word for word, _ in word_frequencies(texts).most_common(100)]``.
    functional : float
        In [0, 1].
    affix : {"suffix", "prefix", "both"}
        Which end of a word is taken for an affix: two letters of a word of at least five (Latin, Cyrillic) or four.

    Returns
    -------
    PseudoLanguage

    Raises
    ------
    InputError
        If the language or its script is unknown, a name in `keep` or `affix` is, or names or English words are to be
        kept and no English texts are given.
    ValueError
        If a dial is not in [0, 1].

    Notes
    -----
    After Bafna, Murray & Yarowsky 2024 (arXiv 2406.13718), whose processes draw from a vocabulary and may give two
    words one form. Here each process exchanges letters, affixes or words for one another within what has the same
    classes of letters, and so can be undone; a word that would take the form of one that is kept goes on through the
    same processes until its form is free (cycle walking, Black & Rogaway 2002).

    Examples
    --------
    >>> from clirlab.corpora import Lexicon
    >>> close, far = pseudo_language("de", 0.3), pseudo_language("de", 0.3, 0.5, lexical=1)
    >>> close.apply("Wo leben die Bienen?"), far.apply("Wo leben die Bienen?")
    ('Wo reben die Bienen?', 'Ho nigan deu Poerum?')
    >>> far.apply(Lexicon("tiny", "de", {"bees": ("Bienen",)})).entries
    {'bees': ('Poerum',)}
    """
    dials = {"phonological": phonological, "morphological": morphological, "lexical": lexical, "functional": functional}
    for name, dial in dials.items():
        if not 0 <= dial <= 1:
            raise ValueError(f"the dial {name} must be in [0, 1], got {dial}")
    if affix not in AFFIXES:
        raise unknown_name("affix", affix, AFFIXES)
    base = language_code(language)
    parts = [f"{name[0]}{round(100 * dial)}" for name, dial in dials.items() if dial] + [f"s{seed}"]
    return PseudoLanguage(
        language="-".join([base, "x", *parts]) if any(dials.values()) else base,
        base=base,
        phonological=phonological,
        morphological=morphological,
        lexical=lexical,
        functional=functional,
        seed=seed,
        affix=affix,
        alphabet=alphabet_of(language),
        kept=_kept(keep, english),
        keeps_numbers="numbers" in keep,
        function_words=frozenset(word.lower() for word in function_words),
    )


def _kept(keep: Container[str], english: Iterable[str]) -> frozenset[str]:
    """The lower-cased words that stay: those that are names in the English texts, or words."""
    for name in keep:
        if name not in KEEP:
            raise unknown_name("kind of words to keep", name, KEEP)
    if not {"names", "english"} & set(keep):
        return frozenset()
    found = {part for text in english for part in PART.findall(text)}
    if not found:
        raise InputError("names and English words are known by English texts; give them as english=")
    common = {word for word in found if word == word.lower()}
    names = {word.lower() for word in found if word[0].isupper()} - common
    return frozenset((names if "names" in keep else set()) | (common if "english" in keep else set()))


def _spell(word: str, found: list[Slot], letters: list[int]) -> str:
    """A word in NFD with other letters in its slots, in NFC; each has the case of the letter that it replaces."""
    characters = list(word)
    for slot, letter in zip(found, letters, strict=True):
        new = slot.options[letter]
        characters[slot.position] = new.upper() if word[slot.position].isupper() else new
    return unicodedata.normalize("NFC", "".join(characters))
