"""A dial of supervision in, what each of its levels makes of texts out: switched words, mixing, cost, coverage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from clirlab.corpora import Lexicon
from clirlab.corpora.words import words
from clirlab.supervision.codeswitch import code_switch
from clirlab.supervision.pseudo import pseudo_language
from clirlab.supervision.purchases import purchases

DIALS = ("phonological", "morphological", "lexical")


def switch_levels(
    texts: Sequence[str],
    lexicon: Lexicon,
    probabilities: Sequence[float],
    queries: Sequence[str],
    seed: int = 0,
) -> pd.DataFrame:
    """Code-switch the same texts at rising probabilities.

    Parameters
    ----------
    texts : sequence of str
        English sentences.
    probabilities : sequence of float
        In [0, 1], see `code_switch`; what is switched at a smaller one is switched at a larger one too.
    queries : sequence of str
        Foreign questions whose words may be covered.

    Returns
    -------
    DataFrame
        One row a probability.

        - probability; pairs: texts in which something was switched
        - switched: share of their words, in [0, 1]; mixing: mean code-mixing index, in [0, 100)
        - words: translated words that this costs, see `translated_words`
        - type_coverage, token_coverage: share of the different and of all words of the queries that occur
        - example: the first text that was switched, "" where none was

    Raises
    ------
    InputError
        As `code_switch`.

    Examples
    --------
    >>> swahili = Lexicon("tiny", "sw", {"water": ("maji",), "life": ("uhai",)})
    >>> levels = switch_levels(["Water is life."], swahili, [0, 1], ["Maji ni nini?"])
    >>> levels[["pairs", "switched", "words", "example"]].round(2).to_numpy().tolist()
    [[0, 0.0, 0, ''], [1, 0.67, 2, 'Maji is uhai.']]
    """
    rows = []
    for probability in probabilities:
        pairs = code_switch(texts, lexicon, probability, seed)
        bought = purchases({"switched": pairs}, queries).iloc[0]
        rows.append(
            {
                "probability": probability,
                "pairs": len(pairs),
                "switched": pairs.switch_rate,
                "mixing": pairs.code_mixing_index,
                **bought[["words", "type_coverage", "token_coverage"]],
                "example": next(iter(pairs.source), ""),
            }
        )
    return pd.DataFrame(rows)


def pseudo_levels(
    texts: Sequence[str], language: str, levels: Sequence[float], seed: int = 0, dials: Sequence[str] = DIALS
) -> pd.DataFrame:
    """Respell the same texts with each dial of a pseudo-language alone, and with all of them.

    Parameters
    ----------
    language : str
        Of the texts, see `pseudo_language`.
    levels : sequence of float
        In [0, 1].
    dials : sequence of str
        Of `pseudo_language`.

    Returns
    -------
    DataFrame
        dial (its name, or "all"), level, changed (share of the texts' words that are others now), example (the first
        text).

    Raises
    ------
    InputError
        If the language or its script is not known.

    Examples
    --------
    >>> pseudo_levels(["Wo leben die Bienen?"], "de", [0.3], dials=["phonological"]).to_numpy().tolist()
    [['phonological', 0.3, 0.25, 'Wo reben die Bienen?'], ['all', 0.3, 0.25, 'Wo reben die Bienen?']]
    """
    rows = []
    for name, turned in [*((dial, [dial]) for dial in dials), ("all", dials)]:
        for level in levels:
            turns: dict[str, Any] = dict.fromkeys(turned, level)
            tongue = pseudo_language(language, seed=seed, **turns)
            new = [tongue.apply(text) for text in texts]
            old = [word for text in texts for word in words(text)]
            now = [word for text in new for word in words(text)]
            changed = sum(a != b for a, b in zip(old, now, strict=True)) / max(len(old), 1)
            rows.append((name, level, changed, next(iter(new), "")))
    return pd.DataFrame(rows, columns=["dial", "level", "changed", "example"])
