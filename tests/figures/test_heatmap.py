"""Heatmaps of plans: screen and page draw the same shares, and a token is text whatever it holds."""

import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import plotly.io
import pytest

from clirlab.figures import plan_figure, plan_page, save_page
from clirlab.transport import solve

SCRIPT = "<script>alert(1)</script>"
SOURCE, TARGET = ["▁maji", "▁ya", "▁maji"], ["▁water", "s", "▁", "s"]


def plans(source=SOURCE, target=TARGET, panels=("before", "after")):
    """One plan a panel, of random costs, its cells in random order."""
    generator = np.random.default_rng(0)
    cells = [
        solve(generator.random((len(source), len(target)))).to_frame(source, target).assign(panel=panel)
        for panel in panels
    ]
    return pd.concat(cells).sample(frac=1, random_state=0).sort_values("panel", ascending=False, kind="stable")


def shares(frame, panel):
    """By hand: of each row's mass the share that goes to each column."""
    cells = frame[frame["panel"] == panel].set_index(["i", "j"])["mass"]
    rows, columns = (range(cells.index.get_level_values(level).max() + 1) for level in ("i", "j"))
    mass = np.array([[cells[i, j] for j in columns] for i in rows])
    return mass / mass.sum(1, keepdims=True)


def test_screen_and_page_draw_the_shares_of_the_frame():
    frame = plans()
    screen, page = plan_figure(frame, title="Plans"), plan_page(frame)
    assert screen.layout.title.text == "Plans"
    assert [note.text for note in screen.layout.annotations] == ["before", "after"]
    assert [axis.get_title() for axis in page.axes[:2]] == ["before", "after"]
    for trace, axis, panel in zip(screen.data, page.axes, ["before", "after"], strict=False):
        assert trace.z == pytest.approx(shares(frame, panel))
        assert axis.images[0].get_array().data == pytest.approx(shares(frame, panel))
        assert (trace.zmin, trace.zmax) == axis.images[0].get_clim() == (0, 1)


def test_a_token_that_occurs_twice_keeps_two_columns_and_two_rows():
    frame = plans(panels=["one"])
    screen, axis = plan_figure(frame), plan_page(frame).axes[0]
    assert screen.data[0].z.shape == axis.images[0].get_array().shape == (3, 4)
    source, target = ["maji", "ya", "maji"], ["water", "s", "·", "s"]
    for axes, labels in ((screen.layout.xaxis, target), (screen.layout.yaxis, source)):
        assert list(axes.ticktext) == labels
        assert list(axes.tickvals) == [*range(len(labels))]
    for ticks, labels in ((axis.get_xticklabels(), target), (axis.get_yticklabels(), source)):
        assert [tick.get_text() for tick in ticks] == labels
    assert screen.layout.yaxis.autorange == "reversed"  # the first token on top, as in an image
    assert screen.data[0].text[2][3] == "maji → s"


def test_a_row_without_mass_is_empty_and_not_undefined():
    frame = plans(panels=["one"])
    empty = frame.assign(mass=frame["mass"].where(frame["i"] != 1, 0.0))
    assert plan_figure(empty).data[0].z[1].tolist() == [0, 0, 0, 0]


def test_a_script_in_a_token_is_text_in_html():
    html = plotly.io.to_html(plan_figure(plans([SCRIPT, "a"], ["b", SCRIPT], ["one", "two"])), include_plotlyjs=False)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


@pytest.mark.parametrize("token", [SCRIPT, "&amp;", "$5", "$a$", "$_$", "$$", r"\alpha", "x^2_i"])
def test_a_token_stands_in_the_svg_as_it_is(tmp_path, token):
    (path,) = save_page(plan_page(plans([token, "a"], ["b", token], [token])), tmp_path, "plan", ["svg"])
    elements = list(ET.parse(path).getroot().iter())
    assert not [e.tag for e in elements if e.tag.endswith("script")]
    texts = ["".join(e.itertext()).strip() for e in elements if e.tag.endswith("}text")]
    assert texts.count(token) == 3  # panel, row and column
