"""Studies that are stopped from outside: nothing that was done is lost, and the rest is done as if never stopped."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from quick import Quick, quick_config, slower

from clirlab.errors import InputError
from clirlab.study import run_study, verify
from clirlab.study.cells import cells_of

SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
from quick import quick_config, slower
from clirlab.study import run_study
if __name__ == "__main__":
    run_study(quick_config(4), sys.argv[1], workers=int(sys.argv[2]), make=slower)
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "study.py"
    path.write_text(SCRIPT.format(folder=str(Path(__file__).parent)), encoding="utf-8")
    return path


def started(script, folder, workers, parts=3):
    """A study in a process of its own, with some cells done."""
    command = [sys.executable, str(script), str(folder), str(workers)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while len(list((folder / "results").glob("*.parquet"))) < parts:
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)
    return process


def all_ended(group):
    """Whether all processes of a group of processes end soon."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def whole(config, tmp_path):
    return run_study(config, tmp_path / "whole", progress=False, make=Quick)


def assert_same(folder, expected):
    again = run_study(expected.config, folder, progress=False, make=Quick)
    pd.testing.assert_frame_equal(again.frame, expected.frame, check_exact=True)
    assert [finding for finding in verify(folder) if finding.kind != "left over"] == []


@pytest.mark.slow
def test_killed_at_twenty_random_moments_the_finished_run_is_as_one_never_killed(tmp_path):
    config, folder = quick_config(seeds=60), tmp_path / "killed"
    random.seed(0)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["clirlab.study.run"])
    done = [0]
    for _ in range(20):
        process = context.Process(target=run_study, args=(config, folder), kwargs={"progress": False, "make": Quick})
        process.start()
        while process.is_alive() and len(list((folder / "results").glob("*.parquet"))) <= done[-1]:
            time.sleep(0.001)
        time.sleep(random.uniform(0, 0.1))
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL  # it was not done before
        done.append(len(list((folder / "results").glob("*.parquet"))))
    assert done == sorted(set(done)) and done[-1] < len(cells_of(config))
    assert_same(folder, whole(config, tmp_path))


@pytest.mark.slow
def test_workers_end_with_the_process_that_started_them_and_what_they_did_is_kept(script, tmp_path):
    process = started(script, tmp_path / "killed", workers=2)
    process.kill()
    process.wait()
    assert all_ended(process.pid)
    assert 3 <= len(list((tmp_path / "killed" / "results").glob("*.parquet"))) < 28
    assert_same(tmp_path / "killed", whole(quick_config(4), tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("workers", [0, 2])
def test_ctrl_c_stops_at_once_and_cleanly(script, tmp_path, workers):
    process = started(script, tmp_path / "stopped", workers)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it: to the workers too
    start = time.monotonic()
    error = process.communicate(timeout=60)[1]
    assert time.monotonic() - start < 15
    assert process.returncode != 0 and "KeyboardInterrupt" in error and error.count("Traceback") == 1
    assert all_ended(process.pid)
    names = [path.name for path in (tmp_path / "stopped").rglob("*") if path.is_file()]
    assert not [name for name in names if name.endswith(".partial")] and ".lock.json" not in names
    assert_same(tmp_path / "stopped", whole(quick_config(4), tmp_path))


def test_two_processes_on_one_folder(tmp_path):
    config, folder = quick_config(4), tmp_path / "run"
    expected = whole(config, tmp_path)
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=run_study, args=(config, folder), kwargs={"progress": False, "make": slower})
    process.start()
    while not list((folder / "results").glob("*.parquet")):
        assert process.is_alive()
        time.sleep(0.01)
    for fresh in (False, True):
        with pytest.raises(InputError, match=rf"another process is at work on this run folder \(process {process.pid}"):
            run_study(config, folder, fresh, progress=False, make=Quick)
    process.join()
    assert process.exitcode == 0 and not list(tmp_path.glob("*old*"))
    assert_same(folder, expected)
