"""Fonts: a script without one is named, and one that is there is taken."""

import warnings

import pandas as pd
import pytest
from matplotlib import font_manager

from clirlab.figures import curve_page, fonts, missing_scripts, save_page

WORDS = {
    "Arabic": "ماء", "Devanagari": "पानी", "Chinese": "水を", "Thai": "น้ำ", "Ethiopic": "ውሃ", "Korean": "물",
}  # fmt: skip


def page(arm):
    return curve_page(
        pd.DataFrame({"arm": arm, "panel": "sw", "x": [0, 1], "mean": 0.5, "low": 0.4, "high": 0.6}), "words", "RR@10"
    )


def alone(monkeypatch):
    """A machine with nothing but the font that comes with Matplotlib."""
    monkeypatch.setattr(fonts, "_installed", lambda: {fonts.FIRST})


@pytest.mark.parametrize("script", WORDS)
def test_each_script_is_told_by_its_letters(script):
    assert {fonts.script_of(letter) for letter in WORDS[script]} == {script}


@pytest.mark.parametrize("script", ["Devanagari", "Chinese", "Thai", "Ethiopic"])
def test_a_script_without_a_font_is_named_with_what_to_install(script, monkeypatch, tmp_path):
    alone(monkeypatch)
    with pytest.warns(UserWarning) as found:
        save_page(page(WORDS[script]), tmp_path, "page", ["png", "svg"])
    assert len(found) == 1, "once, and not once a letter"
    assert f"no font on this machine holds the {script} characters" in str(found[0].message)
    assert fonts.SCRIPTS[script].families[0] in str(found[0].message)
    # the text is there all the same
    assert WORDS[script] in (tmp_path / "page.svg").read_text(encoding="utf-8")


def test_nothing_is_said_of_text_that_can_be_drawn(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        save_page(page("Ünïcödé, ελληνικά, кириллица, Yorùbá, Igbo ọ"), tmp_path, "page", ["png", "svg", "pdf"])


def test_a_family_that_is_there_is_taken(monkeypatch):
    there = sorted({entry.name for entry in font_manager.fontManager.ttflist})
    monkeypatch.setitem(fonts.SCRIPTS, "Arabic", fonts.Script(("ARABIC",), ("No such font", there[0])))
    assert fonts.families()[:2] == [fonts.FIRST, there[0]] if there[0] != fonts.FIRST else fonts.families()
    assert missing_scripts(["ماء"]) == []


def test_a_matplotlib_that_does_not_shape_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(fonts, "shapes_text", lambda: False)
    with pytest.warns(UserWarning, match="does not shape Arabic"):
        save_page(page("ماء"), tmp_path, "page", ["svg"])
