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


def test_a_student_that_is_asked_in_glosses_is_held_against_students_too():
    arms = ARMS | {"both": ArmConfig(supervision="bitext", queries="fused")}
    assert controls_of("both", arms) == ["other-language", "misspelt", "shuffled-bitext", "shuffled-fused"]


def test_an_arm_may_name_its_controls():
    arms = ARMS | {"mine": ArmConfig(supervision="bitext", controls=("misspelt",))}
    assert controls_of("mine", arms) == ["misspelt"]


def test_every_predefined_arm_says_what_it_is():
    assert all(arm.explanation for arm in ARMS.values())
