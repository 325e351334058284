import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.errors import InputError
from clirlab.evaluation import summarise_languages


def test_worked_example():
    # of .8, .4, .1: mean 1.3/3, cube root of .032
    summary = summarise_languages({"sw": 0.8, "en": 0.9, "so": 0.1, "ha": 0.4}, reference="en")
    assert summary.worst_language == "so"
    assert summary[1:] == pytest.approx((0.1, 1.3 / 3, 0.9 - 1.3 / 3, 0.7, 0.032 ** (1 / 3)))


def test_without_a_reference_all_count_and_there_is_no_gap():
    summary = summarise_languages({"sw": 0.8, "so": 0.0})
    assert (summary.worst, summary.mean, summary.geometric_mean) == (0, 0.4, 0)
    assert np.isnan(summary.transfer_gap)


@given(st.dictionaries(st.text(max_size=2), st.floats(0.001, 1), min_size=1, max_size=40))
def test_the_means_are_in_their_order(means):
    summary = summarise_languages(means)
    assert summary.worst <= summary.geometric_mean * (1 + 1e-9)
    assert summary.geometric_mean <= summary.mean * (1 + 1e-9)
    assert means[summary.worst_language] == summary.worst == min(means.values())
    assert summary.spread == pytest.approx(max(means.values()) - summary.worst)


def test_bad_input_is_named():
    with pytest.raises(InputError, match="unknown reference 'en'; known: so"):
        summarise_languages({"so": 0.1}, "en")
    with pytest.raises(ValueError, match="no language but the reference"):
        summarise_languages({"en": 0.1}, "en")
    with pytest.raises(ValueError, match="there is no language"):
        summarise_languages({})
    with pytest.raises(ValueError, match="at least 0"):
        summarise_languages({"so": float("nan")})
