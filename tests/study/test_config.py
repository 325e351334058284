import pytest
import yaml

from clirlab.errors import InputError
from clirlab.study.config import read_config, write_config

VALID = {
    "name": "tiny",
    "question": "does it hold?",
    "languages": {"sw": {"collection": "demo/en/sw", "bitext": "demo/en/sw", "lexicon": "demo/en/sw"}},
    "arms": ["zero-shot", "optical"],
    "budgets": [0, 100],
    "seeds": [0],
}


def configuration(tmp_path, **changes):
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(VALID | changes), encoding="utf-8")
    return path


def test_the_demo_study_is_what_the_readme_says():
    config = read_config("demo")
    assert set(config.languages) == {"sw", "so"}
    assert config.budgets[0] == 0 and len(config.budgets) >= 3
    assert config.seeds == (0, 1, 2)
    assert len([s for s in config.perturbation.severities if s > 0]) == 3
    assert {"zero-shot", "optical", "code-switching", "bitext-mse"} <= set(config.arms)


def test_a_written_configuration_reads_back_with_the_same_hash(tmp_path):
    config = read_config("demo")
    write_config(config, tmp_path / "config.yaml")
    assert read_config(tmp_path / "config.yaml") == config
    assert read_config(tmp_path / "config.yaml").hash == config.hash


def test_the_hash_changes_with_what_changes_a_result(tmp_path):
    first = read_config(configuration(tmp_path)).hash
    assert read_config(configuration(tmp_path, seeds=[1])).hash != first
    assert read_config(configuration(tmp_path, question="another wording")).hash == first


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"arms": ["zero-shot", "optcal"]}, "unknown arm 'optcal'; did you mean 'optical'"),
        ({"arms": ["optical"]}, "zero-shot must be there"),
        ({"arms": ["zero-shot", "other-language"]}, "needs control_bitext"),
        ({"budgets": [100, 0]}, "budgets must rise from 0"),
        ({"seeds": []}, "seeds"),
        ({"sceds": [0]}, "sceds: unknown key; did you mean 'seeds'"),
        ({"training": {"step": 3}}, "training.step: unknown key; did you mean 'steps'"),
        ({"arm_training": {"optical": {"step": 3}}}, "arm_training.optical: step: unknown key; did you mean 'steps'"),
        ({"arm_training": {"bitext-mse": {}}}, "unknown arm 'bitext-mse'"),
        ({"scorers": ["maxsin"]}, "did you mean 'maxsim'"),
        ({"measures": ["RRR@10"]}, "unknown measure 'RRR@10'"),
        ({"perturbation": {"kind": "typo"}}, "did you mean 'typos'"),
        ({"perturbation": {"severities": [0.1]}}, "severities must rise from 0"),
        ({"name": "../outside"}, "name"),
    ],
)
def test_a_wrong_value_is_named(tmp_path, changes, message):
    with pytest.raises(InputError, match=r"study\.yaml") as raised:
        read_config(configuration(tmp_path, **changes))
    assert message in str(raised.value)


def test_a_file_that_is_not_yaml_names_the_line(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("name: tiny\nquestion: why?\n\tseeds: [0]\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 3: not YAML"):
        read_config(path)


def test_a_missing_file():
    with pytest.raises(InputError, match=r"nowhere\.yaml: no such file"):
        read_config("nowhere.yaml")
