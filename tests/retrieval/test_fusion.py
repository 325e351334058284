"""Fused runs by hand: reciprocal ranks, normalised scores, what a run has not."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clirlab.errors import InputError
from clirlab.retrieval import fuse_runs


def run(scores, query="q"):
    """The run of one query from {doc_id: score}."""
    ordered = sorted(scores, key=lambda d: (-scores[d], d))
    frame = {"query_id": query, "doc_id": ordered, "score": [float(scores[d]) for d in ordered]}
    return pd.DataFrame(frame).assign(rank=range(1, len(ordered) + 1))


def scores_of(frame):
    return dict(zip(frame["doc_id"], frame["score"], strict=True))


ONE, TWO = run({"a": 9, "b": 8, "c": 5}), run({"c": 0.7, "b": 0.6, "d": 0.3})


def test_reciprocal_ranks_by_hand():
    fused = fuse_runs({"one": ONE, "two": TWO})
    expected = {"c": 1 / 63 + 1 / 61, "b": 2 / 62, "a": 1 / 61, "d": 1 / 63}
    assert fused["doc_id"].tolist() == ["c", "b", "a", "d"]
    assert scores_of(fused) == pytest.approx(expected)
    assert fused["rank"].tolist() == [1, 2, 3, 4]
    weighted = fuse_runs({"one": ONE, "two": TWO}, weights={"one": 2, "two": 0}, smoothing=0)
    assert scores_of(weighted) == pytest.approx({"a": 2, "b": 1, "c": 2 / 3, "d": 0})


def test_ranks_with_gaps_are_counted_anew():
    gaps = ONE.assign(rank=[0, 10, 20])
    pd.testing.assert_frame_equal(fuse_runs({"one": gaps, "two": TWO}), fuse_runs({"one": ONE, "two": TWO}))


def test_min_max_by_hand():
    # one: 1, .75, 0; two: c 1, b .75, d 0; what a run has not gets its lowest, 0
    fused = fuse_runs({"one": ONE, "two": TWO}, "weighted", weights={"one": 0.8, "two": 0.2})
    assert scores_of(fused) == pytest.approx({"a": 0.8, "b": 0.75, "c": 0.2, "d": 0})
    equal = fuse_runs({"one": ONE, "two": TWO}, "weighted")
    assert scores_of(equal) == pytest.approx({"b": 0.75, "a": 0.5, "c": 0.5, "d": 0})
    assert equal["doc_id"].tolist() == ["b", "a", "c", "d"]


def test_z_by_hand():
    two = run({"b": 3, "c": 1})
    # one: mean 22/3, deviation sqrt(26/9); two: 1 and -1, and its lowest for a, which it has not
    z = {d: (s - 22 / 3) / (26 / 9) ** 0.5 for d, s in {"a": 9, "b": 8, "c": 5}.items()}
    fused = fuse_runs({"one": ONE, "two": two}, "weighted", normalise="z")
    expected = {"a": (z["a"] - 1) / 2, "b": (z["b"] + 1) / 2, "c": (z["c"] - 1) / 2}
    assert scores_of(fused) == pytest.approx(expected)


@pytest.mark.parametrize("normalise", ["min-max", "z"])
def test_equal_scores_say_nothing(normalise):
    flat = run({"a": 0.1, "b": 0.1, "c": 0.1})
    fused = fuse_runs({"flat": flat, "one": ONE}, "weighted", normalise=normalise)
    assert fused["doc_id"].tolist() == ["a", "b", "c"]
    alone = fuse_runs({"one": ONE}, "weighted", normalise=normalise)
    assert fused["score"].to_numpy() == pytest.approx(alone["score"].to_numpy() / 2)


@pytest.mark.parametrize("how", ["rrf", "weighted"])
def test_a_score_of_minus_infinity_is_no_find(how):
    found = run({"a": 9, "b": 8, "c": -np.inf})
    pd.testing.assert_frame_equal(fuse_runs({"x": found, "y": TWO}, how), fuse_runs({"x": found[:2], "y": TWO}, how))


@pytest.mark.parametrize("how", ["rrf", "weighted"])
def test_a_query_that_one_run_has_not_is_fused_from_the_others(how):
    more = pd.concat([run({"z": 2, "a": 1}, "p"), ONE])
    fused = fuse_runs({"more": more, "two": TWO}, how)
    assert fused["query_id"].unique().tolist() == ["p", "q"]
    assert fused.loc[fused["query_id"] == "p", "doc_id"].tolist() == ["z", "a"]
    assert fuse_runs({"two": TWO, "more": more}, how)["query_id"].unique().tolist() == ["q", "p"]


found = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 3), min_size=1)


@settings(deadline=None, max_examples=50)
@given(st.lists(found, min_size=1, max_size=3), st.integers(1, 7), st.sampled_from(["rrf", "weighted"]))
def test_fused_scores_equal_loops_and_ties_go_by_id(rankings, k, how):
    runs = {str(i): run(ranking) for i, ranking in enumerate(rankings)}
    fused = fuse_runs(runs, how, k=k)
    expected = dict.fromkeys(sorted(set().union(*rankings)), 0.0)
    for frame, ranking in zip(runs.values(), rankings, strict=True):
        low, high = min(ranking.values()), max(ranking.values())
        for document, rank in zip(frame["doc_id"], frame["rank"], strict=True):
            share = (ranking[document] - low) / (high - low or 1) / len(runs)
            expected[document] += 1 / (60 + rank) if how == "rrf" else share
    order = sorted(expected, key=lambda d: (-round(expected[d], 9), d))[:k]
    assert fused["doc_id"].tolist() == order
    assert fused["score"].tolist() == pytest.approx([expected[d] for d in order], abs=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"how": "rff"}, "unknown fusion of runs 'rff'; did you mean 'rrf'"),
        ({"normalise": "minmax"}, "unknown way to normalise 'minmax'; did you mean 'min-max'"),
        ({"smoothing": -1}, "smoothing must be at least 0, got -1"),
        ({"weights": {"one": 1}}, "the weight of the run 'two' is missing, negative or not finite"),
        ({"weights": {"one": 1, "two": -1}}, "the weight of the run 'two' is missing, negative"),
        ({"weights": {"one": 1, "two": 1, "tow": 1}}, "unknown run in the weights 'tow'; did you mean 'two'"),
    ],
)
def test_what_does_not_fit_is_named(options, message):
    with pytest.raises(InputError, match=message):
        fuse_runs({"one": ONE, "two": TWO}, **options)


def test_no_runs():
    with pytest.raises(InputError, match="no runs to fuse"):
        fuse_runs({})
