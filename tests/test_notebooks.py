"""Every notebook: in step with its script, without outputs in the repository, and run by papermill on the demo."""

from pathlib import Path

import jupytext
import nbformat
import papermill
import pytest

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
SCRIPTS = sorted(NOTEBOOKS.glob("*.py"))
QUICK = {"00_first_steps": {"steps": 4, "budget": 200}}


def test_there_are_notebooks():
    assert [script.stem for script in SCRIPTS] == sorted(QUICK)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_pair_is_in_step_and_holds_no_outputs(script):
    notebook = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    cells = jupytext.read(script).cells
    assert [(c.cell_type, c.source) for c in notebook.cells] == [(c.cell_type, c.source) for c in cells]
    assert all(not cell.get("outputs") for cell in notebook.cells)
    assert notebook.metadata.kernelspec.language == "python"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_papermill_knows_every_parameter(script):
    known = papermill.inspect_notebook(str(script.with_suffix(".ipynb")))
    assert set(QUICK[script.stem]) | {"interactive"} <= set(known)
    assert all(parameter["help"] for parameter in known.values())


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_it_runs(script, tmp_path):
    done = tmp_path / "done.ipynb"
    parameters = QUICK[script.stem] | {"interactive": False}
    papermill.execute_notebook(
        str(script.with_suffix(".ipynb")),
        str(done),
        parameters,
        cwd=tmp_path,
        progress_bar=False,
        kernel_name="python3",
    )
    outputs = [output for cell in nbformat.read(done, as_version=4).cells for output in cell.get("outputs", [])]
    drawn = [output for output in outputs if "application/vnd.plotly.v1+json" in output.get("data", {})]
    assert len(drawn) == 1 and len(drawn[0]["data"]["application/vnd.plotly.v1+json"]["data"]) == 2
    assert done.stat().st_size < 8 * 2**20, "plotly.js once, for a page that works offline, and little else"
