"""A notebook executed with parameters: what it is given, what it records, and how it fails."""

import nbformat
import pytest

from clirlab.batch import NotebookError, run_notebook
from clirlab.batch.find import find_notebook
from clirlab.batch.parameters import parameters_of
from clirlab.errors import InputError


def test_parameters_are_read_with_types_and_comments(script):
    found = parameters_of(find_notebook(script).content)
    assert [tuple(p) for p in found.values()][:4] == [
        ("left", "int", 2, "2", "one of the two, left = 2 as it comes", False),
        ("right", "float", 0.5, "0.5", "the other", False),
        ("word", "str", "and", "'and'", "", False),
        ("names", "list", None, "None", "whose", True),
    ]


def test_it_runs_with_texts_as_parameters(script, tmp_path):
    done = run_notebook(script, {"left": "40", "right": "2", "word": "7", "names": "[a, b]"}, texts=True)
    assert done.recorded == {
        "total": 42.0,
        "word": "7",
        "interactive": False,
        "left": pytest.approx(float("nan"), nan_ok=True),
    }
    assert done.notebook.as_posix().startswith("runs/notebooks/sum/left=40,right=2.0,word=7,names=-a-b-")
    kept = nbformat.read(done.notebook, as_version=4).metadata.papermill
    assert kept.parameters == {"left": 40, "right": 2.0, "word": "7", "names": ["a", "b"], "interactive": False}
    assert kept.input_path == script.as_posix()


def test_a_failure_names_cell_and_error_and_is_kept(script, tmp_path):
    with pytest.raises(NotebookError) as raised:
        run_notebook("sum.py", {"left": -1}, tmp_path / "{deep}" / "done.ipynb")
    failed = tmp_path / "{deep}" / "done.failed.ipynb"
    message = "sum, In [3] (import time): ValueError: too little: <script>alert(1)</script>"
    assert str(raised.value) == f"{message}; the notebook up to there: {failed}"
    outputs = [output for cell in nbformat.read(failed, as_version=4).cells for output in cell.get("outputs", [])]
    assert outputs[-1]["ename"] == "ValueError"
    assert not failed.with_name("done.ipynb").exists()


@pytest.mark.parametrize(
    ("parameters", "texts", "message"),
    [
        ({"lefd": 1}, False, "sum.py: unknown parameter 'lefd'; did you mean 'left'?"),
        ({"left": "many"}, True, "sum.py: parameter left: 'many' is no int (such as 2)"),
        ({"left": 2.5}, False, "parameter left: 2.5 is no int"),
        ({"left": True}, False, "parameter left: True is no int"),
        ({"left": None}, False, "parameter left: None is no int"),
        ({"names": "a"}, True, "parameter names: 'a' is no list"),
        ({"interactive": "maybe"}, True, "parameter interactive: 'maybe' is no bool"),
    ],
)
def test_wrong_parameters_are_named(script, parameters, texts, message):
    with pytest.raises(InputError) as raised:
        run_notebook("sum.py", parameters, texts=texts)
    assert message in str(raised.value)


def test_notebooks_by_name(script, tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    for name in ("95_mine.py", "96_a.py", "96_b.py"):
        (folder / name).write_text(script.read_text())
    assert find_notebook("95").path.as_posix() == "notebooks/95_mine.py"
    assert find_notebook("00_first_steps").name == "00_first_steps"
    for name, message in {
        "96": "several notebooks begin with '96': 96_a, 96_b",
        "first_step": "unknown notebook 'first_step'; did you mean '00_first_steps'?",
        "no.py": "no.py: no such file",
    }.items():
        with pytest.raises(InputError) as raised:
            find_notebook(name)
        assert message in str(raised.value)


def test_what_is_no_notebook_of_python_is_named(tmp_path):
    path = tmp_path / "odd.ipynb"
    for content, message in {
        "{": "no Jupyter notebook",
        "[]": "no Jupyter notebook",
        "{}": "no Jupyter notebook",
        '{"nbformat": 4, "nbformat_minor": 5, "cells": [], "metadata": {"kernelspec": {"language": "R"}}}': "of R;",
    }.items():
        path.write_text(content)
        with pytest.raises(InputError, match=message):
            find_notebook(path)
