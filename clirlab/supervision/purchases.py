"""What arms have bought in, one table of it out: pairs, words, and how much of the questions' vocabulary it covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from clirlab.corpora import Bitext, Lexicon
from clirlab.corpora.words import word_frequencies, words
from clirlab.supervision.budget import translated_words
from clirlab.supervision.pairs import ENGLISH, TextPairs, word_tags


def purchases(arms: Mapping[str, Bitext | TextPairs | Lexicon], queries: Sequence[str]) -> pd.DataFrame:
    """Compare what is bought for each arm.

    Parameters
    ----------
    arms : mapping of str to Bitext, TextPairs or Lexicon
    queries : sequence of str
        The questions of the test, in the foreign language.

    Returns
    -------
    DataFrame
        One row an arm.

        - arm; pairs: sentence pairs, or entries of a lexicon
        - types, tokens: different and all foreign words in it, lower-cased
        - words: what it costs, see `translated_words`
        - type_coverage, token_coverage: share of the different and of all words of the queries that are among the
          types, in [0, 1]; NaN where the queries have no words

    Examples
    --------
    >>> bitext = Bitext("toy", "sw", ("Maji ni maji.",), ("Water is water.",))
    >>> purchases({"bitext": bitext}, ["Maji ni nini, mama?"]).drop(columns="arm").values.tolist()
    [[1.0, 2.0, 3.0, 3.0, 0.5, 0.5]]
    """
    asked = word_frequencies(queries)
    rows = []
    for arm, material in arms.items():
        foreign = _foreign_words(material)
        types = set(foreign)
        known = asked.keys() & types
        rows.append(
            {
                "arm": arm,
                "pairs": len(material),
                "types": len(types),
                "tokens": len(foreign),
                "words": translated_words(material),
                "type_coverage": len(known) / len(asked) if asked else float("nan"),
                "token_coverage": sum(asked[word] for word in known) / asked.total() if asked else float("nan"),
            }
        )
    return pd.DataFrame(rows)


def _foreign_words(material: Bitext | TextPairs | Lexicon) -> list[str]:
    if isinstance(material, Lexicon):
        return [word for found in material.entries.values() for text in found for word in words(text.lower())]
    pairs = material if isinstance(material, TextPairs) else TextPairs.of(material)
    return [
        word.lower()
        for text, tags in zip(pairs.source, word_tags(pairs), strict=True)
        for word, tag in zip(words(text), tags, strict=True)
        if tag != ENGLISH
    ]
