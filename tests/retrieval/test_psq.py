"""Probabilistic structured queries: by hand, and beside BM25 of the gloss."""

from math import log

import numpy as np
import pandas as pd
import pytest

from clirlab.corpora import Collection, Lexicon, load_collection, load_lexicon
from clirlab.errors import InputError
from clirlab.evaluation import evaluate
from clirlab.retrieval import search_bm25, search_psq
from clirlab.retrieval.psq import structured_query
from clirlab.supervision import gloss, glossary, shuffled_lexicon

DOCS = ["water, water: rain", "Rain in Iringa", "stone", "the rain of the water of life"]
LEXICON = Lexicon(
    "tiny", "sw", {"water": ("maji",), "rain": ("maji",)}, weights={"water": (3.0,), "rain": (1.0,)}
)  # fmt: skip


def collection(*queries):
    docs = pd.DataFrame({"doc_id": [f"d{i}" for i in range(len(DOCS))], "title": "", "text": DOCS})
    asked = pd.DataFrame({"query_id": [f"q{i}" for i in range(len(queries))], "text": queries})
    qrels = pd.DataFrame({"query_id": ["q0"], "doc_id": ["d0"], "relevance": 1})
    return Collection("tiny", docs, asked, qrels, "en", "sw", "here", "MIT")


def weight(tf, length, df, n=4, mean=3.5, k1=1.5, b=0.75):
    return log(1 + (n - df + 0.5) / (df + 0.5)) * tf / (tf + k1 * (1 - b + b * length / mean))


def test_counts_are_expectations():
    run = search_psq(collection("Maji Iringa"), LEXICON).set_index("doc_id")["score"]
    # df = 3/4 of 2 (water) and 1/4 of 3 (rain); tf the same way; Iringa stands for itself
    df = 0.75 * 2 + 0.25 * 3
    assert run["d0"] == pytest.approx(weight(0.75 * 2 + 0.25, 3, df))
    assert run["d1"] == pytest.approx(weight(0.25, 3, df) + weight(1, 3, 1))
    assert run["d3"] == pytest.approx(weight(0.75 + 0.25, 7, df))
    assert run["d2"] == 0


def test_with_one_translation_a_word_it_is_bm25_of_the_gloss():
    swahili, lexicon = load_collection("demo/en/sw"), load_lexicon("demo/en/sw")
    texts = swahili.queries["text"].tolist()
    glossed = swahili.queries.assign(text=[one.text for one in gloss(texts, lexicon)])
    k = len(swahili.docs)
    expected = search_bm25(Collection(**{**vars(swahili), "queries": glossed}), k)
    found = search_psq(swahili, lexicon, k, most=1)
    both = expected.merge(found, on=["query_id", "doc_id"])
    assert len(both) == len(expected) == len(found)
    assert both["score_x"].max() > 1
    np.testing.assert_allclose(both["score_y"], both["score_x"], rtol=1e-4, atol=1e-5)


def test_phrases_of_several_translations_go_word_beside_word():
    swahili = Lexicon(
        "n", "sw", {"how many": ("ngapi",), "which": ("ngapi",)}, weights={"how many": (1,), "which": (1,)}
    )
    assert structured_query("Ngapi, baba", glossary(swahili)) == [
        [("how", 0.5), ("which", 0.5)],
        [("many", 0.5)],
        [("baba", 1.0)],
    ]
    assert structured_query("Ngapi", glossary(swahili), most=1) == [[("how", 1.0)], [("many", 1.0)]]
    assert structured_query("", glossary(swahili)) == []


def test_a_shuffled_lexicon_loses_what_the_lexicon_gains():
    swahili, lexicon = load_collection("demo/en/sw"), load_lexicon("demo/en/sw")
    native, right, wrong = (
        evaluate(run, swahili.qrels, ["RR@10"])["value"].mean()
        for run in (
            search_bm25(swahili),
            search_psq(swahili, lexicon),
            search_psq(swahili, shuffled_lexicon(lexicon)),
        )
    )
    assert right > native + 0.2
    assert wrong < native + 0.05


def test_what_cannot_work_is_named():
    with pytest.raises(InputError, match="most must be at least 1, got 0"):
        search_psq(collection("maji"), LEXICON, most=0)
    with pytest.raises(InputError, match="unknown step of matching 'near'"):
        search_psq(collection("maji"), LEXICON, match=["near"])
