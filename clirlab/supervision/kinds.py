"""Bitext, lexicon or English text in, further kinds of pairs out: both kinds mixed, and word-by-word translation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from clirlab.corpora import Lexicon
from clirlab.errors import InputError
from clirlab.supervision.choose import Embed
from clirlab.supervision.codeswitch import code_switch
from clirlab.supervision.pairs import TextPairs, join


def mix(first: TextPairs, second: TextPairs, share: float = 0.5, seed: int = 0) -> TextPairs:
    """Pairs of two kinds together, such as bitext and code-switched text: as many as there are at that share.

    Parameters
    ----------
    share : float
        Of the first kind, in [0, 1]; 0 and 1 give all of one kind alone.
    seed : int
        Of which pairs are taken and of their order; of each kind, fewer pairs are a part of more.

    Raises
    ------
    InputError
        If the share is not in [0, 1].

    Examples
    --------
    >>> bitext = TextPairs("bitext", "sw", ("maji",) * 30, ("water",) * 30)
    >>> switched = TextPairs("switched", "sw", ("maji moto",) * 60, ("hot water",) * 60)
    >>> mixed = mix(bitext, switched, share=0.25)
    >>> len(mixed), mixed.source.count("maji")
    (80, 20)
    """
    if not 0 <= share <= 1:
        raise InputError(f"share must be in [0, 1], got {share}")
    shares = (share, 1 - share)
    total = min(len(part) / s for part, s in zip((first, second), shares, strict=True) if s > 0)
    taken = []
    for k, (part, s) in enumerate(zip((first, second), shares, strict=True)):
        order = np.random.default_rng([seed, k]).permutation(len(part))
        # the rounding undoes what the division lost, so that no pair goes missing
        taken.append(part.take(order[: int(round(s * total, 6))].tolist()))
    both = join(f"{first.name} + {second.name}", taken)
    return both.take(np.random.default_rng([seed, 2]).permutation(len(both)).tolist())


def translate_words(
    texts: Sequence[str], lexicon: Lexicon, seed: int = 0, choice: str = "first", embed: Embed | None = None
) -> TextPairs:
    """Pseudo-parallel text: English sentences in which every word is translated that the lexicon holds.

    Code-switching with probability 1: the order of words stays English, and so do words that the lexicon lacks.

    Parameters
    ----------
    texts, lexicon, seed, choice, embed
        As in `code_switch`.

    Examples
    --------
    >>> translate_words(["Water is life!"], Lexicon("tiny", "sw", {"water": ("maji",), "life": ("uhai",)})).source
    ('Maji is uhai!',)
    """
    return code_switch(texts, lexicon, 1.0, seed, choice, embed)
