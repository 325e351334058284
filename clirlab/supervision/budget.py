"""Supervision in, as much of it as so many translated words buy out; a smaller budget buys a part of a larger one's."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import TypeVar

import numpy as np

from clirlab.corpora import Bitext, Lexicon
from clirlab.corpora.words import words as words_of
from clirlab.errors import InputError
from clirlab.supervision.pairs import ENGLISH, TextPairs
from clirlab.supervision.policies import Frequencies, order_of_entries, order_of_pairs

T = TypeVar("T")
P = TypeVar("P", Bitext, TextPairs)


def budget(pairs: P, words: int = 1000, seed: int = 0, take_all: bool = False) -> P:
    """Pairs in random order until the next one would exceed a budget of translated words; see `translated_words`.

    Parameters
    ----------
    pairs : Bitext or TextPairs
        A code-switched set pays for each entry of the lexicon once, when a sentence first uses it.
    words : int
        Translated words, at least what the first pair costs.
    seed : int
        Of the order; the same seed gives nested sets.
    take_all : bool
        A budget larger than the data takes all of them, instead of being an error.

    Raises
    ------
    InputError
        If the pairs cost fewer words than the budget in all and `take_all` is not given, or the first one costs more.

    Examples
    --------
    >>> bitext = Bitext("toy", "sw", ("maji ni uhai", "habari ya dunia"), ("water is life", "hello world"))
    >>> budget(bitext, words=5)
    Bitext(toy: 1 sentence pairs, sw-en)
    """
    order = np.random.default_rng(seed).permutation(len(pairs)).tolist()
    return pairs.take(_affordable(order, _running_costs(pairs, order), words, pairs.name, take_all))


def translated_words(material: Bitext | TextPairs | Lexicon) -> int:
    """What supervision costs, in translated words.

    A bitext costs the words of its foreign side, and English pairs nothing; a lexicon those of the first translation
    of each entry; a code-switched set those of the lexicon entries that it really uses, each once. An entry is seen
    in the links of the set: the foreign words that one English word or phrase was switched for. Where there are no
    links, each foreign word is an entry, and a sentence without an English word is a translated one, as in a bitext.

    Examples
    --------
    >>> switched = TextPairs("toy", "sw", ("maji is maji",), ("water is water",), tags=(("sw", "en", "sw"),))
    >>> translated_words(switched), translated_words(Lexicon("toy", "sw", {"why": ("kwa nini", "mbona")}))
    (1, 2)
    """
    if isinstance(material, Lexicon):
        return sum(len(words_of(translations[0])) for translations in material.entries.values())
    return next(reversed(_running_costs(material, range(len(material)))), 0)


def buy_bitext(
    bitext: Bitext,
    budget: int,
    seed: int,
    policy: str = "random",
    frequencies: Frequencies | None = None,
    take_all: bool = False,
) -> Bitext:
    """Sentence pairs in the order of a policy until the next would exceed the budget; a pair costs its foreign words.

    Parameters
    ----------
    budget : int
        Translated words, at least what one pair costs.
    seed : int
        Of the order; the same seed gives nested sets.
    policy : {"random", "questions", "coverage"}
        See `clirlab.supervision.policies`; "coverage" needs frequencies.
    frequencies : mapping of str to number, optional
        Lower-cased foreign words and their counts, such as `word_frequencies` of untranslated text.
    take_all : bool
        A budget larger than the bitext takes all of it, instead of being an error.

    Raises
    ------
    InputError
        If the bitext holds fewer words than the budget and `take_all` is not given, the first pair costs more, or the
        policy is unknown or lacks frequencies.
    """
    order = order_of_pairs(bitext, policy, seed, frequencies)
    return bitext.take(_affordable(order, _running_costs(bitext, order), budget, bitext.name, take_all))


def buy_lexicon(
    lexicon: Lexicon,
    texts: Iterable[str],
    budget: int,
    seed: int,
    policy: str = "random",
    frequencies: Frequencies | None = None,
    take_all: bool = False,
) -> Lexicon:
    """Entries whose English side occurs in `texts`, in the order of a policy until the next would exceed the budget.

    Each entry keeps its first translation and costs the words of that. Entries that no text uses cost nothing, since
    they teach nothing, and are left out.

    Parameters
    ----------
    policy : {"random", "english-frequency", "foreign-frequency"}
        See `clirlab.supervision.policies`; all but the first need frequencies.
    frequencies : mapping of str to number, optional
        Lower-cased words and their counts: English ones for "english-frequency", foreign ones for the other.
    take_all : bool
        A budget larger than the entries in use takes all of them, instead of being an error.

    Raises
    ------
    InputError
        If the entries in use hold fewer words than the budget and `take_all` is not given, the first one costs more, or
        the policy is unknown or lacks frequencies.
    """
    entries = _used(lexicon, texts)
    order = order_of_entries(lexicon, entries, policy, seed, frequencies)
    costs = list(accumulate(len(words_of(lexicon.entries[word][0])) for word in order))
    name = f"{lexicon.name} (entries that the English texts use)"
    bought = lexicon.take(_affordable(order, costs, budget, name, take_all))
    return bought.first_translations()


def _used(lexicon: Lexicon, texts: Iterable[str]) -> list[str]:
    """The entries whose word, or words one after the other, occur in a text."""
    keys = {entry: tuple(words_of(entry)) for entry in lexicon.entries}
    lengths = {len(key) for key in keys.values()} - {0}
    seen: set[tuple[str, ...]] = set()
    for text in texts:
        found = words_of(text.lower())
        for n in lengths:
            seen.update(zip(*(found[i:] for i in range(n)), strict=False))
    return [entry for entry, key in keys.items() if key in seen]


def _running_costs(pairs: Bitext | TextPairs, order: Iterable[int]) -> list[int]:
    """What the pairs cost from the first to each, in this order."""
    paid: set[Hashable] = set()
    costs, total = [], 0
    for position in order:
        for item, cost in _items(pairs, position):
            if item not in paid:
                paid.add(item)
                total += cost
        costs.append(total)
    return costs


def _items(pairs: Bitext | TextPairs, position: int) -> Iterator[tuple[Hashable, int]]:
    """What one pair needs translated, and how many foreign words each of it has."""
    if pairs.language == ENGLISH:
        return  # English with errors: nobody translated it
    found = words_of(pairs.source[position])
    tags = pairs.tags[position] if isinstance(pairs, TextPairs) and pairs.tags is not None else None
    links = pairs.alignment[position] if isinstance(pairs, TextPairs) and pairs.alignment is not None else None
    if tags is None or (links is None and ENGLISH not in tags):
        yield position, len(found)
        return
    linked: dict[int, list[int]] = {}
    for i, j in links or ():
        linked.setdefault(i, []).append(j)
    entries: dict[tuple[int, ...], list[int]] = {}
    for i, tag in enumerate(tags):
        if tag != ENGLISH:
            # words without a link stand alone, below any position
            entries.setdefault(tuple(sorted(linked.get(i, [-1 - i]))), []).append(i)
    english = words_of(pairs.english[position].lower())
    for key, foreign in entries.items():
        switched = tuple(english[j] for j in key if j >= 0)
        yield (tags[foreign[0]], switched, tuple(found[i].lower() for i in foreign)), len(foreign)


def _affordable(order: Sequence[T], costs: Sequence[int], budget: int, name: str, take_all: bool) -> list[T]:
    """The first of `order` whose running costs stay within the budget."""
    whole = costs[-1] if costs else 0
    if whole < budget and not (take_all and whole):
        raise InputError(f"{name} holds {whole:,} translated words, fewer than the budget of {budget:,}; lower it")
    count = int(np.searchsorted(costs, budget, side="right"))
    if count == 0:
        raise InputError(f"{name}: a budget of {budget} translated words buys nothing; the first item costs {costs[0]}")
    return list(order[:count])
