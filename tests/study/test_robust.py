from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from clirlab.study.arms import ARMS
from clirlab.study.axes import PerturbationConfig
from clirlab.study.robust import damage_table, language_table, overlap_table, variance_table, words_table


@pytest.fixture(scope="module")
def made_up(tiny_run):
    """The tiny study's rows in two languages with scores that are known: .5, .6 with an arm, half of it lost or not."""
    frame = tiny_run.frame
    kept = {"zero-shot": 0.5, "optical": 0.8}
    whole = 0.5 + 0.1 * (frame["arm"] != "zero-shot")
    value = whole * frame["arm"].map(kept).fillna(0.5).where(frame["severity"] > 0, 1)
    so = frame.assign(value=value)
    sw = so.assign(language="sw", value=value * np.where(so["arm"] == "optical", 0.5, 1))
    languages = dict.fromkeys(("so", "sw"), tiny_run.config.languages["so"])
    config = tiny_run.config.model_copy(update={"languages": languages})
    return replace(tiny_run, config=config, frame=pd.concat([so, sw], ignore_index=True))


def test_damage_is_compared_by_what_is_kept(made_up):
    table = damage_table(made_up).set_index("system")
    # trapezoids between 1 and what is kept at severity .5
    assert table.loc["zero-shot", "value"] == pytest.approx(0.75)
    assert table.loc["optical", "value"] == pytest.approx(0.9)
    assert table.loc["optical", "difference"] == pytest.approx(0.15)
    assert table.loc["optical", "p_corrected"] < 0.05


def test_without_damage_there_is_no_table(made_up):
    undamaged = made_up.config.model_copy(update={"perturbations": (PerturbationConfig(),)})
    assert damage_table(replace(made_up, config=undamaged)).empty


def test_languages_by_hand(made_up):
    table = language_table(made_up).set_index("arm")
    assert table.loc["zero-shot", "mean"] == pytest.approx(0.5)
    assert table.loc["zero-shot", ["harmed", "risk"]].isna().all()
    optical = table.loc["optical"]
    assert optical["worst_language"] == "Swahili (sw)"
    assert [optical["worst"], optical["spread"], optical["mean"]] == pytest.approx([0.3, 0.3, 0.45])
    assert optical["geometric_mean"] == pytest.approx(np.sqrt(0.6 * 0.3))
    assert optical["harmed"] == pytest.approx(0.5)  # all of one language
    assert optical["risk"] == pytest.approx((0.1 - 2 * 0.2) / 2)


def test_variance_is_told_by_source(made_up):
    table = variance_table(made_up).set_index("source")
    assert {"language", "arm", "query_id", "residual", "total"} <= set(table.index)
    assert table.loc["total", "share"] == 1


def test_words_are_counted_where_there_is_a_bound_and_enough_budgets(made_up):
    assert words_table(made_up).empty
    frame = made_up.frame
    queries = frame[(frame["arm"] == "optical") & (frame["severity"] == 0) & (frame["language"] == "so")]
    one = queries[queries["budget"] == 60]
    spread = one["query_id"].map(lambda q: (hash_of(q) - 0.5) / 5)
    curve = [one.assign(budget=b, value=0.6 - 0.4 / (1 + b / 1000) + spread) for b in (300, 1000, 3000)]
    start = one.assign(arm="zero-shot", budget=0, value=0.2 + spread)
    bound = one.assign(arm="human", budget=0, value=0.8 + spread)
    config = made_up.config.model_copy(
        update={
            "arms": {name: ARMS[name] for name in ("zero-shot", "optical", "human")},
            "budgets": (0, 300, 1000, 3000),
        }
    )
    table = words_table(replace(made_up, config=config, frame=pd.concat([*curve, start, bound])))
    half = table[table["share"] == 0.5].iloc[0]
    # where .6 - .4 / (1 + b / 1000) + m = (.8 + m) / 2
    assert half["words"] == pytest.approx(1000 * (0.4 / (0.2 + spread.mean() / 2) - 1), rel=0.02)
    assert half["verdict"].startswith("reached within the data")


def test_overlap_is_by_arm_and_language(made_up):
    assert overlap_table(replace(made_up, cells=made_up.cells.drop(columns="overlap", errors="ignore"))).empty
    cells = made_up.cells.assign(overlap=made_up.cells["arm"].map({"zero-shot": 0.4}).fillna(0.6))
    table = overlap_table(replace(made_up, cells=cells))
    assert table.loc["zero-shot", "so"] == pytest.approx(0.4) and table.loc["optical", "so"] == pytest.approx(0.6)


def hash_of(text):
    return sum(text.encode()) % 97 / 97
