"""English sentences and lexicons in, artificially code-switched sentences out (BL-CS, ML-CS, WIKI-CS)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clirlab.corpora import Lexicon
from clirlab.errors import InputError, unknown_name
from clirlab.supervision.choose import Embed, Switch, contextual, first, sampled
from clirlab.supervision.lookup import find, keys_of, table
from clirlab.supervision.pairs import ENGLISH, SEVERAL, Links, TextPairs
from clirlab.supervision.rewrite import Replacement, rewrite, spans

CHOICES: dict[str, Callable[..., list[list[int]]]] = {"first": first, "sampled": sampled, "contextual": contextual}
CHUNK = 256
TITLE_WORDS = 3


class _Draws(NamedTuple):
    """The random numbers of one text of n words, for L languages.

    Attributes
    ----------
    words : ndarray, shape (n, 2)
        Whether each word is switched, and to which of its translations.
    text, languages : ndarray, shapes (L,) and (n, L)
        The order of the languages for the text, and for each word.
    """

    words: NDArray[np.float64]
    text: NDArray[np.float64]
    languages: NDArray[np.float64]


def _draw(seed: int, number: int, size: int, languages: int) -> _Draws:
    generator = np.random.default_rng([seed, number])
    return _Draws(generator.random((size, 2)), generator.random(languages), generator.random((size, languages)))


Plan = Callable[[str, _Draws], list[Switch]]


def code_switch(
    texts: Sequence[str],
    lexicon: Lexicon | Sequence[Lexicon],
    probability: float = 0.5,
    seed: int = 0,
    choice: str = "first",
    embed: Embed | None = None,
) -> TextPairs:
    """Code-switch into one language (BL-CS), or for each switched word into one drawn anew (ML-CS).

    Every word is drawn with `probability`, and one that is drawn is replaced by the translation of the longest entry
    that it is part of (case folded; entries may have several words); the others stay. Punctuation and case are kept.
    Sentences in which nothing was switched are left out, since they teach nothing. Source: Litschko, Artemova, Plank
    2023, arXiv 2305.05295, which knows single words only.

    Parameters
    ----------
    texts : sequence of str
        English sentences.
    lexicon : Lexicon or sequence of Lexicon
        Several, of different languages, for ML-CS: the language is drawn among those that hold the entry.
    probability : float
        In [0, 1]; the paper's main setting is 0.5. An entry of k words is switched with 1 - (1 - p)^k.
    seed : int
        The same seed gives nested sets. What is switched at a smaller probability is switched alike at a larger one. A
        larger lexicon switches the same words and more, unless an entry that it adds overlaps one of the smaller, and
        neither holds the other.
    choice : {"first", "sampled", "contextual"}
        Of several translations the first in the lexicon, any, or the one with which the sentence is nearest to the
        English one (word by word, the rest in English) by the vectors of `embed`.
    embed : callable, optional
        For the contextual choice: takes a list of M sentences and returns an array (M, d) of unit vectors. Called once
        for every 256 texts.

    Returns
    -------
    TextPairs
        With the alignment, which is known word by word: where k English words became m foreign ones, all k m links.

    Raises
    ------
    InputError
        If the probability is not in [0, 1], the choice is unknown or lacks `embed`, or two lexicons are of one
        language.

    Examples
    --------
    >>> swahili = Lexicon("tiny", "sw", {"water": ("maji",), "why": ("kwa nini",), "the": ("",)})
    >>> pairs = code_switch(["Why is the water cold?"], swahili, probability=1)
    >>> pairs.source, pairs.alignment
    (('Kwa nini is the maji cold?',), (((0, 0), (1, 0), (2, 1), (3, 2), (4, 3), (5, 4)),))
    >>> german = Lexicon("tiny", "de", {"cold": ("kalt",)})
    >>> code_switch(["Why is the water cold?"], [swahili, german], probability=1).source
    ('Kwa nini is the maji kalt?',)

    With the sentence vectors of an encoder:

    >>> from clirlab.models import load_encoder
    >>> from clirlab.supervision import code_switch
    >>> encoder = load_encoder("e5-small")
    >>> def embed(sentences):
    ...     tokens = encoder.encode(sentences)
    ...     means = (tokens.vectors * tokens.mask.unsqueeze(-1)).sum(1)
    ...     return (means / means.norm(dim=-1, keepdim=True)).numpy()
    >>> banks = Lexicon("tiny", "de", {"bank": ("Ufer", "Bank")})
    >>> texts = ["The bank pays interest on savings."]
    >>> code_switch(texts, banks, 1, choice="contextual", embed=embed).source
    ('The Bank pays interest on savings.',)
    """
    lexicons = _checked(lexicon, probability)
    tables = [table(one) for one in lexicons]
    keys = keys_of(tables)

    def plan(text: str, draws: _Draws) -> list[Switch]:
        switches = []
        for start, size, key in find(text, keys):
            # the holder of the lowest draw: another language that comes to hold the entry changes nothing else
            k = min((k for k, entries in enumerate(tables) if key in entries), key=lambda k: draws.languages[start, k])
            switches.append(Switch(start, size, lexicons[k].language, tables[k][key], draws.words[start, 1]))
        return switches

    return _switched(texts, lexicons, plan, probability, seed, _chooser(choice, embed))


def switch_titles(
    texts: Sequence[str],
    titles: Lexicon | Sequence[Lexicon],
    probability: float = 1.0,
    seed: int = 0,
    choice: str = "first",
    embed: Embed | None = None,
) -> TextPairs:
    """Switch all titles of articles, of up to three words and longest first, into one language a text (WIKI-CS).

    Source: Litschko, Artemova, Plank 2023. The language of a text is drawn among those that have a title in it.

    Parameters
    ----------
    titles : Lexicon or sequence of Lexicon
        English titles and those of the same articles in other languages.
    probability : float
        In [0, 1], of each word as in `code_switch`; all titles are switched unless it is lowered.
    texts, seed, choice, embed
        As in `code_switch`; the same laws hold, those on a larger lexicon for one language.

    Raises
    ------
    InputError
        As `code_switch`.

    Examples
    --------
    >>> titles = Lexicon("titles", "sw", {"united states": ("Marekani",), "moon": ("Mwezi",)})
    >>> switch_titles(["The United States went to the Moon."], titles).source
    ('The Marekani went to the Mwezi.',)
    """
    lexicons = _checked(titles, probability)
    tables = [table(one, TITLE_WORDS) for one in lexicons]
    keys = [keys_of([entries]) for entries in tables]

    def plan(text: str, draws: _Draws) -> list[Switch]:
        for k in np.argsort(draws.text).tolist():
            found = find(text, keys[k])
            if found:
                language = lexicons[k].language
                return [Switch(i, n, language, tables[k][key], draws.words[i, 1]) for i, n, key in found]
        return []

    return _switched(texts, lexicons, plan, probability, seed, _chooser(choice, embed))


def _checked(lexicon: Lexicon | Sequence[Lexicon], probability: float) -> list[Lexicon]:
    if not 0 <= probability <= 1:
        raise InputError(f"probability must be in [0, 1], got {probability}")
    lexicons = [lexicon] if isinstance(lexicon, Lexicon) else list(lexicon)
    languages = [one.language for one in lexicons]
    if not lexicons:
        raise InputError("code-switching needs a lexicon; the list is empty")
    if len(set(languages)) < len(languages):
        raise InputError(f"one lexicon a language, got {', '.join(languages)}; merge those of one language")
    return lexicons


def _chooser(choice: str, embed: Embed | None) -> Callable[..., list[list[int]]]:
    if choice not in CHOICES:
        raise unknown_name("choice", choice, CHOICES)
    if choice != "contextual":
        return CHOICES[choice]
    if embed is None:
        raise InputError("the contextual choice needs embed=, which gives the unit vectors of sentences")
    return partial(contextual, embed)


def _switched(
    texts: Sequence[str],
    lexicons: list[Lexicon],
    plan: Plan,
    probability: float,
    seed: int,
    choose: Callable[..., list[list[int]]],
) -> TextPairs:
    rows: list[tuple[str, str, Links, tuple[str, ...]]] = []
    for chunk, planned in _planned(texts, plan, probability, seed, len(lexicons)):
        for text, switches, chosen in zip(chunk, planned, choose(chunk, planned), strict=True):
            if switches:
                rows.append(_row(text, switches, chosen))
    language = lexicons[0].language if len(lexicons) == 1 else SEVERAL
    source, english, alignment, tags = zip(*rows, strict=True) if rows else ((), (), (), ())
    return TextPairs(" + ".join(one.name for one in lexicons), language, source, english, alignment, tags)


def _planned(
    texts: Sequence[str], plan: Plan, probability: float, seed: int, languages: int
) -> Iterator[tuple[Sequence[str], list[list[Switch]]]]:
    """Chunks of the texts, with the switches that the draws let through."""
    for start in range(0, len(texts), CHUNK):
        chunk = texts[start : start + CHUNK]
        planned = []
        for number, text in enumerate(chunk, start):
            draws = _draw(seed, number, len(spans(text)), languages)
            switches = plan(text, draws)
            planned.append([s for s in switches if draws.words[s.first : s.first + s.size, 0].min() < probability])
        yield chunk, planned


def _row(text: str, switches: list[Switch], chosen: list[int]) -> tuple[str, str, Links, tuple[str, ...]]:
    places = spans(text)
    replacements, languages = [], [ENGLISH] * len(places)
    for switch, k in zip(switches, chosen, strict=True):
        option = switch.cased(text, places, switch.options[k])
        replacements.append(Replacement(switch.first, switch.size, option))
        languages[switch.first : switch.first + switch.size] = [switch.language] * switch.size
    source, origins = rewrite(text, replacements)
    links = tuple((i, j) for i, old in enumerate(origins) for j in old)
    return source, text, links, tuple(languages[old[0]] if old else ENGLISH for old in origins)
