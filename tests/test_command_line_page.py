"""The commands of docs/command_line.md: each is there, and the block of examples runs as it stands."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from clirlab.cli import app

PAGE = (Path(__file__).parent.parent / "docs" / "command_line.md").read_text(encoding="utf-8")


def test_every_command_is_on_the_page():
    shown = {line.split("`")[1].split()[1] for line in PAGE.splitlines() if line.startswith("| `clirlab ")}
    assert shown == {*typer.main.get_command(app).commands}


@pytest.mark.slow
def test_the_examples_run_in_an_empty_folder(tmp_path):
    (block,) = re.findall(r"^```console\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    for line in block.splitlines():
        arguments = shlex.split(line.removeprefix("$ clirlab"))
        found = subprocess.run(
            [sys.executable, "-c", "from clirlab.cli import main; main()", *arguments],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert found.returncode == 0, f"{line}: {found.stderr}"
        assert found.stdout
