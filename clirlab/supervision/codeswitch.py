"""English sentences and a lexicon in, artificially code-switched sentences out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clirlab.corpora import Lexicon
from clirlab.supervision.words import WORD, words


@dataclass(frozen=True, repr=False)
class SwitchedText:
    """English sentences with some words switched into one language, beside their originals.

    Attributes
    ----------
    language : str
    source, english : tuple of str, length N
        The switched sentence and the sentence it was made from.
    switched : tuple of tuple of int, length N
        For each sentence the positions (from 0) of the English words that were switched.
    """

    name: str
    language: str
    source: tuple[str, ...]
    english: tuple[str, ...]
    switched: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        return len(self.source)

    @property
    def switch_rate(self) -> float:
        """Share of all English words that were switched, in [0, 1]: the *effective* rate, beside the one asked for."""
        total = sum(len(words(text)) for text in self.english)
        return sum(map(len, self.switched)) / total if total else 0.0

    @property
    def code_mixing_index(self) -> float:
        """CMI = 100 (1 - max_l w_l / n) of all words, in [0, 50] for two languages (Das & Gambäck 2014)."""
        return 100 * min(self.switch_rate, 1 - self.switch_rate)

    def __repr__(self) -> str:
        share = f"{self.switch_rate:.0%} of the words in {self.language}"
        return f"SwitchedText({self.name}: {len(self):,} sentences, {share})"


def code_switch(texts: Sequence[str], lexicon: Lexicon, probability: float = 0.5, seed: int = 0) -> SwitchedText:
    """Bilingual code-switching (BL-CS; Litschko, Artemova, Plank 2023, arXiv 2305.05295).

    Each word that the lexicon holds (case folded) is replaced with `probability` by its first translation; the others
    stay. A capital initial is carried over. Sentences in which no word was switched are left out: they teach nothing.

    Parameters
    ----------
    texts : sequence of str
        English sentences.
    probability : float
        In (0, 1]; the paper's main setting is 0.5.

    Raises
    ------
    ValueError
        If the probability is not in (0, 1].

    Examples
    --------
    >>> lexicon = Lexicon("tiny", "sw", {"water": ("maji",), "the": ("",)})
    >>> code_switch(["Water is life."], lexicon, probability=1).source
    ('Maji is life.',)
    """
    if not 0 < probability <= 1:
        raise ValueError(f"probability must be in (0, 1], got {probability}")
    generator = np.random.default_rng(seed)
    rows = []
    for text in texts:
        positions: list[int] = []
        parts: list[str] = []
        last = 0
        for position, word in enumerate(WORD.finditer(text)):
            translation = lexicon.entries.get(word.group().lower(), ("",))[0]
            # a number is drawn for every word, so that a larger lexicon switches the same words and more
            if generator.random() < probability and translation:
                positions.append(position)
                upper = word.group()[0].isupper()
                parts += [text[last : word.start()], translation[0].upper() + translation[1:] if upper else translation]
                last = word.end()
        if positions:
            rows.append(("".join(parts) + text[last:], text, tuple(positions)))
    source, english, switched = zip(*rows, strict=True) if rows else ((), (), ())
    return SwitchedText(lexicon.name, lexicon.language, source, english, switched)
