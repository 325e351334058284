"""A file of tuned settings in, checked settings of each arm out, and laid under or over what an arm says itself.

::

    optical:                              # an arm of the study
      training: {learning_rate: 0.0002, steps: 200}
      objective: {ot: {epsilon: 0.1}}
      supervision_settings: {policy: questions}
      query_settings: {weight: 0.7}
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, field_validator

from clirlab.errors import InputError, unknown_name
from clirlab.files import read_text
from clirlab.training import TrainingSettings
from clirlab.training.objectives import OBJECTIVES
from clirlab.validate import validate

Values = Mapping[str, Any]


class TunedArm(BaseModel):
    """The settings of one arm that tuning chose: all of them optional, none of them what the arm *is*."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    training: TrainingSettings = TrainingSettings()
    objective: dict[str, dict[str, Any]] = {}
    supervision_settings: dict[str, Any] = {}
    query_settings: dict[str, Any] = {}

    @field_validator("objective")
    @classmethod
    def _known(cls, objective: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for name in objective:
            if name not in OBJECTIVES:
                raise unknown_name("objective", name, OBJECTIVES)
        return objective


def read_tuned(path: str | Path) -> dict[str, dict[str, Any]]:
    """Read the file that `clirlab tune` writes.

    Returns
    -------
    dict of str to dict
        Arm → training, objective, supervision_settings, query_settings, each with what the file says and no more.

    Raises
    ------
    InputError
        If there is no such file, it is not YAML, or a key or value is not valid (with file, arm and key; for an unknown
        key with the nearest).

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "tuned.yaml"
    >>> _ = path.write_text("optical: {training: {steps: 40}}")
    >>> read_tuned(path)
    {'optical': {'training': {'steps': 40}}}
    """
    arms = read_yaml(path)
    if not isinstance(arms, dict):
        raise InputError(f"{path}: an arm and its settings are meant, such as optical: {{training: {{steps: 100}}}}")
    return {str(arm): _checked(arm, values, path) for arm, values in arms.items()}


def _checked(arm: object, values: Any, path: str | Path) -> dict[str, Any]:
    return validate(TunedArm, values, f"{path}: {arm}").model_dump(exclude_unset=True)


def with_settings(arm: Values, settings: Values, win: bool = False) -> dict[str, Any]:
    """The fields of an arm with tuned settings laid under those that it has, or over them.

    Parameters
    ----------
    arm : mapping
        Fields of an arm as a configuration holds them.
    settings : mapping
        As `read_tuned` gives them for an arm.
    win : bool
        Whether they come before what the arm says itself, as they do while they are tried out.

    Raises
    ------
    InputError
        If they are for an objective that the arm does not train with.

    Examples
    --------
    >>> arm = {"objective": "ot", "training": {"steps": 40}}
    >>> with_settings(arm, {"training": {"steps": 100, "clip": 2.0}})["training"]
    {'steps': 40, 'clip': 2.0}
    >>> with_settings(arm, {"objective": {"ot": {"epsilon": 0.1}}}, win=True)["objective"]
    {'ot': {'epsilon': 0.1}}
    """
    merged = dict(arm)
    for part, values in settings.items():
        own = _options(arm.get("objective", "ot")) if part == "objective" else arm.get(part, {})
        if part == "objective":
            for name in values:
                if name not in own:
                    raise InputError(f"settings for the objective {name!r}, but the arm trains with {', '.join(own)}")
            merged[part] = {name: _merged(options, values.get(name, {}), win) for name, options in own.items()}
        else:
            merged[part] = _merged(own, values, win)
    return merged


def _merged(own: Values, settings: Values, win: bool) -> dict[str, Any]:
    return {**own, **settings} if win else {**own, **{key: settings[key] for key in settings if key not in own}}


def _options(objective: str | Values) -> dict[str, dict[str, Any]]:
    """An objective as names with options, whichever way it is written."""
    if isinstance(objective, str):
        return {objective: {}}
    return {name: dict(o) if isinstance(o, Mapping) else {"weight": o} for name, o in objective.items()}


def nested(settings: Values) -> dict[str, Any]:
    """Settings with dotted keys as dictionaries in each other.

    Examples
    --------
    >>> nested({"training.steps": 40, "objective.ot.epsilon": 0.1, "training.clip": 2.0})
    {'training': {'steps': 40, 'clip': 2.0}, 'objective': {'ot': {'epsilon': 0.1}}}
    """
    whole: dict[str, Any] = {}
    for key, value in settings.items():
        *parts, last = key.split(".")
        inner = whole
        for part in parts:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return whole


class _Strict(yaml.SafeLoader):
    """YAML of plain values, in which no key is there twice: the later one would take the place of the earlier."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        # what `<<` brings in may be written over
        keys = [key for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        seen: set[str] = set()
        for key in keys:
            if key.value in seen and isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    problem=f"{key.value!r} is there twice", problem_mark=key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def read_yaml(path: str | Path) -> Any:
    """What a YAML file holds.

    Raises
    ------
    InputError
        If there is no such file, or it is not YAML (with the line).
    """
    try:
        return _Strict(read_text(path)).get_single_data()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise InputError(f"{path}{line}: not YAML ({getattr(error, 'problem', error)})") from error
