"""A bitext in, its word links or its lexicon out, by IBM model 1 in both directions."""

from __future__ import annotations

import numpy as np

from clirlab.corpora import Lexicon
from clirlab.errors import InputError
from clirlab.supervision.ibm import Sentences, WordModel, side_of, word_model
from clirlab.supervision.pairs import Links


def links_of(model: WordModel) -> tuple[Links, ...]:
    """The links of each sentence pair, (foreign word, English word), as `TextPairs` has them.

    Examples
    --------
    >>> from clirlab.corpora import Bitext
    >>> links_of(word_model(Bitext("toy", "sw", ("maji ni uhai", "…", "uhai"), ("water is life", "!", "life"))))
    (((0, 0), (2, 2)), (), ((0, 0),))
    """
    found: list[list[tuple[int, int]]] = [[] for _ in range(model.sentences)]
    for sentence, i, j in model.links.tolist():
        found[sentence].append((i, j))
    return tuple(map(tuple, found))


def induce_lexicon(bitext: Sentences, iterations: int = 5, min_count: int = 2, most: int = 2) -> Lexicon:
    """The lexicon of a bitext: words that IBM model 1 links in both directions, often enough.

    Parameters
    ----------
    iterations : int
        Of the model, at least 1.
    min_count : int
        How often two words must have been linked, at least 1.
    most : int
        Translations of an English word, at least 1: those linked most often, of equals the likeliest.

    Returns
    -------
    Lexicon
        English words by falling number of links; the best translation of each first. Its weights are the links.

    Raises
    ------
    InputError
        If a number is less than 1, or the bitext has no words.

    Examples
    --------
    >>> from clirlab.corpora import Bitext
    >>> bitext = Bitext("toy", "sw", ("maji ni uhai", "maji", "uhai"), ("Water is life.", "Water", "life"))
    >>> induce_lexicon(bitext).entries
    {'life': ('uhai',), 'water': ('maji',)}
    """
    if min_count < 1 or most < 1:
        raise InputError(f"min_count and most must be at least 1, got {min_count} and {most}")
    foreign, english = side_of(bitext.source), side_of(bitext.english)
    model = word_model(bitext, iterations)
    sentence, i, j = model.links.T
    linked = english.ids[english.starts[sentence] + j] * np.int64(len(model.foreign))
    keys, counts = np.unique(linked + foreign.ids[foreign.starts[sentence] + i], return_counts=True)
    ids = np.stack(np.divmod(keys, len(model.foreign)), axis=1)
    totals = np.bincount(ids[:, 0], counts, minlength=len(model.english))
    place = np.searchsorted(model.pairs[:, 0] * np.int64(len(model.foreign)) + model.pairs[:, 1], keys)
    likely = model.p_foreign[place] * model.p_english[place]
    rows = [
        (-totals[e], model.english[e], -count, -round(p, 9), model.foreign[f])
        for (e, f), count, p in zip(ids.tolist(), counts.tolist(), likely.tolist(), strict=True)
        if count >= min_count
    ]
    found: dict[str, list[tuple[str, float]]] = {}
    for _, word, count, _, translation in sorted(rows):
        found.setdefault(word, []).append((translation, float(-count)))
    kept = {word: tuple(zip(*pairs[:most], strict=True)) for word, pairs in found.items()}
    entries = {word: translations for word, (translations, _) in kept.items()}
    return Lexicon(model.name, model.language, entries, weights={word: weights for word, (_, weights) in kept.items()})
