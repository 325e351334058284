"""The robustness explorer: curves along each axis by measure, arms and languages, queries behind them, and a panel."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from panels import HOSTILE, assert_all_text, control, drawn, html_of

from clirlab.errors import InputError
from clirlab.explore import View, query_pairs, robustness_explorer, view_curves
from clirlab.explore.robustness import axes_of, first_view, query_texts
from clirlab.figures.stack import spec_of
from clirlab.study import Results, StudyConfig
from clirlab.validate import validate

CONFIG = validate(
    StudyConfig,
    {
        "name": "toy",
        "question": "which?",
        "languages": {code: {"collection": f"demo/en/{code}", "bitext": f"demo/en/{code}"} for code in ("so", "tl")},
        "arms": ["zero-shot", "optical"],
        "budgets": [0, 100],
        "seeds": [0, 1],
        "measures": ["RR@10", "nDCG@10"],
        "perturbation": {"kind": "typos", "severities": [0, 0.5]},
    },
    "toy",
)
QUERY_IDS = [f"q{i}" for i in range(6)]


def score(arm, language, seed, severity, query_id, measure):
    """Made up, so that every column matters."""
    value = 0.3 + 0.2 * (arm == "optical") + 0.05 * (language == "tl") - 0.2 * severity + 0.01 * int(query_id[1:])
    return value + 0.02 * seed * (arm == "optical") + 0.1 * (measure == "nDCG@10")


@pytest.fixture(scope="module")
def results():
    keys = product((("zero-shot", 0), ("optical", 100)), ("so", "tl"), (0, 1), (0.0, 0.5), QUERY_IDS, CONFIG.measures)
    rows = [
        (arm, language, budget, seed, "typos", severity, q, measure, score(arm, language, seed, severity, q, measure))
        for (arm, budget), language, seed, severity, q, measure in keys
    ]
    columns = ["arm", "language", "budget", "seed", "perturbation", "severity", "query_id", "measure", "value"]
    frame = pd.DataFrame(rows, columns=columns).assign(scorer="maxsim")
    frame["collection"] = "demo/en/" + frame["language"]
    return Results(Path("nowhere"), CONFIG, frame, pd.DataFrame())


def view(**changes):
    return View(
        "severity", "RR@10", "maxsim", ("zero-shot", "optical"), ("so", "tl"), ("zero-shot", "optical")
    )._replace(**changes)


def test_a_view_begins_with_all_there_is(results):
    assert first_view(results) == view(axis="budget")
    assert axes_of(results) == ["budget", "severity"]


@pytest.mark.parametrize("measure", ["RR@10", "nDCG@10"])
def test_curves_are_the_means_of_what_is_chosen(results, measure):
    curves = view_curves(results, view(measure=measure, languages=("tl",), arms=("optical",)))
    assert curves[["arm", "panel", "x"]].values.tolist() == [
        ["optical", "Tagalog (tl)", 0.0], ["optical", "Tagalog (tl)", 0.5],
    ]  # fmt: skip
    by_hand = [np.mean([score("optical", "tl", s, x, q, measure) for s in (0, 1) for q in QUERY_IDS]) for x in (0, 0.5)]
    assert curves["mean"].tolist() == pytest.approx(by_hand)
    assert (curves["low"] <= curves["mean"]).all() and (curves["mean"] <= curves["high"]).all()


def test_queries_are_paired_over_seeds_at_the_largest_budget(results):
    pairs = query_pairs(results, view(languages=("so",)), {("so", "q1"): "halkee?"})
    assert pairs["query"].tolist() == ["q0", "halkee?", *QUERY_IDS[2:]]
    assert pairs["x"].tolist() == pytest.approx([score("zero-shot", "so", 0, 0, q, "RR@10") for q in QUERY_IDS])
    by_hand = [np.mean([score("optical", "so", s, 0, q, "RR@10") for s in (0, 1)]) for q in QUERY_IDS]
    assert pairs["y"].tolist() == pytest.approx(by_hand)


def test_texts_come_from_the_collections(results):
    texts = query_texts(results)
    assert {language for language, _ in texts} == {"so", "tl"}
    assert all(text.strip() for text in texts.values())


def test_without_a_kernel_it_is_curves_points_and_a_table(results):
    figure = robustness_explorer(results, view(), texts={("so", "q0"): "halkee?"})
    assert type(figure) is go.Figure
    (table,) = (trace for trace in figure.data if trace.type == "table")
    curves = view_curves(results, view())
    assert [float(x) for x in table.cells["values"][3]] == pytest.approx(curves["mean"].tolist(), abs=5e-4)
    points = [trace for trace in figure.data if trace.type == "scatter" and trace.mode == "markers"]
    assert [len(trace.x) for trace in points] == [6, 6]
    assert points[0].text[0] == "halkee?"


def test_the_panel_draws_what_is_chosen(results, kernel):
    panel = robustness_explorer(results, texts={})
    assert control(panel, "axis").options == ("budget", "severity")

    def table():
        (found,) = (trace for trace in drawn(panel)["data"] if trace["type"] == "table")
        return found["cells"]["values"]

    control(panel, "axis").value = "severity"
    assert set(table()[2]) == {"0.000", "0.500"}
    control(panel, "languages").value = ("so",)
    control(panel, "arms").value = ("optical",)
    assert set(table()[0]) == {"optical"} and set(table()[1]) == {"Somali (so)"}
    before = table()[3]
    control(panel, "measure").value = "nDCG@10"
    assert [float(b) - float(a) for a, b in zip(before, table()[3], strict=True)] == pytest.approx([0.1] * 2, abs=2e-3)
    control(panel, "across").value = "optical"
    assert "optical against optical" in str(drawn(panel)["layout"]["annotations"])


def test_nothing_chosen_says_so_and_keeps_the_last_figure(results, kernel):
    panel = robustness_explorer(results, texts={})
    before = drawn(panel)
    control(panel, "languages").value = ()
    assert "choose at least one arm and one language" in html_of(panel)
    assert drawn(panel) == before


def test_whatever_a_query_holds_is_shown_as_text(results, kernel):
    texts = {("so", "q0"): HOSTILE}
    assert_all_text(drawn(robustness_explorer(results, texts=texts)))
    assert_all_text(spec_of(robustness_explorer(results, texts=texts, interactive=False)))


def test_an_unknown_axis_is_named_with_the_nearest(results):
    with pytest.raises(InputError, match="did you mean 'severity'"):
        robustness_explorer(results, view(axis="severty"), texts={})
