"""The alignment explorer: errors of each sentence by hand, links of each kind, and a panel that sorts and shows."""

import plotly.graph_objects as go
import pytest
from panels import HOSTILE, assert_all_text, control, drawn, html_of

from clirlab.corpora import GoldAlignment
from clirlab.errors import InputError
from clirlab.explore import alignment_explorer, sentence_errors, sentence_links
from clirlab.figures.stack import spec_of

GOLD = GoldAlignment(
    "toy",
    (("maji", "safi"), ("ni", "uhai", "!"), ("a",)),
    (("clean", "water"), ("is", "life"), ("b",)),
    (frozenset({(0, 1), (1, 0)}), frozenset({(1, 1)}), frozenset()),
    (frozenset(), frozenset({(0, 0)}), frozenset()),
)
# one right and one missed; one right, one possible and one wrong; nothing at all
PREDICTED = [{(0, 1)}, {(1, 1), (0, 0), (2, 0)}, set()]


def test_errors_by_hand():
    errors = sentence_errors(GOLD, PREDICTED)
    assert errors[["right", "missed", "wrong", "words"]].values.tolist() == [[1, 1, 0, 4], [2, 0, 1, 5], [0, 0, 0, 2]]
    # 1 - (1 + 1) / (1 + 2); 1 - (1 + 2) / (3 + 1)
    assert errors["AER"].tolist()[:2] == pytest.approx([1 / 3, 1 / 4])
    assert errors["AER"].isna().tolist() == [False, False, True]


def test_links_of_each_kind():
    assert sentence_links(GOLD, PREDICTED, 0)["kind"].tolist() == ["right", "missed"]
    kinds = sentence_links(GOLD, PREDICTED, 1).set_index(["i", "j"])["kind"]
    assert kinds.to_dict() == {(0, 0): "right, possible", (1, 1): "right", (2, 0): "wrong"}


def test_without_a_kernel_it_is_the_worst_sentence_and_a_table():
    figure = alignment_explorer(GOLD, predicted=PREDICTED)
    assert type(figure) is go.Figure
    (table,) = (trace for trace in figure.data if trace.type == "table")
    assert list(table.cells["values"][0]) == ["1", "2", "3"]
    assert [t.name for t in figure.data if t.type == "scatter" and t.mode == "lines"] == ["right (1)", "missed (1)"]
    first = alignment_explorer(GOLD, predicted=PREDICTED, order="smallest error first")
    assert [t.name for t in first.data if t.type == "scatter" and t.showlegend] == [
        "right (1)",
        "right, possible (1)",
        "wrong (1)",
    ]


def test_the_panel_sorts_and_shows_the_sentence_that_is_chosen(kernel):
    panel = alignment_explorer(GOLD, predicted=PREDICTED)
    chosen = control(panel, "sentence")
    assert [value for _, value in chosen.options] == [0, 1, 2]
    control(panel, "order").value = "longest first"
    assert [value for _, value in chosen.options] == [1, 0, 2]
    assert chosen.value == 1
    assert "sentence 2" in html_of(panel)
    assert [trace["name"] for trace in drawn(panel)["data"] if trace.get("showlegend")] == [
        "right (1)", "right, possible (1)", "wrong (1)",
    ]  # fmt: skip
    chosen.value = 0
    assert "AER 0.333" in drawn(panel)["layout"]["title"]["text"]


def test_an_encoder_predicts_the_links(tiny):
    gold = GoldAlignment("same", (("cat", "dog"),), (("cat", "dog"),), (frozenset({(0, 0), (1, 1)}),), (frozenset(),))
    figure = alignment_explorer(gold, tiny)
    assert [trace.name for trace in figure.data if trace.type == "scatter" and trace.showlegend] == ["right (2)"]


def test_whatever_a_word_holds_is_shown_as_text(kernel):
    words = tuple(HOSTILE.split())
    gold = GoldAlignment("hostile", (words,), (words,), (frozenset({(0, 0)}),), (frozenset(),))
    figures = (
        drawn(alignment_explorer(gold, predicted=[{(0, 1)}])),
        spec_of(alignment_explorer(gold, predicted=[{(0, 1)}], interactive=False)),
    )
    for figure in figures:
        assert_all_text(figure)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give encoder=, or predicted="),
        ({"predicted": [set()]}, "links of 1 sentence pairs, but toy has 3"),
        ({"predicted": PREDICTED, "order": "longst first"}, "did you mean 'longest first'"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(InputError, match=message):
        alignment_explorer(GOLD, **arguments)
