"""What each kind of supervision is made of: switch rate, code-mixing index, coverage and cost.

    CLIRLAB_DATA=… python benchmarks/supervision.py [--languages de hi sw yo] [--budget 1000] [--seed 0]

Every kind is bought for the same budget of translated words, from one bitext and one lexicon a language (SOURCES
below), its English texts being the English side of the bitext. Coverage is of the words of the language's test
questions. Sentences that the test collection holds are left out first. `induced` is the lexicon that IBM model 1 finds
in the whole bitext: for Yoruba the word list at hand has entries for 351 translated words only.
"""

from __future__ import annotations

import argparse
import os

import pandas as pd

from clirlab.corpora import Bitext, Lexicon, load_bitext, load_collection, load_lexicon, merge_lexicons, overlap
from clirlab.supervision import (
    TextPairs,
    buy_bitext,
    buy_lexicon,
    code_switch,
    english_only,
    induce_lexicon,
    misspelt,
    other_languages,
    purchases,
    shuffled_lexicon,
    shuffled_pairs,
    switch_titles,
    translate_words,
)
from clirlab.supervision.pairs import join

INDUCED = "induced"
# bitext, lexicons and test questions of each language
SOURCES = {
    "de": ("ntrex/en/de", ("muse/en/de",), "mlqa/dev/en/de"),
    "hi": ("tico19/en/hi", ("muse/en/hi",), "mlqa/dev/en/hi"),
    "sw": ("tico19/en/sw", ("freedict/en/sw", "wiktionary/en/sw"), "afriqa/sw/test"),
    "yo": ("mafand/en/yo", ("wiktionary/en/yo", INDUCED), "afriqa/yo/test"),
}
PROBABILITY = 0.5


def kinds(
    language: str, bitexts: dict[str, Bitext], lexicons: dict[str, Lexicon], budget: int, seed: int
) -> dict[str, TextPairs]:
    """Every kind of supervision of one language, each for the same budget."""
    bitext, lexicon = bitexts[language], lexicons[language]
    texts = bitext.english
    sentences = TextPairs.of(buy_bitext(bitext, budget, seed))
    words = buy_lexicon(lexicon, texts, budget, seed)
    share = budget // len(lexicons)
    several = [buy_lexicon(other, texts, share, seed) for other in lexicons.values()]
    half = TextPairs.of(buy_bitext(bitext, budget // 2, seed))
    switched_half = code_switch(texts, buy_lexicon(lexicon, texts, budget // 2, seed), PROBABILITY, seed)
    others = [other for code, other in bitexts.items() if code != language]
    return {
        "bitext": sentences,
        "BL-CS": code_switch(texts, words, PROBABILITY, seed),
        "ML-CS": code_switch(texts, several, PROBABILITY, seed),
        "WIKI-CS (entries as titles)": switch_titles(texts, words, seed=seed),
        "induced CS": code_switch(sentences.english, induce_lexicon(sentences), PROBABILITY, seed),
        "both, half and half": join("both", [half, switched_half]),
        "pseudo-parallel": translate_words(texts, words, seed),
        "shuffled bitext": shuffled_pairs(sentences, seed),
        "other languages' bitext": other_languages(len(sentences), others, language, seed),
        "shuffled lexicon (BL-CS)": code_switch(texts, shuffled_lexicon(words, seed), PROBABILITY, seed),
        "misspelt English": misspelt(texts, seed=seed),
        "English only": english_only(texts),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--languages", nargs="+", choices=SOURCES, default=list(SOURCES))
    parser.add_argument("--budget", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if "CLIRLAB_DATA" not in os.environ:
        print("needs collections, bitexts and lexicons: set CLIRLAB_DATA to the data folder")
        return
    collections = {code: load_collection(SOURCES[code][2]) for code in SOURCES}
    bitexts = {code: overlap(load_bitext(SOURCES[code][0]), collections[code]).bitext for code in SOURCES}
    lexicons = {
        code: merge_lexicons(
            [induce_lexicon(bitexts[code]) if name == INDUCED else load_lexicon(name) for name in SOURCES[code][1]]
        )
        for code in SOURCES
    }
    for code in options.languages:
        arms = kinds(code, bitexts, lexicons, options.budget, options.seed)
        table = purchases(arms, collections[code].queries["text"].tolist()).set_index("arm")
        rates = pd.DataFrame({arm: [p.switch_rate, p.code_mixing_index] for arm, p in arms.items()}).T
        table = table.assign(switched=rates[0], CMI=rates[1])
        bitext, words, asked = (" + ".join(n) if isinstance(n, tuple) else n for n in SOURCES[code])
        print(f"\n{code}: {bitext}, {words}; questions of {asked}; {options.budget:,} translated words")
        percent = ["type_coverage", "token_coverage", "switched"]
        shown = table.assign(**{column: (100 * table[column]).map("{:.1f} %".format) for column in percent})
        print(shown.assign(CMI=table["CMI"].map("{:.1f}".format)).to_string(), flush=True)


if __name__ == "__main__":
    main()
