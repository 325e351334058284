"""A bilingual word list as a record: words and phrases, their translations, and which list each came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from clirlab.errors import InputError

Translations = dict[str, tuple[str, ...]]
Weights = dict[str, tuple[float, ...]]
# links that an entry of a list without weights is worth beside one with them
UNCOUNTED = 1.0


@dataclass(frozen=True, repr=False)
class Lexicon:
    """Words and phrases of one language (English, unless inverted) and their translations.

    Attributes
    ----------
    name, language : str
        Id or file name; BCP-47 code of the language of the translations.
    entries : dict of str to tuple of str
        Lower-cased word or phrase to its translations, both in order: the first translation is the preferred one.
    origins : dict of str to tuple of str, optional
        For the same keys, the id of the list that each translation came from; None where all came from `name`.
    from_language : str
        Of the words and phrases.
    weights : dict of str to tuple of float, optional
        For the same keys, how much speaks for each translation (above 0): how often the two words were linked in a
        bitext, which is p(translation | word) once divided by the sum of the entry, and the other way round in the
        `inverted` lexicon. None where the list gives no such numbers. Of no matter for equality.
    """

    name: str
    language: str
    entries: Translations
    origins: Translations | None = None
    from_language: str = "en"
    weights: Weights | None = field(default=None, compare=False)

    def __len__(self) -> int:
        return len(self.entries)

    def take(self, words: Iterable[str]) -> Lexicon:
        """The entries of these words, in this order."""
        words = list(words)
        origins = None if self.origins is None else {word: self.origins[word] for word in words}
        weights = None if self.weights is None else {word: self.weights[word] for word in words}
        return replace(self, entries={word: self.entries[word] for word in words}, origins=origins, weights=weights)

    def first_translations(self) -> Lexicon:
        """Every entry with its first translation alone.

        Examples
        --------
        >>> Lexicon("tiny", "sw", {"one": ("moja", "mmoja")}).first_translations().entries
        {'one': ('moja',)}
        """
        entries = {word: found[:1] for word, found in self.entries.items()}
        origins = self.origins and {word: found[:1] for word, found in self.origins.items()}
        weights = self.weights and {word: found[:1] for word, found in self.weights.items()}
        return replace(self, entries=entries, origins=origins, weights=weights)

    def top(self, n: int, by: Mapping[str, int] | None = None, side: str = "english") -> Lexicon:
        """The first `n` entries in order of frequency; a smaller `n` gives a part of what a larger one gives.

        Parameters
        ----------
        n : int
            At least 0; all entries where there are fewer.
        by : mapping of str to int, optional
            How often each lower-cased word occurs. Entries of equal frequency stay in the order of the list, and what
            the table does not hold comes last. None: the order of the list itself (MUSE's is by frequency).
        side : {"english", "foreign"}
            Which words the table counts: the entries, or their translations (the most frequent one of an entry).

        Raises
        ------
        ValueError
            If `n` is negative or the side is neither.

        Examples
        --------
        >>> lexicon = Lexicon("tiny", "sw", {"bee": ("nyuki",), "water": ("maji",), "to": ("kwa",)})
        >>> list(lexicon.top(2, by={"water": 7, "to": 90}).entries)
        ['to', 'water']
        """
        if n < 0:
            raise ValueError(f"n must be at least 0, got {n}")
        if side not in ("english", "foreign"):
            raise ValueError(f"side must be 'english' or 'foreign', got {side!r}")
        words = list(self.entries)
        if by is not None:
            table = by
            counted = {
                word: max(table.get(text.lower(), 0) for text in (self.entries[word] if side == "foreign" else (word,)))
                for word in words
            }
            words.sort(key=lambda word: -counted[word])
        return self.take(words[:n])

    def inverted(self) -> Lexicon:
        """The same pairs the other way round: lower-cased translations to the words that they translate.

        What has most weight comes first, where there are weights. Words for which a translation is the preferred one
        come before those for which it is the second, and so on; beyond that the order of the list is kept (so `top`
        with a table of frequencies puts frequent words before rare ones).

        Examples
        --------
        >>> lexicon = Lexicon("tiny", "sw", {"alone": ("peke yake", "moja"), "one": ("moja",)})
        >>> lexicon.inverted().entries
        {'peke yake': ('alone',), 'moja': ('one', 'alone')}
        """
        ranked: dict[str, list[tuple[int, str, str, float]]] = {}
        for word, translations in self.entries.items():
            origins = self.origins[word] if self.origins is not None else ("",) * len(translations)
            weights = self.weights[word] if self.weights is not None else (0.0,) * len(translations)
            for rank, row in enumerate(zip(translations, origins, weights, strict=True)):
                ranked.setdefault(row[0].lower(), []).append((rank, word, *row[1:]))
        entries: Translations = {}
        found: Translations = {}
        weighed: Weights = {}
        for translation, rows in ranked.items():
            # translations that differ in case alone give one word twice
            first = {word: origin for _, word, origin, _ in sorted(rows, key=lambda row: -row[0])}
            total: dict[str, float] = {}
            for _, word, _, weight in sorted(rows, key=lambda row: row[0]):
                total[word] = total.get(word, 0.0) + weight
            ordered = sorted(total, key=lambda word: -total[word])
            entries[translation] = tuple(ordered)
            found[translation] = tuple(first[word] for word in ordered)
            weighed[translation] = tuple(total[word] for word in ordered)
        return replace(
            self,
            language=self.from_language,
            entries=entries,
            origins=None if self.origins is None else found,
            from_language=self.language,
            weights=None if self.weights is None else weighed,
        )

    def __repr__(self) -> str:
        kind = "English words" if self.from_language == "en" else f"words ({self.from_language})"
        return f"Lexicon({self.name}: {len(self):,} {kind}, {self.language})"


def merge(lexicons: Sequence[Lexicon], name: str | None = None) -> Lexicon:
    """Several lists as one: the entries and translations of the first come first, each with where it came from.

    Weights are added; where some of the lists have none, each of their translations counts as if linked `UNCOUNTED`
    times.

    Parameters
    ----------
    lexicons : sequence of Lexicon
        At least one, all between the same languages.
    name : str, optional
        The names joined by ``+`` where not given.

    Raises
    ------
    InputError
        If there is none, or they are of different languages.

    Examples
    --------
    >>> first = Lexicon("first", "sw", {"water": ("maji",)})
    >>> second = Lexicon("second", "sw", {"one": ("moja",), "water": ("maji", "mto")})
    >>> both = merge([first, second])
    >>> both.entries["water"], both.origins["water"]
    (('maji', 'mto'), ('first', 'second'))
    """
    if not lexicons:
        raise InputError("no lexicons to merge; give at least one")
    languages = sorted({f"{lexicon.from_language}-{lexicon.language}" for lexicon in lexicons})
    if len(languages) > 1:
        raise InputError(f"lexicons of different languages cannot be merged: {', '.join(languages)}")
    joined: dict[str, dict[str, str]] = {}
    weighed: dict[str, dict[str, float]] = {}
    for lexicon in lexicons:
        for word, translations in lexicon.entries.items():
            origins = lexicon.origins[word] if lexicon.origins is not None else (lexicon.name,) * len(translations)
            weights = lexicon.weights[word] if lexicon.weights is not None else (UNCOUNTED,) * len(translations)
            known, total = joined.setdefault(word, {}), weighed.setdefault(word, {})
            for translation, origin, weight in zip(translations, origins, weights, strict=True):
                known.setdefault(translation, origin)
                total[translation] = total.get(translation, 0.0) + weight
    entries = {word: tuple(known) for word, known in joined.items()}
    found = {word: tuple(known.values()) for word, known in joined.items()}
    any_weights = any(lexicon.weights is not None for lexicon in lexicons)
    totals = {word: tuple(total.values()) for word, total in weighed.items()} if any_weights else None
    first = lexicons[0]
    together = name or "+".join(lexicon.name for lexicon in lexicons)
    return Lexicon(together, first.language, entries, found, first.from_language, totals)
