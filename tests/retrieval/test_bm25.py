"""BM25: Lucene's formula by hand, and the embedded collection is not one that shared words solve."""

import sys
from math import log

import pandas as pd
import pytest

from clirlab.corpora import Collection, load_collection
from clirlab.evaluation import evaluate
from clirlab.retrieval import bm25, search_bm25

DOCS = ["Cat, cat: dog.", "DOG dog dog dog dog", "bird", "a bird ate the cat"]


def found(*queries, k=100):
    """The runs of these queries over DOCS (ids d0 … d3)."""
    docs = pd.DataFrame({"doc_id": [f"d{i}" for i in range(len(DOCS))], "title": "", "text": DOCS})
    asked = pd.DataFrame({"query_id": [f"q{i}" for i in range(len(queries))], "text": queries})
    qrels = pd.DataFrame({"query_id": ["q0"], "doc_id": ["d0"], "relevance": 1})
    run = search_bm25(Collection("tiny", docs, asked, qrels, "en", "en", "here", "MIT"), k)
    return [part for _, part in run.groupby("query_id")]


def weight(tf, length, df, n=4, mean=3.5, k1=1.5, b=0.75):
    """Lucene's BM25 weight of a word in a document."""
    return log(1 + (n - df + 0.5) / (df + 0.5)) * tf / (tf + k1 * (1 - b + b * length / mean))


def test_scores_by_hand():
    (run,) = found("CAT dog unknown")
    # d0: cat twice, dog once, of 3 words; d1: dog five times of 5; d3: cat once of 5; d2: neither
    expected = {"d0": weight(2, 3, 2) + weight(1, 3, 2), "d1": weight(5, 5, 2), "d3": weight(1, 5, 2), "d2": 0}
    assert run["doc_id"].tolist() == ["d0", "d1", "d3", "d2"]
    assert run["score"].tolist() == pytest.approx(list(expected.values()), rel=1e-5)
    assert run["rank"].tolist() == [1, 2, 3, 4]


def test_a_query_without_words_or_without_shared_ones_scores_every_document_0():
    runs = found("?!", "unknown", "bird", k=3)
    for run in runs[:2]:
        assert run["doc_id"].tolist() == ["d0", "d1", "d2"]
        assert run["score"].tolist() == [0, 0, 0]
    assert runs[2]["doc_id"].tolist() == ["d2", "d3", "d0"]


def test_a_run_is_the_same_however_many_queries_are_scored_at_once(monkeypatch):
    whole = found("CAT dog", "bird", "?!", "ate the bird")
    monkeypatch.setattr(bm25, "QUERIES", 3)
    for part, expected in zip(found("CAT dog", "bird", "?!", "ate the bird"), whole, strict=True):
        assert part.equals(expected)


def test_documents_without_terms_score_0(monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "DOCS", ["?!", "", "cat"])
    (run,) = found("cat")
    assert run["doc_id"].tolist() == ["d2", "d0", "d1"]
    assert run["score"].tolist()[1:] == [0, 0]
    monkeypatch.setattr(sys.modules[__name__], "DOCS", ["?!", ""])
    (run,) = found("cat")
    assert run[["doc_id", "score"]].values.tolist() == [["d0", 0], ["d1", 0]]


def test_a_script_without_blanks_is_found_by_pairs_of_characters(monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "DOCS", ["蜂蜜是甜的", "蜜蜂住在蜂巢里", "水"])
    (run,) = found("蜜蜂住哪里")
    # 蜜蜂 alone; the characters 蜂 and 蜜 stand in d0 too
    assert run["doc_id"].tolist()[0] == "d1"
    assert run["score"].tolist()[1:] == [0, 0]


def test_the_demo_is_not_solved_by_shared_words():
    collection = load_collection("demo/en/en")
    scores = evaluate(search_bm25(collection), collection.qrels, ["RR@10"])["value"]
    assert 0 < scores.mean() < 0.9
