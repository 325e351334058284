"""`clirlab notebook` as a user meets it."""

import json
import os
import re
import subprocess
import sys

import pytest

COMMAND = [sys.executable, "-c", "from clirlab.cli import main; main()"]
SCRIPT = """\
# %% [markdown]
# # A little sum

# %% tags=["parameters"]
left = 2  # one of the two

# %%
import clirlab as cl

cl.record(inverse=1 / left)
"""


@pytest.fixture
def clirlab(tmp_path):
    """Run the command line in an empty folder but for ``notebooks/77_sum.py``."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/77_sum.py").write_text(SCRIPT, encoding="utf-8")

    def run(*arguments, **environment):
        known = os.environ | {"COLUMNS": "150"} | environment
        return subprocess.run(
            [*COMMAND, *arguments], cwd=tmp_path, capture_output=True, text=True, env=known, check=False
        )

    return run


def test_lists_of_notebooks_and_of_parameters(clirlab):
    found = clirlab("notebook")
    assert found.returncode == 0
    assert re.search(r"^77_sum +A little sum", found.stdout, re.MULTILINE) and "00_first_steps" in found.stdout
    assert json.loads(clirlab("notebook", "77", "--json").stdout) == [
        {"name": "left", "type": "int", "default": 2, "help": "one of the two"}
    ]


def test_it_runs_and_standard_output_holds_the_result_alone(clirlab):
    found = clirlab("notebook", "77", "-p", "left", "-4", "--json")
    assert found.returncode == 0, found.stderr
    done = json.loads(found.stdout)
    assert done.pop("seconds") > 0
    assert done == {
        "notebook": "runs/notebooks/77_sum/left=-4.ipynb", "parameters": {"left": -4}, "recorded": {"inverse": -0.25},
    }  # fmt: skip


def test_a_failure_is_one_message_and_status_1(clirlab):
    found = clirlab("notebook", "77", "--parameter", "left", "0")
    assert (found.returncode, found.stdout) == (1, "")
    (message,) = [line for line in found.stderr.splitlines() if line.startswith("clirlab:")]
    assert message == (
        "clirlab: 77_sum, In [3] (import clirlab as cl): ZeroDivisionError: division by zero; "
        "the notebook up to there: runs/notebooks/77_sum/left=0.failed.ipynb"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["78"], "unknown notebook '78'"),
        (["77", "-p", "lefd", "1"], "unknown parameter 'lefd'; did you mean 'left'?"),
        (["77", "-p", "left"], "-p left: expected KEY VALUE"),
        (["77", "-p", "left", "1", "-p", "left=2"], "-p left: given twice"),
        (["77", "-p", "left", "1", "--out", "done.html"], "needs a name that ends in .ipynb"),
    ],
)
def test_wrong_input_is_one_message_and_status_2(clirlab, arguments, message):
    found = clirlab("notebook", *arguments)
    assert (found.returncode, found.stdout) == (2, "")
    assert message in found.stderr and len(found.stderr.splitlines()) == 1


def test_the_shell_completes_names(clirlab):
    found = clirlab("", _CLIRLAB_COMPLETE="complete_bash", COMP_WORDS="clirlab notebook 77", COMP_CWORD="2")
    assert found.stdout.split() == ["77_sum"]
