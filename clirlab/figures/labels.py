"""Any text in, labels out: cut for the picture, whole for the hover, always shown as the text that it is."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable

import regex

LONGEST = 28
GRAPHEME = regex.compile(r"\X")
BREAKS = {"\n": "↵", "\r": "↵", "\t": "⇥", "\u2028": "↵", "\u2029": "↵"}
# the overrides and embeddings of direction, which reach beyond the text that they stand in
DIRECTIONS = dict.fromkeys("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", "")


def plain(text: object) -> str:
    """A text on one line, without what no file format can hold: line breaks shown as ↵, control characters as �.

    Marks of direction (U+200E, U+200F) stay; overrides, which would turn the text around it, go.

    Examples
    --------
    >>> plain("two\\nlines\\x00")
    'two↵lines�'
    """
    shown = str(text).replace("\r\n", "\n")
    if shown.isascii() and shown.isprintable():
        return shown
    return "".join(_shown(character) for character in shown)


def _shown(character: str) -> str:
    if character in BREAKS or character in DIRECTIONS:
        return BREAKS.get(character, "")
    # U+FFFE and U+FFFF are no characters, and XML has no place for them
    forbidden = unicodedata.category(character) in ("Cc", "Cs") or character in "\ufffe\uffff"
    return "\ufffd" if forbidden else character


def short(text: object, longest: int = LONGEST) -> str:
    """A text cut in its middle to what fits in a picture; a letter is never cut from its marks.

    Examples
    --------
    >>> short("a" * 3000 + " end", 10)
    'aaaaaa…end'
    """
    line = plain(text)
    if len(line) <= longest:
        return line
    far = 40 * longest  # no need to look at all letters of a book
    parts = [line] if len(line) <= 2 * far else [line[:far], line[-far:]]
    letters = [letter for part in parts for letter in GRAPHEME.findall(part)]
    if len(letters) <= longest and len(parts) == 1:
        return line
    tail = (longest - 1) // 3
    return "".join([*letters[: longest - 1 - tail], "…", *letters[-tail:]])


def labels_of(texts: Iterable[object], longest: int = LONGEST) -> dict[str, str]:
    """A label for each different text; texts that look alike when they are cut are told apart by a number.

    Examples
    --------
    >>> labels_of(["word" * 9, "word" * 8, "cat"], 10)["word" * 8]
    'word…rd (2)'
    """
    found: dict[str, str] = {}
    for text in dict.fromkeys(map(str, texts)):
        label, number = short(text, longest), 1
        while label in found.values():
            number += 1
            label = f"{short(text, max(longest - 3, 4))} ({number})"
        found[text] = label
    return found


def escaped(line: str) -> str:
    """A line for plotly: no mark-up, no formula, and its direction to itself where letters run from right to left.

    Examples
    --------
    >>> escaped("<b>$5")
    '&lt;b&gt;&#36;5'
    """
    isolated = f"\u2068{line}\u2069" if any(unicodedata.bidirectional(c) in ("R", "AL") for c in line) else line
    return html.escape(isolated, quote=False).replace("$", "&#36;")


def on_screen(text: object, longest: int = LONGEST) -> str:
    """A label for plotly, which reads some HTML in every text: cut, then escaped.

    Examples
    --------
    >>> on_screen("<b>bold</b>")
    '&lt;b&gt;bold&lt;/b&gt;'
    """
    return escaped(short(text, longest))


def in_hover(text: object, width: int = 70) -> str:
    """A whole text for plotly's hover, escaped, in lines of at most `width` letters.

    Examples
    --------
    >>> in_hover("<" * 71)[-8:]
    '<br>&lt;'
    """
    line = plain(text)
    if len(line) <= width:
        return escaped(line)
    letters = GRAPHEME.findall(line)
    lines = ["".join(letters[start : start + width]) for start in range(0, len(letters), width)]
    return "<br>".join(map(escaped, lines))
