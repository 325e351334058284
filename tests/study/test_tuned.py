import pytest

from clirlab.errors import InputError
from clirlab.study.tuned import nested, read_tuned, read_yaml, with_settings

WHOLE = """
optical:
  training: {learning_rate: 2.0e-4, steps: 40}
  objective: {ot: {epsilon: 0.1}}
  supervision_settings: {policy: questions}
  query_settings: {weight: 0.7}
other: {}
"""


def file_of(tmp_path, text):
    path = tmp_path / "tuned.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_gives_what_it_says_and_no_more(tmp_path):
    assert read_tuned(file_of(tmp_path, WHOLE)) == {
        "optical": {
            "training": {"learning_rate": 2e-4, "steps": 40},
            "objective": {"ot": {"epsilon": 0.1}},
            "supervision_settings": {"policy": "questions"},
            "query_settings": {"weight": 0.7},
        },
        "other": {},
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("optical: {trainings: {steps: 4}}", "optical: trainings: unknown key; did you mean 'training'?"),
        ("optical: {training: {step: 4}}", "optical: training.step: unknown key; did you mean 'steps'?"),
        ("optical: {training: {steps: 0}}", "optical: training.steps: input should be greater than or equal to 1"),
        (
            "optical: {objective: {otp: {epsilon: 1}}}",
            "optical: objective: unknown objective 'otp'; did you mean 'ot'?",
        ),
        ("optical: {objective: {ot: 1.0}}", "optical: objective.ot: input should be a valid dictionary"),
        ("optical: [1]", "optical: the whole: input should be a valid dictionary"),
        ("[optical]", "an arm and its settings are meant"),
        ("", "an arm and its settings are meant"),
        ("optical: {training: {steps: 4}", "line 1: not YAML"),
    ],
)
def test_a_wrong_file_is_named_with_arm_and_key(tmp_path, text, message):
    with pytest.raises(InputError, match=r"tuned\.yaml") as raised:
        read_tuned(file_of(tmp_path, text))
    assert message in str(raised.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.yaml: no such file"):
        read_yaml(tmp_path / "nowhere.yaml")


def test_what_an_arm_says_itself_comes_first():
    arm = {"supervision": "bitext", "training": {"steps": 40}, "query_settings": {"how": "mean"}}
    settings = {"training": {"steps": 100, "clip": 2.0}, "query_settings": {"how": "weighted", "weight": 0.7}}
    assert with_settings(arm, settings) == {
        "supervision": "bitext",
        "training": {"steps": 40, "clip": 2.0},
        "query_settings": {"how": "mean", "weight": 0.7},
    }
    assert arm["training"] == {"steps": 40}


def test_settings_that_are_tried_out_come_before_it():
    arm = {"training": {"steps": 40, "clip": 2.0}}
    assert with_settings(arm, {"training": {"steps": 100}}, win=True) == {"training": {"steps": 100, "clip": 2.0}}


@pytest.mark.parametrize(
    ("objective", "under", "over"),
    [
        ("ot", {"ot": {"weight": 0.5, "epsilon": 0.1}}, {"ot": {"weight": 0.5, "epsilon": 0.1}}),
        ({"ot": 1.0}, {"ot": {"weight": 1.0, "epsilon": 0.1}}, {"ot": {"weight": 0.5, "epsilon": 0.1}}),
        ({"ot": {"epsilon": 0.2}}, {"ot": {"epsilon": 0.2, "weight": 0.5}}, {"ot": {"epsilon": 0.1, "weight": 0.5}}),
        (
            {"ot": {}, "mse": 2.0},
            {"ot": {"weight": 0.5, "epsilon": 0.1}, "mse": {"weight": 2.0}},
            {"ot": {"weight": 0.5, "epsilon": 0.1}, "mse": {"weight": 2.0}},
        ),
    ],
)
def test_an_objective_may_be_written_in_every_way(objective, under, over):
    settings = {"objective": {"ot": {"weight": 0.5, "epsilon": 0.1}}}
    assert with_settings({"objective": objective}, settings)["objective"] == under
    assert with_settings({"objective": objective}, settings, win=True)["objective"] == over


def test_an_objective_is_left_as_it_is_written_where_nothing_is_set_for_it():
    assert with_settings({"objective": {"ot": 1.0}}, {"training": {"steps": 4}})["objective"] == {"ot": 1.0}


def test_settings_for_an_objective_that_the_arm_has_not_are_refused():
    with pytest.raises(InputError, match="settings for the objective 'mse', but the arm trains with ot, infonce"):
        with_settings({"objective": {"ot": 1.0, "infonce": 0.1}}, {"objective": {"mse": {"weight": 1.0}}})


def test_dotted_keys_are_nested():
    assert nested({"a.b.c": 1, "a.d": 2, "a.b.e": 3}) == {"a": {"b": {"c": 1, "e": 3}, "d": 2}}
