"""Measures by hand and against pytrec_eval; what is missing, equal or misspelt."""

from math import log2

import numpy as np
import pandas as pd
import pytest
import pytrec_eval

from clirlab.errors import InputError
from clirlab.evaluation import evaluate, parse_measures
from clirlab.retrieval import run_of


def judged(relevance, query="q"):
    return pd.DataFrame({"query_id": query, "doc_id": list(relevance), "relevance": list(relevance.values())})


def ranked(docs, query="q"):
    """A run that gives these documents in this order."""
    n = len(docs)
    return pd.DataFrame({"query_id": query, "doc_id": docs, "score": np.arange(n, 0, -1.0), "rank": range(1, n + 1)})


def values(run, qrels, *measures):
    return evaluate(run, qrels, measures)["value"].tolist()


def test_rr_and_ndcg_by_hand():
    qrels = judged({"b": 1, "d": 3})
    run = ranked(["a", "b", "c", "d"])
    # first relevant at rank 2; gains 1 and 3 at ranks 2 and 4, ideally 3 and 1 at ranks 1 and 2
    ndcg = (1 / log2(3) + 3 / log2(5)) / (3 / log2(2) + 1 / log2(3))
    assert values(run, qrels, "RR@10", "nDCG@10") == pytest.approx([1 / 2, ndcg])


def test_what_is_beyond_rank_10_does_not_count():
    run = ranked([f"d{i:02}" for i in range(11)])
    assert values(run, judged({"d09": 1}), "RR@10", "nDCG@10") == pytest.approx([1 / 10, 1 / log2(11)])
    assert values(run, judged({"d10": 1}), "RR@10", "nDCG@10") == [0, 0]


def test_there_is_one_row_for_each_judged_query_and_measure_and_a_query_without_documents_scores_0():
    qrels = pd.concat([judged({"a": 1}, "q2"), judged({"a": 1}, "q0"), judged({"a": 1}, "q1")])
    run = pd.concat([ranked(["a"], "q1"), ranked(["b", "a"], "q2"), ranked(["a"], "not judged")])
    expected = [["q2", "RR@10", 0.5], ["q2", "P@1", 0], ["q0", "RR@10", 0], ["q0", "P@1", 0], ["q1", "RR@10", 1]]
    with pytest.warns(UserWarning, match=r"for 1 query \(q0\)"):
        frame = evaluate(run, qrels, ["RR@10", "P@1"])
    assert list(frame) == ["query_id", "measure", "value"]
    assert frame.values.tolist() == [*expected, ["q1", "P@1", 1]]
    with pytest.warns(UserWarning, match="for 3 queries"):
        assert (evaluate(run.iloc[:0], qrels)["value"] == 0).all()


@pytest.mark.parametrize("measure", ["RR@10", "RR", "nDCG@10", "P@1"])
@pytest.mark.parametrize("first", ["a", "b"])
def test_the_rank_decides_between_equal_scores(measure, first):
    second = "b" if first == "a" else "a"
    run = ranked([first, second]).assign(score=0.5)
    assert values(run, judged({first: 1}), measure) == [1]


def test_measures_that_go_by_two_names_get_their_value_under_both():
    assert values(ranked(["a", "b"]), judged({"b": 1}), "RR@10", "MRR@10", "nDCG@10", "NDCG@10") == pytest.approx(
        [1 / 2, 1 / 2, 1 / log2(3), 1 / log2(3)]
    )


def test_random_runs_agree_with_pytrec_eval():
    generator = np.random.default_rng(0)
    queries, docs = [f"q{i}" for i in range(30)], [f"d{i}" for i in range(25)]
    run = run_of(generator.random((30, 25)), queries, docs, k=20)
    qrels = pd.concat(
        [judged({d: int(generator.integers(1, 4)) for d in generator.choice(docs, 3)}, q) for q in queries]
    )
    judgments, scores = (
        {q: dict(zip(part["doc_id"], part[column], strict=True)) for q, part in frame.groupby("query_id")}
        for frame, column in ((qrels, "relevance"), (run, "score"))
    )
    peer = pytrec_eval.RelevanceEvaluator(judgments, {"recip_rank", "ndcg_cut_10", "map"}).evaluate(scores)
    for measure, name in (("RR", "recip_rank"), ("nDCG@10", "ndcg_cut_10"), ("AP", "map")):
        assert values(run, qrels, measure) == pytest.approx([peer[query][name] for query in queries])
    rr = np.array([peer[query]["recip_rank"] for query in queries])
    assert values(run, qrels, "RR@10") == pytest.approx(np.where(rr >= 0.1, rr, 0))


@pytest.mark.parametrize(
    "name", ["RR@ten", "", "RR@-1", "nonsense@10", "nDCG@", "P", "RR@1.5", "RR(nonsense=1)@10", "nDCG(dcg='x')@10"]
)
def test_an_unknown_measure_is_named_before_anything_is_computed(name):
    with pytest.raises(InputError) as error:
        parse_measures(["RR@10", name])
    assert str(error.value).startswith(f"unknown measure {name!r}; known are ir-measures' names, such as RR@10")
