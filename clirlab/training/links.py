"""Links between words in, links between pieces out: the alignment as an objective takes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import torch
from torch import Tensor

from clirlab.errors import InputError
from clirlab.models.tokenize import Tokenized
from clirlab.supervision.rewrite import spans


def piece_links(
    links: Sequence[tuple[int, int]], source: str, english: str, source_cut: Tokenized, english_cut: Tokenized
) -> Tensor:
    """Which pieces of a sentence belong to which of the other, from the links between their words.

    A linked word's pieces are linked to all of the other word's; where both words are cut into the very same pieces, as
    those that were not switched are, each piece is linked to its like alone. Words and pieces are matched by
    characters, so that a piece of two Chinese words has the links of both. Pieces that are no part of a word
    (punctuation, special tokens, the prefix) have none, nor have words beyond the encoder's length.

    Parameters
    ----------
    links : sequence of (int, int)
        (source word, English word), positions in `clirlab.corpora.words.words` of the texts, as in
        `TextPairs.alignment`.
    source, english : str
        The texts.
    source_cut, english_cut : Tokenized
        Their pieces; of two tokenizers where student and teacher differ.

    Returns
    -------
    Tensor of bool, shape (m, n)
        For all pieces, content or not.

    Raises
    ------
    InputError
        If a link names a word that a text has not.

    Examples
    --------
    >>> maji = Tokenized([0, 5, 6, 7], ["<s>", "▁ma", "ji", "▁?"], [], [], [None, (0, 2), (2, 4), (4, 6)])
    >>> water = Tokenized([0, 9, 7], ["<s>", "▁water", "▁?"], [], [], [None, (0, 5), (5, 7)])
    >>> piece_links([(0, 0)], "maji ?", "water ?", maji, water).int().tolist()
    [[0, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 0]]
    """
    rows, columns = _pieces_of_words(source, source_cut), _pieces_of_words(english, english_cut)
    found = torch.zeros(len(source_cut.ids), len(english_cut.ids), dtype=torch.bool)
    for i, j in links:
        for number, pieces, text in ((i, rows, source), (j, columns, english)):
            if not 0 <= number < len(pieces):
                raise InputError(f"a link names word {number} of {text!r}, which has {len(pieces)} words from 0")
        one, other = rows[i], columns[j]
        if [source_cut.pieces[p] for p in one] == [english_cut.pieces[q] for q in other]:
            found[one, other] = True
        else:
            found[torch.tensor(one, dtype=torch.long)[:, None], torch.tensor(other, dtype=torch.long)] = True
    return found


def _pieces_of_words(text: str, cut: Tokenized) -> list[list[int]]:
    """For each word of a text the pieces that have a character of it."""
    at: dict[int, list[int]] = defaultdict(list)
    for piece, span in enumerate(cut.spans):
        for place in range(*(span or (0, 0))):
            at[place].append(piece)
    return [sorted({piece for place in range(*word) for piece in at[place]}) for word in spans(text)]
