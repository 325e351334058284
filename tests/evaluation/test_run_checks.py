"""What is wrong with a run or with judgments is said once, with its remedy; trec_eval's order is kept."""

import warnings

import numpy as np
import pandas as pd
import pytest
import pytrec_eval

from clirlab.errors import InputError
from clirlab.evaluation import check_qrels, check_run, compare, evaluate

QRELS = pd.DataFrame({"query_id": ["q1", "q1", "q2"], "doc_id": ["a", "b", "a"], "relevance": [1, 2, 1]})
RUN = pd.DataFrame({"query_id": ["q1", "q1", "q2"], "doc_id": ["a", "b", "a"], "score": [2.0, 1.0, 1.0]})


def said(call, *arguments):
    with pytest.raises(InputError) as error:
        call(*arguments)
    return str(error.value)


def test_a_document_that_is_twice_in_a_run_is_named():
    run = pd.concat([RUN, RUN.iloc[[1]]])
    assert said(evaluate, run, QRELS) == "run: document 'b' is ranked twice for query 'q1'; keep one of them"
    assert "(3 such rows)" in said(evaluate, pd.concat([RUN, RUN]), QRELS)


def test_a_score_that_is_no_number_is_named():
    message = said(evaluate, RUN.assign(score=[1.0, np.nan, np.nan]), QRELS)
    assert message.startswith("run: 2 of 3 scores are NaN, the first for query 'q1', document 'b'; a document that was")
    assert said(evaluate, RUN.assign(rank=[1, np.nan, 1]), QRELS).startswith("run: 1 of 3 ranks are NaN")
    text = RUN.assign(score=["2", "1", "1"])
    assert said(evaluate, text, QRELS) == f"run: score is of type {text['score'].dtype}, not a number; convert it first"


def test_a_rank_that_is_given_twice_is_named():
    message = said(evaluate, RUN.assign(rank=1), QRELS)
    assert message == "run: two documents of query 'q1' have rank 1; drop the column to rank anew"


@pytest.mark.parametrize("column", ["query_id", "doc_id"])
@pytest.mark.parametrize("frame", ["run", "qrels"])
def test_ids_that_are_numbers_are_refused_rather_than_never_matched(frame, column):
    frames = {"run": RUN, "qrels": QRELS} | {frame: {"run": RUN, "qrels": QRELS}[frame].assign(**{column: [1, 2, 3]})}
    message = said(evaluate, frames["run"], frames["qrels"])
    assert message == f"{frame}: {column} is of type integer, and ids are strings; use .astype(str)"


def test_a_missing_column_is_named_with_those_that_are_there():
    message = said(evaluate, RUN.rename(columns={"doc_id": "docno"}), QRELS)
    assert message == "run: no column doc_id; it has query_id, docno, score"
    assert said(evaluate, RUN, QRELS.drop(columns="relevance")).startswith("qrels: no column relevance")


def test_judgments_that_are_not_sound_are_named():
    assert said(evaluate, RUN, pd.concat([QRELS, QRELS])).startswith(
        "qrels: document 'a' is judged twice for query 'q1'"
    )
    floats = QRELS.assign(relevance=[1.0, 0.5, 1.0])
    assert said(evaluate, RUN, floats) == "qrels: relevance is of type float64, not integer; convert it first"
    assert said(evaluate, RUN, QRELS.assign(relevance=0)).startswith("qrels: no query has a relevant document")


def test_queries_without_a_relevant_document_are_left_out_with_one_warning():
    qrels = QRELS.assign(relevance=[0, 1, 0])
    with pytest.warns(UserWarning) as caught:
        frame = evaluate(RUN, qrels, ["RR", "AP"])
    assert [str(w.message) for w in caught] == ["qrels: left out, since they have no relevant document: 1 query (q2)"]
    assert frame["query_id"].unique().tolist() == ["q1"]
    assert check_qrels(QRELS) is not None


def test_queries_that_a_run_does_not_answer_are_counted_and_named_once():
    qrels = pd.DataFrame({"query_id": [f"q{i}" for i in range(9)], "doc_id": "a", "relevance": 1})
    with pytest.warns(UserWarning) as caught:
        frame = evaluate(RUN, qrels, ["RR"])
    assert [str(w.message) for w in caught] == [
        "run: has no document and scores 0 for 7 queries (q0, q3, q4, q5, q6, …)"
    ]
    assert frame["value"].tolist() == [0, 1, 1, 0, 0, 0, 0, 0, 0]


def test_a_run_of_another_collection_is_refused():
    other = RUN.assign(query_id="z" + RUN["query_id"])
    assert said(evaluate, other, QRELS).startswith("run: no query in common with the judgments: 'zq")


def test_a_comparison_says_which_run_is_wrong():
    broken = RUN.assign(score=np.nan)
    message = said(compare, {"good": RUN, "bad": broken}, QRELS, ["RR"], "good")
    assert message.startswith("bad: 3 of 3 scores are NaN")
    message = said(compare, {"good": RUN, "bad": [RUN, broken]}, QRELS, ["RR"], "good")
    assert message.startswith("bad, run 2: 3 of 3")
    assert said(compare, {"good": RUN, "bad": []}, QRELS, ["RR"], "good") == "bad: there is no run"


def test_a_sound_run_gives_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        evaluate(RUN, QRELS)


def test_equal_scores_are_ordered_as_trec_eval_does():
    # by falling id, capitals before small letters, single precision
    run = pd.DataFrame({"query_id": "q", "doc_id": ["a", "B", "é", "b", "c"], "score": [1, 1, 1, 1 + 1e-12, 0.5]})
    assert check_run(run, ["q"])["doc_id"].tolist() == ["é", "b", "a", "B", "c"]
    for document, rank in zip(["é", "b", "a", "B", "c"], range(1, 6), strict=True):
        peer = pytrec_eval.RelevanceEvaluator({"q": {document: 1}}, {"recip_rank"})
        scores = dict(zip(run["doc_id"], run["score"], strict=True))
        assert peer.evaluate({"q": scores})["q"]["recip_rank"] == pytest.approx(1 / rank)
        qrels = pd.DataFrame({"query_id": ["q"], "doc_id": [document], "relevance": [1]})
        values = evaluate(run, qrels, ["RR", "RR@10", "AP", "Judged@1"]).set_index("measure")["value"]
        # whichever provider computes a measure, the order is the same
        assert values.tolist() == pytest.approx([1 / rank, 1 / rank, 1 / rank, float(rank == 1)])


def test_random_runs_with_ties_and_unjudged_documents_agree_with_pytrec_eval():
    generator = np.random.default_rng(0)
    rows = [(f"q{q}", f"d{d}", float(generator.integers(0, 4))) for q in range(20) for d in range(30)]
    run = pd.DataFrame(rows, columns=["query_id", "doc_id", "score"]).sample(frac=0.8, random_state=0)
    judged = [(f"q{q}", f"d{d}", int(generator.integers(0, 3))) for q in range(20) for d in range(0, 30, 2)]
    qrels = pd.DataFrame(judged, columns=["query_id", "doc_id", "relevance"])
    as_dict = {
        name: {q: dict(zip(part["doc_id"], part[column], strict=True)) for q, part in frame.groupby("query_id")}
        for name, frame, column in (("run", run, "score"), ("qrels", qrels, "relevance"))
    }
    names = {"RR": "recip_rank", "nDCG@10": "ndcg_cut_10", "AP": "map", "P@5": "P_5", "R@20": "recall_20",
             "Bpref": "bpref", "Rprec": "Rprec", "Success@5": "success_5"}  # fmt: skip
    peer = pytrec_eval.RelevanceEvaluator(as_dict["qrels"], set(names.values())).evaluate(as_dict["run"])
    frame = evaluate(run, qrels, list(names))
    for measure, name in names.items():
        part = frame[frame["measure"] == measure]
        assert part["value"].tolist() == pytest.approx([peer[q][name] for q in part["query_id"]])
