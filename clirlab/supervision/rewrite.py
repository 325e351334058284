"""A text and what replaces some of its words in, the new text out, and which old words each of its words comes from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from unicodedata import category

from clirlab.corpora.words import words

# where the capital of i keeps its dot
DOTTED = {"az", "tr"}


class Replacement(NamedTuple):
    """New text for `size` words from the word `first` on; an empty one leaves them out."""

    first: int
    size: int
    text: str


class Rewritten(NamedTuple):
    """The new text, and for each of its words the positions of the old words that it stands for."""

    text: str
    origins: tuple[tuple[int, ...], ...]


def spans(text: str) -> list[tuple[int, int]]:
    """Where the words of a text begin and end.

    Examples
    --------
    >>> spans("Why? Water!")
    [(0, 3), (5, 10)]
    """
    found, end = [], 0
    for word in words(text):
        start = text.index(word, end)
        end = start + len(word)
        found.append((start, end))
    return found


def rewrite(text: str, replacements: Iterable[Replacement]) -> Rewritten:
    """Replace words, keeping all that is between them; with a word that is left out goes one of the blanks beside it.

    The new text is cut into words anew, so that the origins hold whatever the replacements consist of.

    Parameters
    ----------
    replacements : iterable of Replacement
        They do not overlap.

    Examples
    --------
    >>> rewrite("Why is the moon not here?", [Replacement(0, 1, "Kwa nini"), Replacement(2, 2, "mwezi")])
    Rewritten(text='Kwa nini is mwezi not here?', origins=((0,), (0,), (1,), (2, 3), (4,), (5,)))
    """
    places, changes = spans(text), {change.first: change for change in replacements}
    parts: list[str] = []
    pieces: list[tuple[int, int, tuple[int, ...]]] = []
    length = last = position = 0
    while position < len(places):
        change = changes.get(position)
        size = change.size if change else 1
        start, end = places[position][0], places[position + size - 1][1]
        gap, new = text[last:start], change.text if change else text[start:end]
        if not new:
            trimmed = gap.rstrip()
            if trimmed == gap:
                end += len(text[end:]) - len(text[end:].lstrip())
            gap = trimmed
        length += len(gap)
        pieces.append((length, length + len(new), tuple(range(position, position + size))))
        parts += [gap, new]
        length, last, position = length + len(new), end, position + size
    whole = "".join(parts) + text[last:]
    return Rewritten(whole, _origins(spans(whole), pieces))


def _origins(
    places: list[tuple[int, int]], pieces: list[tuple[int, int, tuple[int, ...]]]
) -> tuple[tuple[int, ...], ...]:
    """The old words of the pieces that each new word overlaps; both lists rise."""
    found, first = [], 0
    for start, end in places:
        while first < len(pieces) and pieces[first][1] <= start:
            first += 1
        within: list[int] = []
        k = first
        while k < len(pieces) and pieces[k][0] < end:
            within += pieces[k][2]
            k += 1
        found.append(tuple(within))
    return tuple(found)


def carry_case(surface: str, translation: str, language: str = "und") -> str:
    """A translation with the case of what it replaces: a capital initial, or ALL CAPS of more than one letter.

    Nothing is ever made lower-case (German nouns keep their capital), and scripts that have no capitals, or do not
    begin a word with one (Georgian), stay as they are.

    Examples
    --------
    >>> [carry_case(word, "kwa nini") for word in ("why", "Why", "WHY")]
    ['kwa nini', 'Kwa nini', 'KWA NINI']
    >>> carry_case("Water", "წყალი"), carry_case("He", "ɓangare"), carry_case("WORK", "iş", "tr")
    ('წყალი', 'Ɓangare', 'İŞ')
    """
    # an apostrophe that counts as a letter (ʼ) is passed over
    place = next((i for i, sign in enumerate(translation) if category(sign) in {"Lu", "Ll", "Lt", "Lo"}), None)
    if place is None or not surface[0].isupper():
        return translation
    dotted = translation.replace("i", "İ") if language in DOTTED else translation
    initial = dotted[place].title()
    if initial == translation[place] and initial.islower():
        return translation
    if surface.isupper() and sum(letter.isalpha() for letter in surface) > 1:
        return dotted.upper()
    return translation[:place] + initial + translation[place + 1 :]
