"""The learning rate's share of its peak at every step."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clirlab.training import TrainingSettings
from clirlab.training.schedule import rate_share


@pytest.mark.parametrize(
    ("settings", "shares"),
    [
        ({"steps": 5, "warm_up": 0.4, "final_rate": 0.1}, [0.5, 1, 0.7, 0.4, 0.1]),
        ({"steps": 4, "warm_up": 0, "final_rate": 0}, [1, 2 / 3, 1 / 3, 0]),
        ({"steps": 4, "warm_up": 1}, [0.25, 0.5, 0.75, 1]),
        ({"steps": 3, "warm_up": 0, "final_rate": 1}, [1, 1, 1]),
        ({"steps": 1}, [1]),
        ({"steps": 5, "warm_up": 0.4, "final_rate": 0.2, "decay": "cosine"}, [0.5, 1, 0.8, 0.4, 0.2]),
    ],
)
def test_it_rises_in_a_straight_line_and_falls_in_one_or_along_a_cosine(settings, shares):
    chosen = TrainingSettings(**settings)
    assert [rate_share(step, chosen) for step in range(chosen.steps)] == pytest.approx(shares, abs=1e-12)


@given(st.integers(1, 60), st.floats(0, 1), st.floats(0, 1), st.sampled_from(["linear", "cosine"]))
def test_it_reaches_its_peak_once_and_ends_at_the_final_rate(steps, warm_up, final_rate, decay):
    settings = TrainingSettings(steps=steps, warm_up=warm_up, final_rate=final_rate, decay=decay)
    shares = [rate_share(step, settings) for step in range(steps)]
    peak = shares.index(max(shares))
    assert max(shares) == pytest.approx(1)
    assert shares[: peak + 1] == sorted(shares[: peak + 1])
    assert shares[peak:] == sorted(shares[peak:], reverse=True)
    if peak < steps - 1:
        assert shares[-1] == pytest.approx(final_rate)
