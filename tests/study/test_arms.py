import pytest

from clirlab.study.arms import ARMS, ArmConfig, controls_of


def test_what_an_arm_is():
    assert not ARMS["zero-shot"].spends and not ARMS["human"].spends and not ARMS["centred"].spends
    assert ARMS["optical"].spends and ARMS["gloss"].spends
    controls = {name for name, arm in ARMS.items() if arm.is_control}
    assert controls == {"other-language", "misspelt", "shuffled-bitext", "shuffled-fused"}
    assert [name for name, arm in ARMS.items() if arm.is_bound] == ["human"]


@pytest.mark.parametrize(
    ("arm", "controls"),
    [
        ("optical", ["other-language", "misspelt", "shuffled-bitext"]),
        ("fused", ["shuffled-fused"]),
        ("gloss", ["other-language", "misspelt", "shuffled-bitext"]),  # no control asks in glosses alone
        ("zero-shot", []),
        ("human", []),
        ("misspelt", []),
    ],
)
def test_an_arm_is_held_against_controls_that_ask_as_it_does(arm, controls):
    assert controls_of(arm, ARMS) == controls


@pytest.mark.parametrize(
    ("fields", "shares"),
    [
        ({"supervision": "bitext"}, (1, 1)),
        ({"queries": "fused"}, (1, 1)),
        ({"supervision": "bitext", "queries": "fused"}, (1, 1)),  # the lexicon comes from the same sentences
        ({"supervision": "bitext", "queries": "fused", "query_settings": {"lexicon": "dictionary"}}, (0.5, 0.5)),
        ({"supervision": "bitext", "queries": "fused", "query_settings": {"longest": 9}}, (0.5, 0.5)),
        (
            {"supervision": "bitext", "queries": "fused", "query_settings": {"longest": 9}}
            | {"supervision_settings": {"longest": 9}},
            (1, 1),
        ),
        ({"supervision": "misspelt-english", "queries": "gloss", "lexicon_share": 0.75}, (0.25, 0.75)),
    ],
)
def test_an_arm_that_trains_and_looks_up_spends_its_budget_once(fields, shares):
    assert ArmConfig(**fields).shares == shares


def test_a_student_that_is_asked_in_glosses_is_held_against_students_too():
    arms = ARMS | {"both": ArmConfig(supervision="bitext", queries="fused")}
    assert controls_of("both", arms) == ["other-language", "misspelt", "shuffled-bitext", "shuffled-fused"]


def test_an_arm_may_name_its_controls():
    arms = ARMS | {"mine": ArmConfig(supervision="bitext", controls=("misspelt",))}
    assert controls_of("mine", arms) == ["misspelt"]


def test_every_predefined_arm_says_what_it_is():
    assert all(arm.explanation for arm in ARMS.values())
