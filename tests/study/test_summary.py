from dataclasses import replace

import numpy as np
import pytest

from clirlab.study.results import Results
from clirlab.study.summary import budget_curves, comparison, retention_table, severity_curves, verdict


def made_up(tiny_run, gain, control):
    """Results of the tiny study's shape with scores that are known: arms gain over .4, the control gains its own."""
    generator = np.random.default_rng(0)
    noise = dict(zip(tiny_run.frame["query_id"].unique(), generator.normal(0, 0.02, 168), strict=True))
    plus = {"zero-shot": 0.0, "other-language": control}
    value = 0.4 + tiny_run.frame["arm"].map(lambda arm: plus.get(arm, gain)) + tiny_run.frame["query_id"].map(noise)
    jitter = generator.normal(0, 0.02, len(value)) * (tiny_run.frame["arm"] != "zero-shot")
    return replace(tiny_run, frame=tiny_run.frame.assign(value=value + jitter - 0.2 * tiny_run.frame["severity"]))


def test_comparison_finds_the_known_gains(tiny_run):
    table = comparison(made_up(tiny_run, gain=0.1, control=0.06), "so", "maxsim", "RR@10")
    assert table[["arm", "budget"]].values.tolist()[:3] == [["zero-shot", 0], ["optical", 60], ["optical", 120]]
    optical = table[(table["arm"] == "optical") & (table["budget"] == 120)].iloc[0]
    assert optical["difference"] == pytest.approx(0.1, abs=0.01)
    assert optical["specific"] == pytest.approx(0.04, abs=0.01)
    assert optical["p_corrected"] < 0.01 and optical["p_specific"] < 0.01
    control = table[table["arm"] == "other-language"]
    assert control["specific"].isna().all()
    assert control["difference"].to_numpy() == pytest.approx(0.06, abs=0.01)


@pytest.mark.parametrize(
    ("gain", "control", "said"),
    [
        (0.1, 0.0, "beyond what the generic controls bring, a gain is shown for optical"),
        (0.1, 0.1, "a gain beyond what the generic controls bring is not shown for any of them"),
        (0.0, 0.0, "no remedy is shown to raise RR@10"),
        (-0.1, 0.0, "lower it"),
    ],
)
def test_the_verdict_says_what_the_data_show(tiny_run, gain, control, said):
    sentence = verdict(made_up(tiny_run, gain, control), "so")
    assert sentence.startswith("Somali (so): with 120 translated words")
    assert said in sentence


def test_without_a_control_the_verdict_says_so(tiny_run):
    results = made_up(tiny_run, 0.1, 0.0)
    arms = {name: results.config.arms[name] for name in ("zero-shot", "optical")}
    config = results.config.model_copy(update={"arms": arms})
    frame = results.frame[results.frame["arm"].isin(list(arms))]
    sentence = verdict(Results(results.folder, config, frame, results.cells), "so")
    assert "without a generic control it is not shown that any gain comes from the language itself" in sentence


def test_budget_curves_begin_at_zero_shot(tiny_run):
    points = budget_curves(tiny_run)
    start = points[points["x"] == 0]
    zero_shot = tiny_run.frame.query(
        "arm == 'zero-shot' and severity == 0 and scorer == 'maxsim' and measure == 'RR@10'"
    )
    assert set(start["arm"]) == {"optical", "code-switching", "bitext-mse", "other-language"}
    assert start["mean"].to_numpy() == pytest.approx(zero_shot["value"].mean())
    assert (points["low"] <= points["mean"]).all() and (points["mean"] <= points["high"]).all()
    assert points.groupby("arm")["x"].apply(lambda x: x.is_monotonic_increasing).all()


def test_retention_by_hand(tiny_run):
    results = made_up(tiny_run, gain=0.0, control=0.0)
    at = severity_curves(results).query("arm == 'zero-shot'").set_index("x")["mean"]
    area = retention_table(results).set_index("arm").loc["zero-shot", "area"]
    assert area == pytest.approx((1 + at[0.5] / at[0.0]) / 2)
