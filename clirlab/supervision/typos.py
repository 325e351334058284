"""A word in, the word with one typing error out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import regex

from clirlab.supervision.keyboards import neighbours

_LATIN = regex.compile(r"\p{Latin}")


def typo(word: str, generator: np.random.Generator, keys: Mapping[str, str] | None = None) -> str:
    """One typing error: a neighbouring key, two letters swapped, one left out, or one typed twice.

    Works on grapheme clusters, so that no combining mark is torn from its letter; a neighbouring key replaces the
    letter under the marks. Words of one cluster stay.

    Parameters
    ----------
    keys : mapping of str to str, optional
        The neighbours of each lower-case letter, see `neighbours`; a letter without is swapped instead.

    Examples
    --------
    >>> {typo("मधु", np.random.default_rng(seed)) for seed in range(9)} >= {"धुम", "धु", "ममधु"}
    True
    """
    keys = neighbours() if keys is None else keys
    letters: list[str] = regex.findall(r"\X", word)
    if len(letters) < 2:
        return word
    i = int(generator.integers(len(letters) - 1))
    kind = generator.integers(4)
    letter, marks = letters[i][:1], letters[i][1:]
    # a Latin letter with a mark beside it has a key of its own, or none
    beside = "" if marks and _LATIN.match(letter) else keys.get(letter.lower())
    if kind == 0 and beside:
        key = beside[generator.integers(len(beside))]
        letters[i] = (key.upper() if letter.isupper() else key) + marks
    elif kind <= 1 and letters[i] != letters[i + 1]:
        letters[i], letters[i + 1] = letters[i + 1], letters[i]
    elif kind == 2:
        del letters[i]
    else:
        letters.insert(i, letters[i])
    return "".join(letters)
