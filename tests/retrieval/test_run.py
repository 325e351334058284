"""Runs: the best of a matrix in a reproducible order, and TREC files there and back."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pandas.testing import assert_frame_equal

from clirlab.errors import InputError
from clirlab.retrieval import read_run, run_of, write_run

INF = float("inf")
# few values, so that many are equal
tied = arrays(np.float32, (2, 5), elements=st.sampled_from([-INF, 0, 1, 2]))


def test_the_best_come_first_and_equal_scores_in_the_order_of_ids():
    scores = np.array([[2.0, 3.0, 2.0], [0.0, 0.0, 1.0]])
    expected = [["q1", "b", 3, 1], ["q1", "a", 2, 2], ["q0", "c", 1, 1], ["q0", "a", 0, 2]]
    run = run_of(scores[:, [0, 1, 2]], ["q1", "q0"], ["c", "b", "a"], k=2)
    assert run.iloc[:2].values.tolist() == expected[:2]
    run = run_of(scores, ["q1", "q0"], ["a", "b", "c"], k=2)
    assert run.values.tolist() == expected


@settings(deadline=None)
@given(tied, st.permutations(range(5)), st.integers(1, 7))
def test_the_order_of_the_columns_does_not_matter(scores, order, k):
    ids = np.array(["d10", "d9", "D1", "é", "e"])
    run = run_of(scores, ["p", "q"], ids.tolist(), k)
    assert_frame_equal(run_of(scores[:, order], ["p", "q"], ids[order].tolist(), k), run)
    assert run["rank"].tolist() == [*range(1, min(k, 5) + 1)] * 2
    for row, (_, part) in zip(scores, run.groupby("query_id"), strict=True):
        slow = sorted(zip(-row, ids, strict=True))[:k]
        assert list(zip(-part["score"], part["doc_id"], strict=True)) == slow


scores_of_a_run = arrays(np.float32, (1, 4), elements=st.floats(-1e4, 1e4, width=32) | st.just(-INF))


@settings(deadline=None)
@given(scores_of_a_run)
@example(np.array([[10.0000105, 10.00001, 0.1, -INF]], dtype=np.float32))  # nine digits tell all float32 apart
def test_a_run_comes_back_from_a_file_as_it_was(tmp_path_factory, scores):
    path = tmp_path_factory.mktemp("run") / "new folder" / "run.txt"
    run = run_of(scores, ["q"], ["a", "b", "c", "d:é"], k=4)
    write_run(run, path)
    back = read_run(path)
    assert list(back) == ["query_id", "doc_id", "score", "rank"]
    assert_frame_equal(back.astype({"score": np.float32}), run, check_dtype=False, check_exact=True)


def test_lines_are_those_of_trec_eval(tmp_path):
    write_run(run_of(np.array([[0.5, 12.25]]), ["q1"], ["a", "b"], k=2), tmp_path / "run.txt", tag="mine")
    assert (tmp_path / "run.txt").read_text() == "q1 Q0 b 1 12.25 mine\nq1 Q0 a 2 0.5 mine\n"


@pytest.mark.parametrize("bad", [{"query_id": "q 1"}, {"doc_id": "d 1"}, {"doc_id": ""}])
def test_an_id_that_would_not_come_back_is_refused(tmp_path, bad):
    run = pd.DataFrame({"query_id": ["q"], "doc_id": ["d"], "score": [1.0], "rank": [1]}).assign(**bad)
    with pytest.raises(InputError, match=repr(*bad.values())):
        write_run(run, tmp_path / "run.txt")
    assert not (tmp_path / "run.txt").exists()


@pytest.mark.parametrize(
    "line",
    ["q Q0 d 1 0.5", "q Q0 d 1 0.5 tag more", "q Q0 d first 0.5 tag", "q Q0 d 1 best tag", "q Q0 d 1.5 1 tag", ""],
)
def test_a_line_that_is_no_run_is_named_with_its_file_and_number(tmp_path, line):
    path = tmp_path / "run.txt"
    path.write_text(f"q Q0 a 1 0.75 tag\n{line}\nq Q0 b 2 0.25 tag\n", encoding="utf-8")
    message = re.escape(f"{path}, line 2: not a TREC run (") + r".*\); expected query_id Q0 doc_id rank score tag"
    with pytest.raises(InputError, match=message):
        read_run(path)
