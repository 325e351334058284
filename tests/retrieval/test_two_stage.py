"""Candidates by pooled vectors: all are the exact search, fewer are the pooled scorer's first."""

import numpy as np
import pytest
from vectors import vectors

from clirlab.errors import InputError
from clirlab.retrieval import build_index, search_index, search_two_stage, two_stage
from clirlab.retrieval.search_index import rank_index
from clirlab.retrieval.two_stage import nearest_pooled, rerank


@pytest.fixture
def index(tiny, animals, tmp_path):
    return build_index(tiny, animals, tmp_path / "index", dtype="float32", progress=False)


def test_with_all_passages_as_candidates_it_is_the_exact_search(exact_index):
    index, queries = exact_index(), vectors(1, 5, exact=True)
    ids = [f"q{i}" for i in range(5)]
    for n in (300, 1000):
        run = rerank(queries, ids, index, nearest_pooled(queries, index, n), k=100)
        assert run.equals(rank_index(queries, ids, index, "maxsim", k=100))


def test_candidates_are_the_first_of_the_pooled_run_and_their_scores_those_of_maxsim(tiny, animals, index):
    pooled = search_index(tiny, index, animals, k=20, scorer="pooled", dtype="float32")
    exact = search_index(tiny, index, animals, k=150, dtype="float32").set_index(["query_id", "doc_id"])["score"]
    run = search_two_stage(tiny, index, animals, k=20, first=20, dtype="float32")
    assert run["rank"].tolist() == [*range(1, 21)] * 4
    for query, part in run.groupby("query_id"):
        # documents of the same text are equal but for rounding: compare what was found by score
        wanted = exact.loc[query].loc[pooled.loc[pooled["query_id"] == query, "doc_id"]]
        np.testing.assert_allclose(part["score"], sorted(wanted, reverse=True), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("held", [1, 40, 1500])
def test_candidates_do_not_depend_on_how_many_scores_are_held(exact_index, monkeypatch, held):
    index, queries = exact_index(), vectors(1, 5, exact=True)
    whole = nearest_pooled(queries, index, 30)
    monkeypatch.setattr(two_stage, "SCORES", held)
    for mine, theirs in zip(nearest_pooled(queries, index, 30), whole, strict=True):
        assert mine.tolist() == theirs.tolist()


def test_fewer_candidates_than_results_are_refused(tiny, index):
    with pytest.raises(InputError, match=r"first must be at least k \(100\), got 50"):
        search_two_stage(tiny, index, {"q": "a cat"}, k=100, first=50)
