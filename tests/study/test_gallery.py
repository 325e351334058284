"""The figures of a run folder: every format, the same bytes, and a page that shows them offline."""

import re
import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest
from browser import chromium_page

from clirlab.errors import InputError
from clirlab.figures import alt_of
from clirlab.study import pictures_of, write_figures

SHOWN = ["budget", "severity", "retention", "overview", "forest", "split", "plan-so"]
SCRIPT = "<script>alert('x')</script> & \"all\""


@pytest.fixture(scope="module")
def gallery(tiny_run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    return folder, write_figures(tiny_run, folder, ["svg", "png", "pdf", "tex", "csv", "md"])


def test_every_figure_comes_in_every_format(gallery):
    folder, written = gallery
    forms = ("svg", "png", "pdf", "tex", "csv", "md")
    names = [f"{name}.{form}" for name in SHOWN for form in forms if (name, form) != ("plan-so", "tex")]
    assert [path.name for path in written] == [*names, "index.html"]
    assert {path.name for path in folder.iterdir()} == {*names, "index.html"}


def test_the_csv_has_the_numbers_that_are_drawn(gallery, tiny_run):
    drawn = {picture.name: picture for picture in pictures_of(tiny_run)}
    back = pd.read_csv(gallery[0] / "budget.csv")
    pd.testing.assert_frame_equal(back, drawn["budget"].numbers, check_dtype=False)
    wanted = tiny_run.frame.query(
        "arm == 'optical' and budget == 120 and severity == 0 and measure == 'RR@10' and scorer == 'maxsim'"
    )["value"].mean()
    assert back.query("arm == 'optical' and x == 120")["mean"].item() == pytest.approx(wanted)


def test_retention_is_what_is_left_of_the_undamaged_score(tiny_run, gallery):
    rows = tiny_run.frame.query("arm == 'zero-shot' and measure == 'RR@10' and scorer == 'maxsim'")
    means = rows.groupby("severity")["value"].mean()
    kept = pd.read_csv(gallery[0] / "retention.csv").query("arm == 'zero-shot'").set_index("x")["mean"]
    assert kept[0.0] == 1
    assert kept[0.5] == pytest.approx(means[0.5] / means[0.0])


def test_the_same_run_gives_the_same_bytes(gallery, tiny_run, tmp_path):
    again = write_figures(tiny_run, tmp_path, ["svg", "png", "pdf", "tex", "csv", "md"])
    assert [path.name for path in again if path.read_bytes() != (gallery[0] / path.name).read_bytes()] == []


def test_the_index_page_shows_all_figures_offline(gallery):
    index = gallery[1][-1]
    with chromium_page(width=1280, height=900) as page:
        requests, messages = [], []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: messages.append(message.text))
        page.goto(index.as_uri())
        sizes = page.locator("img").evaluate_all("images => images.map(i => [i.naturalWidth, i.alt.length])")
        wide = page.evaluate("document.documentElement.scrollWidth")
        page.set_viewport_size({"width": 640, "height": 450})  # as at 200 %
        narrow = page.evaluate("document.documentElement.scrollWidth")
        text = page.inner_text("main")
    assert len(sizes) == len(SHOWN)
    assert all(width > 0 and alt > 20 for width, alt in sizes)
    assert {url.partition("://")[0] for url in requests} == {"file"}
    assert messages == []
    assert (wide, narrow) == (1280, 640)
    assert "does <script>alert('x')</script> & \"all\" of it run?" in text


def test_every_file_that_the_index_page_names_is_there(gallery):
    _, written = gallery
    names = re.findall(r'(?:href|src)="([^"#]+)"', written[-1].read_text(encoding="utf-8"))
    assert {name for name in names if not name.startswith("data:")} == {path.name for path in written[:-1]}


def test_an_arm_with_a_name_like_a_script_is_text_in_all_of_it(tiny_run, tmp_path):
    arms = {SCRIPT if name == "optical" else name: arm for name, arm in tiny_run.config.arms.items()}
    frame = tiny_run.frame.assign(arm=tiny_run.frame["arm"].replace("optical", SCRIPT))
    named = replace(tiny_run, config=tiny_run.config.model_copy(update={"arms": arms}), frame=frame)
    written = write_figures(named, tmp_path, ["svg", "html", "md"])
    for path in written:
        assert "<script>alert" not in path.read_text(encoding="utf-8"), path.name
    assert "&lt;script&gt;alert" in written[-1].read_text(encoding="utf-8")


def test_each_picture_has_a_twin_with_the_same_alternative_text(tiny_run):
    for picture in pictures_of(tiny_run):
        assert alt_of(picture.screen()) == alt_of(picture.page()) != "", picture.name


def test_wrong_formats_are_named_before_anything_is_written(tiny_run, tmp_path):
    with pytest.raises(InputError, match="unknown figure format 'pfd'; did you mean 'pdf'"):
        write_figures(tiny_run, tmp_path / "out", ["svg", "pfd"])
    with pytest.raises(InputError, match="at least one format"):
        write_figures(tiny_run, tmp_path / "out", [])
    assert not (tmp_path / "out").exists()


def test_the_command_lists_the_files(tiny_run, tmp_path):
    call = [sys.executable, "-c", "from clirlab.cli import main; main()", "figures", str(tiny_run.folder)]
    found = subprocess.run([*call, "--format", "md,csv", "--out", "here"], cwd=tmp_path, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert "here/budget.md" in found.stdout.splitlines()
    assert found.stdout.splitlines()[-1] == "index: here/index.html"
