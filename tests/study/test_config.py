import pytest
import yaml

from clirlab.errors import InputError
from clirlab.study.arms import ARMS
from clirlab.study.config import read_config, write_config

VALID = {
    "name": "tiny",
    "question": "does it hold?",
    "languages": {"sw": {"collection": "demo/en/sw", "bitext": "demo/en/sw", "lexicon": "demo/en/sw"}},
    "arms": ["zero-shot", "optical"],
    "budgets": [0, 100],
    "seeds": [0],
}


def arms(**more):
    return {"zero-shot": None, "optical": None} | more


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
        ({"arms": arms(optical={"supervision": "bitext", "training": {"step": 3}})}, "step: unknown key; did you mean 'steps'"),
        ({"arms": arms(mine=None)}, "unknown arm 'mine'"),
        ({"arms": arms(mine={"supervision": "bitexts"})}, "unknown supervision 'bitexts'; did you mean 'bitext'"),
        ({"arms": arms(mine={"supervision": "bitext", "objective": "otto"})}, "unknown objective 'otto'; did you mean 'ot'"),
        ({"arms": arms(mine={"queries": "glos"})}, "unknown form of queries 'glos'; did you mean 'gloss'"),
        ({"arms": arms(mine={"queries": "gloss", "query_settings": {"lexikon": "x"}})}, "did you mean 'lexicon'"),
        (
            {"arms": arms(mine={"supervision": "code-switching", "supervision_settings": {"probabilty": 1}})},
            "did you mean 'probability'",
        ),
        ({"arms": arms(mine={"training": {"steps": 3}})}, "of no use without supervision"),
        ({"arms": arms(mine={"supervision": "bitext", "controls": ["optica"]})}, "did you mean 'optical'"),
        ({"arms": {"zero-shot": {"centred": True}}}, "zero-shot must be there, as it is"),
        ({"scorers": ["bm25", "maxsim"]}, "bm25 trains nothing"),
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


def test_arms_are_named_or_told_in_full(tmp_path):
    own = {"supervision": "bitext", "objective": {"ot": 1, "infonce": 0.1}, "training": {"steps": 7}}
    config = read_config(configuration(tmp_path, arms=arms(mine=own)))
    assert config.arms["optical"] == ARMS["optical"]
    assert config.training_of("mine").steps == 7
    assert config.training_of("optical") == config.training
    assert read_config(configuration(tmp_path)).arms == {name: ARMS[name] for name in VALID["arms"]}


def test_one_name_is_a_list_of_one(tmp_path):
    config = read_config(configuration(tmp_path, control_bitext="demo/en/tl", pool=["demo/en/so"]))
    assert config.languages["sw"].collection == ("demo/en/sw",)
    assert (config.control_bitext, config.pool) == (("demo/en/tl",), ("demo/en/so",))


def test_a_file_that_is_not_yaml_names_the_line(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text("name: tiny\nquestion: why?\n\tseeds: [0]\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 3: not YAML"):
        read_config(path)


def test_a_missing_file():
    with pytest.raises(InputError, match=r"nowhere\.yaml: no such file"):
        read_config("nowhere.yaml")
