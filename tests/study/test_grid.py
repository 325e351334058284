from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from clirlab.corpora import load_collection
from clirlab.errors import InputError
from clirlab.study import grid as grid_module
from clirlab.study.grid import TuneConfig, axes_of, check_apart, default_of, plan_of, read_tune_config
from clirlab.study.trial import trial_study
from clirlab.validate import validate

STUDIES = Path(__file__).parents[2] / "studies"
GERMAN = {"collection": "demo/en/de", "bitext": "demo/en/de", "lexicon": "demo/en/de"}
STUDY = {
    "name": "tiny-tuning",
    "question": "which rate?",
    "languages": {"de": GERMAN, "tl": dict.fromkeys(GERMAN, "demo/en/tl")},
    "arms": ["zero-shot", "optical", "bitext-mse"],
    "budgets": [0, 60],
    "seeds": [0, 1],
    "scorers": ["pooled"],
    "measures": ["RR@10"],
}
TUNING = {
    "study": STUDY,
    "trials": 4,
    "grid": {"training.learning_rate": [5e-5, 1e-4, 2e-4], "training.steps": [1, 2, 3]},
    "report_languages": ["sw"],
}


def tuning(study=None, **changes):
    return validate(TuneConfig, TUNING | {"study": STUDY | (study or {})} | changes, "tune.yaml")


def test_every_arm_that_trains_gets_the_same_number_of_trials():
    plan = plan_of(tuning())
    assert list(plan) == ["optical", "bitext-mse"]
    assert [len(points) for points in plan.values()] == [4, 4]
    assert plan["optical"] == plan["bitext-mse"]


def test_places_count_the_whole_grid_the_last_key_fastest():
    points = plan_of(tuning(trials=9))["optical"]
    assert list(points) == list(range(9))
    assert points[0] == {"training.learning_rate": 5e-5, "training.steps": 1}
    assert points[1] == {"training.learning_rate": 5e-5, "training.steps": 2}
    assert points[8] == {"training.learning_rate": 2e-4, "training.steps": 3}


@given(seed=st.integers(0, 1000), trials=st.integers(1, 8))
def test_a_sample_holds_the_default_and_grows_with_the_number_of_trials(seed, trials):
    smaller, larger = (plan_of(tuning(seed=seed, trials=n))["optical"] for n in (trials, trials + 1))
    assert len(smaller) == trials
    assert smaller.items() <= larger.items()
    assert list(smaller) == sorted(smaller)
    # 1e-4 is the study's rate; 200, its number of steps, is not on the grid
    assert {"training.learning_rate": 1e-4, "training.steps": 2} in smaller.values()


def test_the_default_is_what_the_study_says_or_the_lower_middle():
    config = tuning({"training": {"learning_rate": 2e-4}}, knobs={"optical": {"training.clip": [0.5, 2.0]}})
    assert default_of(config, "optical") == {
        "training.learning_rate": 2e-4,
        "training.steps": 2,
        "training.clip": 0.5,
    }


def test_a_knob_is_of_one_arm_and_may_replace_a_key_of_the_grid():
    config = tuning(knobs={"optical": {"training.steps": [4, 5], "training.teacher_share": [0.0, 0.5]}})
    assert axes_of(config, "optical") == {
        "training.learning_rate": (5e-5, 1e-4, 2e-4),
        "training.steps": (4, 5),
        "training.teacher_share": (0.0, 0.5),
    }
    assert axes_of(config, "bitext-mse") == config.grid
    assert axes_of(config, "zero-shot") == {}


def test_the_default_of_a_knob_is_known_where_the_study_does_not_say_it():
    arms = {
        "zero-shot": None,
        "switched": {"supervision": "code-switching", "objective": {"ot": {"method": "sinkhorn"}}},
        "fused": {"queries": "fused", "query_settings": {"how": "weighted"}},
    }
    knobs = {
        "switched": {"supervision_settings.probability": [0.3, 0.5, 0.7], "objective.ot.epsilon": [0.05, 0.1, 0.2]},
        "fused": {"query_settings.weight": [0.2, 0.3, 0.4, 0.5]},
    }
    config = tuning({"arms": arms}, knobs=knobs, grid={"training.steps": [100, 200]})
    assert default_of(config, "switched") == {
        "training.steps": 200,
        "supervision_settings.probability": 0.5,
        "objective.ot.epsilon": 0.05,
    }
    assert default_of(config, "fused") == {"query_settings.weight": 0.5}


def test_a_knob_reaches_the_arm_of_the_trial():
    arm = {"supervision": "bitext", "objective": {"ot": {"method": "sinkhorn"}, "mse": 0.5}, "controls": ["optical"]}
    study = tuning({"arms": {"zero-shot": None, "optical": None, "both": arm}}).study
    tried = trial_study(study, "both", {"objective.ot.epsilon": 0.2, "supervision_settings.policy": "questions"})
    both = tried.arms["both"]
    assert both.objective == {"ot": {"method": "sinkhorn", "epsilon": 0.2}, "mse": {"weight": 0.5}}
    assert both.supervision_settings == {"policy": "questions"}
    # its control is not run along
    assert both.controls == ()


def test_a_trial_is_a_study_of_one_arm_with_the_settings_in_place():
    config = tuning({"training": {"learning_rate": 2e-4, "clip": 3.0}})
    study = trial_study(config.study, "optical", {"training.learning_rate": 1e-3})
    assert list(study.arms) == ["zero-shot", "optical"]
    assert study.training_of("optical") == config.study.training_of("optical").model_copy(
        update={"learning_rate": 1e-3}
    )
    assert study.training_of("optical").clip == 3.0
    assert study.languages == config.study.languages


def test_numbers_that_yaml_takes_for_words_are_numbers():
    assert tuning(grid={"training.learning_rate": ["1e-4", "2e-4", 1, "4e-4"]}).grid == {
        "training.learning_rate": (1e-4, 2e-4, 1.0, 4e-4)
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"trials": 10}, "the grid of the arm optical has 9 points (3 × 3: training.learning_rate, training.steps)"),
        ({"trials": 0}, "trials: input should be greater than or equal to 1"),
        ({"trial": 3}, "trial: unknown key; did you mean 'trials'?"),
        ({"grid": {"training.step": [1]}}, "unknown training setting 'step'; did you mean 'steps'?"),
        ({"grid": {"trainin.steps": [1]}}, "unknown setting 'trainin'; did you mean 'training'?"),
        ({"grid": {"training.steps": [0]}}, "training.steps: steps: input should be greater than or equal to 1"),
        ({"grid": {"training.steps": []}}, "training.steps: values are needed, each once"),
        ({"grid": {"training.steps": [1, 1]}}, "training.steps: values are needed, each once"),
        ({"grid": {"training": [1]}}, "'training' does not name a setting"),
        ({"grid": {"objective.ot": [1]}}, "'objective.ot' does not name a setting; they are such as"),
        ({"grid": {"objective.otp.weight": [1]}}, "unknown objective 'otp'; did you mean 'ot'?"),
        ({"knobs": {"optical": {"objective.mse.weight": [1, 2]}}}, "objective 'mse', but the arm trains with ot"),
        ({"knobs": {"optical": {"objective.ot.epsilom": [1, 2]}}}, "epsilom: unknown key; did you mean 'epsilon'?"),
        ({"knobs": {"optical": {"supervision_settings.size": [1]}}}, "size: unknown key"),
        ({"grid": {}}, "none of the arms has anything to tune"),
        ({"knobs": {"optcal": {"training.clip": [1]}}}, "unknown arm 'optcal'; did you mean 'optical'?"),
        ({"study": {"budgets": [0, 60, 120]}}, "budgets must be [0, N], not [0, 60, 120]"),
        ({"report_languages": []}, "say what will be reported on"),
        ({"report_languages": ["sw", "deu"]}, "the language deu is tuned on and reported on"),
        ({"report_collections": ["demo/en/tl"]}, "the collection demo/en/tl is tuned on and reported on"),
    ],
)
def test_a_wrong_configuration_is_named(changes, message):
    with pytest.raises(InputError, match=r"^tune\.yaml: ") as raised:
        tuning(**changes)
    assert message in str(raised.value)


def test_fewer_points_in_one_arm_alone_name_that_arm():
    with pytest.raises(InputError, match="the grid of the arm bitext-mse has 3 points"):
        tuning(knobs={"bitext-mse": {"training.steps": [1]}})


def test_what_is_reported_on_is_kept_apart_in_the_data_too(monkeypatch):
    check_apart(tuning(report_collections=["demo/en/sw"]))
    load = load_collection

    def renamed(name):
        """German questions under two other names: as they are, and as if they were Swahili."""
        german = load("demo/en/de")
        if name == "more/de":
            return replace(german, name=name)
        if name == "more/sw":
            questions = "  " + german.queries["text"].str.upper() + " "
            return replace(german, name=name, query_language="sw", queries=german.queries.assign(text=questions))
        return load(name)

    monkeypatch.setattr(grid_module, "load_collection", renamed)
    with pytest.raises(InputError, match=r"more/de is in de, a language that is tuned on \(demo/en/de\)"):
        check_apart(tuning(report_collections=["more/de"]))
    with pytest.raises(InputError, match="168 questions of more/sw, which is reported on, are in demo/en/de"):
        check_apart(tuning(report_collections=["more/sw"]))


def test_the_hash_changes_with_a_trial_and_not_with_their_number():
    first = tuning().hash
    assert tuning(seed=1).hash != first
    assert tuning({"seeds": [0]}).hash != first
    assert tuning(grid={"training.steps": [1, 2, 3, 4]}).hash != first
    assert tuning(trials=5, report_languages=["so"]).hash == first


def test_a_study_may_lie_beside_the_file(tmp_path):
    (tmp_path / "dev.yaml").write_text(yaml.safe_dump(STUDY), encoding="utf-8")
    path = tmp_path / "tune.yaml"
    path.write_text(yaml.safe_dump(TUNING | {"study": "dev.yaml"}), encoding="utf-8")
    assert read_tune_config(path) == tuning()
    path.write_text(yaml.safe_dump(TUNING | {"study": "nowhere.yaml"}), encoding="utf-8")
    with pytest.raises(InputError, match=r"nowhere\.yaml: no such file"):
        read_tune_config(path)


def test_the_demo_is_tuned_on_languages_that_it_does_not_report():
    config = read_tune_config(STUDIES / "tune-demo.yaml")
    assert set(config.study.languages) == {"de", "tl"}
    assert set(config.report_languages) == {"sw", "so"}
    assert {len(points) for points in plan_of(config).values()} == {config.trials}
    check_apart(config)


def test_the_arms_of_afriqa_are_tuned_on_languages_that_are_not_reported():
    config = read_tune_config(STUDIES / "tune-afriqa.yaml")
    assert set(config.study.languages) == {"ig", "zu"}
    assert set(config.report_languages) == {"ha", "yo", "sw"}
    assert len(plan_of(config)) == 8
    assert {len(points) for points in plan_of(config).values()} == {4}


def test_afriqas_development_questions_are_apart_from_what_is_reported(data_root):
    check_apart(read_tune_config(STUDIES / "tune-afriqa.yaml"))
