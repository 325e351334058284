"""Foreign queries and a lexicon in, their English glosses out, word by word: a lexicon spent when a query is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple
from unicodedata import normalize

import regex

from clirlab.corpora import Lexicon
from clirlab.corpora.words import words
from clirlab.errors import InputError, unknown_name
from clirlab.supervision.choose import Embed, Switch, contextual
from clirlab.supervision.glossary import ENGLISH, MATCH, Candidates, Glossary, glossary, lookup
from clirlab.supervision.lookup import Held
from clirlab.supervision.rewrite import spans

LETTER = regex.compile(r"[\p{L}\p{M}\p{N}]")
Found = list[tuple[Held, Candidates]]


class Gloss(NamedTuple):
    """The English gloss of a foreign text.

    Attributes
    ----------
    text : str
        English where the lexicon knows it, the rest as it was.
    links : tuple of (int, int)
        (native word, gloss word), positions in ``text.split()`` of the native text and of the gloss; sorted.
    weights : tuple of float, optional
        One for each blank-separated word of the gloss, in (0, 1]; None: all 1.
    found, words : int
        How many words of the native text (see `clirlab.corpora.words`) the lexicon knew, and how many it has.
    """

    text: str
    links: tuple[tuple[int, int], ...]
    weights: tuple[float, ...] | None
    found: int
    words: int


def gloss(
    texts: Sequence[str],
    lexicon: Lexicon | Glossary,
    choice: str = "first",
    match: Sequence[str] = MATCH,
    embed: Embed | None = None,
    most: int = 3,
) -> list[Gloss]:
    """Replace the words and phrases that a lexicon knows by their English; word order and unknown words stay.

    Names are seldom in a lexicon, and so stay; "affix" and "prefix" leave alone what is capitalised within a text, and
    "prefix" words with a capital inside.
    Phrases of most words are looked up first, then what is further left. In scripts without blanks, words are what
    `clirlab.corpora.words` finds, so that the longest entries come first there too, and blanks are set round the
    English.

    Parameters
    ----------
    texts : sequence of str
        Foreign queries or sentences.
    lexicon : Lexicon or Glossary
        From English, as everywhere in the lab (it is inverted), into English, or an index made by `glossary`, which
        saves making it again, and whose `match` counts.
    choice : {"first", "bag", "contextual"}
        Of several translations: "first" takes the one of most weight; "bag" the `most` first, each with its share of
        their weights, so that a native word weighs 1 in all; "contextual" that among the `most` first with which the
        text, all else left native, is nearest to the native text by the vectors of `embed`. The weights are the
        lexicon's; where it has none 1, 1/2, 1/3, … in the order of `Lexicon.inverted`.
    match : sequence of {"exact", "folded", "affix", "prefix"}
        Steps, each for the words that those before it have left. "exact": lower-cased, NFC. "folded": without
        diacritics (ọ, ɓ) and with any apostrophe. "affix": by rules that are learnt from the lexicon itself, see
        `learn_affixes`. "prefix": the known word that begins with the same letters for longest, at least five and
        three fifths of the word.
    embed : callable, optional
        For the contextual choice: takes a list of M texts and returns an array (M, d) of unit vectors.
    most : int
        At least 1.

    Returns
    -------
    list of Gloss
        Of the texts in NFC.

    Raises
    ------
    InputError
        If the choice or a step is unknown, the contextual choice lacks `embed`, `most` is less than 1, or the lexicon
        has no English side.

    Examples
    --------
    >>> swahili = Lexicon("tiny", "sw", {"why": ("kwa nini",), "bees": ("nyuki",), "live": ("ishi", "wanaishi")})
    >>> gloss(["Kwa nini nyuki wanaishi Iringa?"], swahili)
    [Gloss(text='Why bees live Iringa?', links=((0, 0), (1, 0), (2, 1), (3, 2), (4, 3)), weights=None, found=4, \
words=5)]
    >>> gloss(["maji"], Lexicon("tiny", "sw", {"water": ("maji",), "rain": ("mvua", "maji")}), choice="bag")[0][:3]
    ('water rain', ((0, 0), (0, 1)), (0.6666666666666666, 0.3333333333333333))
    """
    check_choice(choice, most, embed)
    index = lexicon if isinstance(lexicon, Glossary) else glossary(lexicon, match)
    texts = [normalize("NFC", text) for text in texts]
    looked_up = [lookup(text, index) for text in texts]
    return [one for one, _ in written(texts, looked_up, choice, most, embed)]


def written(
    texts: Sequence[str], looked_up: Sequence[Found], choice: str, most: int, embed: Embed | None
) -> list[tuple[Gloss, list[tuple[int, int]]]]:
    """The glosses of texts in NFC whose words are looked up already, each with where English stands in it.

    The stretches of English are from and to, in characters.
    """
    chosen = CHOICES[choice](texts, looked_up, most, embed)
    return [_gloss(*row, choice == "bag") for row in zip(texts, looked_up, chosen, strict=True)]


def check_choice(choice: str, most: int, embed: Embed | None) -> None:
    """An `InputError` if the choice is unknown or lacks what it needs."""
    if choice not in CHOICES:
        raise unknown_name("choice", choice, CHOICES)
    if choice == "contextual" and embed is None:
        raise InputError("the contextual choice needs embed=, which gives the unit vectors of texts")
    if most < 1:
        raise InputError(f"most must be at least 1, got {most}")


def with_native(texts: Sequence[str], glosses: Sequence[Gloss]) -> list[Gloss]:
    """Native text and gloss in one query, the native text first; its words weigh 1.

    Examples
    --------
    >>> with_native(["Maji?"], gloss(["Maji?"], Lexicon("tiny", "sw", {"water": ("maji",)})))
    [Gloss(text='Maji? Water?', links=((0, 0), (0, 1)), weights=None, found=1, words=1)]
    """
    both = []
    for text, one in zip(texts, glosses, strict=True):
        native = normalize("NFC", text)
        size = len(native.split())
        links = sorted({(i, i) for i in range(size)} | {(i, size + j) for i, j in one.links})
        weights = None if one.weights is None else (1.0,) * size + one.weights
        both.append(one._replace(text=f"{native} {one.text}".strip(), links=tuple(links), weights=weights))
    return both


def _first(texts: Sequence[str], looked_up: Sequence[Found], most: int, embed: Embed | None) -> list[list[Candidates]]:
    return [[english[:1] for _, english in found] for found in looked_up]


def _bag(texts: Sequence[str], looked_up: Sequence[Found], most: int, embed: Embed | None) -> list[list[Candidates]]:
    bags = []
    for found in looked_up:
        cut = [english[:most] for _, english in found]
        bags.append([tuple((word, weight / sum(w for _, w in some)) for word, weight in some) for some in cut])
    return bags


def _contextual(
    texts: Sequence[str], looked_up: Sequence[Found], most: int, embed: Embed | None
) -> list[list[Candidates]]:
    switches = [
        [
            Switch(held.first, held.size, ENGLISH, tuple(word for word, _ in english[:most]), 0.0)
            for held, english in found
        ]
        for found in looked_up
    ]
    assert embed is not None
    numbers = contextual(embed, texts, switches)
    return [
        [english[k : k + 1] for (_, english), k in zip(found, picked, strict=True)]
        for found, picked in zip(looked_up, numbers, strict=True)
    ]


CHOICES: dict[str, Callable[..., list[list[Candidates]]]] = {"first": _first, "bag": _bag, "contextual": _contextual}


class _Piece(NamedTuple):
    """A stretch of the native text, where it begins and ends, and what stands for it, with its weight."""

    start: int
    end: int
    text: str
    weight: float | None


def _gloss(text: str, found: Found, chosen: list[Candidates], weighted: bool) -> tuple[Gloss, list[tuple[int, int]]]:
    pieces = list(_pieces(text, found, chosen))
    whole, places = _joined(pieces)
    native_of, gloss_of = _word_at(text), _word_at(whole)
    links: set[tuple[int, int]] = set()
    weights = [1.0] * len(whole.split())
    for piece, start in zip(pieces, places, strict=True):
        native = range(piece.start, piece.end)
        here = range(start, start + len(piece.text))
        if piece.weight is None:
            together = list(zip(native, here, strict=True))
        else:
            together = [(i, j) for i in native for j in here]
            for j in here:
                if gloss_of[j] >= 0:
                    weights[gloss_of[j]] = piece.weight
        links.update((native_of[i], gloss_of[j]) for i, j in together if native_of[i] >= 0 and gloss_of[j] >= 0)
    known = sum(held.size for held, _ in found)
    one = Gloss(whole, tuple(sorted(links)), tuple(weights) if weighted else None, known, len(words(text)))
    new = [(at, at + len(piece.text)) for piece, at in zip(pieces, places, strict=True) if piece.weight is not None]
    return one, new


def _pieces(text: str, found: Found, chosen: list[Candidates]) -> list[_Piece]:
    places, last, pieces = spans(text), 0, []
    for (held, _), options in zip(found, chosen, strict=True):
        start, end = places[held.first][0], places[held.first + held.size - 1][1]
        pieces.append(_Piece(last, start, text[last:start], None))
        switch = Switch(held.first, held.size, ENGLISH, (), 0.0)
        pieces += [_Piece(start, end, switch.cased(text, places, word), weight) for word, weight in options]
        last = end
    return [*pieces, _Piece(last, len(text), text[last:], None)]


def _joined(pieces: list[_Piece]) -> tuple[str, list[int]]:
    """The new text, a blank wherever English would touch a letter, and where each piece begins in it."""
    whole, places = "", []
    for piece in pieces:
        if LETTER.match(whole[-1:]) and LETTER.match(piece.text):
            whole += " "
        places.append(len(whole))
        whole += piece.text
    return whole, places


def _word_at(text: str) -> list[int]:
    """For each character the blank-separated word that it is in, -1 for blanks."""
    numbers, number, inside = [], -1, False
    for sign in text:
        blank = sign.isspace()
        number += not blank and not inside
        inside = not blank
        numbers.append(-1 if blank else number)
    return numbers
