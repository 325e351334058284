"""Queries in, damaged queries out, by kind and severity."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import partial

from clirlab.corpora import Lexicon
from clirlab.errors import InputError, unknown_name
from clirlab.supervision.damage import (
    Dose,
    Setting,
    in_capitals,
    in_latin,
    in_other_order,
    in_words,
    mixed_with_english,
    typing_error,
    without_diacritics,
    without_punctuation,
    without_words,
)
from clirlab.supervision.lookup import keys_of, table

PERTURBATIONS: dict[str, Callable[[str, Dose, Setting], str]] = {
    "typos": partial(in_words, typing_error),
    "diacritics-lost": partial(in_words, without_diacritics),
    "romanised": partial(in_words, in_latin),
    "words-dropped": without_words,
    "words-reordered": in_other_order,
    "code-mixed": mixed_with_english,
    "upper-case": partial(in_words, in_capitals),
    "punctuation-lost": without_punctuation,
}


def perturb(
    texts: Sequence[str],
    kind: str,
    severity: float,
    seed: int = 0,
    language: str | None = None,
    lexicon: Lexicon | None = None,
) -> list[str]:
    """Damage queries in a controlled dose.

    Parameters
    ----------
    texts : sequence of str
        In Unicode NFC.
    kind : {"typos", "diacritics-lost", "romanised", "words-dropped", "words-reordered", "code-mixed", "upper-case", \
"punctuation-lost"}
    severity : float
        In [0, 1]: the share of what can be hit that is, on average: words, pairs of words, words that the lexicon
        has, or signs. 0 gives the texts back.
    seed : int
        The same seed gives nested damage: what is hit at .2 is hit alike at .4. So does the place of a text among
        the texts.
    language : str, optional
        Any usual code of the texts' language: for its keyboard, and for the Turkish capital i.
    lexicon : Lexicon, optional
        English words and their translations, for "code-mixed", which takes it the other way round.

    Returns
    -------
    list of str
        In NFC. No grapheme cluster is cut, and no text that has a word loses all of them.

    Raises
    ------
    InputError
        If the kind or the language is unknown, or code-mixing lacks a lexicon.
    ValueError
        If the severity is not in [0, 1].

    Examples
    --------
    >>> perturb(["Where do bees live?"], "typos", severity=1, seed=1)
    ['Wherre ddo beees liive?']
    >>> perturb(["Пчёлы живут где?"], "romanised", severity=1)
    ['Pchely zhivut gde?']
    >>> perturb(["Nyuki wanaishi wapi?"], "code-mixed", 1, lexicon=Lexicon("tiny", "sw", {"where": ("wapi",)}))
    ['Nyuki wanaishi where?']
    """
    if kind not in PERTURBATIONS:
        raise unknown_name("perturbation", kind, PERTURBATIONS)
    if not 0 <= severity <= 1:
        raise ValueError(f"severity must be in [0, 1], got {severity}")
    if kind == "code-mixed" and lexicon is None:
        raise InputError("the perturbation 'code-mixed' needs lexicon=, English words and their translations")
    if severity == 0:
        return list(texts)
    english = table(lexicon.inverted()) if lexicon is not None else {}
    setting = Setting(language, english, keys_of([english]))
    damage = PERTURBATIONS[kind]
    damaged = (damage(text, Dose(severity, seed, number), setting) for number, text in enumerate(texts))
    return [unicodedata.normalize("NFC", text) for text in damaged]
