"""The table of a comparison: its numbers by hand, its tests, and the family that they are corrected over."""

import numpy as np
import pandas as pd
import pytest

from clirlab.errors import InputError
from clirlab.evaluation import (
    benjamini_hochberg,
    bootstrap_interval,
    compare,
    compare_scores,
    effect_size,
    equivalence_test,
    holm,
    permutation_test,
    smallest_difference,
    t_test,
)

COLUMNS = [
    *("system", "mean", "low", "high", "difference", "difference_low", "difference_high", "p", "p_corrected", "p_t"),
    *("wins", "ties", "losses", "effect_size", "smallest_difference"),
]


def scores():
    """A baseline and two systems, one clearly better, one a little; of one, three and two seeds."""
    generator = np.random.default_rng(0)
    base = generator.random((1, 30)) / 2
    noise = generator.normal(0, 0.05, (5, 30))
    return {"slightly": base + 0.02 + noise[:3], "base": base, "clearly": base + 0.2 + noise[3:]}


def test_the_numbers_of_each_system_are_those_of_the_single_functions():
    systems, table = scores(), compare_scores(scores(), baseline="base").set_index("system")
    for name, of_system in systems.items():
        assert table.loc[name, "mean"] == pytest.approx(of_system.mean())
        assert tuple(table.loc[name, ["low", "high"]]) == pytest.approx(bootstrap_interval(of_system))
        if name != "base":
            difference = of_system.mean(0) - systems["base"].mean(0)
            assert table.loc[name, "difference"] == pytest.approx(difference.mean())
            assert table.loc[name, "p"] == permutation_test(difference)
            assert table.loc[name, "p_t"] == t_test(difference)
            assert table.loc[name, "effect_size"] == effect_size(difference)
            assert table.loc[name, "smallest_difference"] == smallest_difference(difference)


def test_p_is_corrected_over_the_other_systems_of_the_table():
    table = compare_scores(scores(), baseline="base")
    assert list(table) == COLUMNS
    assert table["system"].tolist() == ["slightly", "base", "clearly"]
    assert table.loc[table["system"] == "base", ["difference", "p", "p_corrected"]].isna().all(axis=None)
    others = table[table["system"] != "base"]
    assert others["p_corrected"].tolist() == holm(others["p"]).tolist()
    assert others["p_corrected"].iloc[1] == pytest.approx(2 * others["p"].iloc[1])  # the smaller of two counts twice


def test_the_baseline_alone_is_a_table_too():
    table = compare_scores({"base": np.array([[0.2, 0.4]])}, baseline="base")
    assert list(table) == COLUMNS
    assert table["mean"].tolist() == pytest.approx([0.3])
    assert table["p_corrected"].isna().all()


def test_an_unknown_baseline_is_named_with_the_nearest():
    with pytest.raises(InputError, match="unknown baseline 'bse'; did you mean 'base'"):
        compare_scores(scores(), baseline="bse")


def test_runs_are_compared_within_each_measure():
    qrels = pd.DataFrame({"query_id": ["q0", "q1"], "doc_id": "a", "relevance": 1})

    def run(*docs):
        """The first two documents of each query."""
        queries = np.repeat(["q0", "q1"], 2)
        return pd.DataFrame({"query_id": queries, "doc_id": list("".join(docs)), "score": [2.0, 1.0] * 2})

    runs = {"good": run("ab", "ab"), "half": run("ab", "ba"), "poor": run("ba", "bc")}
    table = compare(runs, qrels, ["RR@10", "P@1"], baseline="half")
    # RR: half 1 and 1/2, good 1 and 1, poor 1/2 and 0; P@1: half 1 and 0, good 1 and 1, poor 0 and 0
    assert table[["system", "measure", "mean", "difference"]].fillna(9).values.tolist() == [
        ["good", "RR@10", 1, 0.25],
        ["half", "RR@10", 0.75, 9],
        ["poor", "RR@10", 0.25, -0.5],
        ["good", "P@1", 1, 0.5],
        ["half", "P@1", 0.5, 9],
        ["poor", "P@1", 0, -0.5],
    ]
    for _, part in table.groupby("measure"):
        tested = part["p"].notna()
        assert part.loc[tested, "p_corrected"].tolist() == holm(part.loc[tested, "p"]).tolist()


def test_wins_ties_and_losses_are_counted_and_the_baseline_has_none():
    # means over seeds of b: .3, .5, .1; .1 + .2 is not .3 in floating point
    table = compare_scores({"a": [0.1 + 0.2, 0.4, 0.2], "b": [[0.2, 0.4, 0.1], [0.4, 0.6, 0.1]]}, "a")
    assert table[["wins", "ties", "losses"]].iloc[1].tolist() == [1, 1, 1]
    assert table[["wins", "ties", "losses", "effect_size", "smallest_difference", "p_t"]].iloc[0].isna().all()


def test_the_interval_of_a_difference_pairs_the_queries():
    queries = np.random.default_rng(0).random(50)
    table = compare_scores({"a": queries, "b": queries + 0.1}, "a").set_index("system")
    assert table.loc["b", ["difference_low", "difference_high"]].tolist() == pytest.approx([0.1, 0.1])
    assert table.loc["b", "high"] - table.loc["b", "low"] > 0.1


def test_the_interval_of_a_difference_draws_the_seeds_of_both():
    seeds = np.array([[0.4] * 8, [0.6] * 8])
    table = compare_scores({"a": seeds, "b": seeds}, "a").set_index("system")
    # both draw .4, .5, .6 with 1/4, 1/2, 1/4: a difference of ±.2 in one of sixteen samples each
    assert table.loc["b", ["difference_low", "difference_high"]].tolist() == pytest.approx([-0.2, 0.2])


def test_the_interval_of_a_difference_covers_the_truth_about_as_often_as_it_says():
    generator = np.random.default_rng(2)
    covered = 0
    for _ in range(100):
        a = generator.normal(0.5, 0.2, 40)
        table = compare_scores({"a": a, "b": a + generator.normal(0.05, 0.1, 40)}, "a", samples=400, permutations=9)
        covered += table["difference_low"].iloc[1] <= 0.05 <= table["difference_high"].iloc[1]
    assert covered / 100 == pytest.approx(0.95, abs=0.06)


def test_false_findings_may_be_bounded_instead():
    table = compare_scores(scores(), "base", correction="benjamini-hochberg")
    others = table[table["system"] != "base"]
    assert others["p_corrected"].tolist() == benjamini_hochberg(others["p"]).tolist()
    with pytest.raises(InputError, match="unknown correction 'bonferroni'"):
        compare_scores(scores(), "base", correction="bonferroni")


def test_equivalence_is_tested_where_a_margin_is_given():
    a = np.random.default_rng(0).random(60)
    noise = np.tile([-0.01, 0.01], 30)
    table = compare_scores({"a": a, "same": a + noise, "worse": a - 0.1 + noise}, "a", margin=0.05).set_index("system")
    p = [equivalence_test(noise, 0.05), equivalence_test(noise - 0.1, 0.05)]
    assert table["p_equivalent"].tolist()[1:] == pytest.approx(holm(p).tolist())
    assert table["equivalent"].tolist()[1:] == [True, False]
    assert table[["p_equivalent", "equivalent"]].iloc[0].isna().all()
    with pytest.raises(ValueError, match="margin must be above 0"):
        compare_scores(scores(), "base", margin=0)


def test_systems_are_scored_on_the_same_queries():
    with pytest.raises(InputError, match=r"same queries; they have \[2, 3\] of them"):
        compare_scores({"a": [0.1, 0.2], "b": [0.1, 0.2, 0.3]}, "a")
    with pytest.raises(ValueError, match="1 of 2 scores are not finite"):
        compare_scores({"a": [0.1, 0.2], "b": [0.1, np.nan]}, "a")


def test_runs_of_several_seeds_are_one_system():
    qrels = pd.DataFrame({"query_id": ["q0", "q1"], "doc_id": "a", "relevance": 1})

    def run(*docs):
        return pd.DataFrame({"query_id": ["q0", "q1"], "doc_id": docs, "score": 1.0})

    table = compare({"a": run("a", "b"), "b": [run("a", "a"), run("a", "b"), run("a", "a")]}, qrels, ["RR"], "a")
    # b: 1, 1 on q0 and 1, 0, 1 on q1
    assert table["mean"].tolist() == pytest.approx([0.5, 5 / 6])
    assert table[["wins", "ties", "losses"]].iloc[1].tolist() == [1, 1, 0]
