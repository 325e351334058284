"""Every figure: screen and page draw the same numbers, those of the frame, and any text is shown as text."""

import html
import json
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import plotly.io
import pytest
from hostile import HOSTILE, LONG

from clirlab.errors import InputError
from clirlab.evaluation import compare_scores
from clirlab.figures import (
    alt_of,
    bias_figure,
    bias_page,
    closed_figure,
    closed_page,
    curve_figure,
    curve_page,
    forest_figure,
    forest_page,
    fragment,
    layer_figure,
    layer_page,
    learning_figure,
    learning_page,
    matrix_figure,
    matrix_page,
    overview_figure,
    overview_page,
    peer_figure,
    peer_page,
    plan_figure,
    plan_page,
    save_page,
    save_screen,
    slope_figure,
    slope_page,
    split_figure,
    split_page,
)
from clirlab.figures.labels import short

ARMS = ["optical", "code-switching", "ot/bitext"]


def comparison(arms=ARMS, panels=("Somali (so)", "Swahili (sw)")):
    generator = np.random.default_rng(0)
    rows = []
    for panel in panels:
        rows.append({"panel": panel, "arm": "zero-shot", "budget": 0, "mean": 0.4})
        for arm in arms:
            row = {
                "panel": panel,
                "arm": arm,
                "budget": 500,
                "mean": generator.uniform(0.3, 0.6),
                "control": "misspelt",
            }
            for name in ("difference", "specific", "closed"):
                value = generator.uniform(-0.1, 0.2)
                row |= {name: value, f"{name}_low": value - 0.05, f"{name}_high": value + 0.03}
            rows.append(row | {"p_corrected": generator.uniform(0, 0.1), "p_specific": 0.2, "low": 0.1, "high": 0.9})
    return pd.DataFrame(rows)


def numbers_of(name, arms=ARMS):
    """What is drawn of a comparison: for each panel the (value, low, high) of each arm, from top to bottom."""
    frame = comparison(arms).dropna(subset=name)
    columns = [name, f"{name}_low", f"{name}_high"]
    return [[tuple(row) for row in part[columns].to_numpy().tolist()] for _, part in frame.groupby("panel", sort=False)]


def screen_marks(figure, series=0):
    """(value, low, high) of each mark of a series, panel by panel."""
    marks = [trace for trace in figure.data if trace.type == "scatter" and trace.mode == "markers"]
    names = list(dict.fromkeys(trace.name for trace in marks))
    traces = [trace for trace in marks if trace.name == names[series]]
    found = []
    for trace in traces:
        x, up, down = (np.array(values) for values in (trace.x, trace.error_x.array, trace.error_x.arrayminus))
        found.append([tuple(row) for row in np.stack([x, x - down, x + up], axis=1)])
    return found


def page_marks(figure, series=0, of=1):
    found = []
    for axis in figure.axes:
        marks = [line for line in axis.lines if len(line.get_xdata()) == 1]
        bars = [line for line in axis.lines if line.get_color() == "#333333" and line.get_linestyle() == "-"]
        rows = [(mark.get_xdata()[0], *bar.get_xdata()) for mark, bar in zip(marks, bars, strict=True)]
        found.append(rows[series::of])
    return found


def same(found, wanted):
    assert [len(part) for part in found] == [len(part) for part in wanted]
    for part, numbers in zip(found, wanted, strict=True):
        assert np.array(part) == pytest.approx(np.array(numbers))


@pytest.mark.parametrize(
    ("screen", "page", "name"),
    [(forest_figure, forest_page, "difference"), (closed_figure, closed_page, "closed")],
    ids=["forest", "closed"],
)
def test_rows_with_intervals(screen, page, name):
    same(screen_marks(screen(comparison())), numbers_of(name))
    same(page_marks(page(comparison())), numbers_of(name))


@pytest.mark.parametrize(("series", "name"), [(0, "difference"), (1, "specific")])
def test_a_gain_is_split_into_the_whole_and_its_language_specific_part(series, name):
    same(screen_marks(split_figure(comparison()), series), numbers_of(name))
    page = page_marks(split_page(comparison()), of=1)
    # the page draws the two marks of a row behind each other
    same([part[series::2] for part in page], numbers_of(name))


def test_a_significant_difference_is_filled_and_another_hollow():
    frame = comparison().dropna(subset="difference")
    sure = (frame["p_corrected"] < 0.05).tolist()
    assert set(sure) == {True, False}
    symbols = [symbol for trace in forest_figure(frame).data for symbol in trace.marker.symbol]
    assert ["open" not in symbol for symbol in symbols] == sure
    marks = [line for axis in forest_page(frame).axes for line in axis.lines if len(line.get_xdata()) == 1]
    assert [mark.get_markerfacecolor() != "white" for mark in marks] == sure


def test_a_comparison_of_evaluation_is_drawn_with_a_panel_a_measure():
    table = compare_scores({"zero-shot": [0.1, 0.2, 0.3], "optical": [0.4, 0.5, 0.9]}, "zero-shot")
    both = pd.concat([table.assign(measure="RR@10"), table.assign(measure="nDCG@10")])
    titles = [axis.get_title() for axis in forest_page(both).axes]
    assert titles == ["RR@10", "nDCG@10"]
    assert screen_marks(forest_figure(both))[0][0] == pytest.approx(
        tuple(table.loc[1, ["difference", "difference_low", "difference_high"]])
    )


def test_what_cannot_be_drawn_is_said():
    none = comparison().assign(specific=np.nan, closed=np.nan, difference=np.nan)
    for draw, message in (
        (split_figure, "no arm of this comparison has a generic control"),
        (closed_page, "no arm that asks with people's translations"),
        (forest_page, "nothing but the baseline"),
        (lambda f: forest_page(comparison(), width="singel"), "unknown width 'singel'; did you mean 'single'"),
        (lambda f: curve_figure(f, "x", "y"), "no column panel|no column x"),
        (lambda f: peer_figure(pd.DataFrame({"peer": [np.nan]})), "no query has a value"),
    ):
        with pytest.raises(InputError, match=message):
            draw(none)


def test_learning_curves():
    history = pd.DataFrame({"step": [1, 2, 3], "loss": [0.5, 0.4, 0.3], "dev": [np.nan, 0.2, 0.6]})
    histories = {"optical": history, "infonce": history.assign(loss=history["loss"] + 1).drop(columns="dev")}
    wanted = [[(1, 0.5), (2, 0.4), (3, 0.3)], [(1, 1.5), (2, 1.4), (3, 1.3)], [(2, 0.2), (3, 0.6)]]
    screen = [list(zip(trace.x, trace.y, strict=True)) for trace in learning_figure(histories).data]
    page = [list(zip(*line.get_data(), strict=True)) for axis in learning_page(histories).axes for line in axis.lines]
    same(screen, wanted)
    same(page, wanted)


@pytest.mark.parametrize("measure", ["AER", "F1"])
def test_layers_and_methods(measure):
    scan = pd.DataFrame(
        [("toy", layer, method, how, layer / 10 + len(method) / 100) for layer in (0, 8) for method in ("cosine", "ot")
         for how in ("argmax", "match")],
        columns=["set", "layer", "method", "how", measure],
    )  # fmt: skip
    wanted = np.array([[0.86, 0.86, 0.82, 0.82], [0.06, 0.06, 0.02, 0.02]])  # the last layer on top
    screen, page = layer_figure(scan, measure), layer_page(scan, measure)
    assert np.array(screen.data[0].z) == pytest.approx(wanted)
    assert page.axes[0].images[0].get_array().data == pytest.approx(wanted)
    assert list(screen.data[0].colorscale[0]) == [0, "#fde725" if measure == "AER" else "#440154"]
    assert [note.text for note in screen.layout.annotations if note.text != "toy"] == [
        f"{v:.3f}" for v in wanted.ravel()
    ]
    assert [text.get_text() for text in page.axes[0].texts] == [f"{v:.3f}" for v in wanted.ravel()]


def test_the_overview_has_means_as_numbers_and_differences_as_colours():
    frame = comparison()
    screen, page = overview_figure(frame), overview_page(frame)
    differences = frame.pivot(index="arm", columns="panel", values="difference").fillna(0).loc[frame["arm"].unique()]
    assert np.array(screen.data[0].z) == pytest.approx(differences.to_numpy())
    assert page.axes[0].images[0].get_array().data == pytest.approx(differences.to_numpy())
    marks = ["*" if p < 0.05 else "" for p in frame["p_corrected"]]
    numbers = sorted(f"{mean:.3f}{mark}" for mean, mark in zip(frame["mean"], marks, strict=True))
    assert sorted(text.get_text() for text in page.axes[0].texts) == numbers
    assert sorted(note.text for note in screen.layout.annotations if note.text) == numbers


def test_links_are_told_apart_by_kind():
    words = ["maji", "ya", "kunywa"], ["drinking", "water", "now"]
    links = {"predicted": [(0, 1), (1, 2), (2, 2)], "sure": [(0, 1), (2, 0)], "possible": [(1, 2), (1, 1), (0, 1)]}
    wanted = {"right": [(1, 0)], "right, possible": [(2, 1)], "wrong": [(2, 2)], "missed": [(0, 2)],
              "possible, not predicted": [(1, 1)]}  # fmt: skip
    screen, page = matrix_figure(*words, **links), matrix_page(*words, **links)
    assert {t.name: list(zip(t.x, t.y, strict=True)) for t in screen.data} == wanted
    assert {line.get_label(): list(zip(*line.get_data(), strict=True)) for line in page.axes[0].lines} == wanted
    assert (
        len({(t.marker.symbol, t.marker.color) for t in screen.data})
        == len({t.marker.symbol for t in screen.data})
        == 5
    )
    with pytest.raises(InputError, match="no link 3-0 between 3 and 3 words"):
        matrix_figure(*words, predicted=[(3, 0)])


def test_ranks_fall_from_the_best_and_ties_share_theirs():
    scores = pd.DataFrame(
        {"name": list("abcabc"), "at": ["sw"] * 3 + ["so"] * 3, "value": [0.3, 0.2, 0.1, 0.1, 0.5, 0.5]}
    )
    wanted = [[(0, 1), (1, 3)], [(0, 2), (1, 1.5)], [(0, 3), (1, 1.5)]]
    screen = [list(zip(trace.x, trace.y, strict=True)) for trace in slope_figure(scores).data]
    page = [list(zip(*line.get_data(), strict=True)) for line in slope_page(scores).axes[0].lines]
    same(screen, wanted)
    same(page, wanted)


@pytest.mark.parametrize(
    ("screen", "page", "column"),
    [(bias_figure, bias_page, "bias"), (peer_figure, peer_page, "peer")],
    ids=["bias", "peer"],
)
def test_fairness_is_the_mean_over_queries_that_say_something(screen, page, column):
    values = {"zero-shot": [0.1, 0.3, np.nan], "optical": [0.5, 0.5, 0.5]}
    frame = pd.concat([
        pd.DataFrame({"query_id": list("abc"), "language": "sw", "system": system, column: of})
        for system, of in values.items()
    ])  # fmt: skip
    for (found,) in (screen_marks(screen(frame)), page_marks(page(frame))):
        assert [mean for mean, _, _ in found] == pytest.approx([0.2, 0.5])
        assert all(low <= mean <= high for mean, low, high in found)


def test_on_a_logarithmic_axis_nought_has_a_place_of_its_own():
    frame = pd.DataFrame({"arm": "optical", "panel": "sw", "x": [0, 100, 1000], "mean": [0.1, 0.2, 0.3]})
    frame = frame.assign(low=0.0, high=1.0)
    screen, page = curve_figure(frame, "words", "RR@10", log=True), curve_page(frame, "words", "RR@10", log=True)
    assert list(screen.data[1].x) == page.axes[0].lines[0].get_xdata().tolist() == [1.5, 2, 3]
    assert list(screen.layout.xaxis.ticktext) == ["0", "100", "1,000"]
    assert [tick.get_text() for tick in page.axes[0].get_xticklabels()] == ["0", "100", "1,000"]
    with pytest.raises(InputError, match="logarithmic axis needs values above 0"):
        curve_figure(frame.assign(x=[-1, 0, 1]), "words", "RR@10", log=True)


def drawn(text):
    """Every figure with this text as the name of an arm, a panel, a token or a condition: its screen and its page."""
    frame = comparison([text], [text])
    curves = pd.DataFrame({"arm": text, "panel": text, "x": [0, 1], "mean": 0.5, "low": 0.4, "high": 0.6})
    scan = pd.DataFrame({"set": text, "layer": [0], "method": text, "how": "argmax", "AER": 0.5})
    history = {text: pd.DataFrame({"step": [1, 2], "loss": [0.5, 0.4]})}
    cells = pd.DataFrame({"panel": text, "i": [0, 0], "j": [0, 1], "source": text, "target": [text, "a"], "mass": 0.5})
    bias = pd.DataFrame({"system": text, "language": text, "bias": [0.1, 0.2], "peer": [0.1, 0.2]})
    ranks = pd.DataFrame({"name": text, "at": [text, "b"], "value": [0.1, 0.2]})
    return {
        "curves": (curve_figure(curves, text, text, text), curve_page(curves, short(text, 60), short(text, 60))),
        "forest": (forest_figure(frame, title=text), forest_page(frame)),
        "split": (split_figure(frame), split_page(frame)),
        "closed": (closed_figure(frame), closed_page(frame)),
        "overview": (overview_figure(frame), overview_page(frame)),
        "layers": (layer_figure(scan), layer_page(scan)),
        "learning": (learning_figure(history), learning_page(history)),
        "plan": (plan_figure(cells, text), plan_page(cells)),
        "matrix": (matrix_figure([text], [text], [(0, 0)]), matrix_page([text], [text], [(0, 0)])),
        "ranks": (slope_figure(ranks), slope_page(ranks)),
        "bias": (bias_figure(bias), bias_page(bias)),
        "peer": (peer_figure(bias), peer_page(bias)),
    }


def strings(value):
    """All strings in a figure's JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            # groups are names of lines and shown nowhere
            yield from strings(one) if key not in ("legendgroup", "family") else []
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


@pytest.mark.filterwarnings("ignore:no font on this machine")
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_any_text_is_shown_as_text(text, tmp_path):
    for name, (screen, page) in drawn(text).items():
        shown = json.loads(screen.to_json())
        shown["layout"].pop("template")
        shown["layout"].pop("meta")  # the alternative text, which is escaped where it is written
        found = list(strings(shown))
        markup = [s for s in found if "<" in s.replace("<br>", "").replace("<extra></extra>", "") and "%{" not in s]
        assert not markup, name
        labels = [short(text, n) for n in (18, 20, 22, 24, 28, 30, 40, 60, 100)]
        unescaped = [html.unescape(s).replace("\u2068", "").replace("\u2069", "") for s in found]
        assert any(label in s for label in labels for s in unescaped), name
        (path,) = save_page(page, tmp_path, name, ["svg"])
        elements = list(ET.parse(path).getroot().iter())
        assert not [e.tag for e in elements if e.tag.endswith("script")]
        texts = {"".join(e.itertext()).strip() for e in elements if e.tag.endswith("}text")}
        assert texts & {label.strip() for label in labels}, name


def test_a_long_word_is_cut_in_the_picture_and_whole_in_the_hover():
    for name, (screen, _) in drawn(LONG).items():
        shown = json.loads(screen.to_json())
        layout = list(strings({k: v for k, v in shown["layout"].items() if k not in ("template", "meta")}))
        assert max(map(len, layout)) <= 120, name
        assert any(s.replace("<br>", "").count(LONG) for s in strings(shown["data"])), name


def test_alternative_texts_tell_the_numbers_and_are_the_same_for_both():
    for name, (screen, page) in drawn("optical").items():
        assert alt_of(screen) == alt_of(page), name
        assert "optical" in alt_of(screen), name


@pytest.mark.filterwarnings("ignore:no font on this machine")
def test_files_carry_the_alternative_text_escaped(tmp_path):
    screen, page = drawn(HOSTILE["script"] + '"')["forest"]
    assert 'aria-label="difference' in fragment(screen, "x")
    assert "<script>alert" not in fragment(screen, "x")
    written = save_screen(screen, tmp_path, "page", HOSTILE["script"]).read_text(encoding="utf-8")
    assert "<script>alert" not in written
    assert "&lt;script&gt;alert(1)" in written
    (svg,) = save_page(page, tmp_path, "page", ["svg"])
    assert "&lt;script&gt;alert(1)" in svg.read_text(encoding="utf-8")


def test_a_screen_gives_the_same_bytes_again(tmp_path):
    first, second = (save_screen(forest_figure(comparison()), tmp_path / k, "page").read_bytes() for k in "ab")
    assert first == second
    assert plotly.io.to_json(forest_figure(comparison())) == plotly.io.to_json(forest_figure(comparison()))


@pytest.mark.parametrize("width", ["single", "double"])
def test_pages_have_the_width_of_a_column(width):
    wide = {"single": 3.4, "double": 7.0}[width]
    frame = comparison()
    for page in (forest_page(frame, width=width), overview_page(frame, width=width), split_page(frame, width=width)):
        assert page.get_figwidth() == wide
