from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from clirlab.errors import InputError
from clirlab.evaluation import geo_risk, share_harmed, u_risk

differences = arrays(float, st.integers(1, 20), elements=st.floats(-1, 1))


def test_harm_and_u_risk_worked_examples():
    d = [0.3, -0.1, 0.0, -0.2, 0.5]
    assert share_harmed(d) == 0.4
    assert share_harmed([0.1 + 0.2 - 0.3 - 1e-15]) == 0  # rounding is no harm
    # (.8 − (1 + 2) .3) / 5
    assert u_risk(d, alpha=2) == pytest.approx(-0.02)


@given(differences, st.floats(0, 5))
def test_u_risk_falls_with_alpha_from_the_mean_difference(d, alpha):
    assert u_risk(d, 0) == pytest.approx(d.mean())
    assert u_risk(d, alpha) <= d.mean() + 1e-12
    assert u_risk(np.abs(d), alpha) == pytest.approx(np.abs(d).mean())


def test_geo_risk_worked_example():
    # sums 1, 1 by system and 1.5, .5 by query of 2: to be expected of either .75, .25
    table = geo_risk({"even": [[0.4, 0.5], [0.6, 0.5]], "uneven": [1.0, 0.0]}, alpha=2).set_index("system")
    even = 0.25 / sqrt(0.25) - 3 * 0.25 / sqrt(0.75)
    uneven = 0.25 / sqrt(0.75) - 3 * 0.25 / sqrt(0.25)
    assert table["z_risk"].tolist() == pytest.approx([even, uneven])
    assert table["geo_risk"].tolist() == pytest.approx([sqrt(0.5 * norm.cdf(z / 2)) for z in (even, uneven)])


def test_equal_systems_have_no_risk_and_unanswered_queries_say_nothing():
    table = geo_risk({"a": [0.5, 0.2, 0.0], "b": [0.5, 0.2, 0.0]})
    assert table["z_risk"].tolist() == pytest.approx([0, 0])
    assert table["geo_risk"].tolist() == pytest.approx([sqrt(0.7 / 3 / 2)] * 2)
    assert geo_risk({"a": [0.0], "b": [0.0]})["geo_risk"].tolist() == [0, 0]


@pytest.mark.parametrize("function", [u_risk, lambda d, alpha: geo_risk({"a": d, "b": d}, alpha)])
def test_alpha_is_at_least_0(function):
    with pytest.raises(ValueError, match="alpha must be at least 0, got -1"):
        function([0.1], -1)


@pytest.mark.parametrize("function", [share_harmed, u_risk])
@pytest.mark.parametrize("d", [[0.1, np.nan], []])
def test_what_is_no_number_is_refused(function, d):
    with pytest.raises(ValueError, match="not finite"):
        function(d)


def test_systems_that_cannot_be_compared_are_refused():
    with pytest.raises(InputError, match="at least two systems on the same queries"):
        geo_risk({"a": [0.1]})
    with pytest.raises(InputError, match="at least two systems on the same queries"):
        geo_risk({"a": [0.1], "b": [0.1, 0.2]})
    with pytest.raises(InputError, match="not differences"):
        geo_risk({"a": [0.1], "b": [-0.1]})
