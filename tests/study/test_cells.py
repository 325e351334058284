from itertools import groupby

import pytest

from clirlab.study.cells import Cell, cell_hash, cells_of, student_hash
from clirlab.study.config import StudyConfig, read_config
from clirlab.validate import validate

GERMAN = {"collection": "demo/en/de", "bitext": "demo/en/de", "lexicon": "demo/en/de"}
SPAN = {
    "name": "span",
    "question": "does it span?",
    "languages": {
        "de": GERMAN | {"pseudo": {"dials": [0, 0.5, 1]}},
        "so": {"collection": "demo/en/so", "bitext": "demo/en/so", "lexicon": "demo/en/so"},
    },
    "control_bitext": "demo/en/tl",
    "arms": {
        "zero-shot": None,
        "optical": None,
        "other-language": {"supervision": "other-languages", "noise": [0]},
        "fused": {"queries": "fused", "query_settings": {"lexicon": "dictionary"}, "dials": [0, 1]},
    },
    "budgets": [0, 100, 200],
    "seeds": [0, 1],
    "noise": {"kind": "misaligned", "shares": [0, 0.3]},
}


def study(**changes):
    return validate(StudyConfig, SPAN | changes, "span")


def test_every_language_is_asked_at_its_own_dials_and_what_is_bought_also_damaged():
    cells = cells_of(study())
    assert len(set(cells)) == len(cells)
    assert {(c.language, c.dial) for c in cells if c.arm == "zero-shot"} == {
        ("de", 0.0),
        ("de", 0.5),
        ("de", 1.0),
        ("so", 0.0),
    }
    assert {c.noise for c in cells if c.arm == "zero-shot"} == {0.0}
    assert {c.noise for c in cells if c.arm == "optical"} == {0.0, 0.3}
    assert {c.noise for c in cells if c.arm == "other-language"} == {0.0}
    assert {c.dial for c in cells if c.arm == "fused"} == {0.0, 1.0}


def test_a_name_tells_of_an_axis_where_it_is_not_nothing():
    assert Cell("so", "optical", 100, 1).name == "so_optical_100_1"
    assert Cell("de", "optical", 100, 1, 0.5, 0.25).name == "de_optical_100_1_dial0.5_noise0.25"
    assert "/" not in Cell("mlqa/de", "a/b", 100, 1).name


def test_cells_that_share_a_student_stand_together():
    config = study(arms=SPAN["arms"] | {"optical, fused": {"supervision": "bitext", "queries": "fused"}})
    students = [student_hash(config, cell) for cell in cells_of(config)]
    taught = [student for student in students if student is not None]
    assert len(list(groupby(taught))) == len(set(taught)) < len(taught)


def hashes(config):
    return {cell: cell_hash(config, cell) for cell in cells_of(config)}


def test_what_is_elsewhere_in_a_study_leaves_a_cell_alone():
    first = hashes(study())
    assert len(set(first.values())) == len(first)
    more = study(
        arms=SPAN["arms"] | {"bitext-mse": None},
        budgets=[0, 50, 100, 200],
        seeds=[0, 1, 2],
        languages=SPAN["languages"] | {"sw": dict.fromkeys(("collection", "bitext", "lexicon"), "demo/en/sw")},
        noise={"kind": "misaligned", "shares": [0, 0.1, 0.3]},
        question="in other words?",
        scorers=["pooled", "maxsim"],
    )
    assert first.items() <= hashes(more).items()


@pytest.mark.parametrize(
    ("changes", "changed"),
    [
        ({"training": {"steps": 3}}, {"optical", "other-language"}),
        ({"control_bitext": "demo/en/sw"}, {"other-language"}),
        ({"noise": {"kind": "dropped-words", "shares": [0, 0.3]}}, {"optical", "fused"}),
        ({"measures": ["AP"]}, {"zero-shot", "optical", "other-language", "fused"}),
        ({"pool": "demo/en/sw"}, {"zero-shot", "optical", "other-language", "fused"}),
        ({"perturbation": {"severities": [0, 0.5]}}, {"zero-shot", "optical", "other-language", "fused"}),
        ({"take_all": True}, {"optical", "other-language", "fused"}),
    ],
)
def test_what_changes_the_rows_of_a_cell_changes_its_hash(changes, changed):
    first, second = hashes(study()), hashes(study(**changes))
    assert {cell.arm for cell in first.keys() & second.keys() if first[cell] != second[cell]} == changed


def test_another_cipher_changes_the_dialled_cells_of_its_language_alone():
    languages = SPAN["languages"] | {"de": GERMAN | {"pseudo": {"dials": [0, 0.5, 1], "seed": 1}}}
    first, second = hashes(study()), hashes(study(languages=languages))
    assert {cell for cell in first if first[cell] != second[cell]} == {cell for cell in first if cell.dial}


def test_a_smaller_study_is_part_of_the_larger_one_by_hash():
    whole = read_config("demo")
    part = whole.model_copy(update={"arms": {name: whole.arms[name] for name in ("zero-shot", "optical", "fused")}})
    assert set(hashes(part).values()) < set(hashes(whole).values())
