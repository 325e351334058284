"""Sweeps: what is run, what is not run again, what fails, and what is gathered."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
import yaml

from clirlab.batch import run_sweep
from clirlab.errors import InputError

HOSTILE = "<script>alert(1)</script>"
SWEEP = {"name": "sums", "notebook": "sum.py", "parameters": {"right": 1}, "grid": {"left": [1, 2]}}


def sweep(**changes):
    return run_sweep({**SWEEP, **changes}, progress=False)


def notebooks(folder):
    """The executed notebooks and when each was written."""
    return {path.name: path.stat().st_mtime_ns for path in (folder / "runs/sweeps/sums/notebooks").iterdir()}


def test_cells_failures_pictures_and_tables(script, tmp_path):
    cases = [{"left": 1}, {"left": 2, "word": HOSTILE}, {"left": -1, "names": ["a", HOSTILE]}]
    frame = sweep(grid={}, cases=cases)
    assert frame["state"].tolist() == ["done", "done", "failed"]
    assert frame["total"].tolist()[:2] == [2, 3] and np.isnan(frame["total"][2])
    assert frame["recorded_word"].tolist()[:2] == ["and", HOSTILE]
    assert frame["left"].tolist() == [1, 2, -1]
    assert frame["message"][2] == f"In [3] (import time): ValueError: too little: {HOSTILE}"
    folder = tmp_path / "runs/sweeps/sums"
    assert all((folder / path).is_file() for path in frame["notebook"])
    assert frame["notebook"][2].endswith(".failed.ipynb")
    kept = pd.read_parquet(folder / "results.parquet")
    assert kept["total"].tolist()[:2] == [2, 3] and kept["names"][2] == json.dumps(["a", HOSTILE])
    assert pd.read_csv(folder / "results.csv")["left"].tolist() == [1, 2, -1]
    page = (folder / "index.html").read_text()
    assert "alert(1)" in page and "<script" not in page
    assert "2 done,\n1 failed" in page and '<html lang="en">' in page and page.count("<h1>") == 1
    (picture,) = (folder / "thumbnails").iterdir()
    assert picture.read_bytes().startswith(b"\x89PNG") and page.count("<img") == 1 == page.count("alt=")
    assert "http" not in page
    # the failed one is tried again, the others are not
    before = notebooks(tmp_path)
    assert sweep(grid={}, cases=cases)["state"].tolist() == ["done", "done", "failed"]
    assert {name for name, when in notebooks(tmp_path).items() if before[name] != when} == {
        name for name in before if ".failed." in name
    }


@pytest.mark.slow
def test_two_workers_give_the_same_frame_and_a_killed_sweep_goes_on(script, tmp_path):
    (tmp_path / "sweep.yaml").write_text(yaml.safe_dump(SWEEP | {"grid": {"left": [1, 2, 3], "pause": [0.5]}}))
    code = "import sys\nfrom clirlab.batch import run_sweep\nrun_sweep('sweep.yaml', progress=False)"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=os.environ)
    cells = tmp_path / "runs/sweeps/sums/cells"
    deadline = time.monotonic() + 120
    while not (cells.is_dir() and any(cells.glob("*.json"))):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = notebooks(tmp_path)
    assert 1 <= len(before) < 3
    spread = run_sweep(tmp_path / "sweep.yaml", workers=2, progress=False)
    assert spread["state"].eq("done").all() and spread["total"].tolist() == [2, 3, 4]
    after = notebooks(tmp_path)
    assert len(after) == 3 and before.items() <= after.items()
    # all is there: nothing is run, by one worker or two
    again = run_sweep(tmp_path / "sweep.yaml", progress=False)
    pd.testing.assert_frame_equal(spread, again)
    assert notebooks(tmp_path) == after


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"grid": {"lefd": [1]}}, "sums, cell 1: unknown parameter 'lefd'; did you mean 'left'?"),
        ({"grid": {"left": [1, "two"]}}, "sums, cell 2: parameter left: 'two' is no int (such as 2)"),
        ({"grid": {"left": [1, 1]}}, "sums, cell 2: the same as an earlier cell: right=1.0,left=1"),
        ({"grid": {"left": []}}, "sweep: the whole: grid.left has no values"),
        ({"grid": {}}, "give either a grid"),
        ({"cases": [{"left": 1}]}, "give either a grid"),
        ({"grid": {"right": [1]}}, "right is both in parameters, for all cells, and set for single ones"),
        ({"grids": {}}, "grids: unknown key; did you mean 'grid'?"),
        ({"notebook": "sun.py"}, "sun.py: no such file"),
        ({"name": "../sums"}, "sweep: name"),
    ],
)
def test_wrong_sweeps_are_named_before_anything_is_run(script, tmp_path, changes, message):
    with pytest.raises(InputError) as raised:
        sweep(**changes)
    assert message in str(raised.value)
    assert not (tmp_path / "runs").exists()


def test_a_folder_of_something_else_is_left_alone(script, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/note.txt").write_text("mine")
    with pytest.raises(InputError, match="mine is not empty and holds no sweep"):
        run_sweep(SWEEP, "mine")
    with pytest.raises(InputError, match="workers must be 1 or more"):
        run_sweep(SWEEP, "mine", workers=0)


def test_a_damaged_record_is_named(script, tmp_path):
    cells = tmp_path / "runs/sweeps/sums/cells"
    cells.mkdir(parents=True)
    (cells / "x.json").write_text("{")
    with pytest.raises(InputError, match=r"x\.json: damaged .* delete it"):
        sweep()
