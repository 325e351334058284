"""A lexicon in, an index of it out that finds the words of foreign texts, also where they are spelt otherwise."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from clirlab.corpora import Lexicon
from clirlab.corpora.words import words
from clirlab.errors import InputError, unknown_name
from clirlab.supervision.affixes import Affixes, learn_affixes, related
from clirlab.supervision.damage import bare
from clirlab.supervision.lookup import Held, Keys, find, key_of, keys_of
from clirlab.supervision.rewrite import spans

Candidates = tuple[tuple[str, float], ...]
ENGLISH = "en"
MATCHES = ("exact", "folded", "affix", "prefix")
# each of them helped Igbo or Zulu questions of AfriQA and hurt neither, with native and gloss scores fused
MATCH = MATCHES
# letters that a word and a known one must begin with alike, and the share of the word that they must be
COMMON, SHARE = 5, 0.6
APOSTROPHES = str.maketrans("’ʼ", "''")


@dataclass(frozen=True, repr=False)
class Glossary:
    """What can be looked up, made once for many texts.

    Attributes
    ----------
    name, language : str
        Of the lexicon; BCP-47 code of the foreign language.
    match : tuple of str
        The steps, in the order in which they are tried.
    tables : dict of str to dict
        For "exact" and "folded", the foreign words and phrases in that spelling, and of each the English words and
        phrases with their weights (sum 1), the best first.
    keys : dict of str to Keys
        The same tables as `find` takes them.
    ordered : tuple of str
        Single words of the loosest table, sorted, for "prefix".
    affixes : Affixes
        Learnt from them, for "affix".
    """

    name: str
    language: str
    match: tuple[str, ...]
    tables: dict[str, dict[str, Candidates]]
    keys: dict[str, Keys]
    ordered: tuple[str, ...]
    affixes: Affixes

    def __len__(self) -> int:
        return len(self.tables["exact"])

    def __repr__(self) -> str:
        return f"Glossary({self.name}: {len(self):,} words and phrases, {self.language}-en; {', '.join(self.match)})"


def glossary(lexicon: Lexicon, match: Sequence[str] = MATCH) -> Glossary:
    """The index of a lexicon for `gloss`.

    Parameters
    ----------
    lexicon : Lexicon
        From English, as everywhere (it is inverted here), or into English (taken as it is).
    match : sequence of {"exact", "folded", "affix", "prefix"}
        How words are looked up, in this order; see `gloss`.

    Raises
    ------
    InputError
        If a step is unknown, there is none, or neither side of the lexicon is English.

    Examples
    --------
    >>> glossary(Lexicon("tiny", "sw", {"water": ("maji",), "why": ("kwa nini", "mbona")}), match=["exact"])
    Glossary(tiny: 3 words and phrases, sw-en; exact)
    """
    for step in match:
        if step not in MATCHES:
            raise unknown_name("step of matching", step, MATCHES)
    if not match:
        raise InputError(f"match= is empty; give at least one of {', '.join(MATCHES)}")
    if ENGLISH not in (lexicon.from_language, lexicon.language):
        languages = f"{lexicon.from_language}-{lexicon.language}"
        raise InputError(f"{lexicon.name}: a gloss needs a lexicon from or into English, not {languages}")
    into_english = lexicon if lexicon.from_language != ENGLISH else lexicon.inverted()
    tables = {"exact": _table(into_english, key_of), "folded": {}}
    if "folded" in match:
        tables["folded"] = _table(into_english, folded)
    loosest = tables["folded" if "folded" in match else "exact"]
    single = {key: found for key, found in loosest.items() if " " not in key and len(words(key)) == 1}
    affixes = Affixes({}, {})
    if "affix" in match:
        affixes = learn_affixes({key: frozenset(english for english, _ in found) for key, found in single.items()})
    return Glossary(
        lexicon.name,
        into_english.from_language,
        tuple(match),
        tables,
        {spelling: keys_of([entries]) for spelling, entries in tables.items()},
        tuple(sorted(single)),
        affixes,
    )


def folded(text: str) -> str:
    """A key without diacritics, all apostrophes alike.

    Examples
    --------
    >>> folded("Ẹ káàárọ̀"), folded("ƙasa"), folded("ʼyanci")
    ('e kaaaro', 'kasa', "'yanci")
    """
    return bare(key_of(text)).translate(APOSTROPHES)


def lookup(text: str, index: Glossary) -> list[tuple[Held, Candidates]]:
    """The words and phrases of a text that are known, in its order, none over another, with their English.

    Every step of `match` goes over the words that those before it have left.

    Examples
    --------
    >>> index = glossary(Lexicon("tiny", "yo", {"child": ("ọmọ",), "big": ("ńlá",)}))
    >>> [(held.key, english) for held, english in lookup("omo ńlá", index)]
    [('omo', (('child', 1.0),)), ('ńlá', (('big', 1.0),))]
    """
    found: list[tuple[Held, Candidates]] = []
    taken: set[int] = set()
    for step in index.match:
        for held, english in _step(step, text, index, taken):
            found.append((held, english))
            taken.update(range(held.first, held.first + held.size))
    return sorted(found)


def _step(step: str, text: str, index: Glossary, taken: set[int]) -> Iterable[tuple[Held, Candidates]]:
    if step in index.tables:
        spelling = folded if step == "folded" else key_of
        return [(held, index.tables[step][held.key]) for held in find(text, index.keys[step], spelling, taken)]
    loose, spelling = ("folded", folded) if "folded" in index.match else ("exact", key_of)
    known, guess = index.tables[loose], GUESSES[step]
    found = []
    for number, (start, end) in enumerate(spans(text)):
        if number not in taken and not _is_name(text[start:end], number, step):
            other = guess(spelling(text[start:end]), index, known)
            if other is not None:
                found.append((Held(number, 1, other), known[other]))
    return found


def _is_name(word: str, number: int, step: str) -> bool:
    """Whether a guess would do more harm than good; Bantu names have small prefixes, which "affix" may take off."""
    within = step == "prefix" and not word.isupper() and any(sign.isupper() for sign in word[1:])
    return within or (number > 0 and word[0].isupper())


def _by_affix(word: str, index: Glossary, known: dict[str, Candidates]) -> str | None:
    others = [(reliability, other) for reliability, other in related(word, index.affixes) if other in known]
    return max(others, key=lambda pair: (pair[0], -len(pair[1]), pair[1]))[1] if others else None


def _by_prefix(word: str, index: Glossary, known: dict[str, Candidates]) -> str | None:
    """Of the words that begin like this one for longest, the shortest."""
    place = bisect_left(index.ordered, word)
    beside = index.ordered[max(0, place - 1) : place + 1]
    common = max((_common(word, other) for other in beside), default=0)
    if common < max(COMMON, SHARE * len(word)):
        return None
    start = bisect_left(index.ordered, word[:common])
    end = bisect_left(index.ordered, word[:common] + "\U0010ffff")
    return min(index.ordered[start:end], key=lambda other: (len(other), other))


def _common(one: str, other: str) -> int:
    """How many letters two words begin with alike."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


GUESSES: dict[str, Callable[[str, Glossary, dict[str, Candidates]], str | None]] = {
    "affix": _by_affix,
    "prefix": _by_prefix,
}


def _table(lexicon: Lexicon, spelling: Callable[[str], str]) -> dict[str, Candidates]:
    """Foreign words and phrases in a spelling, and their English, weights added where several become one."""
    found: dict[str, dict[str, float]] = {}
    for foreign, translations in lexicon.entries.items():
        places = spans(normalize("NFC", foreign))
        if not places:
            continue
        key = spelling(normalize("NFC", foreign)[places[0][0] : places[-1][1]])
        weights = lexicon.weights[foreign] if lexicon.weights else [1 / k for k in range(1, len(translations) + 1)]
        if not words(key):
            continue
        total = found.setdefault(key, {})
        for english, weight in zip(translations, weights, strict=True):
            english = " ".join(normalize("NFC", english).split())
            if words(english):
                total[english] = total.get(english, 0.0) + weight
    table = {}
    for key, total in found.items():
        if whole := sum(total.values()):
            ranked = sorted(total.items(), key=lambda pair: -pair[1])
            table[key] = tuple((english, weight / whole) for english, weight in ranked)
    return table
