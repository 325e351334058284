"""The command line as a user meets it: separate processes, exit status, one message and no traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

PROGRAM = Path(sys.executable).with_name("clirlab")
STUDY = {
    "name": "tiny",
    "question": "does it run?",
    "languages": {"so": {"collection": "demo/en/so", "bitext": "demo/en/so", "lexicon": "demo/en/so"}},
    "arms": ["zero-shot"],
    "budgets": [0],
    "seeds": [0],
    "scorers": ["pooled"],
}


def clirlab(*arguments, folder, **environment):
    return subprocess.run(
        [PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, env=os.environ | environment, check=False
    )


def study_file(folder, language=None, **changes):
    content = STUDY | changes
    if language:
        content["languages"] = {"so": STUDY["languages"]["so"] | language}
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def bad_encoder(folder, *names):
    """A folder with a configuration and the weight files of these names."""
    encoder = folder / "encoder"
    encoder.mkdir()
    (encoder / "config.json").write_text('{"model_type": "bert"}')
    (encoder / "tokenizer.json").write_text("{}")
    for name in names:
        (encoder / name).write_bytes(b'\x10\x00\x00\x00\x00\x00\x00\x00{"a":')
    return {"encoder": str(encoder)}


def broken_mlqa(folder, content):
    """A data folder whose MLQA file holds this text."""
    mlqa = folder / "data" / "mlqa" / "dev"
    mlqa.mkdir(parents=True)
    (mlqa / "dev-context-en-question-de.json").write_text(content)
    return {"language": {"collection": "mlqa/dev/en/de"}}


MISTAKES = {
    "missing file": (lambda _: {"language": {"bitext": "nowhere.tsv"}}, "nowhere.tsv: no such file"),
    "not JSON": (lambda f: broken_mlqa(f, '{"data": [}'), "dev-context-en-question-de.json, line 1: not JSON"),
    "JSON of another shape": (
        lambda f: broken_mlqa(f, '{"data": [{"paragraphs": [{}]}]}'),
        "data.0.paragraphs.0.context",
    ),
    "empty collection": (lambda f: broken_mlqa(f, '{"data": []}'), "the collection has no documents"),
    "unknown language": (
        lambda _: {"language": {"collection": "demo/en/sv"}},
        "unknown demo language of questions 'sv'; did you mean 'sw'?",
    ),
    "unknown arm": (lambda _: {"arms": ["zero-shot", "optcal"]}, "did you mean 'optical'?"),
    "unknown key": (lambda _: {"seed": [0]}, "unknown key; did you mean 'seeds'?"),
    "pickled checkpoint": (lambda f: bad_encoder(f, "pytorch_model.bin"), "weights in pickle format are not loaded"),
    "truncated weights": (lambda f: bad_encoder(f, "model.safetensors"), "cut short or damaged"),
    "unknown encoder": (lambda _: {"encoder": "e5-smal"}, "did you mean 'e5-small'?"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_wrong_input_is_one_message_and_status_2(mistake, tmp_path):
    changes, message = MISTAKES[mistake]
    path = study_file(tmp_path, **changes(tmp_path))
    found = clirlab("study", str(path), folder=tmp_path, CLIRLAB_DATA=str(tmp_path / "data"))
    assert found.returncode == 2
    assert message in found.stderr
    assert "Traceback" not in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "runs").exists()


def test_a_study_and_its_report(tmp_path):
    path = study_file(tmp_path)
    first = clirlab("study", str(path), folder=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "Somali (so): only zero-shot was run" in first.stdout
    assert json.loads((tmp_path / "runs/tiny/provenance.json").read_text())["versions"]["clirlab"]
    report = clirlab("report", "runs/tiny", folder=tmp_path)
    assert report.returncode == 0, report.stderr
    assert (tmp_path / "runs/tiny/report.html").is_file()
    assert (tmp_path / "figures/tiny-budget.png").is_file()
    other = clirlab("study", str(study_file(tmp_path, seeds=[1])), folder=tmp_path)
    assert other.returncode == 2
    assert "holds the results of another configuration" in other.stderr


def test_a_report_of_nothing(tmp_path):
    found = clirlab("report", "nowhere", folder=tmp_path)
    assert found.returncode == 2
    assert found.stderr == "clirlab: nowhere: not a run folder (no provenance.json); make one with clirlab study\n"


def test_version(tmp_path):
    assert clirlab("--version", folder=tmp_path).stdout.count(".") == 2
