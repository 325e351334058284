"""The switch explorer: words with their origins, as HTML and as a figure, and a panel whose controls switch anew."""

import re
from html.parser import HTMLParser

import plotly.graph_objects as go
import pytest
from panels import HOSTILE, control, drawn, html_of

from clirlab.corpora import Lexicon
from clirlab.explore import switch_explorer, switched_words
from clirlab.explore.switch import switch_html, switched_text
from clirlab.figures.stack import spec_of

SWAHILI = Lexicon("tiny", "sw", {"water": ("maji",), "why": ("kwa nini",), "the": ("",), "clean": ("safi", "<i>")})
TEXT = "Why is the water clean?"


def test_each_word_has_its_origin():
    words = switched_words(TEXT, SWAHILI, probability=1)
    assert words.values.tolist() == [
        ["Kwa", "Why", "sw", True], ["nini", "Why", "sw", True], ["is", "is", "en", False],
        ["the", "the", "en", False], ["maji", "water", "sw", True], ["safi", "clean", "sw", True],
    ]  # fmt: skip


def test_where_nothing_is_switched_the_text_stays():
    words = switched_words(TEXT, SWAHILI, probability=0)
    assert words["word"].tolist() == ["Why", "is", "the", "water", "clean"]
    assert not words["switched"].any()
    assert switched_text(TEXT, SWAHILI, 0) == TEXT
    assert switched_words("", SWAHILI).empty


def test_a_larger_probability_switches_more_and_a_seed_others():
    switched = [switched_words(TEXT, SWAHILI, p, seed=3)["switched"].sum() for p in (0, 0.3, 0.6, 1)]
    assert switched == sorted(switched) and switched[-1] == 4
    assert len({switched_text(TEXT, SWAHILI, 0.5, seed) for seed in range(8)}) > 1


class Visible(HTMLParser):
    """What a browser would show of some HTML, and which elements it holds."""

    def __init__(self, html):
        super().__init__()
        self.text, self.tags, self.titles = "", set(), []
        self.feed(html)

    def handle_data(self, data):
        self.text += data

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.titles += [value for name, value in attributes if name == "title"]


def test_html_shows_the_text_and_its_origins_as_they_are():
    lexicon = Lexicon("x", "ar", {"water": ('<img src=x onerror="alert(1)">',), "script": ("ماء",)})
    text = f"Water {HOSTILE}"
    seen = Visible(switch_html(switched_text(text, lexicon, 1), switched_words(text, lexicon, 1)))
    assert seen.text == switched_text(text, lexicon, 1)
    assert seen.tags == {"p", "bdi"}
    assert "Water (ar)" in seen.titles and "script (ar)" in seen.titles


def test_without_a_kernel_it_is_a_figure_of_the_same_words():
    figure = switch_explorer(TEXT, SWAHILI, probability=1)
    assert type(figure) is go.Figure
    assert list(figure.data[0].text[0])[:6] == ["Kwa", "nini", "is", "the", "maji", "safi"]
    assert figure.data[0].z[0][:6].tolist() == [1, 1, 0, 0, 1, 1]
    assert "Swahili for: water" in figure.data[0].customdata[0][4]


def test_the_panel_switches_anew(kernel):
    panel = switch_explorer([TEXT, "The water."], SWAHILI, probability=0)
    assert "<bdi" not in html_of(panel)
    control(panel, "probability").value = 1
    assert 'title="water (sw)"' in html_of(panel)
    assert "maji" in str(drawn(panel))
    control(panel, "text").value = 1
    assert control(panel, "English").value == "The water."
    assert len(re.findall("<bdi", html_of(panel))) == 1
    control(panel, "probability").value = 0.5
    shown = set()
    for seed in range(8):
        control(panel, "seed").value = seed
        shown.add(html_of(panel))
    assert len(shown) > 1
    assert control(panel, "translation") is not None


def test_whatever_a_text_holds_is_shown_as_text(kernel):
    lexicon = Lexicon("x", "sw", {"alert": ("<script>alert(2)</script>",)})
    panel = switch_explorer(HOSTILE, lexicon, probability=1)
    for figure in (drawn(panel), spec_of(switch_explorer(HOSTILE, lexicon, probability=1, interactive=False))):
        assert "<script" not in str(figure)
    assert "<script" not in html_of(panel)
    assert "<script>alert(" in Visible(html_of(panel)).text


@pytest.mark.parametrize("text", ["", "   ", "!?"])
def test_a_text_without_words_draws(text, kernel):
    assert drawn(switch_explorer(text, SWAHILI))["data"] is not None
