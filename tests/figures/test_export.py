"""Files of figures: the same bytes for the same figure, and no other formats than those that keep that promise."""

import pandas as pd
import pytest

from clirlab.errors import InputError
from clirlab.figures import curve_page, plan_page, save_page

CURVES = pd.DataFrame({"arm": "optical", "panel": "sw", "x": [0, 1], "mean": 0.5, "low": 0.4, "high": 0.6})
CELLS = {"panel": "before", "i": [0, 0], "j": [0, 1], "source": "maji", "target": ["water", "!"], "mass": [0.3, 0.1]}
PAGES = {"curve": lambda: curve_page(CURVES, "words", "RR@10"), "plan": lambda: plan_page(pd.DataFrame(CELLS))}


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_figure_gives_the_same_bytes_saved_again_or_drawn_again(tmp_path, page, form, monkeypatch):
    figure = page()
    paths = save_page(figure, tmp_path, "one", [form]) + save_page(figure, tmp_path, "again", [form])
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")  # another day
    paths += save_page(page(), tmp_path, "drawn anew", [form])
    assert [path.name for path in paths] == [f"one.{form}", f"again.{form}", f"drawn anew.{form}"]
    first, *others = (path.read_bytes() for path in paths)
    assert [other == first for other in others] == [True, True]


def test_png_and_svg_are_written_unless_asked_and_text_stays_text(tmp_path):
    paths = save_page(PAGES["plan"](), tmp_path / "new", "plan")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["plan.png", "plan.svg"]
    assert paths[0].read_bytes().startswith(b"\x89PNG")
    assert ">water</text>" in paths[1].read_text(encoding="utf-8")


def test_an_unknown_format_is_named_with_the_nearest_before_anything_is_written(tmp_path):
    with pytest.raises(InputError, match="unknown figure format 'sgv'; did you mean 'svg'"):
        save_page(PAGES["plan"](), tmp_path, "plan", ["png", "sgv"])
    assert not list(tmp_path.iterdir())
