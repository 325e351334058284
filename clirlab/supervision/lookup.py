"""Lexicons in; where a text holds their entries out, those of most words first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from clirlab.corpora import Lexicon
from clirlab.corpora.words import words
from clirlab.supervision.rewrite import spans


class Held(NamedTuple):
    """An entry in a text: its first word (from 0), how many words it has, and its key in the table."""

    first: int
    size: int
    key: str


class Keys(NamedTuple):
    """What can be looked up, and how many words the keys have that begin with a word."""

    keys: frozenset[str]
    sizes: dict[str, tuple[int, ...]]


def table(lexicon: Lexicon, most_words: int | None = None) -> dict[str, tuple[str, ...]]:
    """The entries by what a text is searched for: lower-cased, single blanks, from the first letter to the last.

    Translations without a word, and keys of more than `most_words`, are left out.

    Examples
    --------
    >>> table(Lexicon("", "sw", {"a  lot!": ("sana",), "the": ("",)}))
    {'a lot': ('sana',)}
    """
    found: dict[str, dict[str, None]] = {}
    for english, translations in lexicon.entries.items():
        places = spans(english)
        good = [translation for translation in translations if words(translation)]
        if good and places and (most_words is None or len(places) <= most_words):
            found.setdefault(key_of(english[places[0][0] : places[-1][1]]), {}).update(dict.fromkeys(good))
    return {key: tuple(translations) for key, translations in found.items()}


def keys_of(tables: Iterable[dict[str, tuple[str, ...]]]) -> Keys:
    """The keys of several tables together."""
    keys = frozenset(key for entries in tables for key in entries)
    sizes: dict[str, set[int]] = {}
    for key in keys:
        parts = words(key)
        sizes.setdefault(parts[0], set()).add(len(parts))
    return Keys(keys, {word: tuple(sorted(found)) for word, found in sizes.items()})


def key_of(text: str) -> str:
    """A text as keys are written: lower-cased, single blanks."""
    return " ".join(text.lower().split())


def find(
    text: str, keys: Keys, spelling: Callable[[str], str] = key_of, taken: Collection[int] = frozenset()
) -> list[Held]:
    """Entries that a text holds, in its order, none over another: those of most words first, then from the left.

    Between the words of an entry there must be what is between those of its key; blanks of any kind are the same.

    Parameters
    ----------
    spelling : callable
        Makes of words of the text what the keys are made of.
    taken : collection of int
        Words that are no longer to be had.

    Examples
    --------
    >>> find("Ice cream, ice; ice, cream", keys_of([{"ice": ("barafu",), "ice cream": ("aiskrimu",)}]))
    [Held(first=0, size=2, key='ice cream'), Held(first=2, size=1, key='ice'), Held(first=3, size=1, key='ice')]
    """
    places = spans(text)
    candidates = []
    for first, (start, end) in enumerate(places):
        for size in keys.sizes.get(spelling(text[start:end]), ()):
            if first + size <= len(places):
                key = spelling(text[start : places[first + size - 1][1]])
                if key in keys.keys:
                    candidates.append(Held(first, size, key))
    covered_already = set(taken)
    found = []
    for held in sorted(candidates, key=lambda held: (-held.size, held.first)):
        covered = range(held.first, held.first + held.size)
        if covered_already.isdisjoint(covered):
            covered_already.update(covered)
            found.append(held)
    return sorted(found)
