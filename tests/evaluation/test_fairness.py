"""Fairness between the languages of a pool, by hand and against scipy."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, kruskal

from clirlab.errors import InputError
from clirlab.evaluation import language_bias, peer, recall_by_language

DOCS = pd.DataFrame({"doc_id": list("abcdefgh"), "language": ["en"] * 4 + ["sw"] * 4})


def run(**rankings):
    rows = [(query, doc, -float(i)) for query, docs in rankings.items() for i, doc in enumerate(docs)]
    return pd.DataFrame(rows, columns=["query_id", "doc_id", "score"])


def qrels(**judgments):
    rows = [(query, doc, level) for query, of_query in judgments.items() for doc, level in of_query.items()]
    return pd.DataFrame(rows, columns=["query_id", "doc_id", "relevance"])


def test_peer_by_hand():
    # relevant en at ranks 1, 3, sw at 2, 5: among themselves 1 3 and 2 4, sums 4 and 6 of 4 documents
    h = 12 / (4 * 5) * (4**2 / 2 + 6**2 / 2) - 3 * 5
    table = peer(run(q="aebgf"), qrels(q=dict.fromkeys("abef", 1)), DOCS)
    assert table["peer"].tolist() == pytest.approx([chi2.sf(h, 1)])


def test_relevant_documents_that_are_not_there_share_the_last_rank():
    judged = qrels(q=dict.fromkeys("abcefg", 1))
    expected = kruskal([1, 2, 4.5], [4.5, 4.5, 4.5]).pvalue  # a and b were found
    assert peer(run(q="ab"), judged, DOCS)["peer"].tolist() == pytest.approx([expected])
    assert peer(run(q="abcefg"), judged, DOCS, k=2)["peer"].tolist() == pytest.approx([expected])
    assert peer(run(q="h"), judged, DOCS)["peer"].tolist() == [1]


def test_levels_of_relevance_are_averaged_by_weight():
    judged = qrels(q={"a": 1, "b": 1, "e": 1, "c": 2, "f": 2, "d": 3})
    ranked = run(q="abecfd")
    first, second = kruskal([1, 2], [3]).pvalue, kruskal([4], [5]).pvalue
    table = peer(ranked, judged, DOCS)
    assert table["peer"].tolist() == pytest.approx([(first + second) / 2])
    assert table["documents"].tolist() == [5]  # level 3 is in one language alone
    weighted = peer(ranked, judged, DOCS, weights={1: 1, 2: 3, 3: 5})
    assert weighted["peer"].tolist() == pytest.approx([(first + 3 * second) / 4])


def test_a_query_with_one_language_says_nothing():
    table = peer(run(q1="ab", q2="ae"), qrels(q1={"a": 1, "b": 1}, q2={"a": 1, "e": 1}), DOCS)
    assert np.isnan(table["peer"].iloc[0]) and table["documents"].tolist() == [0, 2]
    assert table["peer"].mean() == table["peer"].iloc[1]


def test_a_fair_ranking_has_a_higher_peer_than_a_language_after_the_other():
    judged = qrels(q=dict.fromkeys("abcdefgh", 1))
    assert peer(run(q="aebfcgdh"), judged, DOCS)["peer"].iloc[0] > peer(run(q="abcdefgh"), judged, DOCS)["peer"].iloc[0]


def test_bias_by_hand():
    queries = pd.DataFrame({"query_id": ["q1", "q2", "q3"], "language": ["sw", "en", "so"]})
    table = language_bias(run(q1="efag", q2="efag", q3="ab"), queries, DOCS, k=3)
    # q1: 2 of 3 in sw, half of the pool is; q2: 1 of 3; q3: no Somali anywhere
    assert table["bias"].tolist() == pytest.approx([2 / 3 - 1 / 2, 1 / 3 - 1 / 2, 0])
    assert table["language"].tolist() == ["sw", "en", "so"]


def test_bias_leaves_out_queries_without_documents_and_says_so():
    queries = pd.DataFrame({"query_id": ["q1", "q2"], "language": "sw"})
    with pytest.warns(UserWarning, match=r"has no document and scores 0 for 1 query \(q2\)"):
        table = language_bias(run(q1="e"), queries, DOCS)
    assert table["query_id"].tolist() == ["q1"]


def test_recall_by_hand():
    judged = qrels(q1={"a": 1, "b": 1, "e": 2}, q2={"e": 1, "f": 1, "a": 0})
    table = recall_by_language(run(q1="ahe", q2="hef"), judged, DOCS, k=2)
    # en: 1 of 2; sw: 0 of 1 and 1 of 2
    assert table.values.tolist() == [["en", 1, 2, 0.5], ["sw", 2, 3, 0.25]]


@pytest.mark.parametrize("measure", [peer, recall_by_language])
def test_documents_without_a_language_are_named(measure):
    judged = qrels(q={"a": 1, "x": 1})
    with pytest.raises(InputError, match="docs: 1 documents have no language, such as 'x'"):
        measure(run(q="ax"), judged, DOCS)
    with pytest.raises(InputError, match="docs: no column language"):
        measure(run(q="a"), judged, DOCS[["doc_id"]])
    with pytest.raises(InputError, match="run: document 'a' is ranked twice"):
        measure(run(q="aa"), judged, DOCS)
    with pytest.raises(InputError, match="k must be at least 1, got 0"):
        measure(run(q="a"), judged, DOCS, k=0)


def test_a_bias_needs_the_language_of_the_queries():
    with pytest.raises(InputError, match="queries: no column language"):
        language_bias(run(q="a"), pd.DataFrame({"query_id": ["q"]}), DOCS)
