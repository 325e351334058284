"""Links, tokens, moves and points: screen and page draw the same numbers."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from clirlab.figures import (
    alignment_figure,
    alignment_page,
    link_figure,
    link_page,
    moves_figure,
    moves_page,
    scatter_figure,
    scatter_page,
    stack,
    token_figure,
    token_page,
)  # fmt: skip
from clirlab.figures.links import plan_links
from clirlab.transport import solve

PLAN = solve(np.random.default_rng(0).random((3, 4)), "sinkhorn", 0.3).to_frame(list("abc"), list("wxyz"))
LINKS = pd.DataFrame({"i": [0, 1, 2], "j": [1, 0, 2], "kind": ["right", "wrong", "missed"]})
TOKENS = pd.DataFrame({"panel": "d", "token": list("abcdefghijkl"), "value": np.arange(12.0), "note": ""})
MOVES = pd.DataFrame(
    {"document": ["a", "b", "c"], "first": [1, 2, np.nan], "second": [2, 30, 1], "relevant": [True, False, False]}
)
POINTS = pd.DataFrame({"panel": ["so", "so", "tl"], "query": ["a", "b", "c"], "x": [0, 0.5, 1], "y": [1, 0.5, 0.2]})


def segments(figure, per_width=True):
    """(left, right[, width]) of every line between two columns on the screen."""
    found = []
    for trace in figure.data:
        if trace.mode == "lines":
            ends = np.reshape(trace.y, (-1, 3))[:, :2]
            found += [(*end, *([trace.line.width] if per_width else [])) for end in ends.tolist()]
    return sorted(found)


def page_segments(axis, per_width=True):
    found = []
    for lines in axis.collections:
        widths = lines.get_linewidths() if per_width else [None] * len(lines.get_segments())
        for ends, width in zip(lines.get_segments(), widths, strict=True):
            found.append((*ends[:, 1].tolist(), *([2 * width] if per_width else [])))
    return sorted(found)


def test_links_of_a_plan():
    plans = PLAN.assign(panel="one")
    by_hand = plan_links(PLAN)[["left", "right", "width"]].assign(width=lambda f: 8 * f["width"])
    expected = sorted(map(tuple, by_hand.values.tolist()))
    assert np.array(segments(link_figure(plans))) == pytest.approx(np.array(expected))
    assert np.array(page_segments(link_page(plans).axes[0])) == pytest.approx(np.array(expected))


def test_links_of_words():
    words = list("abc"), list("xyz")
    screen, page = alignment_figure(LINKS, *words), alignment_page(LINKS, *words)
    expected = sorted(((i + 0.5) / 3, (j + 0.5) / 3) for i, j in LINKS[["i", "j"]].to_numpy())
    assert np.array(segments(screen, False)) == pytest.approx(np.array(expected))
    assert np.array(page_segments(page.axes[0], False)) == pytest.approx(np.array(expected))
    dashes = [trace.line.dash for trace in screen.data if trace.mode == "lines"]
    symbols = [trace.marker.symbol for trace in screen.data if trace.mode == "markers"]
    assert len(set(dashes)) == len(set(symbols)) == 3  # told apart without colours


def test_tokens():
    screen, page = token_figure(TOKENS), token_page(TOKENS)
    grid = np.array([*range(12), *[np.nan] * 8]).reshape(2, 10)
    assert screen.data[0].z == pytest.approx(grid, nan_ok=True)
    assert np.ma.filled(page.axes[0].images[0].get_array(), np.nan) == pytest.approx(grid, nan_ok=True)
    assert (screen.data[0].zmin, screen.data[0].zmax) == page.axes[0].images[0].get_clim() == (0, 11)


def test_moves():
    screen, page = moves_figure(MOVES, ("a", "b"), depth=5), moves_page(MOVES, ("a", "b"), depth=5)
    assert [tuple(t.y) for t in screen.data] == [tuple(line.get_ydata()) for line in page.axes[0].lines]
    assert [tuple(t.y) for t in screen.data] == [(1, 2), (2, 7), (7, 1)]
    assert [t.marker.symbol for t in screen.data] == ["star", "circle", "circle"]
    assert [t.text[1][-1:] for t in screen.data] == ["▼", "", "▲"]


def test_points():
    screen, page = scatter_figure(POINTS, "x", "y"), scatter_page(POINTS, "x", "y")
    drawn = [(list(t.x), list(t.y)) for t in screen.data]
    assert drawn == [([0, 1], [0, 1]), ([0, 0.5], [1, 0.5]), ([1], [0.2])]
    assert drawn == [(list(line.get_xdata()), list(line.get_ydata())) for line in page.axes[0].lines]


def test_a_text_from_right_to_left_has_its_rows_so():
    tokens = pd.DataFrame({"panel": "d", "token": ["ماء", "نقي"], "value": [1.0, 2.0], "note": ""})
    assert token_figure(tokens).data[0].z[0][-2:].tolist() == [2, 1]


def test_a_stack_keeps_what_each_figure_draws_apart():
    figures = [scatter_figure(POINTS, "x", "y"), token_figure(TOKENS), moves_figure(MOVES, ("a", "b"), depth=5)]
    whole = stack(figures)
    assert [t.type for t in whole.data] == [t.type for figure in figures for t in figure.data]
    assert [t.yaxis for t in whole.data] == ["y"] * 3 + ["y2"] + ["y3"] * 3
    domains = [whole.layout[axis].domain for axis in ("yaxis3", "yaxis2", "yaxis")]
    assert all(below[1] < above[0] for below, above in pairwise(domains))
    assert whole.layout.yaxis3.range == figures[2].layout.yaxis.range
