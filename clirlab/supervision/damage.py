"""A query in, the query with one kind of damage out: what each kind does, and to which of its words."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import regex
from anyascii import anyascii

from clirlab.corpora.languages import language_code
from clirlab.corpora.words import SPACED_LETTER
from clirlab.supervision.keyboards import neighbours
from clirlab.supervision.lookup import Keys, find
from clirlab.supervision.rewrite import DOTTED, carry_case, spans
from clirlab.supervision.typos import typo

# letters with a stroke or hook, which Unicode does not take apart, as they are typed where the sign is missing
PLAIN = str.maketrans("đðøłħŧıɓɗƙƴɖƒɛɔŋɨʉəĐÐØŁĦŦƁƊƘƳƉƑƐƆŊƗɄƏёЁ", "ddolhtibdkydfeoniueDDOLHTBDKYDFEONIUEеЕ")
# of Latin and Greek letters any, the Arabic and Hebrew vowel points, and the Cyrillic stress marks
MARKS = regex.compile(
    r"(?V1)(?<=[\p{Latin}\p{Greek}]\p{M}*)\p{Mn}|[\p{Hebrew}&&\p{Mn}]|[\u064B-\u0652\u0670]|(?<=\p{Cyrillic})[\u0300\u0301]"
)
NOT_LATIN = regex.compile(r"(?V1)[\p{L}--\p{Latin}]")
LETTER = regex.compile(r"[\p{L}\p{M}\p{N}]")
BASE = regex.compile(r"[\p{L}\p{N}]")


class Dose(NamedTuple):
    """How much of one text is hit: a number is drawn for every word, so that more is hit at a higher severity."""

    severity: float
    seed: int
    number: int

    def draw(self, position: int) -> tuple[float, np.random.Generator]:
        """The number of a word, in [0, 1), and the generator for what happens to it."""
        generator = np.random.default_rng([self.seed, self.number, position])
        return generator.random(), generator


class Setting(NamedTuple):
    """What some kinds need to know: the language of the texts, and English for its words and phrases, see `table`."""

    language: str | None
    english: Mapping[str, tuple[str, ...]]
    keys: Keys


Change = Callable[[str, np.random.Generator, Setting], str]


def in_words(change: Change, text: str, dose: Dose, setting: Setting) -> str:
    """A text with a share of its words changed, each by itself."""
    changes = []
    for position, (start, end) in enumerate(whole_spans(text)):
        chance, generator = dose.draw(position)
        if chance < dose.severity:
            changes.append((start, end, change(text[start:end], generator, setting)))
    return _replaced(text, changes)


def typing_error(word: str, generator: np.random.Generator, setting: Setting) -> str:
    """A neighbouring key, two letters swapped, one left out, or one typed twice; see `clirlab.supervision.keyboards`.

    Letters without a known keyboard take the other three. Words of one letter stay, but for those of scripts without
    blanks, which are typed twice.
    """
    if not SPACED_LETTER.match(word) and regex.fullmatch(r"\X", word):
        return word + word
    return typo(word, generator, neighbours(setting.language))


def without_diacritics(word: str, generator: np.random.Generator, setting: Setting) -> str:
    """The word without accents, dots and hooks (Latin, Greek), vowel points (Arabic, Hebrew), stress marks (Cyrillic).

    The Cyrillic ё becomes е. What makes another letter elsewhere stays: й, the hamza, Indic vowel signs.
    """
    return bare(word)


def bare(text: str) -> str:
    """A text without its diacritics; see `without_diacritics`.

    Examples
    --------
    >>> bare("ọmọ ńlá, ɓera")
    'omo nla, bera'
    """
    left = MARKS.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", left).translate(PLAIN)


def in_latin(word: str, generator: np.random.Generator, setting: Setting) -> str:
    """The word in Latin letters, by anyascii; what is written in them already stays.

    Letters without case give lower-case ones. Vowels that a script leaves out are not guessed.
    """
    if not NOT_LATIN.search(word):
        return word
    latin = anyascii(word)
    return (latin if word.lower() != word.upper() else latin.lower()) or word


def in_capitals(word: str, generator: np.random.Generator, setting: Setting) -> str:
    """The word in capitals; a Turkish or Azerbaijani i keeps its dot."""
    dotted = setting.language is not None and language_code(setting.language).split("-")[0] in DOTTED
    return (word.replace("i", "İ") if dotted else word).upper()


def without_words(text: str, dose: Dose, setting: Setting) -> str:
    """Words left out, with the blanks after them; at least one word stays, the one with the largest number."""
    found = whole_spans(text)
    chances = [dose.draw(position)[0] for position in range(len(found))]
    stays = max(chances, default=0)
    kept, last = "", 0
    for chance, (start, end) in zip(chances, found, strict=True):
        if chance >= dose.severity or chance == stays:
            continue
        # a word of another script may have held two words apart
        held = SPACED_LETTER.match(kept[-1:]) and SPACED_LETTER.match(text[last:start])
        kept += (" " if held else "") + text[last:start]
        blanks = len(text[end:]) - len(text[end:].lstrip())
        last = end + blanks
        if not blanks and not LETTER.match(text[end : end + 1]):
            kept = kept.rstrip() if kept.strip() else kept
    held = SPACED_LETTER.match(kept[-1:]) and SPACED_LETTER.match(text[last:])
    return kept + (" " if held else "") + text[last:]


def in_other_order(text: str, dose: Dose, setting: Setting) -> str:
    """Pairs of words, drawn from the whole text, that have changed places; blanks and punctuation stay."""
    found = whole_spans(text)
    generator = np.random.default_rng([dose.seed, dose.number])
    order = generator.permutation(len(found)).tolist()
    placed = [text[start:end] for start, end in found]
    for i, j in zip(order[::2], order[1::2], strict=False):
        if generator.random() < dose.severity:
            placed[i], placed[j] = placed[j], placed[i]
    return _replaced(text, [(start, end, word) for (start, end), word in zip(found, placed, strict=True)])


def mixed_with_english(text: str, dose: Dose, setting: Setting) -> str:
    """English for the words and phrases that the lexicon has, the longest first; capitals are carried over."""
    edges, places, changes = _edges(text), spans(text), []
    for held in find(text, setting.keys):
        start = edges[bisect_right(edges, places[held.first][0]) - 1]
        end = edges[bisect_left(edges, places[held.first + held.size - 1][1])]
        if dose.draw(held.first)[0] < dose.severity:
            changes.append((start, end, carry_case(text[start:end], setting.english[held.key][0], "en")))
    return _replaced(text, changes)


def without_punctuation(text: str, dose: Dose, setting: Setting) -> str:
    """Punctuation left out, but for that inside words and numbers; a blank takes its place between two words.

    A text without a word stays.
    """
    found = whole_spans(text)
    changes = []
    for position, sign in enumerate(regex.finditer(r"\X", text)):
        start, end = sign.span()
        inside = any(a < end and start < b for a, b in found)
        before, after = text[max(0, start - 1) : start], text[end : end + 1]
        number = before.isdecimal() and after.isdecimal()
        lost = regex.fullmatch(r"\p{P}", sign.group()) and not inside and not number
        if lost and dose.draw(position)[0] < dose.severity:
            changes.append((start, end, " " if LETTER.match(before) and LETTER.match(after) else ""))
    return _replaced(text, changes, apart=False) if found else text


def whole_spans(text: str) -> list[tuple[int, int]]:
    """Where the words of a text begin and end, in characters, widened to whole grapheme clusters.

    Words that share a cluster, as on both sides of a zero-width joiner, are one; a stray mark is none.
    """
    edges = _edges(text)
    found: list[tuple[int, int]] = []
    for start, end in spans(text):
        start, end = edges[bisect_right(edges, start) - 1], edges[bisect_left(edges, end)]
        if found and start < found[-1][1]:
            start = found.pop()[0]
        if BASE.search(text, start, end):
            found.append((start, end))
    return found


def _replaced(text: str, changes: Sequence[tuple[int, int, str]], apart: bool = True) -> str:
    """The text with some stretches replaced; `apart`: by blanks where new letters would touch those of another word."""

    def pieces() -> Iterator[str]:
        last = 0
        for start, end, new in changes:
            yield text[last:start]
            yield new
            last = end
        yield text[last:]

    result = ""
    for piece in pieces():
        touch = apart and SPACED_LETTER.match(result[-1:]) and SPACED_LETTER.match(piece)
        result += (" " if touch else "") + piece
    return result


def _edges(text: str) -> list[int]:
    return [0, *(cluster.end() for cluster in regex.finditer(r"\X", text))]
