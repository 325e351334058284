"""A token or a text in, a label out that shows it as it is: nothing in it is mark-up, formula or direction."""

from __future__ import annotations

import html
import unicodedata
from functools import lru_cache

import regex

# direction marks steer the text around them; a reader wants to see that they are there
DIRECTIONS = {
    "\u061c": "ALM", "\u200e": "LRM", "\u200f": "RLM", "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF",
    "\u202d": "LRO", "\u202e": "RLO", "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI",
}  # fmt: skip
ISOLATE, END = "\u2068", "\u2069"
LIMIT = 24


def readable(text: str, limit: int = LIMIT) -> str:
    """A token or text on one line, for the page: blanks of sub-words off, control characters visible, long ones cut.

    Parameters
    ----------
    limit : int
        How many characters, as a reader counts them, are kept; ``…`` stands for the rest.

    Examples
    --------
    >>> [readable(token) for token in ("▁maji", "▁", "a\\nb", "\\u200fa", "x" * 30)]
    ['maji', '·', 'a␊b', '⟨RLM⟩a', 'xxxxxxxxxxxxxxxxxxxxxxx…']
    """
    # far more than can be kept is not looked at
    shown = "".join(map(_visible, text[: limit * 20].replace("▁", " ").strip(" "))) or "·"
    characters = regex.findall(r"\X", shown)
    if len(characters) <= limit and len(text) <= limit * 20:
        return shown
    return "".join(characters[: limit - 1]) + "…"


@lru_cache(maxsize=4096)
def on_screen(text: str, limit: int = LIMIT) -> str:
    """The same for plotly, which reads mark-up and formulas in labels: both escaped, right-to-left text isolated.

    Examples
    --------
    >>> on_screen("<b>$5"), on_screen("ماء") == "\\u2068ماء\\u2069"
    ('&lt;b&gt;&#36;5', True)
    """
    shown = readable(text, limit)
    isolated = f"{ISOLATE}{shown}{END}" if is_right_to_left(shown) else shown
    return html.escape(isolated, quote=False).replace("$", "&#36;")


def is_right_to_left(text: str) -> bool:
    """Whether some character of a text is written from right to left.

    Examples
    --------
    >>> is_right_to_left("ماء"), is_right_to_left("water")
    (True, False)
    """
    return any(unicodedata.bidirectional(character) in {"R", "AL"} for character in text)


def _visible(character: str) -> str:
    if character in DIRECTIONS:
        return f"⟨{DIRECTIONS[character]}⟩"
    if unicodedata.category(character) in {"Cc", "Zl", "Zp"}:
        return chr(0x2400 + ord(character)) if ord(character) < 0x20 else "�"
    return character
