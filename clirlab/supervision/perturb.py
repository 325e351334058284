"""Queries in, damaged queries out, by severity."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import regex

from clirlab.errors import unknown_name
from clirlab.supervision.words import WORD

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _neighbours() -> dict[str, str]:
    """The keys beside each Latin letter: left, right, and the nearest two of the rows above and below."""
    table = {}
    for r, row in enumerate(ROWS):
        for c, letter in enumerate(row):
            keys = [(r, c - 1), (r, c + 1), (r - 1, c), (r - 1, c + 1), (r + 1, c - 1), (r + 1, c)]
            table[letter] = "".join(ROWS[i][j] for i, j in keys if 0 <= i < len(ROWS) and 0 <= j < len(ROWS[i]))
    return table


NEIGHBOURS = _neighbours()


def typo(word: str, generator: np.random.Generator) -> str:
    """One typing error: a neighbouring key (Latin letters), two letters swapped, one left out, or one typed twice.

    Works on grapheme clusters, so that no combining mark is torn from its letter; words of one cluster stay.
    """
    letters: list[str] = regex.findall(r"\X", word)
    if len(letters) < 2:
        return word
    i = int(generator.integers(len(letters) - 1))
    kind = generator.integers(4)
    if kind == 0 and (keys := NEIGHBOURS.get(letters[i].lower())):
        key = keys[generator.integers(len(keys))]
        letters[i] = key.upper() if letters[i].isupper() else key
    elif kind <= 1 and letters[i] != letters[i + 1]:
        letters[i], letters[i + 1] = letters[i + 1], letters[i]
    elif kind == 2:
        del letters[i]
    else:
        letters.insert(i, letters[i])
    return "".join(letters)


def typos(texts: Sequence[str], severity: float, seed: int) -> list[str]:
    """One typing error in a share `severity` of the words, on average; nested: what is hit at .2 is hit alike at .4."""
    damaged = []
    for number, text in enumerate(texts):
        parts, last = [], 0
        for position, word in enumerate(WORD.finditer(text)):
            generator = np.random.default_rng([seed, number, position])
            if generator.random() < severity:
                parts += [text[last : word.start()], typo(word.group(), generator)]
                last = word.end()
        damaged.append("".join(parts) + text[last:])
    return damaged


PERTURBATIONS: dict[str, Callable[[Sequence[str], float, int], list[str]]] = {"typos": typos}


def perturb(texts: Sequence[str], kind: str, severity: float, seed: int = 0) -> list[str]:
    """Damage queries in a controlled dose.

    Parameters
    ----------
    kind : {"typos"}
    severity : float
        In [0, 1]: the share of words that are hit; 0 gives the texts back.
    seed : int
        The same seed gives nested damage.

    Raises
    ------
    ValueError
        If the kind is unknown or the severity is not in [0, 1].

    Examples
    --------
    >>> perturb(["Where do bees live?"], "typos", severity=1, seed=1)
    ['Wherre ddo beees liive?']
    """
    if kind not in PERTURBATIONS:
        raise unknown_name("perturbation", kind, PERTURBATIONS)
    if not 0 <= severity <= 1:
        raise ValueError(f"severity must be in [0, 1], got {severity}")
    return list(texts) if severity == 0 else PERTURBATIONS[kind](texts, severity, seed)
