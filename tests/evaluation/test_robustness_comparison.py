"""Whether one system keeps more of its quality than another: by hand, by simulation, and each error."""

import numpy as np
import pytest

from clirlab.errors import InputError
from clirlab.evaluation import compare_robustness, retention_of


def curves(kept, queries=60, noise=0.05, seed=0, seeds=1):
    """A system's scores at severities 0 and 1, of which it keeps a share."""
    generator = np.random.default_rng(seed)
    base = generator.uniform(0.4, 0.8, queries)
    return np.stack([base, kept * base])[:, None] + generator.normal(0, noise, (2, seeds, queries))


def test_worked_example():
    # a keeps .5 of .8 in one language and .25 in the other; b keeps all and half: (.5 + .25)/2 and (1 + .5)/2
    a = {"so": [[0.6, 1.0], [0.3, 0.5]], "sw": [[0.8, 0.8], [0.2, 0.2]]}
    b = {"so": [[0.2, 0.4], [0.2, 0.4]], "sw": [[0.4, 0.4], [0.2, 0.2]]}
    table = compare_robustness({"a": a, "b": b}, [0, 1], "a", by="retention").set_index("system")
    assert table["value"].tolist() == pytest.approx([0.375, 0.75])
    assert table.loc["b", ["difference", "difference_low", "difference_high"]].tolist() == pytest.approx([0.375] * 3)
    assert table.loc["b", "p"] == pytest.approx(2 / 2001)
    assert table.loc["a", ["difference", "p", "p_corrected"]].isna().all()


def test_the_area_is_that_of_the_mean_curve():
    scores = curves(0.5, seeds=3)
    table = compare_robustness({"a": {"so": scores}}, [0, 1], "a")
    assert table["value"].tolist() == [pytest.approx(retention_of([0, 1], scores.mean((1, 2))).area)]
    assert table["low"].iloc[0] < table["value"].iloc[0] < table["high"].iloc[0]


def test_a_better_system_that_keeps_less_is_shown_to_be_less_robust():
    weak = curves(0.9)
    table = compare_robustness({"weak": {"so": weak}, "strong": {"so": 1.5 * curves(0.6)}}, [0, 1], "weak")
    assert table["difference_high"].iloc[1] < 0
    assert table["p_corrected"].iloc[1] < 0.01


def test_systems_that_keep_the_same_are_seldom_told_apart():
    p = [
        compare_robustness(
            {"a": {"so": curves(0.7, seed=i)}, "b": {"so": 0.5 * curves(0.7, seed=i, noise=0.1)}},
            [0, 1],
            "a",
            samples=300,
        )["p"].iloc[1]
        for i in range(100)
    ]
    assert np.mean(np.array(p) < 0.05) <= 0.12


def test_the_order_of_languages_does_not_matter_and_seeds_may_differ_in_number():
    a, b = {"so": curves(0.5), "sw": curves(0.6, seeds=2)}, {"sw": curves(0.5), "so": curves(0.9, seeds=3)}
    table = compare_robustness({"a": a, "b": b}, [0, 1], "a")
    assert table["value"].iloc[1] == pytest.approx(
        np.mean([retention_of([0, 1], b[name].mean((1, 2))).area for name in ("so", "sw")])
    )


@pytest.mark.parametrize(
    ("scores", "options", "message"),
    [
        ({"a": {"so": [[1, 1], [1, 1]]}}, {"by": "are"}, "unknown measure of robustness 'are'; did you mean 'area'"),
        ({"b": {"so": [[1, 1], [1, 1]]}}, {}, "unknown baseline 'a'"),
        ({"a": {"so": [[1, 1], [1, 1]]}, "b": {}}, {}, "b: has languages .., a has .'so'."),
        ({"a": {"so": [[1, 1], [1, 1]]}, "b": {"so": [[1], [1]]}}, {}, "so: systems must be scored on the same"),
        ({"a": {"so": [[1, 1], [1, 1], [1, 1]]}}, {}, "2 severities but 3 means"),
        ({"a": {"so": [[0, 0], [1, 1]]}}, {}, "score at severity 0 is 0, so there is nothing"),
        ({"a": {"so": [[0, 0, 0, 1], [0, 0, 0, 1]]}}, {}, r"in \d+ of 2000 bootstrap samples the score"),
    ],
)  # fmt: skip
def test_bad_input_is_named(scores, options, message):
    with pytest.raises((InputError, ValueError), match=message):
        compare_robustness(scores, [0, 1], "a", **options)
