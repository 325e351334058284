"""Texts in, piece ids with their roles out: which pieces are content, and which word each belongs to."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from typing import NamedTuple

from transformers import PreTrainedTokenizerBase


class Tokenized(NamedTuple):
    """The pieces of one text, in order, special tokens and prefix included.

    Each content piece has the number of its blank-separated word, and the characters of the text that it stands for,
    from and to, the blank before them included where the tokenizer counts it in; both are None for other pieces.
    """

    ids: list[int]
    pieces: list[str]
    content: list[bool]
    word_ids: list[int | None]
    spans: list[tuple[int, int] | None]


def tokenize(
    tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], prefix: str = "", max_length: int = 512
) -> list[Tokenized]:
    """Cut `texts` into pieces behind `prefix`; a piece is content where it reaches beyond the prefix.

    Texts of more than `max_length` pieces are cut there, with one warning that counts them.
    """
    encoded = tokenizer(
        [prefix + text for text in texts],
        truncation=True,
        max_length=max_length,
        return_offsets_mapping=True,
        return_special_tokens_mask=True,
        return_overflowing_tokens=False,
    )
    cut = sum(len(ids) == max_length for ids in encoded["input_ids"])
    if cut:
        warnings.warn(f"{cut} of {len(texts)} texts reach {max_length} pieces; what is beyond is cut", stacklevel=3)
    result = []
    for i, text in enumerate(texts):
        ids, offsets, special = (encoded[key][i] for key in ("input_ids", "offset_mapping", "special_tokens_mask"))
        words = _word_of_each_character(text)
        content = [not s and end > len(prefix) for s, (_, end) in zip(special, offsets, strict=True)]
        spans = [
            (max(0, start - len(prefix)), end - len(prefix)) if c else None
            for c, (start, end) in zip(content, offsets, strict=True)
        ]
        # a piece may begin with the blank before its word: its last character tells the word
        word_ids = [None if span is None else words[span[1] - 1] for span in spans]
        result.append(Tokenized(ids, list(tokenizer.convert_ids_to_tokens(ids)), content, word_ids, spans))
    return result


def _word_of_each_character(text: str) -> list[int]:
    """The number of the blank-separated word at each character; blanks count with the word behind them."""
    words, last = [0] * len(text), 0
    for number, match in enumerate(re.finditer(r"\S+", text)):
        words[last : match.end()] = [number] * (match.end() - last)
        last = match.end()
    words[last:] = [max(0, words[last - 1] if last else 0)] * (len(text) - last)
    return words
