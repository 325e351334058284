"""Known words and what they mean in, rules for affixes out: which beginnings and ends of words change places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import permutations
from typing import NamedTuple

LONGEST, STEM, PAIRS, RELIABLE = 4, 4, 5, 0.1
SUFFIX, PREFIX = False, True


class Affixes(NamedTuple):
    """For each affix those that may stand in its place, with how far that can be relied on, in (0, 1].

    Attributes
    ----------
    prefixes, suffixes : dict of str to dict of str to float
        Of at most four letters; an empty one stands for none.
    """

    prefixes: dict[str, dict[str, float]]
    suffixes: dict[str, dict[str, float]]


def learn_affixes(meanings: Mapping[str, frozenset[str]]) -> Affixes:
    """Rules that take a word to another of the same stem, from pairs of known words.

    Two words p + stem and q + stem, the stem of at least four letters, speak for the rule p → q if they have a
    meaning in common, and against it if they have none. A rule holds with at least 5 pairs of which a tenth or more
    speak for it; its reliability is that share, with one pair more against it. Unrelated words hardly ever share a
    meaning, so the share is low where p and q have nothing to do with each other.

    Parameters
    ----------
    meanings : mapping of str to frozenset of str
        Foreign words and their translations.

    Examples
    --------
    >>> stems = ("toto", "alimu", "geni", "kulima", "pishi")
    >>> one, many = ({number + stem: frozenset({stem}) for stem in stems} for number in ("m", "wa"))
    >>> learn_affixes(one | many | {"mkate": frozenset({"bread"})}).prefixes["wa"]
    {'m': 0.8333333333333334}
    """
    return Affixes(_rules(meanings, PREFIX), _rules(meanings, SUFFIX))


def related(word: str, affixes: Affixes) -> Iterator[tuple[float, str]]:
    """Words, known or not, that a rule makes of a word, with the reliability of the rule.

    Examples
    --------
    >>> sorted(related("watoto", Affixes({"wa": {"m": 0.9, "": 0.5}}, {"o": {"a": 0.2}})), reverse=True)
    [(0.9, 'mtoto'), (0.5, 'toto'), (0.2, 'watota')]
    """
    for i in range(min(LONGEST, len(word) - STEM) + 1):
        for other, reliability in affixes.prefixes.get(word[:i], {}).items():
            yield reliability, other + word[i:]
        for other, reliability in affixes.suffixes.get(word[len(word) - i :], {}).items():
            yield reliability, word[: len(word) - i] + other


def _rules(meanings: Mapping[str, frozenset[str]], front: bool) -> dict[str, dict[str, float]]:
    holders: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for word in meanings:
        for i in range(min(LONGEST, len(word) - STEM) + 1):
            affix, stem = (word[:i], word[i:]) if front else (word[len(word) - i :], word[: len(word) - i])
            holders[stem].append((affix, word))
    pairs: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for found in holders.values():
        for (one, first), (other, second) in permutations(found, 2):
            # what both share is part of the stem
            if not one or not other or (one[-1] != other[-1] if front else one[0] != other[0]):
                counts = pairs[one, other]
                counts[0] += 1
                counts[1] += not meanings[first].isdisjoint(meanings[second])
    rules: dict[str, dict[str, float]] = {}
    for (one, other), (count, alike) in sorted(pairs.items()):
        if count >= PAIRS and alike >= RELIABLE * count:
            rules.setdefault(one, {})[other] = alike / (count + 1)
    return rules
