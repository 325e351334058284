import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clirlab.evaluation import retention_of


def test_worked_example():
    # retention 1, .5, 1.5; trapezoids .5 * .75 + 1 * 1 = 1.375 of 1.5
    result = retention_of([0, 0.5, 1.5], [0.4, 0.2, 0.6])
    assert result.severity.tolist() == [0, 0.5, 1.5]
    assert result.retention == pytest.approx([1, 0.5, 1.5])
    assert result.area == pytest.approx(1.375 / 1.5)
    assert result.drop == pytest.approx([0, -50, 50])
    assert result.half == 0.5  # first measured severity with a retention of at most .5


def test_the_half_way_point_is_a_measured_severity_or_none():
    assert retention_of([0, 0.2, 0.4, 0.6], [0.8, 0.6, 0.1, 0.8]).half == 0.4
    assert retention_of([0, 1], [0.8, 0.41]).half == np.inf


@given(arrays(float, 3, elements=st.floats(0.01, 1)), st.floats(0.1, 10), st.floats(0.1, 10))
def test_the_units_of_severity_and_score_do_not_matter(means, unit, scale):
    severity = np.array([0, 0.2, 1])
    area = retention_of(severity, means).area
    assert retention_of(severity * unit, means * scale).area == pytest.approx(area)


@given(st.floats(0.01, 1), st.lists(st.floats(0.01, 1), min_size=1, max_size=5))
def test_the_area_is_one_when_nothing_is_lost(mean, steps):
    severity = np.cumsum([0, *steps])
    assert retention_of(severity, np.full(len(severity), mean)).area == pytest.approx(1)


@pytest.mark.parametrize(
    ("severity", "means", "message"),
    [
        ([0.1, 1], [1, 1], "rise strictly from 0, got .0.1, 1.0."),
        ([0, 0.5, 0.5], [1, 1, 1], "rise strictly from 0"),
        ([0], [1], "rise strictly from 0"),
        ([], [], "rise strictly from 0"),
        ([0, 1], [1, 1, 1], "2 severities but 3 means"),
        ([0, 1], [0, 0.5], "nothing to retain"),
    ],
)
def test_bad_input_is_named(severity, means, message):
    with pytest.raises(ValueError, match=message):
        retention_of(severity, means)
