"""TREC judgments there and back, and every line that is none."""

import re

import pandas as pd
import pytest

from clirlab.errors import InputError
from clirlab.retrieval import read_qrels, write_qrels

QRELS = pd.DataFrame({"query_id": ["q1", "q1", "é"], "doc_id": ["a", "b", "a"], "relevance": [2, 0, 1]})


@pytest.mark.parametrize("name", ["qrels.txt", "new/qrels.txt"])
def test_judgments_come_back_as_they_were(tmp_path, name):
    write_qrels(QRELS, tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8") == "q1 0 a 2\nq1 0 b 0\né 0 a 1\n"
    pd.testing.assert_frame_equal(read_qrels(tmp_path / name), QRELS, check_dtype=False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("q 0 a 1\nq 0 b\n", r", line 2: not TREC judgments \(.*\); expected query_id 0 doc_id relevance"),
        ("q 0 a 1\nq 0 b yes\n", r", line 2: not TREC judgments \(.*yes.*\)"),
        ("q 0 a 1\nq 0 b 1\nq 0 a 2\n", ", line 3: 'a' is judged for 'q' in line 1 already"),
        ("q 0 a 0\n", ": no relevant document; a relevance of 1 or more"),
        ("", ": no relevant document"),
    ],
)
def test_what_is_no_judgment_is_named_with_its_place(tmp_path, text, message):
    path = tmp_path / "qrels.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(str(path)) + message):
        read_qrels(path)


def test_an_id_that_would_not_come_back_is_refused(tmp_path):
    with pytest.raises(InputError, match="doc_id 'a b' is empty or has a blank in it"):
        write_qrels(QRELS.assign(doc_id="a b"), tmp_path / "qrels.txt")
    assert not (tmp_path / "qrels.txt").exists()
