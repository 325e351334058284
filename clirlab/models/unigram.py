"""The vocabulary of the bundled encoder in, its tokenizer out."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers import models as tokenizer_models

from clirlab.models.weightfile import WeightFile

KEPT = "～\U0001f23b"  # NFKC would change them, SentencePiece's table does not


def unigram_tokenizer(weights: WeightFile) -> Tokenizer:
    """The Unigram tokenizer of XLM-R, with SentencePiece's normaliser.

    SentencePiece composes a letter and its mark as NFKC does, but never changes the order of marks, and keeps `KEPT`.
    Both are had from NFKC by putting characters in the way that no text holds (Unicode's noncharacters), and taking
    them out again.
    """
    removed, blanks = (_one_of(c for c, to in weights.normaliser.items() if to == wanted) for wanted in ("", " "))
    stand_ins = [(char, chr(0xFDD1 + i)) for i, char in enumerate(KEPT)]
    tokenizer = Tokenizer(tokenizer_models.Unigram(weights.pieces, unk_id=3))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(removed), ""),
            normalizers.Replace(Regex(blanks), " "),
            *(normalizers.Replace(char, stand_in) for char, stand_in in stand_ins),
            normalizers.Replace(Regex(_before_reordered_marks(weights)), "\ufdd0"),
            normalizers.NFKC(),
            normalizers.Replace("\ufdd0", ""),
            *(normalizers.Replace(stand_in, char) for char, stand_in in stand_ins),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    return tokenizer


def _one_of(chars: Iterable[str]) -> str:
    """A regular expression that matches any of `chars`."""
    return "[" + "".join(f"\\x{{{ord(c):X}}}" for c in sorted(set(chars))) + "]"


def _before_reordered_marks(weights: WeightFile) -> str:
    """A regular expression that matches the gap before each mark that NFKC would move to the left.

    A mark moves over another whose combining class is higher. Only the vocabulary's characters matter: all others are
    unknown in any order.
    """
    ends: defaultdict[int, set[str]] = defaultdict(set)
    marks: defaultdict[int, set[str]] = defaultdict(set)
    for char in {char for piece, _ in weights.pieces for char in piece}:
        decomposed = unicodedata.normalize("NFKD", char)
        ends[unicodedata.combining(decomposed[-1])].add(char)
        marks[unicodedata.combining(decomposed[0])].add(char)
    lower = {k: {mark for j in marks if 0 < j < k for mark in marks[j]} for k in ends}
    gaps = (f"(?<={_one_of(ends[k])})(?={_one_of(lower[k])})" for k in sorted(ends) if lower[k])
    movable = max(lower.values(), key=len)
    # the first look ahead is there for speed alone; (?!) matches nowhere
    return f"(?={_one_of(movable)})(?:{'|'.join(gaps)})" if movable else "(?!)"
