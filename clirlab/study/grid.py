"""A tuning configuration in; for every arm the same number of points of its own grid out."""

from __future__ import annotations

import hashlib
import json
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from clirlab.corpora import load_collection
from clirlab.corpora.languages import language_code
from clirlab.errors import InputError, unknown_name
from clirlab.study.config import StudyConfig, read_config
from clirlab.study.trial import learns, present, trial_study
from clirlab.study.tuned import TunedArm, nested, read_yaml
from clirlab.training import TrainingSettings
from clirlab.validate import validate

Point = dict[str, Any]
Axes = dict[str, tuple[bool | int | float | str | None, ...]]
GRID: Axes = {"training.learning_rate": (5e-5, 1e-4, 2e-4), "training.steps": (100, 200)}
EXAMPLES = "training.learning_rate, objective.ot.epsilon, supervision_settings.probability, query_settings.weight"


class TuneConfig(BaseModel):
    """What is tuned, on what, and what will be reported on.

    Attributes
    ----------
    study : StudyConfig
        Development languages with their collections, the arms, one budget beside 0, seeds; the first scorer and the
        first measure decide. In a file: the study itself or the path of one.
    trials : int
        Of every arm, the same number.
    seed : int
        Of the points of a grid that is larger than that.
    grid : dict
        Dotted key → values, for every arm that trains.
    knobs : dict
        Arm → dotted key → values, beside the grid or in place of one of its keys.
    report_languages, report_collections : tuple of str
        What will be reported on: nothing of it may be tuned on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    study: StudyConfig
    trials: int = Field(ge=1)
    seed: int = Field(0, ge=0)
    grid: Axes = GRID
    knobs: dict[str, Axes] = {}
    report_languages: tuple[str, ...] = ()
    report_collections: tuple[str, ...] = ()

    @field_validator("grid")
    @classmethod
    def _good_grid(cls, grid: Axes) -> Axes:
        return {key: _axis(key, values) for key, values in grid.items()}

    @field_validator("knobs")
    @classmethod
    def _good_knobs(cls, knobs: dict[str, Axes]) -> dict[str, Axes]:
        return {arm: {key: _axis(key, values) for key, values in axes.items()} for arm, axes in knobs.items()}

    @model_validator(mode="after")
    def _fair(self) -> TuneConfig:
        for arm in self.knobs:
            if arm not in self.study.arms:
                raise unknown_name("arm", arm, self.study.arms)
        if sum(budget != 0 for budget in self.study.budgets) != 1:
            raise ValueError(f"tuning is at one budget: budgets must be [0, N], not {list(self.study.budgets)}")
        _apart_by_name(self)
        plan = plan_of(self)
        if not plan:
            raise ValueError("none of the arms has anything to tune")
        for arm, points in plan.items():
            for point in points.values():
                trial_study(self.study, arm, point)
        return self

    @property
    def hash(self) -> str:
        """Twelve hex digits that change with anything that changes the outcome of a trial or its number."""
        content = self.model_dump(mode="json", include={"seed", "grid", "knobs"}) | {"study": self.study.hash}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


def read_tune_config(path: str | Path) -> TuneConfig:
    """Read a tuning configuration; a study that it names by path lies beside it or comes with the package.

    Raises
    ------
    InputError
        If there is no such file, it is not YAML, a key or value is not valid, a grid is smaller than the number of
        trials, or something is to be reported on that is tuned on.
    """
    file = Path(path)
    values = read_yaml(file)
    if isinstance(values, dict) and isinstance(study := values.get("study"), str):
        values = values | {"study": read_config(beside if (beside := file.parent / study).is_file() else study)}
    return validate(TuneConfig, values, str(file))


def plan_of(config: TuneConfig) -> dict[str, dict[int, Point]]:
    """The trials of each arm that has something to tune: place in its grid → settings, by dotted keys.

    A grid that is larger than the number of trials gives a sample that is the same for equal grids and contains the
    settings that the arm has in the study where they are on the grid, else the middle of it; more trials add to it.

    Raises
    ------
    InputError
        If a grid has fewer points than there are trials.
    """
    plan = {}
    for arm in config.study.arms:
        if axes := axes_of(config, arm):
            sizes = " × ".join(str(len(values)) for values in axes.values())
            if (size := prod(map(len, axes.values()))) < config.trials:
                raise InputError(
                    f"the grid of the arm {arm} has {size} points ({sizes}: {', '.join(axes)}), fewer than the "
                    f"{config.trials} trials that every arm gets; give it more values, or lower trials"
                )
            points = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
            first = points.index(default_of(config, arm))
            drawn = [n for n in np.random.default_rng(config.seed).permutation(size).tolist() if n != first]
            plan[arm] = {n: points[n] for n in sorted([first, *drawn[: config.trials - 1]])}
    return plan


def axes_of(config: TuneConfig, arm: str) -> Axes:
    """What is varied of an arm: the grid where it trains, and its knobs."""
    return (config.grid if learns(config.study, arm) else {}) | config.knobs.get(arm, {})


def default_of(config: TuneConfig, arm: str) -> Point:
    """The point of an arm's grid that is nearest to what the arm is without tuning."""
    now, point = present(config.study, arm), {}
    for key, values in axes_of(config, arm).items():
        value: Any = now
        for part in key.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        point[key] = value if value in values else values[(len(values) - 1) // 2]
    return point


def check_apart(config: TuneConfig) -> None:
    """See that nothing that will be reported on is tuned on, in the data themselves.

    Raises
    ------
    InputError
        If a reported collection asks in a development language, or one of its questions is a development question.
    """
    reported = [load_collection(name) for name in config.report_collections]
    for language, own in config.study.languages.items():
        for name in own.collection:
            tuned = load_collection(name)
            for other in reported:
                if other.query_language != "und" and other.query_language in {tuned.query_language, _code(language)}:
                    raise InputError(f"{other.name} is in {other.query_language}, a language that is tuned on ({name})")
                if shared := set(map(_plain, tuned.queries["text"])) & set(map(_plain, other.queries["text"])):
                    raise InputError(
                        f"{len(shared):,} questions of {other.name}, which is reported on, are in {name}, "
                        f"which is tuned on: {min(shared)!r}; choose other development questions"
                    )


def _apart_by_name(config: TuneConfig) -> None:
    if not (config.report_languages or config.report_collections):
        raise InputError(
            "say what will be reported on (report_languages, report_collections), so that it is kept apart"
        )
    tuned = {_code(language): language for language in config.study.languages}
    for language in config.report_languages:
        if _code(language) in tuned:
            raise InputError(f"the language {language} is tuned on and reported on; choose another for development")
    names = {name for own in config.study.languages.values() for name in own.collection}
    if both := sorted(names & set(config.report_collections)):
        raise InputError(f"the collection {both[0]} is tuned on and reported on; choose another for development")


def _code(language: str) -> str:
    try:
        return language_code(language)
    except InputError:
        # a name of one's own, such as that of a pseudo-language
        return language


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _axis(key: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """The values of one dimension, as the setting has them."""
    part, *rest = key.split(".")
    if part not in TunedArm.model_fields:
        raise unknown_name("setting", part, TunedArm.model_fields)
    if len(rest) != (2 if part == "objective" else 1) or not all(rest):
        raise InputError(f"{key!r} does not name a setting; they are such as {EXAMPLES}")
    if part == "training":
        if rest[0] not in TrainingSettings.model_fields:
            raise unknown_name("training setting", rest[0], TrainingSettings.model_fields)
        values = tuple(getattr(validate(TrainingSettings, {rest[0]: value}, key), rest[0]) for value in values)
    else:
        validate(TunedArm, nested({key: None}), key)
    if not values or len(set(values)) < len(values):
        raise InputError(f"{key}: values are needed, each once")
    return values
