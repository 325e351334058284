"""Text in, words out: how the lab finds and counts words everywhere."""

from __future__ import annotations

import regex

WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’ʼ-][\p{L}\p{M}\p{N}]+)*")


def words(text: str) -> list[str]:
    """The words of a text: runs of letters, marks and digits, joined by apostrophes and hyphens.

    Scripts without blanks (Chinese, Thai, …) give one word per run, so their budgets are not comparable with those of
    other scripts.

    Examples
    --------
    >>> words("Ng'ombe wangapi? Wa-tatu, naam.")
    ["Ng'ombe", 'wangapi', 'Wa-tatu', 'naam']
    """
    return WORD.findall(text)
