"""A translation model's vocabulary and two languages in, how that model wants them said out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import regex

from clirlab.corpora.sources import spelled


class Family(NamedTuple):
    """How a family of models names languages.

    The form of its tokens, with the code in the first group; a token that only such a vocabulary has (none: any token
    of the form will do); whether the code of the source goes to the tokenizer and that of the target is forced as the
    first token of the translation, or the target's token is written before the text.
    """

    form: regex.Pattern[str]
    mark: str | None
    forced: bool


# NLLB writes FLORES-200 codes, M2M-100 two letters, mBART-50 also a country (which says nothing); MADLAD-400 and
# models of Opus-MT with several target languages read a token before the text
FAMILIES = {
    "NLLB": Family(regex.compile(r"(\p{Ll}{3}_\p{Lu}\p{Ll}{3})"), "eng_Latn", True),
    "M2M-100": Family(regex.compile(r"__(\p{Ll}{2,3})__"), "__en__", True),
    "mBART-50": Family(regex.compile(r"(\p{Ll}{2})_\p{Lu}{2}"), "en_XX", True),
    "MADLAD-400": Family(regex.compile(r"<2(\p{L}[\p{L}_]+)>"), "<2en>", False),
    "Opus-MT": Family(regex.compile(r">>(\p{L}[\p{L}_]+)<<"), None, False),
}


class Codes(NamedTuple):
    """What a model has to be told.

    Attributes
    ----------
    source : str, optional
        For the tokenizer's ``src_lang``.
    source_token : str, optional
        The same as a token.
    forced : str, optional
        The token that the translation begins with.
    prefix : str
        Written before each text.
    """

    source: str | None = None
    source_token: str | None = None
    forced: str | None = None
    prefix: str = ""


def codes_of(vocabulary: Iterable[str], source: str, target: str, name: str) -> Codes:
    """How the model with this vocabulary wants a pair of languages said; nothing, where it knows one pair alone.

    Parameters
    ----------
    source, target : str
        Any usual code.
    name : str
        Of the model, for messages.

    Raises
    ------
    InputError
        If the model has no token for one of them; the nearest of its languages is named.

    Examples
    --------
    >>> codes_of(["eng_Latn", "swh_Latn", "▁ya"], "sw", "en", "nllb").forced
    'eng_Latn'
    >>> codes_of(["</s>", ">>swa<<", ">>som<<"], "en", "swh", "opus-mt-en-mul").prefix
    '>>swa<< '
    >>> codes_of(["▁ya"], "sw", "en", "opus-mt-sw-en")
    Codes(source=None, source_token=None, forced=None, prefix='')
    """
    tokens = set(vocabulary)
    for family in FAMILIES.values():
        if family.mark is None or family.mark in tokens:
            found = {match[1]: token for token in sorted(tokens) if (match := family.form.fullmatch(token))}
            if found:
                return _codes(family, found, source, target, name)
    return Codes()


def _codes(family: Family, tokens: Mapping[str, str], source: str, target: str, name: str) -> Codes:
    to = tokens[spelled(f"target language of {name}", target, tokens)]
    if not family.forced:
        return Codes(prefix=f"{to} ")
    code = spelled(f"source language of {name}", source, tokens)
    token = tokens[code]
    # M2M-100's tokenizer takes the bare code, the others the token
    return Codes(code if token.startswith("__") else token, token, to)
