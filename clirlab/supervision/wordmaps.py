"""The letters of a word in, those of another word out: three reversible processes, each with a dial.

A word is given as a list of numbers, for each of its slots the position of the letter in the slot's options.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise, product

import numpy as np

from clirlab.supervision.alphabets import Slot

ROUNDS = 4
Exchange = dict[tuple[int, ...], tuple[int, ...]]


def correspond(letters: Sequence[int], slots: Sequence[Slot], dial: float, seed: int) -> list[int]:
    """Sound laws: letters of one class change places, otherwise in each context (vowel, consonant or nothing beside).

    The dial, in [0, 1], is the share of laws that hold. Reversible, since contexts are made of classes and a letter
    never leaves its class.
    """
    changed: list[int] = []
    for letter, slot in zip(letters, slots, strict=True):
        laws = _exchange(f"sound {slot.context} {slot.options}", (len(slot.options),), dial, seed)
        changed += laws.get((letter,), (letter,))
    return changed


def change_affix(letters: Sequence[int], slots: Sequence[Slot], first: bool, dial: float, seed: int) -> list[int]:
    """Affixes: the last two letters of a word, or its first two, become two others of the same classes.

    The dial is the share of affixes that are replaced. Reversible: all affixes have one length, and each replaces just
    one other.
    """
    at = slice(0, 2) if first else slice(len(letters) - 2, len(letters))
    ends = slots[at]
    kind = f"{'prefix' if first else 'suffix'} {' '.join(slot.options for slot in ends)}"
    affixes = _exchange(kind, tuple(len(slot.options) for slot in ends), dial, seed)
    changed = list(letters)
    changed[at] = affixes.get(tuple(letters[at]), tuple(letters[at]))
    return changed


def counterpart(letters: Sequence[int], slots: Sequence[Slot], pattern: str, seed: int) -> list[int]:
    """The non-word of a word: any word of the same classes, drawn as by lot; the non-word of that is the word itself.

    Parameters
    ----------
    pattern : str
        What words of the same classes have in common; others are drawn by other lots.

    Notes
    -----
    A Feistel network (Luby & Rackoff 1988) with mixed radices takes the words of a pattern to one another, each to one;
    there every letter is reflected in its class, and the network is run back. So no table of words is needed.
    """
    sizes = [len(slot.options) for slot in slots]
    mixed = list(letters)
    for number in range(ROUNDS):
        _mix(mixed, sizes, number, f"{seed} {pattern}", 1)
    mixed = [size - 1 - letter for size, letter in zip(sizes, mixed, strict=True)]
    for number in reversed(range(ROUNDS)):
        _mix(mixed, sizes, number, f"{seed} {pattern}", -1)
    return mixed


def chance(seed: int, names: Collection[str]) -> float:
    """A number in [0, 1) for a set of words, the same in any order."""
    return int.from_bytes(_digest(f"{seed} chance {' '.join(sorted(names))}")[:7], "big") / 2**56


def _mix(letters: list[int], sizes: Sequence[int], number: int, key: str, sign: int) -> None:
    """Shift every second letter by what the others say, in place."""
    half = number % 2
    stream = _digest(f"{key} {number} {letters[1 - half :: 2]}")
    for k, i in enumerate(range(half, len(letters), 2)):
        if k and k % 16 == 0:
            stream = _digest(f"{key} {number} {k} {letters[1 - half :: 2]}")
        shift = int.from_bytes(stream[4 * (k % 16) : 4 * (k % 16) + 4], "big")
        letters[i] = (letters[i] + sign * shift) % sizes[i]


@lru_cache(maxsize=4096)
def _exchange(kind: str, sizes: tuple[int, ...], dial: float, seed: int) -> Exchange:
    """Which things change places: grouped by lot in twos (the last three in a ring), of which a share is taken."""
    generator = np.random.default_rng(int.from_bytes(_digest(f"{seed} {kind}")[:8], "big"))
    things = list(product(*map(range, sizes)))
    order = generator.permutation(len(things)).tolist()
    cuts = [*range(0, len(order) - 1, 2), len(order)] if len(order) > 1 else []
    if len(order) % 2 and len(cuts) > 1:
        cuts[-2:-1] = []
    taken: Exchange = {}
    for start, end in pairwise(cuts):
        ring = [things[i] for i in order[start:end]]
        if generator.random() < dial:
            taken |= dict(zip(ring, [*ring[1:], ring[0]], strict=True))
    return taken


def _digest(text: str) -> bytes:
    return blake2b(text.encode()).digest()
