import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.errors import InputError
from clirlab.evaluation import overlap_of_runs, rank_biased_overlap

rankings = st.lists(st.integers(0, 15), min_size=1, max_size=12, unique=True)
persistence = st.floats(0.05, 0.95)


def test_equal_lengths_by_hand():
    # overlaps 0 2 2 of depths 1 2 3: agreement 0, 1, 2/3; (1 − p)/p (p² + 2/3 p³) + 2/3 p³ at p = .5
    assert rank_biased_overlap("abc", "bad", p=0.5) == pytest.approx(0.25 + 2 / 3 / 8 + 2 / 3 / 8)


def test_unequal_lengths_by_webbers_equation_32():
    short, long, p = ["a", "b"], ["a", "c", "b", "d"], 0.9
    s, n, x = 2, 4, {1: 1, 2: 1, 3: 2, 4: 2}
    first = sum(x[d] / d * p**d for d in range(1, n + 1))
    second = sum(x[s] * (d - s) / (s * d) * p**d for d in range(s + 1, n + 1))
    expected = (1 - p) / p * (first + second) + ((x[n] - x[s]) / n + x[s] / s) * p**n
    assert rank_biased_overlap(short, long, p) == pytest.approx(expected)
    assert rank_biased_overlap(long, short, p) == pytest.approx(expected)


def test_ties_are_counted_from_the_first_rank_they_share():
    # sizes 2 2 and 1 2, overlaps 1 and 2: agreement 2/3 and 1; (1 − p)/p (2/3 p + p²) + p² at p = .5
    assert rank_biased_overlap([("a", "b")], ["a", "b"], p=0.5) == pytest.approx(1 / 3 + 0.25 + 0.25)
    assert rank_biased_overlap([{"a", "b"}, "c"], [["b", "a"], "c"]) == 1


@given(rankings, persistence)
def test_a_ranking_agrees_with_itself_and_not_with_strangers(ranking, p):
    assert rank_biased_overlap(ranking, ranking, p) == pytest.approx(1, abs=1e-12)
    assert rank_biased_overlap(ranking, [item + 100 for item in ranking], p) == 0


@given(rankings, rankings, persistence)
def test_it_is_symmetric_and_between_0_and_1(first, second, p):
    overlap = rank_biased_overlap(first, second, p)
    assert overlap == pytest.approx(rank_biased_overlap(second, first, p))
    assert 0 <= overlap <= 1


def test_differences_at_the_top_count_most():
    assert rank_biased_overlap("abcd", "badc") < rank_biased_overlap("abcd", "abdc")


def run(**rankings):
    rows = [(query, doc, -i) for query, docs in rankings.items() for i, doc in enumerate(docs)]
    return pd.DataFrame(rows, columns=["query_id", "doc_id", "score"])


def test_parallel_queries_are_paired_by_id_or_as_told():
    first, second = run(q1="abc", q2="abc"), run(q1="bad", q2="abc")
    table = overlap_of_runs(first, second, p=0.5)
    assert table["query_id"].tolist() == ["q1", "q2"]
    assert table["overlap"].tolist() == pytest.approx([rank_biased_overlap("abc", "bad", 0.5), 1])
    crossed = overlap_of_runs(first, second, p=0.5, pairs={"q2": "q1"})
    assert crossed.values.tolist() == [["q2", pytest.approx(rank_biased_overlap("abc", "bad", 0.5))]]


def test_queries_without_a_partner_are_named():
    with pytest.raises(InputError, match="second run has no document for 1 of 2 parallel queries, such as 'q2'"):
        overlap_of_runs(run(q1="a", q2="a"), run(q1="a"))
    with pytest.raises(InputError, match="first run has no document for 1 of 1 parallel queries, such as 'x'"):
        overlap_of_runs(run(q1="a"), run(q1="a"), pairs={"x": "q1"})
    with pytest.raises(InputError, match="no queries in the runs"):
        overlap_of_runs(run(), run())
    with pytest.raises(InputError, match="second run: document 'a' is ranked twice"):
        overlap_of_runs(run(q1="ab"), run(q1="aa"))


@pytest.mark.parametrize(
    ("first", "p", "message"),
    [
        ([], 0.9, "a ranking is empty"),
        (["a", "a"], 0.9, "'a'. twice"),
        ([()], 0.9, "empty group"),
        (["a"], 1.0, "p must be between 0 and 1"),
    ],
)
def test_bad_rankings_are_named(first, p, message):
    with pytest.raises(ValueError, match=message):
        rank_biased_overlap(first, ["a"], p)
