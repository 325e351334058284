"""Runs made elsewhere: what is refused when it is read or compared, and what is only said."""

import re
import warnings

import pandas as pd
import pytest

from clirlab.errors import InputError
from clirlab.evaluation import evaluate
from clirlab.retrieval import RunWarning, check_run, read_run

QRELS = pd.DataFrame({"query_id": ["q1", "q2"], "doc_id": ["a", "b"], "relevance": [1, 2]})
RUN = pd.DataFrame({"query_id": ["q1", "q1", "q2"], "doc_id": ["a", "b", "b"], "score": [2.0, 1, 3], "rank": [1, 2, 1]})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("q Q0 a 2 0.5 tag", ", line 2: 'q' has 'a' in line 1 already; leave one of them out"),
        ("q Q0 b 2 nan tag", ", line 2: the score of 'b' for 'q' is nan, no number"),
        ("q Q0 b 2 inf tag", ", line 2: the score of 'b' for 'q' is inf, no number"),
    ],
)
def test_a_line_that_cannot_be_ranked_is_named(tmp_path, line, message):
    path = tmp_path / "run.txt"
    path.write_text(f"q Q0 a 1 0.75 tag\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(f"{path}{message}")):
        read_run(path)


def test_gaps_in_the_ranks_ids_of_digits_and_a_document_without_content_are_read(tmp_path):
    (tmp_path / "run.txt").write_text("7 Q0 01 0 3 x\n7\tQ0\t1\t4\t-inf\tx\n", encoding="utf-8")
    run = read_run(tmp_path / "run.txt")
    assert run.values.tolist() == [["7", "01", 3, 0], ["7", "1", -float("inf"), 4]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        qrels = QRELS[:1].assign(query_id="7", doc_id="1")
        check_run(run, qrels)
    assert evaluate(run, qrels, ["RR@10"])["value"].tolist() == [0.5]


@pytest.mark.parametrize(
    ("run", "qrels", "message"),
    [
        (RUN.drop(columns="score"), QRELS, "mine: no column 'score'; expected query_id, doc_id, score"),
        (RUN, QRELS.drop(columns="relevance"), "the judgments: no column 'relevance'"),
        (pd.concat([RUN, RUN[:1].assign(rank=9)]), QRELS, r"mine: 'q1' has 'a' twice \(1 such rows\)"),
        (RUN.assign(rank=1), QRELS, r"mine: 'q1' has rank 1 twice \(1 such rows\)"),
        (RUN.assign(score=[1, float("nan"), 1]), QRELS, "mine: the score of 'b' for 'q1' is nan, no number"),
        (RUN.assign(score=[1, 1, float("inf")]), QRELS, "mine: the score of 'b' for 'q2' is inf, no number"),
        (RUN, QRELS.assign(relevance=0), "the judgments have no relevant document"),
        (RUN, QRELS[:0], "the judgments have no relevant document"),
        (RUN.assign(query_id=["1", "1", "2"]), QRELS, "no query in common: '1' is one of the run, 'q1' one of the"),
        (RUN[:0], QRELS, "no query in common: the run is empty, 'q1' one of the judgments"),
    ],
)
def test_what_cannot_be_compared_is_refused(run, qrels, message):
    with pytest.raises(InputError, match=message):
        check_run(run, qrels, "mine")


@pytest.mark.parametrize(
    ("run", "qrels", "message"),
    [
        (RUN[:2], QRELS, "mine: 1 judged queries have no document in it and score 0, such as 'q2'"),
        (RUN, QRELS[:1], "1 of its queries are not judged and left out, such as 'q2'"),
        (RUN, QRELS.assign(relevance=[1, 0]), "1 judged queries have no relevant document, such as 'q2'"),
        (RUN.assign(score=[1, 2, 3]), QRELS, "1 of its queries have a lower score at a better rank.*, such as 'q1'"),
    ],
)
def test_what_should_be_known_is_said(run, qrels, message):
    with pytest.warns(RunWarning, match=message):
        check_run(run, qrels, "mine")


def test_nothing_is_said_of_a_run_that_fits():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_run(RUN, QRELS)
        check_run(RUN.drop(columns="rank"), QRELS)
