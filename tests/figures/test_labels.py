"""Labels: any text is one line of text, cut where a letter ends, told apart and escaped."""

import html
import unicodedata

import pytest
import regex
from hostile import HOSTILE, LONG
from hypothesis import given
from hypothesis import strategies as st

from clirlab.figures.labels import in_hover, labels_of, on_screen, plain, short


@given(st.text())
def test_a_label_is_one_line_that_every_format_can_hold(text):
    assert not [c for c in plain(text) if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]


@given(st.text(), st.integers(4, 40))
def test_a_short_text_has_at_most_so_many_letters_and_no_torn_one(text, longest):
    letters = regex.findall(r"\X", short(text, longest))
    assert len(letters) <= longest
    assert set(letters) <= {*regex.findall(r"\X", plain(text)), "…"}


@given(st.lists(st.text(max_size=60), unique=True))
def test_labels_of_different_texts_differ(texts):
    labels = labels_of(texts, 12)
    assert len(set(labels.values())) == len(labels) == len(texts)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_plotly_reads_no_mark_up_in_a_label_and_the_hover_has_the_whole_text(text):
    for shown in (on_screen(text), in_hover(text).replace("<br>", "")):
        assert "<" not in shown
        assert "$" not in shown
    whole = html.unescape(in_hover(text).replace("<br>", "")).replace("\u2068", "").replace("\u2069", "")
    assert whole == plain(text)


def test_a_long_word_is_cut_in_the_picture_and_broken_in_the_hover():
    assert len(on_screen(LONG)) == 28
    assert max(map(len, in_hover(LONG).split("<br>"))) == 70
