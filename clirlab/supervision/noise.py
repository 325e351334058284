"""Supervision in, supervision that is worse by a dose out; the same seed gives nested damage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from clirlab.corpora import Lexicon
from clirlab.corpora.words import words
from clirlab.errors import InputError, unknown_name
from clirlab.supervision.controls import shuffled_lexicon, shuffled_pairs
from clirlab.supervision.ibm import word_model
from clirlab.supervision.induce import links_of
from clirlab.supervision.pairs import Links, TextPairs, join, word_tags
from clirlab.supervision.rewrite import Replacement, rewrite

# the stream that says what is hit, apart from those that say what takes its place
RANKS = 100


def misaligned(pairs: TextPairs, severity: float, seed: int = 0) -> TextPairs:
    """A share of the pairs gets the English sentence of another pair; all of them, and it is `shuffled_pairs`.

    The alignment is unknown afterwards.
    """
    wrong = shuffled_pairs(pairs, seed).english
    hit = _hit(len(pairs), severity, seed)
    english = tuple(wrong[i] if i in hit else text for i, text in enumerate(pairs.english))
    return replace(pairs, english=english, alignment=None)


def dropped_words(pairs: TextPairs, severity: float, seed: int = 0) -> TextPairs:
    """A share of the words of each source sentence is left out, on average; one word always stays."""
    rows = []
    for number, tags in enumerate(word_tags(pairs)):
        draws = np.random.default_rng([seed, number]).random(len(tags))
        gone = np.flatnonzero((draws < severity) & (draws < draws.max(initial=0.0))).tolist()
        rows.append(_rewritten(pairs, number, tags, [Replacement(i, 1, "") for i in gone]))
    return _replaced(pairs, rows)


def translationese(pairs: TextPairs, severity: float, seed: int = 0) -> TextPairs:
    """A share of the source sentences is put into the word order of English, punctuation and blanks staying in place.

    Words follow the mean position of the English words that they are linked to, and those without links follow the word
    before them. The links are those of the pairs; where they have none, those of IBM model 1 on all the pairs.
    """
    links = pairs.alignment if pairs.alignment is not None else links_of(word_model(pairs))
    hit = _hit(len(pairs), severity, seed)
    rows = []
    for number, (text, tags) in enumerate(zip(pairs.source, word_tags(pairs), strict=True)):
        order = _english_order(links[number], len(tags)) if number in hit else list(range(len(tags)))
        old = words(text)
        moved = [Replacement(place, 1, old[i]) for place, i in enumerate(order) if place != i]
        rows.append(_rewritten(pairs, number, tags, moved, order))
    return _replaced(pairs, rows)


def other_domain(pairs: TextPairs, severity: float, seed: int = 0, other: TextPairs | None = None) -> TextPairs:
    """A share of the pairs is replaced by pairs of another source, of the same language.

    Raises
    ------
    InputError
        If there is no other source, it is in another language, or it has too few pairs.
    """
    if other is None:
        raise InputError("a mismatch of domain needs other=, pairs of another source")
    if other.language != pairs.language:
        raise InputError(f"{other.name} is in {other.language}, {pairs.name} in {pairs.language}; give one language")
    ranks = _ranks(len(pairs), seed)
    count = _dose(len(pairs), severity)
    if len(other) < count:
        raise InputError(f"{other.name} has {len(other):,} pairs, fewer than the {count:,} that are to be replaced")
    stand_in = np.random.default_rng([seed, 1]).permutation(len(other))
    both = join(pairs.name, [pairs, other])
    return both.take([int(len(pairs) + stand_in[rank]) if rank < count else i for i, rank in enumerate(ranks)])


NOISES: dict[str, Callable[..., TextPairs]] = {
    "misaligned": misaligned,
    "dropped-words": dropped_words,
    "translationese": translationese,
    "other-domain": other_domain,
}


def add_noise(pairs: TextPairs, kind: str, severity: float, seed: int = 0, other: TextPairs | None = None) -> TextPairs:
    """Make pairs worse in a controlled dose.

    Parameters
    ----------
    kind : {"misaligned", "dropped-words", "translationese", "other-domain"}
        See the functions of these names. For a lexicon there is `wrong_entries`.
    severity : float
        In [0, 1]: the share of pairs (for dropped words, of words) that are hit; 0 gives the pairs back.
    seed : int
        The same seed gives nested damage: what is hit at .1 is hit alike at .3.
    other : TextPairs, optional
        Where the pairs of another domain come from.

    Raises
    ------
    InputError
        If the kind is unknown, the severity is not in [0, 1], or what a kind needs is not there.

    Examples
    --------
    >>> pairs = TextPairs("toy", "sw", ("maji baridi", "mwezi"), ("cold water", "moon"), (((0, 1), (1, 0)), ((0, 0),)))
    >>> add_noise(pairs, "misaligned", 1).english
    ('moon', 'cold water')
    >>> add_noise(pairs, "translationese", 1).source
    ('baridi maji', 'mwezi')
    """
    if kind not in NOISES:
        raise unknown_name("noise", kind, NOISES)
    _check(severity)
    if severity == 0:
        return pairs
    extra = {} if other is None else {"other": other}
    if extra and kind != "other-domain":
        raise InputError(f"other= is for the noise 'other-domain', not for {kind!r}")
    return NOISES[kind](pairs, severity, seed, **extra)


def wrong_entries(lexicon: Lexicon, severity: float, seed: int = 0) -> Lexicon:
    """A share of the entries gets the translations of another; all of them, and it is `shuffled_lexicon`.

    Parameters
    ----------
    severity : float
        In [0, 1]; 0 gives the lexicon back.
    seed : int
        The same seed gives nested damage.

    Raises
    ------
    InputError
        If the severity is not in [0, 1], or there are too few different translations.

    Examples
    --------
    >>> wrong_entries(Lexicon("tiny", "sw", {"water": ("maji",), "moon": ("mwezi",)}), severity=1).entries
    {'water': ('mwezi',), 'moon': ('maji',)}
    """
    _check(severity)
    if severity == 0:
        return lexicon
    wrong = shuffled_lexicon(lexicon, seed)
    hit = _hit(len(lexicon), severity, seed)
    chosen = {word: wrong if i in hit else lexicon for i, word in enumerate(lexicon.entries)}
    entries = {word: source.entries[word] for word, source in chosen.items()}
    weights = {word: source.weights[word] for word, source in chosen.items() if source.weights is not None} or None
    return replace(lexicon, entries=entries, origins=None, weights=weights)


def _check(severity: float) -> None:
    if not 0 <= severity <= 1:
        raise InputError(f"severity must be in [0, 1], got {severity}")


def _dose(size: int, severity: float) -> int:
    return round(size * severity)


def _ranks(size: int, seed: int) -> list[int]:
    """In which order things are hit: those of the lowest ranks first, at any severity."""
    return np.random.default_rng([seed, RANKS]).permutation(size).tolist()


def _hit(size: int, severity: float, seed: int) -> set[int]:
    count = _dose(size, severity)
    return {i for i, rank in enumerate(_ranks(size, seed)) if rank < count}


def _english_order(links: Links, size: int) -> list[int]:
    """Source words by the English words that they are linked to."""
    linked: list[list[int]] = [[] for _ in range(size)]
    for i, j in links:
        linked[i].append(j)
    keys: list[float] = []
    for found in linked:
        keys.append(sum(found) / len(found) if found else keys[-1] if keys else -1.0)
    return sorted(range(size), key=lambda i: (keys[i], i))


Row = tuple[str, Links, tuple[str, ...]]


def _rewritten(
    pairs: TextPairs, number: int, tags: tuple[str, ...], changes: list[Replacement], order: list[int] | None = None
) -> Row:
    """A source sentence after the changes, with its links and tags; `order` gives the old word of each place."""
    if not changes:
        return pairs.source[number], () if pairs.alignment is None else pairs.alignment[number], tags
    text, origins = rewrite(pairs.source[number], changes)
    old = [[place if order is None else order[place] for place in places] for places in origins]
    partners: dict[int, list[int]] = {}
    for i, j in () if pairs.alignment is None else pairs.alignment[number]:
        partners.setdefault(i, []).append(j)
    links = tuple((k, j) for k, from_words in enumerate(old) for i in from_words for j in partners.get(i, ()))
    return text, links, tuple(tags[from_words[0]] if from_words else pairs.language for from_words in old)


def _replaced(pairs: TextPairs, rows: list[Row]) -> TextPairs:
    source, links, tags = zip(*rows, strict=True) if rows else ((), (), ())
    return replace(
        pairs,
        source=source,
        alignment=None if pairs.alignment is None else links,
        tags=None if pairs.tags is None else tags,
    )
