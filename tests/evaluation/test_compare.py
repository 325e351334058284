"""The table of a comparison: its numbers by hand, its tests, and the family that they are corrected over."""

import numpy as np
import pandas as pd
import pytest

from clirlab.errors import InputError
from clirlab.evaluation import bootstrap_interval, compare, compare_scores, holm, permutation_test

COLUMNS = ["system", "mean", "low", "high", "difference", "p", "p_corrected"]


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
        assert tuple(table.loc[name, ["low", "high"]]) == bootstrap_interval(of_system)
        if name != "base":
            difference = of_system.mean(0) - systems["base"].mean(0)
            assert table.loc[name, "difference"] == pytest.approx(difference.mean())
            assert table.loc[name, "p"] == permutation_test(difference)


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
