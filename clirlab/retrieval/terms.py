"""Text in, index terms out: folded words, and bigrams of characters where a script sets no blanks."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import regex

from clirlab.corpora.words import SPACED_LETTER, UNSPACED

_SPACED = SPACED_LETTER.pattern.removeprefix("(?V1)")
_UNSPACED = rf"[[{UNSPACED}&&[\p{{L}}\p{{M}}\p{{N}}]]--\p{{Nd}}]"
_RUN = regex.compile(rf"(?V1)(?P<run>{_UNSPACED}(?:{_UNSPACED}|[\p{{M}}ー])*)|{_SPACED}+(?:['’ʼ-]{_SPACED}+)*")
_CHARACTER = regex.compile(r"(?s:.)\p{M}*")


def terms(text: str) -> list[str]:
    """The terms that a text is found by, in their order, compatibility forms unified (NFKC) and case folded.

    Words between blanks are terms. Chinese, Japanese, Thai, Lao, Khmer and Burmese set no blanks, and how their texts
    divide into words is a matter of opinion: every two characters that stand together are a term (for Chinese as good
    as words: Nie, Gao, Zhang & Zhou 2000), a character with its marks counting as one; a single one is a term too.

    Examples
    --------
    >>> terms("Die Straße, die STRASSE")
    ['die', 'strasse', 'die', 'strasse']
    >>> terms("蜜蜂住在NASA"), terms("水")
    (['蜜蜂', '蜂住', '住在', 'nasa'], ['水'])
    """
    found = []
    for match in _RUN.finditer(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())):
        characters = _CHARACTER.findall(match.group()) if match["run"] else []
        pairs = [first + second for first, second in pairwise(characters)]
        found += pairs or [match.group()]
    return found
