"""Supervision in, as much of it as so many translated words buy out; a smaller budget buys a part of a larger one's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np

from clirlab.corpora import Bitext, Lexicon
from clirlab.errors import InputError
from clirlab.supervision.words import words

T = TypeVar("T")


def buy_bitext(bitext: Bitext, budget: int, seed: int) -> Bitext:
    """Sentence pairs in random order until the next one would exceed the budget; a pair costs its foreign words.

    Parameters
    ----------
    budget : int
        Translated words, at least what one pair costs.
    seed : int
        Of the order; the same seed gives nested sets.

    Raises
    ------
    InputError
        If the bitext holds fewer words than the budget, or the first pair costs more.
    """
    order = np.random.default_rng(seed).permutation(len(bitext)).tolist()
    return bitext.take(_affordable(order, [len(words(bitext.source[i])) for i in order], budget, bitext.name))


def buy_lexicon(lexicon: Lexicon, texts: Iterable[str], budget: int, seed: int) -> Lexicon:
    """Entries whose English word occurs in `texts`, in random order until the next one would exceed the budget.

    Each entry keeps its first translation and costs the words of that. Entries that no text uses cost nothing, since
    they teach nothing, and are left out.

    Raises
    ------
    InputError
        If the entries in use hold fewer words than the budget.
    """
    used = {word.lower() for text in texts for word in words(text)}
    entries = [word for word in lexicon.entries if word in used]
    order = [entries[i] for i in np.random.default_rng(seed).permutation(len(entries))]
    costs = [len(words(lexicon.entries[word][0])) for word in order]
    bought = _affordable(order, costs, budget, f"{lexicon.name} (entries that the English texts use)")
    return Lexicon(lexicon.name, lexicon.language, {word: lexicon.entries[word][:1] for word in bought})


def _affordable(order: Sequence[T], costs: Sequence[int], budget: int, name: str) -> list[T]:
    if sum(costs) < budget:
        raise InputError(f"{name} holds {sum(costs):,} translated words, fewer than the budget of {budget:,}; lower it")
    count = int(np.searchsorted(np.cumsum(costs), budget, side="right"))
    if count == 0:
        raise InputError(f"{name}: a budget of {budget} translated words buys nothing; the first item costs {costs[0]}")
    return list(order[:count])
