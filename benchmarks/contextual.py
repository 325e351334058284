"""Does the sentence help to choose among a word's translations? Contextual choice beside the first and a random one.

    CLIRLAB_DATA=/path/to/data python benchmarks/contextual.py

English words of a bitext that a lexicon holds with several translations, of which some, but not all, occur in the
human translation of the sentence: how often does the chosen one? By chance it is the mean share of those that do.
Intervals: 95 %, bootstrap over sentences. Three minutes on one core.
"""

from __future__ import annotations

import os
import sys
import time

import numpy as np
from numpy.typing import NDArray

from clirlab.corpora import Bitext, Lexicon, load_bitext, load_lexicon
from clirlab.models import TokenEncoder, load_encoder
from clirlab.supervision import TextPairs, code_switch, words

SETS = [
    ("tatoeba/en/de", "muse/en/de", 500),
    ("tatoeba/en/hi", "muse/en/hi", 500),
    ("mafand/en/sw", "wiktionary/en/sw", 250),
]


def embedder(encoder: TokenEncoder):
    """Sentences to the unit means of their content tokens."""

    def embed(sentences: list[str]) -> NDArray:
        tokens = encoder.encode(sentences)
        means = (tokens.vectors * tokens.norms.unsqueeze(-1) * tokens.mask.unsqueeze(-1)).sum(1)
        return (means / means.norm(dim=-1, keepdim=True)).numpy()

    return embed


def occurs(translation: str, reference: str) -> bool:
    """Whether the words of a translation stand in the reference, one after the other."""
    inner, outer = (" ".join(words(text.lower())) for text in (translation, reference))
    return f" {inner} " in f" {outer} "


def hits(bitext: Bitext, lexicon: Lexicon, pairs: dict[str, TextPairs]) -> NDArray:
    """For each sentence: words that can be decided, how many of them chance and each choice get right."""
    references = dict(zip(bitext.english, bitext.source, strict=True))
    rows = []
    for number, english in enumerate(next(iter(pairs.values())).english):
        row = np.zeros(2 + len(pairs))
        for j, word in enumerate(words(english)):
            options = lexicon.entries.get(word.lower(), ())
            right = [occurs(option, references[english]) for option in options]
            if any(right) and not all(right):
                chosen = [translation(found, number, j) for found in pairs.values()]
                row += [1, np.mean(right), *(occurs(one, references[english]) for one in chosen)]
        rows.append(row)
    return np.array(rows)


def translation(pairs: TextPairs, number: int, j: int) -> str:
    """What the English word j of a pair has become."""
    source = words(pairs.source[number])
    return " ".join(source[i] for i, english in pairs.alignment[number] if english == j)


def main() -> None:
    if "CLIRLAB_DATA" not in os.environ:
        print("needs bitexts and lexicons: set CLIRLAB_DATA to the data folder")
        sys.exit(0)
    start = time.monotonic()
    embed, generator = embedder(load_encoder("e5-small")), np.random.default_rng(0)
    print(f"{'':>32}  words {'chance':>20} {'first':>20} {'contextual':>20} {'contextual - chance':>20}")
    for bitext_name, lexicon_name, size in SETS:
        bitext, lexicon = load_bitext(bitext_name).take(range(size)), load_lexicon(lexicon_name)
        single = lexicon.take(word for word in lexicon.entries if " " not in word)
        choices = {"first": {"choice": "first"}, "contextual": {"choice": "contextual", "embed": embed}}
        pairs = {name: code_switch(bitext.english, single, 1, **choice) for name, choice in choices.items()}
        found = hits(bitext, single, pairs)
        found = np.concatenate([found, found[:, 3:4] - found[:, 1:2]], axis=1)
        weights = generator.multinomial(len(found), np.full(len(found), 1 / len(found)), size=2000)
        total, drawn = found.sum(0), weights @ found
        low, high = np.percentile(drawn[:, 1:] / drawn[:, :1], [2.5, 97.5], axis=0)
        shown = [f"{m:.3f} ({a:.3f}–{b:.3f})" for m, a, b in zip(total[1:] / total[0], low, high, strict=True)]
        print(f"{bitext_name + ', ' + lexicon_name:>32}  {total[0]:5.0f} " + " ".join(f"{s:>20}" for s in shown))
    print(f"{time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
