"""A study, one of its arms and settings to try in, a study of that arm alone out, run and reduced to its scores.

What tuning knows of how studies are written and run is all here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from clirlab.study.config import StudyConfig
from clirlab.study.laboratory import Laboratory, material_key
from clirlab.study.run import run_study
from clirlab.study.tuned import nested, with_settings
from clirlab.training import parse_objective
from clirlab.validate import validate

BASELINE = "zero-shot"
# the laboratory of the tuning that is under way: read anew by every one of them, and by each of its processes
_SHARED: dict[str, Laboratory] = {}


class Outcome(NamedTuple):
    """What one trial found.

    Attributes
    ----------
    values : DataFrame
        language, seed, query_id, value: by the study's first scorer and measure, mean over severities.
    seconds : float
        Of the arm's cells, whenever they were run.
    """

    values: pd.DataFrame
    seconds: float


def learns(study: StudyConfig, arm: str) -> bool:
    """Whether the arm trains an encoder, so that training settings matter to it."""
    return study.arms[arm].supervision is not None


def present(study: StudyConfig, arm: str) -> dict[str, Any]:
    """All settings that an arm has in the study, nested as in a file of tuned settings, defaults included."""
    own = study.arms[arm]
    settings = {"query_settings": own.asking.model_dump()}
    if (bought := own.buying) is not None:
        settings |= {"supervision_settings": bought.model_dump(), "training": study.training_of(arm).model_dump()}
        settings |= {"objective": parse_objective(own.objective).spec}
    return settings


def trial_study(study: StudyConfig, arm: str, settings: Mapping[str, Any]) -> StudyConfig:
    """The study with one arm beside the baseline, and settings (dotted keys) that come before its own.

    Raises
    ------
    InputError
        If a setting is not one of the arm's, or out of its range.
    """
    own = study.arms[arm].model_dump(mode="json", exclude_defaults=True, exclude={"controls"})
    arms = {BASELINE: None, arm: with_settings(own, nested(settings), win=True)}
    return validate(StudyConfig, study.model_dump(mode="json") | {"arms": arms}, f"settings of {arm}")


def run_trial(study: StudyConfig, arm: str, folder: Path) -> Outcome:
    """Run a study of one arm, or what is left of it; trials of one process share what they read."""
    key = material_key(study)
    if key not in _SHARED:
        check_study(study)
    results = run_study(study, folder, progress=False, laboratory=_SHARED[key], retry_failed=True)
    if len(results.failed):
        raise RuntimeError(results.failed["message"].iloc[0])
    frame = results.frame
    rows = frame[
        (frame["arm"] == arm) & (frame["scorer"] == study.scorers[0]) & (frame["measure"] == study.measures[0])
    ]
    values = rows.groupby(["language", "seed", "query_id"], as_index=False, sort=False)["value"].mean()
    return Outcome(values, float(results.cells.loc[results.cells["arm"] == arm, "seconds"].sum()))


def check_study(study: StudyConfig) -> None:
    """Read all data of a study and see that every arm can be paid, before the first trial.

    Raises
    ------
    InputError
        If anything about them is wrong.
    """
    _SHARED.clear()
    _SHARED[material_key(study)] = Laboratory(study)
