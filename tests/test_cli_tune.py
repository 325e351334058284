"""`clirlab tune` as a user meets it, with a real encoder."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from clirlab.study.tuned import read_tuned

PROGRAM = Path(sys.executable).with_name("clirlab")
TUNING = {
    "study": {
        "name": "tiny-tuning",
        "question": "does it run?",
        "languages": {"so": {"collection": "demo/en/so", "bitext": "demo/en/so", "lexicon": "demo/en/so"}},
        "arms": ["zero-shot", "optical"],
        "budgets": [0, 60],
        "seeds": [0],
        "scorers": ["pooled"],
        "measures": ["RR@10"],
        "training": {"steps": 2},
    },
    "trials": 2,
    "grid": {"training.learning_rate": [1e-4, 1e30]},
    "report_languages": ["sw"],
}


def clirlab(*arguments, folder):
    return subprocess.run(
        [PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, env=os.environ, check=False
    )


def tune_file(folder, **changes):
    path = folder / "tune.yaml"
    path.write_text(yaml.safe_dump(TUNING | changes), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"trials": 3},
            "the grid of the arm optical has 2 points (2: training.learning_rate), fewer than the 3 trials",
        ),
        ({"study": TUNING["study"] | {"budgets": [0, 10**6]}}, "fewer than the budget of 1,000,000"),
    ],
)
def test_wrong_input_is_one_message_and_status_2(changes, message, tmp_path):
    found = clirlab("tune", str(tune_file(tmp_path, **changes)), folder=tmp_path)
    assert found.returncode == 2
    assert message in found.stderr
    assert "Traceback" not in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
def test_a_tuning_from_the_command_line(tmp_path):
    found = clirlab("tune", str(tune_file(tmp_path)), folder=tmp_path)
    assert found.returncode == 1, found.stderr
    assert "clirlab: optical, trial 1 failed: " in found.stderr
    assert "nothing to tune: zero-shot" in found.stdout
    assert "optical: learning_rate 0.0001\n" in found.stdout
    folder = tmp_path / "runs" / "tiny-tuning"
    table = pd.read_parquet(folder / "tuning.parquet")
    assert table["state"].tolist() == ["done", "failed"]
    assert 0.05 < table["mean"].iloc[0] < 1
    assert table["mean"].iloc[0] == table["so"].iloc[0]
    assert read_tuned(folder / "tuned.yaml") == {"optical": {"training": {"learning_rate": 1e-4}}}
