import numpy as np
import pandas as pd

from clirlab.evaluation import answer_moves


def run(*documents):
    return pd.DataFrame(
        {"query_id": "q", "doc_id": list(documents), "rank": range(1, len(documents) + 1), "score": 0.0}
    )


def test_ranks_of_answers_the_largest_move_first():
    qrels = pd.DataFrame({"query_id": "q", "doc_id": ["a", "b", "c"], "relevance": 1})
    moves = answer_moves(run("x", "a", "y", "b"), run("b", "a", "x"), qrels)
    assert moves["doc_id"].tolist() == ["b", "a", "c"]
    assert moves[["before", "after"]].to_numpy().tolist() == [[4, 1], [2, 2], [np.inf, np.inf]]
    assert moves["gain"].tolist() == [0.75, 0, 0] and moves["helped"].tolist() == [True, False, False]
