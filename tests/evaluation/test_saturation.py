"""Budget curves: found again where they are known, and honest where they cannot be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clirlab.errors import InputError
from clirlab.evaluation import BudgetCurve, fit_budget_curve, words_needed

BUDGETS = (300, 1000, 3000, 10_000)


def test_the_curve_by_hand():
    # .6 − .4 (1 + b/1000)^−1: .2 at 0, .4 at 1,000, .5 at 3,000
    curve = BudgetCurve(start=0.2, limit=0.6, scale=1000, exponent=1, error=0)
    assert curve.at([0, 1000, 3000]) == pytest.approx([0.2, 0.4, 0.5])
    assert [curve.needed(score) for score in (0.1, 0.2, 0.4, 0.5)] == pytest.approx([0, 0, 1000, 3000])
    assert curve.needed(0.6) == curve.needed(0.7) == np.inf


@settings(deadline=None, max_examples=30)
@given(st.floats(0.3, 0.9), st.floats(200, 5000), st.floats(0.3, 2))
def test_a_curve_without_noise_is_found_again(limit, scale, exponent):
    true = BudgetCurve(0.2, limit, scale, exponent, 0)
    found = fit_budget_curve(BUDGETS, true.at(BUDGETS), start=0.2)
    assert found.error < 1e-3
    assert found.at([500, 5000]) == pytest.approx(true.at([500, 5000]), abs=3e-3)


def test_a_loss_saturates_too_and_a_limit_is_a_possible_score():
    falling = fit_budget_curve(BUDGETS, [0.4, 0.35, 0.31, 0.3], start=0.5)
    assert 0 <= falling.limit <= 0.31
    assert falling.needed(0.6) == np.inf
    rising = fit_budget_curve(BUDGETS, [0.5, 0.7, 0.9, 0.99], start=0.2)
    assert rising.limit <= 1 + 1e-9


@pytest.mark.parametrize(
    ("budgets", "means", "message"),
    [
        ([1, 2], [0.1, 0.2], "at least three budgets above 0, got 2"),
        ([0, 1, 2], [0.1, 0.2, 0.3], "above 0 and rise"),
        ([1, 1, 2], [0.1, 0.2, 0.3], "above 0 and rise"),
        ([1, 2, 3], [0.1, 0.2], "3 budgets but 2 means"),
    ],
)
def test_budgets_that_cannot_be_fitted_are_named(budgets, means, message):
    with pytest.raises(InputError, match=message):
        fit_budget_curve(budgets, means, 0.1)


def scores(limit=0.6, noise=0.02, queries=60, seeds=1, seed=0):
    """Arm, zero-shot and bound (.8) of a curve from .2 to a limit, half-way at 1,000 words."""
    generator = np.random.default_rng(seed)
    of_queries = generator.uniform(-0.1, 0.1, queries)
    of_queries -= of_queries.mean()
    curve = BudgetCurve(0.2, limit, 1000, 1, 0)
    arm = {b: curve.at(b) + of_queries + generator.normal(0, noise, (seeds, queries)) for b in BUDGETS}
    return arm, 0.2 + of_queries, 0.8 + of_queries


def test_what_the_data_reach_is_within_the_interval():
    found = words_needed(*scores(seeds=2), share=0.5)
    assert found.target == pytest.approx(0.4)
    assert found.low < 1000 < found.high < 2000
    assert found.low < found.words < found.high
    assert found.verdict == "reached within the data"


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    covered = 0
    for i in range(60):
        arm, zero, human = scores(noise=0.1, seed=i, queries=40)
        found = words_needed(arm, zero, human, share=0.5, samples=200)
        covered += found.low <= 1000 <= found.high
    assert covered / 60 >= 0.85


def test_what_is_beyond_the_data_or_the_limit_is_said():
    arm, zero, human = scores(limit=0.75, noise=0.002)
    beyond = words_needed(arm, zero, human, share=0.88)  # .704 at about 11,000
    assert beyond.verdict == "beyond the data: extrapolated from at most 10,000 words"
    assert beyond.words > 10_000
    never = words_needed(*scores(limit=0.4, noise=0.002), share=0.9)
    assert never.words == never.high == np.inf
    assert never.verdict.startswith("not reached: the fit saturates at 0.4")
    already = words_needed(arm, human, human, share=0.9)
    assert (already.words, already.low, already.high) == (0, 0, 0)
    assert already.verdict == "reached without supervision"


def test_a_fit_that_cannot_tell_says_so():
    verdicts = {
        words_needed(*scores(noise=0.5, queries=20, seed=i), share=0.72).verdict.split(":")[0] for i in range(6)
    }
    assert "cannot be told" in verdicts


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"share": 0}, "share must be above 0 and at most 1, got 0"),
        ({"share": 1.5}, "share must be above 0"),
        ({"arm": {300: [0.1, 0.2]}}, "at least three budgets"),
        ({"arm": {300: [0.1, 0.2], 1000: [[0.1, 0.2]] * 2, 3000: [0.1, 0.2]}}, "same seeds and queries"),
        ({"human": [0.1]}, "same queries; they have .1, 2."),
    ],
)
def test_bad_input_is_named(change, message):
    arguments = {"arm": {b: [0.3, 0.4] for b in BUDGETS}, "zero_shot": [0.1, 0.2], "human": [0.8, 0.9]} | change
    with pytest.raises(InputError, match=message):
        words_needed(**arguments)
