"""IBM model 1 beside its definition in dictionaries, and what dictionaries say of the lexicon that it induces.

    CLIRLAB_DATA=/path/to/data python benchmarks/induce.py

1. Seconds for 5 iterations in both directions with the links, on synthetic sentence pairs of 15 words from a Zipfian
   vocabulary; the peer does one iteration in one direction, on a part, and is scaled up.
2. Swahili lexicons induced from real bitext against FreeDict and Wiktionary: of the words that a list knows, for how
   many is the best translation, or one of the two, in a list? Inflected and other right translations count as wrong.

Two minutes on one core, and 1 GB of memory.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections import Counter

import numpy as np

from clirlab.corpora import Bitext, load_bitext, load_lexicon, read_lexicon
from clirlab.corpora.sources import data_root
from clirlab.supervision import induce_lexicon, word_model

SIZE, PART, LENGTH, VOCABULARY, ITERATIONS = 100_000, 5_000, 15, 50_000, 5


def synthetic(size: int) -> Bitext:
    """English words e1 e2 …, drawn by Zipf's law, and their translations f1 f2 … in another order."""
    generator = np.random.default_rng(0)
    weights = 1 / np.arange(1, VOCABULARY + 1)
    drawn = generator.choice(VOCABULARY, size=(size, LENGTH), p=weights / weights.sum())
    english = (" ".join(f"e{k}" for k in row) for row in drawn)
    foreign = (" ".join(f"f{k}" for k in row) for row in generator.permuted(drawn, axis=1))
    return Bitext("synthetic", "und", tuple(foreign), tuple(english))


def dictionaries(bitext: Bitext) -> None:
    """One iteration in one direction by the book."""
    table: dict[tuple[str | None, str], float] = {}
    rows = [([None, *e.split()], f.split()) for f, e in zip(bitext.source, bitext.english, strict=True)]
    count: Counter[tuple[str | None, str]] = Counter()
    total: Counter[str | None] = Counter()
    for english, foreign in rows:
        for f in foreign:
            z = sum(table.get((e, f), 1.0) for e in english)
            for e in english:
                share = table.get((e, f), 1.0) / z
                count[e, f] += share
                total[e] += share
    table = {(e, f): value / total[e] for (e, f), value in count.items()}


def known() -> dict[str, set[str]]:
    """English words and all their Swahili translations in the lists."""
    folder = data_root() / "lexicons" / "freedict"
    found: dict[str, set[str]] = {}
    for lexicon in (load_lexicon("wiktionary/en/sw"), read_lexicon(folder / "eng-swh.tsv.gz", "sw")):
        for english, translations in lexicon.entries.items():
            found.setdefault(english, set()).update(t.lower() for t in translations)
    for swahili, translations in read_lexicon(folder / "swh-eng.tsv.gz", "en").entries.items():
        for english in translations:
            found.setdefault(english.lower(), set()).add(swahili)
    return found


def main() -> None:
    bitext = synthetic(SIZE)
    start = time.perf_counter()
    model = word_model(bitext, ITERATIONS)
    own = time.perf_counter() - start
    start = time.perf_counter()
    dictionaries(bitext.take(range(PART)))
    peer = (time.perf_counter() - start) * SIZE / PART * 2 * ITERATIONS
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"1. {SIZE:,} pairs of {LENGTH} words, {len(model.pairs):,} word pairs, {ITERATIONS} iterations, both ways")
    print(f"dictionaries (scaled up) {peer:6.0f} s\nword_model               {own:6.0f} s   {peer / own:.0f} x")
    print(f"peak memory of the process {peak:.1f} GB")
    if "CLIRLAB_DATA" not in os.environ:
        print("2. needs bitexts and word lists: set CLIRLAB_DATA to the data folder")
        sys.exit(0)
    gold = known()
    print("\n2. Swahili: precision of the best translation, and of one of the two")
    for name in ("tico19/en/sw", "mafand/en/sw"):
        lexicon = induce_lexicon(load_bitext(name))
        for most in (500, 1000, len(lexicon)):
            rows = [(found, gold[word]) for word, found in list(lexicon.entries.items())[:most] if word in gold]
            best, any_of = (np.mean([bool(set(f[:k]) & right) for f, right in rows]) for k in (1, 2))
            print(f"{name}: first {most:5,} entries, {len(rows):5,} known: {best:.3f} {any_of:.3f}")


if __name__ == "__main__":
    main()
