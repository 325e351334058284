"""Foreign or mixed sentences beside their English ones in, the record that every kind of supervision yields out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from clirlab.corpora import Bitext
from clirlab.corpora.words import words
from clirlab.errors import InputError

ENGLISH, SEVERAL = "en", "mul"
Links = tuple[tuple[int, int], ...]


@dataclass(frozen=True, repr=False)
class TextPairs:
    """Sentences of any origin, each beside the English sentence that it should be near to.

    Attributes
    ----------
    name : str
        Where they come from.
    language : str
        BCP-47 code of the source side; ``mul`` where it is in several.
    source, english : tuple of str, length N
        The foreign, switched or damaged sentence, and the English one.
    alignment : tuple of tuple of (int, int), length N, optional
        For each pair the links (source word, English word), positions in `words(text)` from 0; None where unknown.
    tags : tuple of tuple of str, length N, optional
        For each pair the language of every source word; None where all of them are in `language`.
    costs : tuple of int or None, length N, optional
        Translated words that each pair cost, where the source side does not show it; see `translated_words`.

    Examples
    --------
    >>> pairs = TextPairs("toy", "sw", ("maji is life",), ("water is life",), tags=(("sw", "en", "en"),))
    >>> pairs
    TextPairs(toy: 1 pair, sw-en, 33% of the words switched)
    """

    name: str
    language: str
    source: tuple[str, ...]
    english: tuple[str, ...]
    alignment: tuple[Links, ...] | None = None
    tags: tuple[tuple[str, ...], ...] | None = None
    costs: tuple[int | None, ...] | None = None

    def __post_init__(self) -> None:
        for part in ("english", "alignment", "tags", "costs"):
            value = getattr(self, part)
            if value is not None and len(value) != len(self.source):
                raise InputError(f"{self.name}: {len(self.source)} source sentences, but {part} is of {len(value)}")

    @classmethod
    def of(cls, bitext: Bitext) -> TextPairs:
        """The pairs of a bitext; alignment unknown, all of the source side foreign.

        Examples
        --------
        >>> TextPairs.of(Bitext("toy", "sw", ("Maji ni uhai.",), ("Water is life.",)))
        TextPairs(toy: 1 pair, sw-en)
        """
        return cls(bitext.name, bitext.language, tuple(bitext.source), tuple(bitext.english))

    def __len__(self) -> int:
        return len(self.source)

    def take(self, positions: Sequence[int]) -> TextPairs:
        """The pairs at these positions, in this order."""
        return replace(
            self,
            source=tuple(self.source[i] for i in positions),
            english=tuple(self.english[i] for i in positions),
            alignment=None if self.alignment is None else tuple(self.alignment[i] for i in positions),
            tags=None if self.tags is None else tuple(self.tags[i] for i in positions),
            costs=None if self.costs is None else tuple(self.costs[i] for i in positions),
        )

    @property
    def switch_rate(self) -> float:
        """Share of all words that are not English, in [0, 1]; see `switch_counts` for which words these are."""
        switched, total = switch_counts(self).sum(axis=0)
        return float(switched / total) if total else 0.0

    @property
    def code_mixing_index(self) -> float:
        """Mean code-mixing index of the texts, in [0, 100); see `code_mixing_indices`."""
        return float(code_mixing_indices(self).mean()) if len(self) else 0.0

    def __repr__(self) -> str:
        count = f"{len(self):,} pair" + ("" if len(self) == 1 else "s")
        mixed = "" if self.tags is None else f", {self.switch_rate:.0%} of the words switched"
        return f"TextPairs({self.name}: {count}, {self.language}-en{mixed})"


def word_tags(pairs: TextPairs) -> tuple[tuple[str, ...], ...]:
    """The language of every source word, also where the record leaves them out because all are alike."""
    if pairs.tags is not None:
        return pairs.tags
    return tuple((pairs.language,) * len(words(text)) for text in pairs.source)


def switch_counts(pairs: TextPairs) -> NDArray[np.int64]:
    """How many words of each text were switched, of how many, shape (N, 2).

    With an alignment these are *English* words that are linked to one of another language, so that the rate can be
    read beside the probability asked for even where translations have several words. Without, they are source words.

    Examples
    --------
    >>> switch_counts(
    ...     TextPairs("", "sw", ("kwa nini not",), ("why not",), (((0, 0), (1, 0), (2, 1)),), (("sw", "sw", "en"),))
    ... ).tolist()
    [[1, 2]]
    """
    counts = []
    for number, tags in enumerate(word_tags(pairs)):
        if pairs.alignment is None:
            counts.append((sum(tag != ENGLISH for tag in tags), len(tags)))
        else:
            switched = {j for i, j in pairs.alignment[number] if tags[i] != ENGLISH}
            counts.append((len(switched), len(words(pairs.english[number]))))
    return np.array(counts, dtype=np.int64).reshape(-1, 2)


def code_mixing_indices(pairs: TextPairs) -> NDArray[np.float64]:
    """CMI = 100 (1 - max_l w_l / n) of each text, shape (N,), w_l of its n source words being of language l.

    0 in one language, at most 50 in two; 0 for a text without words. Source: Das & Gambäck 2014, whose index of a
    corpus is the mean over its texts.

    Examples
    --------
    >>> code_mixing_indices(TextPairs("", "sw", ("maji is life x",), ("",), tags=(("sw", "en", "en", "en"),))).tolist()
    [25.0]
    """
    most = ((max((tags.count(tag) for tag in set(tags)), default=0), len(tags)) for tags in word_tags(pairs))
    return np.array([100 * (1 - largest / n) if n else 0.0 for largest, n in most], dtype=np.float64)


def join(name: str, parts: Sequence[TextPairs]) -> TextPairs:
    """The pairs of several sets, one after the other; alignments are kept where all have them, tags where one has.

    Examples
    --------
    >>> pair = TextPairs("", "sw", ("maji",), ("water",))
    >>> join("both", [pair, TextPairs("", "de", ("Wasser",), ("water",))])
    TextPairs(both: 2 pairs, mul-en, 100% of the words switched)
    """
    languages = {part.language for part in parts}
    alignments = [part.alignment for part in parts if part.alignment is not None]
    plain = len(languages) == 1 and all(part.tags is None for part in parts)
    costs = [(None,) * len(part) if part.costs is None else part.costs for part in parts]
    return TextPairs(
        name,
        languages.pop() if len(languages) == 1 else SEVERAL,
        tuple(text for part in parts for text in part.source),
        tuple(text for part in parts for text in part.english),
        tuple(links for found in alignments for links in found) if len(alignments) == len(parts) else None,
        None if plain else tuple(tags for part in parts for tags in word_tags(part)),
        None if all(part.costs is None for part in parts) else tuple(cost for found in costs for cost in found),
    )
