"""Each command has help with an example whose options it knows; the page of commands shows one that runs of each."""

import re
import shlex

import pytest
import typer
from typer.testing import CliRunner

from clirlab.cli import app
from clirlab.cli.notebooks import join_pairs

# what a program may want to read
FOR_PROGRAMS = {
    "study", "report", "tune", "train", "evaluate", "align", "notebook", "sweep", "data list", "data check",
}  # fmt: skip


def commands(group=None, before=""):
    group = group or typer.main.get_command(app)
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


COMMANDS = dict(commands())


def options_of(command):
    return {name for parameter in command.params for name in [*parameter.opts, *parameter.secondary_opts]}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_it_does_and_gives_an_example(name):
    shown = CliRunner().invoke(app, [*name.split(), "--help"], terminal_width=200, env={"NO_COLOR": "1"})
    assert shown.exit_code == 0
    text = COMMANDS[name].help
    found = re.findall(r"clirlab [^;\n]+", text[text.index("Example") :])
    assert found, "every command shows an example"
    for example in found:
        words = join_pairs(shlex.split(example)[1:])
        assert " ".join(words).startswith(name)
        unknown = {word for word in words if re.match(r"--?[a-z]", word)} - options_of(COMMANDS[name])
        assert not unknown
    assert all(getattr(parameter, "help", None) for parameter in COMMANDS[name].params)


def test_programs_can_read_results():
    assert {name for name, command in COMMANDS.items() if "--json" in options_of(command)} >= FOR_PROGRAMS
