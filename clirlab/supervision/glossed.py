"""A bitext and a lexicon in, pairs of glosses and English out: training that expects glosses."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import normalize

import numpy as np

from clirlab.corpora import Bitext, Lexicon
from clirlab.corpora.words import words
from clirlab.errors import InputError, unknown_name
from clirlab.supervision.choose import Embed
from clirlab.supervision.gloss import check_choice, written
from clirlab.supervision.glossary import MATCH, Glossary, glossary, lookup
from clirlab.supervision.pairs import ENGLISH, TextPairs
from clirlab.supervision.rewrite import spans

FORMS = ("gloss", "native+gloss")


def glossed_pairs(
    bitext: Bitext,
    lexicon: Lexicon | Glossary,
    form: str = "gloss",
    choice: str = "first",
    seed: int = 0,
    probability: float = 1.0,
    match: Sequence[str] = MATCH,
    embed: Embed | None = None,
    most: int = 3,
) -> TextPairs:
    """The glosses of foreign sentences beside their translations, so that a student learns to read glosses.

    Parameters
    ----------
    form : {"gloss", "native+gloss"}
        What the source side is: the gloss, or the foreign sentence and then its gloss.
    choice, match, embed, most
        As in `gloss`. The weights of a "bag" are not kept.
    seed, probability : int, float
        In [0, 1]: each entry found is glossed with this probability, and else stays foreign. A lexicon knows more of
        the sentences that it was induced from than of the queries to come; a probability below 1 makes up for it. The
        same seed gives nested glosses.

    Returns
    -------
    TextPairs
        Tags say which words are English; the alignment is not known. It costs the words of the foreign side, as the
        bitext does. A lexicon that was not induced from this bitext has a cost of its own beside that, see
        `translated_words`, which no pair can tell.

    Raises
    ------
    InputError
        If the form is unknown, the probability is not in [0, 1], or as in `gloss`.

    Examples
    --------
    >>> bitext = Bitext("toy", "sw", ("Maji ni uhai.",), ("Water is life.",))
    >>> lexicon = Lexicon("tiny", "sw", {"water": ("maji",), "life": ("uhai",)})
    >>> glossed_pairs(bitext, lexicon).source
    ('Water ni life.',)
    """
    if form not in FORMS:
        raise unknown_name("form of glossed pairs", form, FORMS)
    if not 0 <= probability <= 1:
        raise InputError(f"probability must be in [0, 1], got {probability}")
    check_choice(choice, most, embed)
    index = lexicon if isinstance(lexicon, Glossary) else glossary(lexicon, match)
    texts = [normalize("NFC", text) for text in bitext.source]
    looked_up = []
    for number, text in enumerate(texts):
        draws = np.random.default_rng([seed, number]).random(len(words(text)))
        looked_up.append([row for row in lookup(text, index) if draws[row[0].first] < probability])
    source, tags = [], []
    for text, (gloss, english) in zip(texts, written(texts, looked_up, choice, most, embed), strict=True):
        marks = _tags(gloss.text, english, bitext.language)
        native = form == "native+gloss"
        source.append(f"{text} {gloss.text}" if native else gloss.text)
        tags.append((bitext.language,) * len(words(text)) * native + marks)
    costs = tuple(len(words(text)) for text in texts)
    name = f"{bitext.name}, {form} by {index.name}"
    return TextPairs(name, bitext.language, tuple(source), tuple(bitext.english), None, tuple(tags), costs)


def _tags(text: str, english: Sequence[tuple[int, int]], language: str) -> tuple[str, ...]:
    """The language of each word: English where it overlaps one of the stretches."""
    return tuple(ENGLISH if any(start < b and a < end for a, b in english) else language for start, end in spans(text))
