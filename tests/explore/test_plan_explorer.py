"""The plan explorer: a plain figure for batch runs, and a panel whose controls draw anew."""

import ipywidgets
import plotly.graph_objects as go
import pytest

from clirlab.explore import plan_explorer, sentence_plan
from clirlab.transport import METHODS

SOURCE, ENGLISH = "the cat, the dog", "a cat barks"


@pytest.fixture
def shown(monkeypatch):
    """The figures that were shown, in order."""
    figures = []
    monkeypatch.setattr(go.Figure, "show", lambda figure: figures.append(figure))
    return figures


def titles(figure):
    return [note.text for note in figure.layout.annotations]


def test_the_plan_of_a_sentence_pair_moves_all_mass_between_its_content_pieces(tiny):
    frame = sentence_plan(tiny, tiny, SOURCE, ENGLISH)
    assert list(frame) == ["i", "j", "source", "target", "mass", "cost"]
    assert frame.groupby("i")["mass"].sum().tolist() == pytest.approx([1 / 5] * 5)
    assert frame.groupby("j")["mass"].sum().tolist() == pytest.approx([1 / 4] * 4)
    assert frame.drop_duplicates("i")["source"].tolist() == ["the", "cat", ",", "the", "dog"]
    assert frame.drop_duplicates("j")["target"].tolist() == ["a", "cat", "bark", "##s"]


def test_a_sentence_goes_to_itself_for_nothing(tiny):
    frame = sentence_plan(tiny, tiny, ENGLISH, ENGLISH)
    assert (frame["mass"] * frame["cost"]).sum() == pytest.approx(0, abs=1e-5)
    assert frame.loc[frame["i"] == frame["j"], "mass"].tolist() == pytest.approx([1 / 4] * 4)


def test_a_word_goes_to_itself_for_nothing(tiny):
    assert sentence_plan(tiny, tiny, "cat", "cat")["cost"].tolist() == pytest.approx([0], abs=1e-5)


def test_without_a_kernel_it_is_a_figure_with_a_panel_for_each_state(tiny):
    alone, both = (plan_explorer(tiny, SOURCE, ENGLISH, trained, interactive=False) for trained in (None, tiny))
    assert type(alone) is type(both) is go.Figure
    assert titles(alone) == ["before"]
    assert titles(both) == ["before", "after"]
    assert [trace.z.shape for trace in both.data] == [(5, 4), (5, 4)]
    assert alone.data[0].z.sum(1) == pytest.approx([1] * 5)


def test_with_a_kernel_it_is_a_panel_whose_controls_draw_anew(tiny, shown):
    panel = plan_explorer(tiny, SOURCE, ENGLISH)
    assert isinstance(panel, ipywidgets.Widget)
    source, english, method, epsilon, output = panel.children
    assert (source.value, english.value, method.value) == (SOURCE, ENGLISH, "exact")
    assert set(method.options) == set(METHODS)
    assert epsilon.value in epsilon.options
    assert isinstance(output, ipywidgets.Output)
    assert shown[-1].data[0].z.shape == (5, 4)

    method.value = "sinkhorn"
    epsilon.value = max(epsilon.options)
    assert shown[-1].data[0].z.max() < shown[0].data[0].z.max()  # entropy spreads the mass
    english.value = "the dog"
    assert shown[-1].data[0].z.shape == (5, 2)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_that_is_offered_draws(method, tiny, shown):
    choice = plan_explorer(tiny, SOURCE, ENGLISH).children[2]
    choice.value = method
    z = shown[-1].data[0].z
    assert z.shape == (5, 4)
    assert z.sum(1).max() == pytest.approx(1)


def test_an_empty_sentence_draws_nothing(tiny, shown):
    source = plan_explorer(tiny, SOURCE, ENGLISH).children[0]
    before = len(shown)
    source.value = "  "
    assert len(shown) == before == 1
