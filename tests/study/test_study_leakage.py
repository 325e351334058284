"""What a test collection holds is not trained on: found out before anything is trained."""

import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest

from clirlab.corpora import load_bitext, load_collection
from clirlab.errors import InputError
from clirlab.study import laboratory as module
from clirlab.study import write_report
from clirlab.study.cells import Cell
from clirlab.study.config import StudyConfig
from clirlab.validate import validate


@pytest.fixture(autouse=True)
def no_encoder(monkeypatch):
    monkeypatch.setattr(module, "load_encoder", lambda name: SimpleNamespace(dim=1))


def leaky_study(tmp_path, **changes):
    """A study whose bitexts hold the demo's first document and first two questions beside clean pairs."""
    collection, demo = load_collection("demo/en/so"), load_bitext("demo/en/so")
    leaked = [
        ("Clean: " + collection.docs["text"][0], "x"),
        *((f"q{i}", collection.queries["text"][i]) for i in (0, 1)),
    ]
    pairs = [*leaked, *zip(demo.english[:60], demo.source[:60], strict=True)]
    path = tmp_path / "leaky.tsv"
    path.write_text("".join(f"{english}\t{foreign}\n" for english, foreign in pairs), encoding="utf-8")
    language = {"collection": "demo/en/so", "bitext": str(path), "lexicon": "demo/en/so"}
    values = {
        "name": "leaky",
        "question": "is it found?",
        "languages": {"so": language},
        "control_bitext": str(path),
        "arms": ["zero-shot", "optical", "other-language"],
        "budgets": [0, 60],
        "seeds": [0],
    }
    return validate(StudyConfig, values | changes, "leaky")


def test_pairs_that_are_tested_are_left_out_of_all_material_and_told(tmp_path):
    with pytest.warns(UserWarning, match="3 of 63 sentence pairs of leaky.tsv occur in demo/en/so; they are left out"):
        laboratory = module.Laboratory(leaky_study(tmp_path))
    demo = load_bitext("demo/en/so")
    place = laboratory.places["so"]
    assert place.left_out == 3
    assert place.example.source == demo.source[:1]
    assert place.material.bitext.source == demo.source[1:60]
    assert place.material.controls[0].source == demo.source[:60]


def test_the_count_is_in_the_record_of_every_cell(tmp_path, monkeypatch):
    with pytest.warns(UserWarning, match="left out"):
        laboratory = module.Laboratory(leaky_study(tmp_path))
    monkeypatch.setattr(laboratory, "_ask", lambda *_: (None, {}))
    _, record = laboratory.run(Cell("so", "zero-shot", 0, 0), tmp_path)
    assert record["overlapping"] == 3


@pytest.mark.parametrize(("cells", "shown"), [({"overlapping": 7}, "<td>7</td>"), (None, "<td>–</td>")])
def test_the_count_is_in_the_report(tiny_run, tmp_path, cells, shown):
    folder = tmp_path / "run"
    shutil.copytree(tiny_run.folder, folder)
    # a run folder of an earlier version says nothing
    records = tiny_run.cells.assign(**cells) if cells else tiny_run.cells.drop(columns="overlapping")
    page = write_report(replace(tiny_run, folder=folder, cells=records), tmp_path / "figures").read_text(
        encoding="utf-8"
    )
    table = page.partition("<caption>Collections</caption>")[2].partition("</table>")[0]
    assert "sentence pairs left out" in table
    assert shown in table


def test_a_bitext_that_is_all_tested_cannot_be_bought(tmp_path):
    questions = load_collection("demo/en/so").queries["text"]
    path = tmp_path / "tested.tsv"
    path.write_text("".join(f"q{i}\t{text}\n" for i, text in enumerate(questions)), encoding="utf-8")
    config = leaky_study(tmp_path, control_bitext=str(path))
    with (
        pytest.warns(UserWarning, match="168 of 168 sentence pairs"),
        pytest.raises(
            InputError, match=r"tested.tsv: demo/en/so holds all of its sentence pairs; choose another bitext"
        ),
    ):
        module.Laboratory(config)
