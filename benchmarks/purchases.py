"""What a thousand translated words, or two hundred, buy by each policy: the share of the questions' words among them.

AfriQA's questions in Hausa, Swahili and Yoruba; MAFAND or TICO-19 sentences, Wiktionary entries. Frequencies: of
English, of the bitext's English side; of the language, of a news translation (NTREX-128) as if it were untranslated
text. The mean of three seeds. Needs CLIRLAB_DATA; seconds.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pandas as pd

from clirlab.corpora import load_bitext, load_collection, load_lexicon
from clirlab.files import read_lines
from clirlab.supervision import buy_bitext, buy_lexicon, purchases, word_frequencies

LANGUAGES = {
    "Hausa": ("ha", "mafand", ("dev", "test"), "hau"),
    "Swahili": ("sw", "tico19", ("test",), "swa"),
    "Yoruba": ("yo", "mafand", ("train", "test"), "yor"),
}
SENTENCES, ENTRIES = 1000, 200


def main() -> None:
    if "CLIRLAB_DATA" not in os.environ:
        print("needs AfriQA, bitexts and lexicons: set CLIRLAB_DATA to the data folder")
        sys.exit(0)
    news = Path(os.environ["CLIRLAB_DATA"]) / "ntrex"
    columns = {}
    for title, (code, family, splits, alias) in LANGUAGES.items():
        queries = [text for split in splits for text in load_collection(f"afriqa/{code}/{split}").queries["text"]]
        bitext, lexicon = load_bitext(f"{family}/en/{code}"), load_lexicon(f"wiktionary/en/{code}")
        foreign = word_frequencies(read_lines(news / f"newstest2019-ref.{alias}.txt.gz"))
        english = word_frequencies(bitext.english)
        tables = []
        for seed in range(3):
            arms = {
                f"bitext {policy}": buy_bitext(bitext, SENTENCES, seed, policy, foreign)
                for policy in ("random", "questions", "coverage")
            }
            for policy, counts in (("random", None), ("english-frequency", english), ("foreign-frequency", foreign)):
                arms[f"lexicon {policy}"] = buy_lexicon(lexicon, bitext.english, ENTRIES, seed, policy, counts)
            tables.append(purchases(arms, queries).set_index("arm"))
        mean = pd.concat(tables).groupby(level=0, sort=False).mean()
        columns |= {(title, "types"): mean["type_coverage"], (title, "tokens"): mean["token_coverage"]}
    print(f"Share of the questions' words: {SENTENCES:,} words of sentences, {ENTRIES} of entries, mean of 3 seeds")
    print(pd.DataFrame(columns).rename_axis(index=None).round(3).to_string())


if __name__ == "__main__":
    main()
