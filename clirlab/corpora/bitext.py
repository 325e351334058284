"""Pairs of English and foreign sentences in, a Bitext out: repeated, empty, damaged and over-long pairs left out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import regex

from clirlab.errors import InputError

LONGEST = 4000
CONTROL_BLANKS = regex.compile(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
DAMAGE = regex.compile(r"[\p{Cc}\p{Cs}\uFFFD]")
VISIBLE = regex.compile(r"[^\p{Z}\p{C}]")


@dataclass(frozen=True, repr=False)
class Bitext:
    """Sentence pairs, foreign and English.

    Attributes
    ----------
    name, language : str
        Id or file name; BCP-47 code of the foreign language.
    source, english : tuple of str, length N
        The foreign sentences and their translations, in the same order.
    counts : mapping of str to int
        What became of the pairs that were read: ``read`` of them, and how many were left out for which reason. Of no
        matter for equality; a part (`take`) has none.
    """

    name: str
    language: str
    source: tuple[str, ...]
    english: tuple[str, ...]
    counts: Mapping[str, int] = field(default_factory=dict, compare=False)

    def __len__(self) -> int:
        return len(self.source)

    def take(self, positions: Sequence[int]) -> Bitext:
        """The pairs at these positions, in this order."""
        source, english = (tuple(side[i] for i in positions) for side in (self.source, self.english))
        return replace(self, source=source, english=english, counts={})

    def without(self, positions: Iterable[int], reason: str) -> Bitext:
        """All pairs but those at these positions, which are counted under `reason`."""
        out = set(positions)
        kept = self.take([i for i in range(len(self)) if i not in out])
        return replace(kept, counts={**self.counts, reason: self.counts.get(reason, 0) + len(out)})

    def filtered(self, ratio: float) -> Bitext:
        """The pairs whose longer side has at most `ratio` times the characters of the shorter one.

        Pairs that differ more are often no translations of each other; the rest is counted as ``unbalanced``. Chinese
        takes about a third of the characters of English, so choose a ratio of 6 or more there.

        Raises
        ------
        ValueError
            If the ratio is below 1.

        Examples
        --------
        >>> pairs = Bitext("two", "sw", ("maji", "ndiyo"), ("water", "Yes, with the greatest of pleasure."))
        >>> pairs.filtered(ratio=3)
        Bitext(two: 1 sentence pairs, sw-en; left out: 1 unbalanced)
        """
        if not ratio >= 1:
            raise ValueError(f"ratio must be at least 1, got {ratio}")
        lengths = [sorted((len(s), len(e))) for s, e in zip(self.source, self.english, strict=True)]
        return self.without([i for i, (short, long) in enumerate(lengths) if long > ratio * short], "unbalanced")

    def __repr__(self) -> str:
        out = ", ".join(f"{count:,} {reason}" for reason, count in self.counts.items() if count and reason != "read")
        told = f"; left out: {out}" if out else ""
        return f"Bitext({self.name}: {len(self):,} sentence pairs, {self.language}-en{told})"


def collect(pairs: Iterable[tuple[str, str]], name: str, language: str, longest: int = LONGEST) -> Bitext:
    """Gather (English, foreign) pairs as they are read.

    Text is made NFC and stripped; tabs, line breaks and separators inside become a blank. A pair is left out and
    counted if a side is ``empty`` (nothing visible), is ``damaged`` (control characters such as NUL, U+FFFD, lone
    surrogates), is ``too_long``, or if the same pair came before (``repeated``).

    Parameters
    ----------
    longest : int
        Characters that a side may have; what is longer is hardly one sentence, and no encoder reads it to its end.

    Raises
    ------
    InputError
        If no pair is left.

    Examples
    --------
    >>> collect([("Water.", "Maji."), ("Water. ", "Maji."), ("?", "")], "three", "sw")
    Bitext(three: 1 sentence pairs, sw-en; left out: 1 empty, 1 repeated)
    """
    counts = dict.fromkeys(("read", "empty", "damaged", "too_long", "repeated"), 0)
    kept: dict[tuple[str, str], None] = {}
    for english, foreign in pairs:
        pair = _clean(foreign), _clean(english)
        counts["read"] += 1
        if any(map(_is_damaged, pair)):
            counts["damaged"] += 1
        elif not all(map(VISIBLE.search, pair)):
            counts["empty"] += 1
        elif max(map(len, pair)) > longest:
            counts["too_long"] += 1
        elif pair in kept:
            counts["repeated"] += 1
        else:
            kept[pair] = None
    if not kept:
        told = ", ".join(f"{count} {reason}" for reason, count in counts.items() if count) or "nothing read"
        raise InputError(f"{name}: no sentence pairs ({told}); expected English sentences and their translations")
    source, english_side = zip(*kept, strict=True)
    return Bitext(name, language, source, english_side, counts)


def _clean(text: str) -> str:
    if not text.isprintable():
        text = CONTROL_BLANKS.sub(" ", text)
    return unicodedata.normalize("NFC", text).strip()


def _is_damaged(text: str) -> bool:
    # isprintable is quick and holds for most sentences
    return (not text.isprintable() or "\ufffd" in text) and DAMAGE.search(text) is not None
