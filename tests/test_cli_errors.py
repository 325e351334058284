"""What every command does alike: one line for an error, its traceback on request, results apart from messages."""

import json
import os
import subprocess
import sys

import pandas as pd
import pytest

from clirlab.cli.output import plain


def clirlab(*arguments, before="", **environment):
    code = f"{before}\nfrom clirlab.cli import main\nmain()"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=False)


WRONG = ("data", "list", "--root", "nowhere")


def test_an_error_is_one_line_and_its_traceback_is_for_debug():
    found = clirlab(*WRONG)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == "clirlab: nowhere: no such data folder (CLIRLAB_DATA or root=)\n"


@pytest.mark.parametrize("arguments", [("--debug", *WRONG), (*WRONG, "--debug")])
def test_debug_may_stand_anywhere(arguments):
    found = clirlab(*arguments)
    assert found.returncode == 1
    assert "Traceback" in found.stderr and "nowhere: no such data folder" in found.stderr


def test_what_nobody_foresaw_is_one_line_too():
    broken = "import clirlab.corpora.datasets as d\nd.files_of = lambda *_: 1 / 0"
    found = clirlab("data", "list", "--root", ".", before=broken)
    assert found.returncode == 1
    assert found.stderr == "clirlab: ZeroDivisionError: division by zero (unexpected; --debug shows where)\n"


def test_failed_work_has_status_1():
    failed = (
        "import clirlab.corpora.datasets as d\nfrom clirlab.errors import RunError\n"
        "def files_of(*_): raise RunError('3 of 4 failed')\nd.files_of = files_of"
    )
    found = clirlab("data", "list", "--root", ".", before=failed)
    assert (found.returncode, found.stderr) == (1, "clirlab: 3 of 4 failed\n")


def test_an_unknown_option_is_status_2():
    found = clirlab("data", "list", "--rot", "x")
    assert found.returncode == 2 and "--rot" in found.stderr and "Traceback" not in found.stderr


def test_no_colour_where_none_is_wanted():
    found = clirlab("data", "list", NO_COLOR="1", FORCE_COLOR="1", TERM="xterm-256color")
    assert found.returncode == 0 and "\x1b[3" not in found.stdout


def test_json_of_all_that_commands_give():
    frame = pd.DataFrame({"n": [1, 2], "x": [0.5, float("inf")], "t": ["a", None]})
    value = json.loads(json.dumps(plain({1: frame, "y": frame["n"].to_numpy()[0], "z": (True, float("nan"))})))
    assert value == {
        "1": [{"n": 1, "x": 0.5, "t": "a"}, {"n": 2, "x": None, "t": None}],
        "y": 1,
        "z": [True, None],
    }
    with pytest.raises(TypeError, match="object has no form in JSON"):
        plain(object())
