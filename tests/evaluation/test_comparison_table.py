"""The table of a comparison as people read it."""

import numpy as np
import pandas as pd
import pytest

from clirlab.errors import InputError
from clirlab.evaluation import compare_scores, format_comparison


def comparison(**arguments):
    a = np.random.default_rng(0).random(80) / 2
    noise = np.tile([-0.02, 0.02], 40)
    return compare_scores({"zero-shot": a, "better": a + 0.1 + noise, "same": a + noise}, "zero-shot", **arguments)


def test_every_system_has_a_line_with_its_rounded_numbers_and_marks():
    lines = format_comparison(comparison(margin=0.05)).splitlines()
    assert " ".join(lines[0].split()) == "system mean interval difference interval p better/same/worse d_z can show"
    assert len(lines[1].split()) == 3  # the baseline has a mean and its interval alone
    better, same = lines[2], lines[3]
    assert "+.100 *" in better and "< .001" in better and "80/0/0" in better and "4.97" in better
    assert "=" in same and "*" not in same and "40/0/40" in same
    assert lines[-1].startswith("intervals: 95 %; difference: to zero-shot; *: p < .05, corrected; =: as good as")
    assert len({len(line) for line in lines[2:4]}) == 1


def test_measures_stand_under_their_names():
    frame = comparison()
    both = pd.concat([frame.assign(measure="RR"), frame.assign(measure="AP")], ignore_index=True)
    lines = format_comparison(both).splitlines()
    assert [line for line in lines if line.startswith("--")] == ["-- RR", "-- AP"]
    assert sum(line.startswith("better") for line in lines) == 2
    assert "=: as good" not in lines[-1]


def test_numbers_below_0_and_above_1_are_readable():
    table = format_comparison(compare_scores({"a": [10.0, 12.0, 11.0], "b": [9.5, 11.0, 11.0]}, "a"))
    assert "11.000" in table and "-.500" in table


def test_another_frame_is_refused():
    with pytest.raises(InputError, match="not a comparison: no column system, mean"):
        format_comparison(pd.DataFrame({"value": [1]}))
    with pytest.raises(InputError, match="not a comparison: it has no rows"):
        format_comparison(comparison().iloc[:0])
