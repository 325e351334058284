"""Runs made elsewhere: what is refused when they are read."""

import re
import warnings

import pandas as pd
import pytest

from clirlab.errors import InputError
from clirlab.evaluation import evaluate
from clirlab.retrieval import read_run

QRELS = pd.DataFrame({"query_id": ["q1", "q2"], "doc_id": ["a", "b"], "relevance": [1, 2]})


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
        assert evaluate(run, qrels, ["RR@10"])["value"].tolist() == [0.5]
