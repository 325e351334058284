import pytest
import yaml

from clirlab.study import run_study
from clirlab.study.config import StudyConfig
from clirlab.validate import validate

SOMALI = {"collection": "demo/en/so", "bitext": "demo/en/so", "lexicon": "demo/en/so"}
TINY = {
    "name": "tiny",
    "question": "does <script>alert('x')</script> & \"all\" of it run?",
    "languages": {"so": SOMALI},
    "control_bitext": "demo/en/tl",
    "arms": ["zero-shot", "optical", "code-switching", "bitext-mse", "other-language"],
    "budgets": [0, 60, 120],
    "seeds": [0, 1],
    "perturbation": {"kind": "typos", "severities": [0, 0.5]},
    "training": {"steps": 2},
}


@pytest.fixture(scope="session")
def tiny_config():
    return validate(StudyConfig, TINY, "tiny")


@pytest.fixture(scope="session")
def tiny_yaml(tmp_path_factory):
    path = tmp_path_factory.mktemp("config") / "tiny.yaml"
    path.write_text(yaml.safe_dump(TINY), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def tiny_run(tiny_config, tmp_path_factory):
    """A whole study of the real encoder, small enough for a test (about a minute); read it, do not write to it."""
    return run_study(tiny_config, tmp_path_factory.mktemp("runs") / "tiny", progress=False)
