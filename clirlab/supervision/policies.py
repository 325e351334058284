"""A bitext or a lexicon in, the order to buy it in out: at random, or what promises most first."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping

import numpy as np
import regex

from clirlab.corpora import Bitext, Lexicon
from clirlab.corpora.words import words
from clirlab.errors import InputError, unknown_name

Frequencies = Mapping[str, float]

# at the end, before closing quotes and brackets; the Greek mark is a semicolon; the Armenian one stands in the word
_ASKS = regex.compile(
    r"[?؟？⸮፧꘏꫱՞][\p{Pe}\p{Pf}\p{Pi}\"'\s]*$|^[\p{Ps}\p{Pf}\p{Pi}\"'\s]*¿|\p{Greek}\s*;\s*$|\p{Armenian}՞"
    r"|か[。．]?\s*$|[吗嗎呢][。．]?\s*$"
)


def is_question(text: str) -> bool:
    """Whether a text is written as a question.

    It ends in a question mark (?, ？, Arabic ؟, Ethiopic ፧, Vai ꘏, Greek ; after a Greek letter), begins with ¿, has
    the Armenian mark in a word, or ends in the Japanese か or the Chinese 吗, 嗎 or 呢. Hindi, Burmese, Thai and others
    that have no mark of their own write ? or nothing; then the English side tells.

    Examples
    --------
    >>> [is_question(text) for text in ("Nyuki wanaishi wapi?", "أين يعيش النحل؟", "Πού ζουν;", "I asked why.")]
    [True, True, True, False]
    """
    return bool(_ASKS.search(text))


def entries_at_random(lexicon: Lexicon, entries: list[str], frequencies: Frequencies | None) -> list[str]:
    """As they come: the caller has shuffled them."""
    return entries


def entries_by_english(lexicon: Lexicon, entries: list[str], frequencies: Frequencies | None) -> list[str]:
    """English words by falling count; the rarest word of several counts."""
    counts = _needed("english-frequency", frequencies)
    return sorted(entries, key=lambda entry: -_rarest(entry, counts))


def entries_by_foreign(lexicon: Lexicon, entries: list[str], frequencies: Frequencies | None) -> list[str]:
    """First translations by falling count in text of the language that nobody need translate."""
    counts = _needed("foreign-frequency", frequencies)
    return sorted(entries, key=lambda entry: -_rarest(lexicon.entries[entry][0], counts))


def pairs_at_random(bitext: Bitext, order: list[int], frequencies: Frequencies | None) -> list[int]:
    """As they come: the caller has shuffled them."""
    return order


def questions_first(bitext: Bitext, order: list[int], frequencies: Frequencies | None) -> list[int]:
    """Pairs of which either side is a question, then the rest; see `is_question`."""
    return sorted(order, key=lambda i: not (is_question(bitext.source[i]) or is_question(bitext.english[i])))


def coverage_first(bitext: Bitext, order: list[int], frequencies: Frequencies | None) -> list[int]:
    """Greedily the pair that adds most counts of words not yet bought, for each word paid; at last those that add none.

    The greedy rule for the budgeted maximum coverage problem (Khuller, Moss & Naor 1999), without its second run: the
    order does not depend on the budget, so that smaller purchases lie inside larger ones.
    """
    counts = _needed("coverage", frequencies)
    found = [words(text.lower()) for text in bitext.source]
    vocabularies = [{word for word in text if counts.get(word, 0) > 0} for text in found]

    def gain(i: int) -> float:
        return sum(counts[word] for word in vocabularies[i]) / max(1, len(found[i]))

    heap = [(-gain(i), rank, i) for rank, i in enumerate(order)]
    heapq.heapify(heap)
    chosen: list[int] = []
    covered: set[str] = set()
    while heap:
        promised, rank, i = heapq.heappop(heap)
        vocabularies[i] -= covered
        # gains only fall, so one that is still what was promised is the largest of all
        if -gain(i) == promised:
            chosen.append(i)
            covered |= vocabularies[i]
        else:
            heapq.heappush(heap, (-gain(i), rank, i))
    return chosen


LEXICON_POLICIES: dict[str, Callable[[Lexicon, list[str], Frequencies | None], list[str]]] = {
    "random": entries_at_random,
    "english-frequency": entries_by_english,
    "foreign-frequency": entries_by_foreign,
}
BITEXT_POLICIES: dict[str, Callable[[Bitext, list[int], Frequencies | None], list[int]]] = {
    "random": pairs_at_random,
    "questions": questions_first,
    "coverage": coverage_first,
}


def order_of_pairs(bitext: Bitext, policy: str, seed: int, frequencies: Frequencies | None = None) -> list[int]:
    """Positions of a bitext's pairs in the order of a policy; equals are in random order.

    Raises
    ------
    InputError
        If the policy is unknown, or needs frequencies and has none.
    """
    if policy not in BITEXT_POLICIES:
        raise unknown_name("policy of buying a bitext", policy, BITEXT_POLICIES)
    order = np.random.default_rng(seed).permutation(len(bitext)).tolist()
    return BITEXT_POLICIES[policy](bitext, order, frequencies)


def order_of_entries(
    lexicon: Lexicon, entries: list[str], policy: str, seed: int, frequencies: Frequencies | None = None
) -> list[str]:
    """These English words of a lexicon in the order of a policy; equals are in random order.

    Raises
    ------
    InputError
        If the policy is unknown, or needs frequencies and has none.
    """
    if policy not in LEXICON_POLICIES:
        raise unknown_name("policy of buying a lexicon", policy, LEXICON_POLICIES)
    order = [entries[i] for i in np.random.default_rng(seed).permutation(len(entries))]
    return LEXICON_POLICIES[policy](lexicon, order, frequencies)


def _needed(policy: str, frequencies: Frequencies | None) -> Frequencies:
    if not frequencies:
        raise InputError(f"the policy {policy!r} needs frequencies=, such as word_frequencies(texts)")
    return frequencies


def _rarest(phrase: str, counts: Frequencies) -> float:
    return min((counts.get(word, 0) for word in words(phrase.lower())), default=0)
