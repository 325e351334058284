"""Every notebook: in step with its script, without outputs in the repository, and run by papermill on the demo."""

import csv
import json
from pathlib import Path

import jupytext
import nbformat
import papermill
import pytest
import yaml

from clirlab.batch import recorded
from clirlab.corpora import load_collection
from clirlab.corpora.sources import shipped

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
SCRIPTS = sorted(NOTEBOOKS.glob("*.py"))
LEARN = {"steps": 2, "budget": 120}
QUICK = {
    "00_first_steps": LEARN,
    "10_transport_plans": LEARN | {"methods": ["exact", "sinkhorn"], "epsilons": [0.05, 0.5]},
    "20_word_alignment": {"methods": ["cosine"], "extractions": ["argmax"], "sentences": 6},
    "30_code_switching": {"probabilities": [0.5], "budgets": [100], "dials": [1.0]},
    "40_distillation": LEARN | {"held_out": 10},
    "50_inside_a_ranking": LEARN | {"queries": 16, "depth": 3},
    "60_robustness_curves": {},
    "70_language_bias": LEARN | {"queries": 12},
    "80_your_own_data": LEARN,
    "90_paper_figures": {"formats": ["svg", "tex"]},
}
# run by every `make test`; the others with the slow tests
QUICKEST = {"00", "20", "30"}
PLOTLY, HTML = "application/vnd.plotly.v1+json", "text/html"
HOSTILE = "<script>alert('x')</script> & \"quotes\"\n\u202ethgir\u202c \u200fمرحبا 👩‍👩‍👧 $x_1$ " + "Ä" * 3000


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    """A run folder, and the study of a minute cut down to seconds; the first notebook that needs it runs it."""
    folder = tmp_path_factory.mktemp("study")
    config = yaml.safe_load((shipped("studies") / "demo-notebook.yaml").read_text(encoding="utf-8"))
    for arm in config["arms"].values():
        (arm or {}).pop("budgets", None)
    config |= {"budgets": [0, 250], "noise": {"shares": [0.0]}, "training": {"steps": 2}}
    (folder / "quick.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return {"run": str(folder / "run"), "study": str(folder / "quick.yaml")}


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Twenty texts and a table as a German spreadsheet saves it, two of the texts meant to break what shows them."""
    place = tmp_path_factory.mktemp("Texte über Bienen")
    demo = load_collection("demo/en/de")
    docs = demo.docs.head(18)
    for doc in docs.itertuples():
        (place / f"{doc.doc_id} – größer.txt").write_text("\ufeff" + doc.text.replace(". ", ".\r\n"), encoding="utf-8")
    (place / "böse <b>.txt").write_text(HOSTILE, encoding="utf-8")
    (place / "kurz.txt").write_text("'); DROP TABLE \x07 \u200f", encoding="utf-8")
    rows = demo.qrels[demo.qrels["doc_id"].isin(docs["doc_id"])].merge(demo.queries, on="query_id")
    asked = [(row.text, f"{row.doc_id} – größer.txt") for row in rows.itertuples()]
    with (place / "fragen.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, delimiter=";", lineterminator="\r\n")
        table.writerows([("Question", "File"), (HOSTILE, "böse <b>.txt"), *asked])
    return {"folder": str(place)}


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
    assert all(parameter["help"] and parameter["inferred_type_name"] != "None" for parameter in known.values())


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_it_asks_one_question_and_ends_with_what_was_seen(script):
    cells = jupytext.read(script).cells
    assert cells[0].source.startswith("# ") and cells[0].source.count("?") == 1
    assert cells[-1].source.startswith("**Seen:**")
    assert all(len(cell.source.splitlines()) <= 16 for cell in cells)


@pytest.mark.parametrize(
    "script",
    [path if path.stem[:2] in QUICKEST else pytest.param(path, marks=pytest.mark.slow) for path in SCRIPTS],
    ids=lambda path: path.stem,
)
def test_it_runs(script, tmp_path, request):
    parameters = QUICK[script.stem] | {"interactive": False}
    known = papermill.inspect_notebook(str(script.with_suffix(".ipynb")))
    for name in {"study", "folder"} & set(known):
        parameters |= request.getfixturevalue(name)
    done = tmp_path / "done.ipynb"
    papermill.execute_notebook(
        str(script.with_suffix(".ipynb")),
        str(done),
        parameters,
        cwd=tmp_path,
        progress_bar=False,
        kernel_name="python3",
    )
    notebook = nbformat.read(done, as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any(PLOTLY in output.get("data", {}) for output in outputs)
    assert recorded(notebook).values
    assert done.stat().st_size < 3 * 2**20
    shown = json.dumps([output.get("data", {}).get(HTML, "") for output in outputs])
    assert "<script" not in shown
    if script.stem == "80_your_own_data":
        assert "&lt;script&gt;alert" in shown and recorded(notebook).values["texts"] == 20
