"""Curves: screen and page draw the numbers of one frame, an arm looks the same wherever it stands."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from clirlab.figures import curve_figure, curve_page
from clirlab.figures.theme import PLACES, Style, style_of
from clirlab.study.arms import ARMS


def frame(*lines):
    """Curves of these (arm, panel); the points of a line in falling order."""
    generator = np.random.default_rng(0)
    parts = [
        pd.DataFrame({"arm": arm, "panel": panel, "x": [1000, 100, 0], "mean": generator.uniform(0.4, 0.6, 3)})
        for arm, panel in lines
    ]
    return pd.concat(parts, ignore_index=True).assign(low=lambda f: f["mean"] - 0.1, high=lambda f: f["mean"] + 0.2)


FRAME = frame(*product(["zero-shot", "optical", "my own"], ["Swahili (sw)", "Somali (so)"]))


def expected(curves):
    """(panel, arm) to the sorted points (x, mean, low, high)."""
    columns = ["x", "mean", "low", "high"]
    return {key: sorted(part[columns].values.tolist()) for key, part in curves.groupby(["panel", "arm"])}


def band(x, y):
    """The lower and upper edge of a closed outline, at each x."""
    points = pd.DataFrame({"x": x, "y": y}).groupby("x")["y"]
    return points.min().tolist(), points.max().tolist()


def on_screen(curves):
    figure = curve_figure(curves, "words", "RR@10")
    panels = {f"x{i or ''}": note.text for i, note in zip(["", *range(2, 9)], figure.layout.annotations, strict=False)}
    drawn, edges = {}, {}
    for trace in figure.data:
        key = panels[trace.xaxis or "x"], trace.legendgroup
        if trace.fill == "toself":
            edges[key] = band(trace.x, trace.y)
        else:
            low, high = np.array(trace.customdata).T.tolist()
            drawn[key] = [list(point) for point in zip(trace.x, trace.y, low, high, strict=True)]
    return drawn, edges


def on_page(curves):
    drawn, edges = {}, {}
    for axis in curve_page(curves, "words", "RR@10").axes:
        for line, area in zip(axis.lines, axis.collections, strict=True):
            key = axis.get_title(), line.get_label()
            edges[key] = band(*area.get_paths()[0].vertices.T)
            drawn[key] = [list(point) for point in zip(*line.get_data(), *edges[key], strict=True)]
    return drawn, edges


@pytest.mark.parametrize("draw", [on_screen, on_page])
def test_lines_and_bands_are_the_numbers_of_the_frame(draw):
    drawn, edges = draw(FRAME)
    points = expected(FRAME)
    assert drawn == points
    assert edges == {key: ([p[2] for p in line], [p[3] for p in line]) for key, line in points.items()}


def test_axes_say_what_they_show():
    screen, page = curve_figure(FRAME, "words", "RR@10", title="Budget"), curve_page(FRAME, "words", "RR@10")
    assert screen.layout.title.text == "Budget"
    assert [screen.layout.xaxis.title.text, screen.layout.xaxis2.title.text] == ["words"] * 2
    assert [axis.get_xlabel() for axis in page.axes] == ["words"] * 2
    assert screen.layout.yaxis.title.text == page.axes[0].get_ylabel() == "RR@10"


# an arm that the first panel lacks is in the legend all the same
@pytest.mark.parametrize("lines", [[("a", "1"), ("a", "2")], [("a", "1"), ("a", "2"), ("b", "2")]])
def test_each_arm_stands_in_the_legend_once(lines):
    curves = frame(*lines)
    arms = sorted({arm for arm, _ in lines})
    shown = [trace.name for trace in curve_figure(curves, "x", "y").data if trace.showlegend]
    (legend,) = curve_page(curves, "x", "y").legends
    assert shown == arms
    assert [text.get_text() for text in legend.get_texts()] == arms


@pytest.mark.parametrize("arm", [*ARMS, "my own"])
@pytest.mark.parametrize("beside", [(), ("another", "zero-shot", "other-language")])
def test_an_arm_has_its_style_whatever_stands_beside_it(arm, beside):
    curves = frame(*((name, "sw") for name in dict.fromkeys([*beside, arm])))
    style = style_of(arm)
    (trace,) = (t for t in curve_figure(curves, "x", "y").data if t.name == arm)
    (line,) = (found for found in curve_page(curves, "x", "y").axes[0].lines if found.get_label() == arm)
    assert (trace.line.color, trace.line.dash, trace.marker.symbol) == (style.colour, style.dash, style.symbol)
    assert to_hex(line.get_color()).upper() == style.colour
    assert line.get_marker() == style.page_marker


def test_arms_of_a_study_have_places_of_their_own_and_are_told_apart():
    assert set(PLACES) == set(ARMS)
    styles = [style_of(arm) for arm in PLACES]
    assert len({(style.colour, style.symbol) for style in styles}) == len(ARMS)
    for field, values in zip(Style._fields, zip(*styles[:5], strict=True), strict=True):
        assert len(set(values)) == 5, field


def test_other_arms_never_look_like_those_of_a_study():
    taken = {(style.colour, style.symbol) for style in map(style_of, PLACES)}
    assert {(style.colour, style.symbol) for style in (style_of(f"arm {i}") for i in range(99))}.isdisjoint(taken)


def test_arms_named_by_objective_and_supervision_are_told_apart_and_from_all_others():
    arms = [f"{taught}/{bought}" for taught in ("ot", "infonce", "mse") for bought in ("bitext", "BL-CS", "glossed")]
    styles = [style_of(arm) for arm in arms]
    assert len({(style.colour, style.symbol, style.face) for style in styles}) == len(arms)
    assert style_of("ot/BL-CS").colour == style_of("infonce/BL-CS").colour
    assert style_of("ot/BL-CS").symbol == style_of("ot/bitext").symbol
    taken = {(style.colour, style.symbol) for style in map(style_of, PLACES)}
    assert {(style.colour, style.symbol) for style in styles}.isdisjoint(taken)
