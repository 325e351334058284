"""Intervals and tests: laws, full enumeration, and their promises on simulated data."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.stats import kstest, ttest_1samp
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.weightstats import ttost_paired

from clirlab.errors import InputError
from clirlab.evaluation import (
    benjamini_hochberg,
    bootstrap_interval,
    correct,
    effect_size,
    equivalence_test,
    holm,
    permutation_test,
    permutation_tests,
    smallest_difference,
    t_test,
)

tables = arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.floats(0, 1))
p_values = st.lists(st.floats(0, 1), min_size=1, max_size=8)


@settings(deadline=None)
@given(tables)
def test_the_interval_contains_the_mean_and_stays_among_the_scores(table):
    low, high = bootstrap_interval(table, samples=300)
    assert table.min() - 1e-9 <= low <= table.mean() + 1e-9
    assert table.mean() - 1e-9 <= high <= table.max() + 1e-9


@settings(deadline=None)
@given(st.floats(0, 1), array_shapes(min_dims=2, max_dims=2, max_side=6))
def test_the_interval_of_a_constant_is_that_constant(value, shape):
    assert bootstrap_interval(np.full(shape, value), samples=50) == pytest.approx((value, value))


def width(scores, **arguments):
    low, high = bootstrap_interval(scores, **arguments)
    return high - low


def test_the_interval_widens_when_seeds_disagree_and_not_when_they_are_copies():
    queries = np.random.default_rng(0).random(50)
    shift = np.array([[-0.2], [0.0], [0.2]])
    assert width(queries + shift) > 1.5 * width(queries)
    assert bootstrap_interval(np.stack([queries] * 3)) == pytest.approx(bootstrap_interval(queries), abs=0.02)


def test_seeds_alone_by_enumeration():
    # two seeds that score 0 and 1: a sample draws two of them, mean 0, .5, 1 with probability 1/4, 1/2, 1/4
    table = [[0.0, 0.0], [1.0, 1.0]]
    assert bootstrap_interval(table, level=0.6) == (0, 1)
    assert bootstrap_interval(table, level=0.4) == (0.5, 0.5)


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    generator = np.random.default_rng(1)
    covered = 0
    for _ in range(300):
        low, high = bootstrap_interval(generator.normal(0.5, 0.2, 60), samples=400)
        covered += low <= 0.5 <= high
    assert covered / 300 == pytest.approx(0.95, abs=0.04)


def test_the_interval_is_of_its_seed():
    scores = np.random.default_rng(0).random(20)
    assert bootstrap_interval(scores, seed=3) == bootstrap_interval(scores, seed=3)
    assert bootstrap_interval(scores, seed=3) != bootstrap_interval(scores, seed=4)


@pytest.mark.parametrize(
    "differences",
    [
        [0.3, -0.1, 0.25, 0.4, 0.05, -0.2, 0.15, 0.35],
        [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8],
        [0.1, -0.1, 0.1, 0.1, -0.1, 0.1, 0.0, 0.1],  # many sums are equal
    ],
)
def test_eight_differences_agree_with_full_enumeration(differences):
    d = np.array(differences)
    sums = np.array(list(product([1, -1], repeat=8))) @ d
    exact = (np.abs(sums) >= abs(d.sum()) - 1e-9).mean()
    samples = 10_000
    error = 4 * np.sqrt(exact * (1 - exact) / samples)
    assert permutation_test(d, samples) == pytest.approx(exact, abs=error + 1 / samples)


@settings(deadline=None)
@given(arrays(int, st.integers(1, 10), elements=st.integers(-64, 64)))
def test_the_test_is_two_sided_and_ignores_the_unit(counts):
    d = counts / 64  # sums of such numbers are exact, so that ties stay ties
    p = permutation_test(d, samples=200)
    assert p == permutation_test(-d, samples=200) == permutation_test(8 * d, samples=200)
    assert 1 / 201 <= p <= 1


def test_no_sample_is_lost_to_the_blocks_they_are_drawn_in():
    # p = (b + 1) / (m + 1) with b = m for differences of 0, and b + 1 an integer in any case
    for samples in (1, 999, 1000, 1001, 2500):
        assert permutation_test(np.zeros(3), samples) == 1
        count = permutation_test([0.2, -0.1, 0.3, 0.1], samples) * (samples + 1)
        assert count == pytest.approx(round(count))


def test_p_is_uniform_where_there_is_no_difference():
    generator = np.random.default_rng(0)
    p = [permutation_test(generator.normal(size=20), samples=499, seed=i) for i in range(300)]
    assert kstest(p, "uniform").pvalue > 0.01


def test_a_difference_that_is_no_number_is_refused_and_not_significant():
    with pytest.raises(ValueError, match=r"(?i)nan|number|finite"):
        permutation_test([0.1, np.nan, 0.2])


def test_holm_worked_example():
    # sorted .005 .01 .03 .04 times 4 3 2 1: .02 .03 .06 .04, and none below the one before
    assert holm([0.01, 0.04, 0.03, 0.005]).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.4, 0.6]).tolist() == pytest.approx([0.8, 0.8])
    assert holm([0.6, 0.7]).tolist() == [1, 1]
    assert holm([]).tolist() == []


@given(p_values, st.randoms())
def test_holm_never_lowers_p_keeps_its_order_and_stays_between_p_and_bonferroni(p, random):
    corrected = holm(p)
    assert all(one <= other for one, other in zip(p, corrected, strict=True))
    assert all(other <= min(1, one * len(p)) + 1e-12 for one, other in zip(p, corrected, strict=True))
    assert all(low <= high for low, high in pairwise(corrected[np.argsort(p)]))
    order = random.sample(range(len(p)), len(p))
    assert holm(np.array(p)[order]).tolist() == corrected[order].tolist()


def test_systems_that_share_their_signs_get_the_p_values_of_the_single_tests():
    d = np.random.default_rng(0).normal(0.1, 1, (4, 60))
    assert permutation_tests(d).tolist() == [permutation_test(row) for row in d]


def test_benjamini_hochberg_worked_example():
    # sorted .005 .01 .03 .04 times 4/1 4/2 4/3 4/4: .02 .02 .04 .04
    assert benjamini_hochberg([0.01, 0.04, 0.03, 0.005]).tolist() == pytest.approx([0.02, 0.04, 0.04, 0.02])
    # sorted .01 .5 .51 times 3, 3/2, 1: .03 .75 .51, and none above the one after
    assert benjamini_hochberg([0.51, 0.01, 0.5]).tolist() == pytest.approx([0.51, 0.03, 0.51])
    assert benjamini_hochberg([]).tolist() == []


@pytest.mark.parametrize("tests", range(1, 9))
def test_corrections_agree_with_statsmodels_and_keep_the_order(tests):
    p = np.random.default_rng(tests).random(tests) ** 3
    for ours, theirs in ((holm, "holm"), (benjamini_hochberg, "fdr_bh")):
        assert ours(p) == pytest.approx(multipletests(p, method=theirs)[1])
        assert all(low <= high for low, high in pairwise(ours(p)[np.argsort(p)]))
    assert all(bh <= h + 1e-12 for bh, h in zip(benjamini_hochberg(p), holm(p), strict=True))


def test_what_was_not_tested_is_not_counted():
    assert correct([np.nan, 0.02, 0.01], "benjamini-hochberg")[1:].tolist() == [0.02, 0.02]
    assert np.isnan(correct([np.nan, 0.02])[0])
    with pytest.raises(InputError, match="unknown correction 'holms'; did you mean 'holm'"):
        correct([0.1], "holms")


samples = arrays(float, st.integers(2, 30), elements=st.floats(-1, 1).map(lambda x: round(x, 3)))


@given(samples)
def test_t_agrees_with_scipy(d):
    if np.ptp(d) > 0:
        assert t_test(d) == pytest.approx(ttest_1samp(d, 0).pvalue)
        assert effect_size(d) == pytest.approx(d.mean() / d.std(ddof=1))


@given(samples, st.floats(0.001, 1))
def test_equivalence_agrees_with_statsmodels(d, margin):
    if np.ptp(d) > 0:
        assert equivalence_test(d, margin) == pytest.approx(ttost_paired(d, np.zeros(len(d)), -margin, margin)[0])


def test_what_has_no_spread_is_not_tested():
    assert t_test([0, 0, 0]) == 1
    assert np.isnan([t_test([0.1, 0.1]), t_test([0.1]), effect_size([0.1, 0.1]), effect_size([0.2])]).all()
    assert [equivalence_test([0.1, 0.1], 0.2), equivalence_test([0.1, 0.1], 0.05)] == [0, 1]
    assert np.isnan([equivalence_test([0.1], 0.2), smallest_difference([0.1])]).all()
    assert smallest_difference([0.1, 0.1, 0.1]) == 0


@pytest.mark.parametrize("margin", [0, -0.1, np.nan])
def test_a_margin_is_above_0(margin):
    with pytest.raises(ValueError, match="the margin must be above 0"):
        equivalence_test([0.1, 0.2], margin)


@pytest.mark.parametrize("queries", [5, 30, 1000])
def test_the_smallest_difference_is_that_of_statsmodels(queries):
    d = np.random.default_rng(0).normal(0, 0.3, queries)
    peer = TTestPower().solve_power(nobs=queries, alpha=0.05, power=0.8) * d.std(ddof=1)
    assert smallest_difference(d) == pytest.approx(peer, rel=1e-4)


def test_a_true_difference_of_that_size_is_shown_four_times_in_five():
    generator = np.random.default_rng(0)
    spread = np.sqrt(40 / 39) * np.tile([-0.1, 0.1], 20)  # sd .1 · 40/39
    true = smallest_difference(spread)
    shown = [t_test(generator.normal(true, spread.std(ddof=1), 40)) < 0.05 for _ in range(500)]
    assert np.mean(shown) == pytest.approx(0.8, abs=0.06)
