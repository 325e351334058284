"""A lexicon spent when the query is asked: glosses beside the native questions of AfriQA, zero-shot.

    CLIRLAB_DATA=/path/to/data python benchmarks/glosses.py [LANGUAGE ...]

RR@10 of e5-small over content tokens, exact MaxSim; native questions against the pool of the gold passages of all
languages and splits of AfriQA. The lexicon is induced from the bitexts in the data folder (IBM model 1 both ways,
intersected, at least two links) and merged with Wiktionary. "fused": mean of MaxSim(native) and MaxSim(gloss), as they
are, or each divided by the tokens of its query, since native text is cut into more of them.

Igbo and Zulu where no language is named, on which the defaults of `gloss` were chosen; eight minutes on two cores, of
which the passages take three.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from fidelity import SPLITS, afriqa_pool
from numpy.typing import NDArray

import clirlab as cl
from clirlab.corpora import Bitext, Collection, Lexicon
from clirlab.corpora.lexicon import merge
from clirlab.evaluation import evaluate
from clirlab.models import TokenEncoder
from clirlab.retrieval import PassageVectors, encode_passages, maxsim, run_of, search_bm25, search_psq
from clirlab.supervision import gloss, glossary, induce_lexicon, shuffled_lexicon, translated_words, with_native

BITEXTS = {
    "ig": ["mafand/en/ig/train", "mafand/en/ig/dev", "mafand/en/ig/test", "ntrex/en/ig"],
    "zu": ["mafand/en/zu/dev", "mafand/en/zu/test", "tico19/en/zu", "ntrex/en/zu", "bible/en/zu"],
    "ha": ["mafand/en/ha/train", "tico19/en/ha", "ntrex/en/ha"],
    "yo": ["mafand/en/yo/train", "ntrex/en/yo"],
    "sw": ["mafand/en/sw/train", "tico19/en/sw", "ntrex/en/sw"],
}
STEPS = (("exact",), ("exact", "folded"), ("exact", "folded", "affix"), ("exact", "folded", "affix", "prefix"))


def together(language: str) -> Bitext:
    parts = [cl.load_bitext(name) for name in BITEXTS[language]]
    sides = [tuple(text for part in parts for text in getattr(part, side)) for side in ("source", "english")]
    return Bitext("+".join(BITEXTS[language]), language, *sides)


def questions(files: Sequence[Collection], docs: pd.DataFrame, language: str) -> Collection:
    parts = [file for file in files if file.name in {f"afriqa/{language}/{split}" for split in SPLITS[language]}]
    frames = {key: pd.concat([getattr(part, key) for part in parts], ignore_index=True) for key in ("queries", "qrels")}
    return replace(parts[0], docs=docs, name=f"afriqa/{language}", **frames)


class Judge:
    """Scores texts in the place of a collection's questions, and measures scores."""

    def __init__(self, encoder: TokenEncoder, collection: Collection, passages: PassageVectors) -> None:
        self.encoder, self.collection, self.passages = encoder, collection, passages
        self.known: dict[str, NDArray] = {}
        self.tokens: dict[str, int] = {}

    def scores(self, texts: Sequence[str]) -> NDArray:
        """MaxSim, shape (texts, passages); texts that were asked for before are not scored again."""
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        if new:
            queries = self.encoder.encode(new, kind="query")
            scores = np.empty((len(new), len(self.passages.doc_ids)), dtype=np.float32)
            for positions, tile in self.passages.tiles:
                scores[:, positions] = maxsim(queries, tile).numpy()
            self.known.update(zip(new, scores, strict=True))
            self.tokens.update(zip(new, queries.mask.sum(1).tolist(), strict=True))
        return np.stack([self.known[text] for text in texts])

    def by_token(self, texts: Sequence[str]) -> NDArray:
        """The same, divided by the content tokens of each text."""
        return self.scores(texts) / np.array([[max(1, self.tokens[text])] for text in texts], dtype=np.float32)

    def rr10(self, scores: NDArray) -> float:
        ids = self.collection.queries["query_id"].tolist()
        return self.measure(run_of(scores, ids, self.passages.doc_ids, 10))

    def measure(self, run: pd.DataFrame) -> float:
        return evaluate(run, self.collection.qrels, ["RR@10"])["value"].mean()


def measured(judge: Judge, lexicon: Lexicon, fewer: Lexicon) -> list[tuple]:
    """Rows: what the query is, share of its words that the lexicon knows, RR@10 alone,
    fused with the native query, and fused by token.

    `fewer` is the lexicon with two translations for an English word.
    """
    texts = judge.collection.queries["text"].tolist()
    native = judge.scores(texts)
    rows = [("native", None, judge.rr10(native), None, None)]

    def row(name: str, words: Lexicon, steps: Sequence[str]) -> None:
        found = gloss(texts, words, match=steps)
        glosses = [one.text for one in found]
        scores = judge.scores(glosses)
        by_token = judge.by_token(texts) + judge.by_token(glosses)
        known = sum(one.found for one in found) / sum(one.words for one in found)
        rows.append((name, known, judge.rr10(scores), judge.rr10(native + scores), judge.rr10(by_token)))

    for steps in STEPS:
        row(f"gloss: {', '.join(steps)}", lexicon, steps)
    row("gloss, two translations a word", fewer, STEPS[-1])
    row("gloss, shuffled lexicon", shuffled_lexicon(lexicon), STEPS[-1])
    index = glossary(lexicon)
    both = [one.text for one in with_native(texts, gloss(texts, index))]
    rows.append(("native+gloss in one query", None, judge.rr10(judge.scores(both)), None, None))
    rows.append(("BM25, native", None, judge.measure(search_bm25(judge.collection)), None, None))
    for most in (1, 3):
        run = search_psq(judge.collection, index, most=most)
        rows.append((f"BM25, {most} translation{'s' * (most > 1)}", None, judge.measure(run), None, None))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("languages", nargs="*", metavar="LANGUAGE", help=", ".join(BITEXTS))
    languages = parser.parse_args().languages or ["ig", "zu"]
    if unknown := set(languages) - set(BITEXTS):
        parser.error(f"unknown language {sorted(unknown)[0]!r}; known: {', '.join(BITEXTS)}")
    if "CLIRLAB_DATA" not in os.environ:
        print("needs AfriQA, bitexts and word lists: set CLIRLAB_DATA to the data folder")
        return
    files, encoder = afriqa_pool(), cl.load_encoder("e5-small")
    docs = pd.concat([file.docs for file in files]).drop_duplicates("doc_id").reset_index(drop=True)
    passages = encode_passages(encoder, replace(files[0], docs=docs), progress=True)
    for language in languages:
        bitext, words = together(language), cl.load_lexicon(f"wiktionary/en/{language}")
        lexicon, fewer = (merge([induce_lexicon(bitext, most=most), words]) for most in (20, 2))
        judge = Judge(encoder, questions(files, docs, language), passages)
        table = pd.DataFrame(measured(judge, lexicon, fewer), columns=["query", "known", "RR@10", "fused", "by token"])
        print(
            f"\n{judge.collection.name}: {len(judge.collection.queries)} questions, {len(docs):,} passages; "
            f"{len(glossary(lexicon)):,} words and phrases from {translated_words(bitext):,} words of bitext "
            f"and a list of {len(words):,} entries"
        )
        print(table.round(3).to_string(index=False, na_rep=""), flush=True)


if __name__ == "__main__":
    main()
