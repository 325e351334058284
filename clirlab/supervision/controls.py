"""Supervision in, the same without what it is about out: what a claim about supervision has to be held against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from clirlab.corpora import Bitext, Lexicon
from clirlab.corpora.words import words
from clirlab.errors import InputError
from clirlab.supervision.pairs import ENGLISH, TextPairs, join
from clirlab.supervision.perturb import perturb

ATTEMPTS = 20


def shuffled_pairs(pairs: TextPairs, seed: int = 0) -> TextPairs:
    """Every source sentence beside the English of another pair: no translation is left.

    A sentence that occurs in several pairs is given none of its translations. The alignment is unknown.

    Raises
    ------
    InputError
        If there are too few different sentences for that.

    Examples
    --------
    >>> shuffled_pairs(TextPairs("toy", "sw", ("maji", "mwezi"), ("water", "moon"))).english
    ('moon', 'water')
    """
    own: dict[str, set[str]] = {}
    for source, translation in zip(pairs.source, pairs.english, strict=True):
        own.setdefault(source, set()).add(translation)
    order = _derangement(len(pairs), lambda i, j: pairs.english[j] in own[pairs.source[i]], seed, pairs.name)
    english = tuple(pairs.english[j] for j in order)
    return replace(pairs, name=f"{pairs.name}, shuffled", english=english, alignment=None)


def shuffled_lexicon(lexicon: Lexicon, seed: int = 0) -> Lexicon:
    """Every English word with the translations of another, none of which is one of its own.

    So is every foreign word, once the lexicon is inverted. Weights go with the translations.

    Raises
    ------
    InputError
        If there are too few different translations for that.

    Examples
    --------
    >>> shuffled_lexicon(Lexicon("tiny", "sw", {"water": ("maji",), "moon": ("mwezi",)})).entries
    {'water': ('mwezi',), 'moon': ('maji',)}
    """
    keys, entries = list(lexicon.entries), list(lexicon.entries.values())
    sets = [frozenset(translations) for translations in entries]
    order = _derangement(len(sets), lambda i, j: not sets[i].isdisjoint(sets[j]), seed, lexicon.name)
    mixed = {word: entries[j] for word, j in zip(keys, order, strict=True)}
    weights = lexicon.weights and {word: lexicon.weights[keys[j]] for word, j in zip(keys, order, strict=True)}
    return replace(lexicon, name=f"{lexicon.name}, shuffled", entries=mixed, origins=None, weights=weights)


def other_languages(size: int, others: Sequence[Bitext], language: str, seed: int = 0) -> TextPairs:
    """As many sentence pairs of languages that are not asked about, in equal parts: what any bitext would teach.

    Parameters
    ----------
    size : int
        Sentence pairs in all; the first bitexts give one more where it cannot be divided.
    others : sequence of Bitext
        Of other languages.
    language : str
        The language that is studied.
    seed : int
        Of which pairs are taken; of each language, fewer are a part of more.

    Raises
    ------
    InputError
        If there are no others, one of them is of the studied language, or one has too few pairs.

    Examples
    --------
    >>> others = [Bitext("so", "so", ("biyo", "dayax"), ("water", "moon")), Bitext("de", "de", ("Mond",), ("moon",))]
    >>> other_languages(3, others, "sw")
    TextPairs(so + de: 3 pairs, mul-en, 100% of the words switched)
    """
    if not others:
        raise InputError("the control needs bitext of another language; the list is empty")
    parts = []
    for k, bitext in enumerate(others):
        if bitext.language == language:
            raise InputError(f"{bitext.name} is in {language}, the language that is studied; give other languages")
        wanted = size // len(others) + (k < size % len(others))
        if len(bitext) < wanted:
            raise InputError(f"{bitext.name} has {len(bitext):,} sentence pairs, fewer than its part of {wanted:,}")
        order = np.random.default_rng([seed, k]).permutation(len(bitext))
        parts.append(TextPairs.of(bitext.take(order[:wanted].tolist())))
    return join(" + ".join(bitext.name for bitext in others), parts)


def misspelt(texts: Sequence[str], severity: float = 0.3, seed: int = 0, kind: str = "typos") -> TextPairs:
    """English sentences with typing errors beside their clean form: no translated word at all.

    Parameters
    ----------
    severity, seed, kind
        As in `perturb`.

    Raises
    ------
    ValueError
        As `perturb`.

    Examples
    --------
    >>> misspelt(["Where do bees live?"], severity=1, seed=1).source
    ('Wherre ddo beees liive?',)
    """
    damaged = perturb(texts, kind, severity, seed)
    return TextPairs(f"English, {kind} {severity:g}", ENGLISH, tuple(damaged), tuple(texts))


def english_only(texts: Sequence[str]) -> TextPairs:
    """English sentences beside themselves: what training alone does.

    Examples
    --------
    >>> english_only(["Where do bees live?"])
    TextPairs(English: 1 pair, en-en)
    """
    alignment = tuple(tuple((i, i) for i in range(len(words(text)))) for text in texts)
    return TextPairs("English", ENGLISH, tuple(texts), tuple(texts), alignment)


def _derangement(size: int, clash: Callable[[int, int], bool], seed: int, name: str) -> list[int]:
    """A random permutation that sends no i to a j with which it clashes: drawn, then mended by exchanges."""
    for attempt in range(ATTEMPTS):
        generator = np.random.default_rng([seed, attempt])
        order = generator.permutation(size).tolist()
        if all(_mended(i, order, clash, generator) for i in range(size) if clash(i, order[i])):
            return order
    raise InputError(f"{name}: too few different translations to give every one of {size:,} another's")


def _mended(i: int, order: list[int], clash: Callable[[int, int], bool], generator: np.random.Generator) -> bool:
    """Exchange the place of i with one where neither clashes; False where there is none."""
    for k in generator.permutation(len(order)).tolist():
        if not clash(i, order[k]) and not clash(k, order[i]):
            order[i], order[k] = order[k], order[i]
            return True
    return False
