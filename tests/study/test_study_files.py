"""The studies that come with the project: what their comments say of them holds."""

from pathlib import Path

import pytest

from clirlab.study.config import read_config
from clirlab.study.trial import present
from clirlab.study.tuned import read_tuned

STUDIES = Path(__file__).parents[2] / "studies"
TUNED = {
    "ot/bitext": "optical",
    "infonce/bitext": "infonce",
    "ot+infonce/bitext": "ot+infonce",
    "mse/bitext": "bitext-mse",
    "ot/BL-CS": "code-switching",
    "infonce/BL-CS": "code-switching-infonce",
    "oracle/BL-CS": "code-switching-oracle",
    "fused": "fused",
    # a control has the settings of the arm that it belongs to
    "ot/other-languages": "optical",
    "ot/misspelt": "optical",
    "shuffled-bitext": "optical",
    "infonce/other-languages": "infonce",
    "infonce/misspelt": "infonce",
    "ot+infonce/other-languages": "ot+infonce",
    "shuffled-fused": "fused",
    "fused/induced": "fused",
}


@pytest.mark.parametrize("name", ["fidelity", "mlqa", "afriqa", "real-smoke", "what-learns"])
def test_studies_can_be_read(name):
    assert read_config(STUDIES / f"{name}.yaml").name == name


@pytest.mark.parametrize("arm", TUNED)
def test_afriqa_has_the_settings_that_tuning_chose(arm):
    chosen = read_tuned(STUDIES / "tuned-afriqa.yaml")[TUNED[arm]]
    assert within(chosen, present(read_config(STUDIES / "afriqa.yaml"), arm))


def within(part, whole):
    """Whether every value of nested mappings stands in others at the same place."""
    if isinstance(part, dict):
        return all(key in whole and within(value, whole[key]) for key, value in part.items())
    return part == whole
