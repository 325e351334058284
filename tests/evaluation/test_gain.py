"""The language-specific gain and the share of the gap: by hand, by simulation, and what cannot be told."""

import numpy as np
import pytest

from clirlab.errors import InputError
from clirlab.evaluation import bootstrap_means, gap_closed, holm, permutation_test, specific_gain


def test_worked_example():
    zero = [0.2, 0.4, 0.3]
    arms = {"own": [[0.5, 0.6, 0.4], [0.7, 0.6, 0.4]], "poor": [0.2, 0.4, 0.3]}
    controls = {"other": [0.4, 0.4, 0.3], "misspelt": [0.2, 0.5, 0.5]}
    table = specific_gain(arms, controls, zero).set_index("arm")
    # means: zero .3, own 1.6/3, poor .3, other 1.1/3, misspelt .4
    assert table["control"].tolist() == ["misspelt", "misspelt"]
    assert table["gain"].tolist() == pytest.approx([0.7 / 3, 0])
    assert table["generic"].tolist() == pytest.approx([0.1, 0.1])
    assert table["specific"].tolist() == pytest.approx([0.4 / 3, -0.1])


def test_a_gain_is_specific_where_every_control_is_beaten():
    generator = np.random.default_rng(0)
    base = generator.random(80)
    own = base + 0.1
    steady, noisy = base + 0.06 + generator.normal(0, 0.02, 80), base + 0.05 + generator.normal(0, 0.4, 80)
    table = specific_gain(own, {"steady": steady, "noisy": noisy})
    single = [permutation_test(own - steady), permutation_test(own - noisy)]
    assert single[0] < 0.01 < 0.05 < single[1]
    assert table["p"].tolist() == [max(single)]
    assert table[["gain", "generic"]].isna().all(axis=None)


def test_a_loss_against_the_best_of_several_controls_pays_for_their_number():
    generator = np.random.default_rng(1)
    base = generator.random(60)
    controls = {f"control {i}": base + 0.02 * i + generator.normal(0, 0.1, 60) for i in range(3)}
    table = specific_gain(base, controls)
    assert table["specific"].iloc[0] < 0
    best = table["control"].iloc[0]
    assert table["p"].iloc[0] == pytest.approx(3 * permutation_test(base - controls[best]))


def test_the_control_is_chosen_anew_in_every_sample():
    generator = np.random.default_rng(2)
    own, first, second = generator.random((3, 25))
    table = specific_gain(own, {"first": first, "second": second})
    a, b, c = bootstrap_means([own, first, second])
    drawn = a - np.maximum(b, c)
    assert table[["low", "high"]].iloc[0].tolist() == pytest.approx(np.percentile(drawn, [2.5, 97.5]).tolist())


def test_p_is_corrected_over_the_arms():
    generator = np.random.default_rng(3)
    control = generator.random(50)
    arms = {f"arm {i}": control + 0.02 * (i + 1) + generator.normal(0, 0.1, (2, 50)) for i in range(3)}
    table = specific_gain(arms, {"control": control})
    assert table["p_corrected"].tolist() == holm(table["p"]).tolist()


def test_no_gain_is_claimed_where_all_is_generic():
    found = 0
    for i in range(100):
        generator = np.random.default_rng(i)
        base = generator.random(40)
        own, *controls = base + generator.normal(0.1, 0.1, (4, 40))
        table = specific_gain(own, dict(zip("abc", controls, strict=True)), permutations=499, samples=10)
        found += bool(table["p"].iloc[0] < 0.05 and table["specific"].iloc[0] > 0)
    assert found <= 5


def test_a_gain_needs_a_control_and_the_same_queries():
    with pytest.raises(InputError, match="needs a generic control"):
        specific_gain([0.1, 0.2], {})
    with pytest.raises(InputError, match=r"same queries; they have \[1, 2\] of them"):
        specific_gain([0.1, 0.2], {"control": [0.1]})
    with pytest.raises(InputError, match="same queries"):
        specific_gain([0.1, 0.2], {"control": [0.1, 0.2]}, [0.1])
    with pytest.raises(ValueError, match="not finite"):
        specific_gain([0.1, np.nan], {"control": [0.1, 0.2]})


def test_gap_closed_worked_example():
    # means .55, .3, .8: .25 of .5
    closed = gap_closed([[0.5, 0.5], [0.4, 0.8]], [0.2, 0.4], [0.8, 0.8])
    assert closed.share == pytest.approx(0.5)
    assert closed.gap == pytest.approx(0.5)
    assert closed.verdict == "50 % of the gap is closed"
    arms, starts, bounds = bootstrap_means([[[0.5, 0.5], [0.4, 0.8]], [0.2, 0.4], [0.8, 0.8]])
    shares = (arms - starts) / (bounds - starts)
    assert [closed.low, closed.high] == np.quantile(shares, [0.025, 0.975], method="nearest").tolist()


def test_the_interval_of_the_share_covers_the_truth_about_as_often_as_it_says():
    generator = np.random.default_rng(4)
    covered = 0
    for _ in range(200):
        zero = generator.normal(0.4, 0.1, 60)
        human, arm = (zero + generator.normal(gain, 0.1, 60) for gain in (0.4, 0.1))
        closed = gap_closed(arm, zero, human, samples=400)
        covered += closed.low <= 0.25 <= closed.high
    assert covered / 200 == pytest.approx(0.95, abs=0.05)


def test_a_gap_that_is_not_there_or_not_shown_gives_no_share():
    closed = gap_closed([0.5, 0.5], [0.4, 0.4], [0.4, 0.3])
    assert closed.verdict.startswith("there is no gap")
    assert np.isnan(closed[:3]).all()
    generator = np.random.default_rng(5)
    zero = generator.random(30)
    closed = gap_closed(zero + 0.1, zero, zero + generator.normal(0.02, 0.5, 30))
    if closed.gap > 0:
        assert "is not shown to be above 0" in closed.verdict
    assert np.isnan([closed.low, closed.high]).all()
    assert closed.gap_low < 0 < closed.gap_high


def test_the_gap_is_of_the_same_queries():
    with pytest.raises(ValueError, match="same queries"):
        gap_closed([0.1], [0.1, 0.2], [0.3, 0.4])
