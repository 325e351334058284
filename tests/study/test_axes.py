"""What a study spans beside arms, budgets and seeds: read from a file, with each mistake named."""

import pytest
import yaml

from clirlab.errors import InputError
from clirlab.study.config import read_config

SOMALI = {"collection": "demo/en/so", "bitext": "demo/en/so", "lexicon": "demo/en/so"}
VALID = {
    "name": "axes",
    "question": "does it hold?",
    "languages": {"so": SOMALI},
    "arms": {"zero-shot": None, "optical": None},
    "budgets": [0, 100],
    "seeds": [0],
}


def study(tmp_path, **changes):
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(VALID | changes), encoding="utf-8")
    return read_config(path)


def arms(**more):
    return VALID["arms"] | more


def somali(**more):
    return {"so": SOMALI | more}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"languages": somali(bitex="x")}, "languages.so.bitex: unknown key; did you mean 'bitext'"),
        ({"languages": somali(pseudo={"dails": [0, 1]})}, "unknown key; did you mean 'dials'"),
        ({"languages": somali(pseudo={"kind": "lexicl"})}, "languages.so.pseudo.kind"),
        ({"languages": somali(pseudo={"dials": [1, 0]})}, "dials must rise within 0 and at most 1"),
        ({"languages": somali(pseudo={"dials": []})}, "dials must rise"),
        ({"languages": somali(pseudo={"keep": ["nouns"]})}, "languages.so.pseudo.keep"),
        ({"languages": somali(budgets=[50])}, "the language so: its budgets must be among the study's, [100]"),
        ({"languages": {" so": SOMALI}}, "' so' is no name of a language"),
        ({"noise": {"kind": "misalignd"}}, "unknown noise 'misalignd'; did you mean 'misaligned'"),
        ({"noise": {"kind": "other-domain"}}, "unknown noise 'other-domain'"),
        ({"noise": {"shares": [0.1]}}, "shares must rise from 0"),
        ({"noise": {"share": [0, 0.1]}}, "unknown key; did you mean 'shares'"),
        ({"perturbation": [{"kind": "typos"}, {"kind": "typo"}]}, "unknown perturbation 'typo'"),
        ({"perturbation": [{"kind": "typos"}, {"kind": "typos"}]}, "every kind of damage once"),
        ({"perturbation": [{"severity": [0]}]}, "unknown key; did you mean 'severities'"),
        ({"perturbation": []}, "perturbation"),
        ({"arms": arms(mine={"supervision": "bitext", "dial": [0]})}, "unknown key; did you mean 'dials'"),
        ({"arms": arms(mine={"supervision": "bitext", "dials": [0.5]})}, "its dials must be among those"),
        ({"arms": arms(mine={"supervision": "bitext", "noise": [0.5]})}, "its noise must be among the study's shares"),
        ({"arms": arms(centred={"centred": True, "noise": [0]})}, "needs no translated words"),
        ({"arms": arms(mine={"teacher": "e5-small"})}, "a teacher is of no use without supervision"),
        ({"languages": {"so": {"collection": "demo/en/so"}}}, "the arm optical needs a bitext, and the language so"),
        (
            {"languages": {"so": {"collection": "demo/en/so", "bitext": "demo/en/so"}}, "arms": arms(gloss=None)}
            | {"arms": arms(words={"queries": "gloss", "query_settings": {"lexicon": "dictionary"}})},
            "the arm words needs a lexicon, and the language so names none",
        ),
        (
            {"languages": {"so": {"collection": "demo/en/so", "bitext": "demo/en/so"}}}
            | {"perturbation": {"kind": "code-mixed"}},
            "queries that are code-mixed need a lexicon",
        ),
        ({"scorers": ["pooled-whole"], "passages": "disk"}, "pooled-whole needs passages: memory"),
    ],
)
def test_a_wrong_value_is_named(tmp_path, changes, message):
    with pytest.raises(InputError, match=r"study\.yaml") as raised:
        study(tmp_path, **changes)
    assert message in str(raised.value)


def test_without_supervision_no_material_is_needed(tmp_path):
    pairs = {"so-en": {"collection": "demo/en/so"}, "sw-en": {"collection": "demo/en/sw"}}
    config = study(tmp_path, languages=pairs, arms=["zero-shot", "human", "centred"], budgets=[0])
    assert config.languages["so-en"].bitext == () and config.languages["so-en"].lexicon is None


def test_one_perturbation_is_a_list_of_one_and_reads_back(tmp_path):
    one = study(tmp_path, perturbation={"kind": "typos", "severities": [0, 0.5]})
    assert one.perturbations == (one.perturbation,) and one.perturbation.severities == (0.0, 0.5)
    assert one == study(tmp_path, perturbation=[{"kind": "typos", "severities": [0, 0.5]}])
    several = study(tmp_path, perturbation=[{"kind": "typos"}, {"kind": "diacritics-lost", "severities": [0, 1]}])
    assert [damage.kind for damage in several.perturbations] == ["typos", "diacritics-lost"]


def test_a_pseudo_language_needs_no_bitext_of_others_for_its_control(tmp_path):
    other = arms(other={"supervision": "other-languages"})
    config = study(tmp_path, languages=somali(pseudo={"dials": [0.5, 1]}), arms=other)
    assert config.dials_of("other", "so") == (0.5, 1.0)
    with pytest.raises(InputError, match="needs control_bitext"):
        study(tmp_path, languages=somali(pseudo={"dials": [0, 1]}), arms=other)
    own = study(tmp_path, languages=somali(control_bitext="demo/en/tl"), arms=other)
    assert own.control_bitext_of("so") == ("demo/en/tl",)


def test_an_axis_that_is_not_used_leaves_the_hash_of_a_study_alone(tmp_path):
    plain = study(tmp_path).hash
    assert study(tmp_path, noise={"shares": [0]}, perturbation=[{"kind": "typos"}]).hash == plain
    assert study(tmp_path, languages=somali(pseudo={"dials": [0, 1]})).hash != plain
    assert study(tmp_path, noise={"shares": [0, 0.5]}).hash != plain


def test_a_tuned_setting_that_does_not_fit_is_told_with_file_and_arm(tmp_path):
    (tmp_path / "tuned.yaml").write_text("optical: {objective: {infonce: {temperature: 0.1}}}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"study\.yaml: tuned: tuned\.yaml: optical: settings for the objective"):
        study(tmp_path, tuned="tuned.yaml")
