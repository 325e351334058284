"""A YAML file in, a checked study configuration out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from clirlab.corpora.sources import shipped
from clirlab.errors import InputError, unknown_name
from clirlab.evaluation import parse_measures
from clirlab.files import read_text
from clirlab.retrieval import SCORERS
from clirlab.study.arms import ARMS
from clirlab.supervision.perturb import PERTURBATIONS
from clirlab.training import TrainingSettings
from clirlab.validate import validate

STRICT = ConfigDict(frozen=True, extra="forbid")


class LanguageConfig(BaseModel):
    """Where one language's questions and supervision come from; ids as the loaders take them."""

    model_config = STRICT
    collection: str
    bitext: str
    lexicon: str


class PerturbationConfig(BaseModel):
    """Which damage the queries take, in which doses."""

    model_config = STRICT
    kind: str = "typos"
    severities: tuple[float, ...] = (0.0,)

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        return _all_known("perturbation", [kind], PERTURBATIONS)[0]

    @field_validator("severities")
    @classmethod
    def _rising(cls, severities: tuple[float, ...]) -> tuple[float, ...]:
        if severities[:1] != (0.0,) or sorted(set(severities)) != list(severities) or severities[-1] > 1:
            raise ValueError("severities must rise from 0 to at most 1")
        return severities


class StudyConfig(BaseModel):
    """One study: arms × budgets × seeds × languages, each under every severity of a query perturbation."""

    model_config = STRICT
    name: str = Field(pattern=r"^[\w-]+$")
    question: str
    encoder: str = "e5-small"
    languages: dict[str, LanguageConfig] = Field(min_length=1)
    control_bitext: str | None = None
    arms: tuple[str, ...]
    budgets: tuple[int, ...]
    seeds: tuple[int, ...] = Field(min_length=1)
    perturbation: PerturbationConfig = PerturbationConfig()
    scorers: tuple[str, ...] = ("maxsim", "pooled")
    measures: tuple[str, ...] = ("RR@10", "nDCG@10")
    training: TrainingSettings = TrainingSettings()
    arm_training: dict[str, dict[str, Any]] = {}

    @field_validator("arms")
    @classmethod
    def _known_arms(cls, arms: tuple[str, ...]) -> tuple[str, ...]:
        if "zero-shot" not in arms:
            raise ValueError("the arm zero-shot must be there: all others are compared with it")
        return tuple(_all_known("arm", arms, ARMS))

    @field_validator("scorers")
    @classmethod
    def _known_scorers(cls, scorers: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_all_known("scorer", scorers, SCORERS))

    @field_validator("measures")
    @classmethod
    def _known_measures(cls, measures: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(parse_measures(measures))

    @field_validator("budgets")
    @classmethod
    def _rising_budgets(cls, budgets: tuple[int, ...]) -> tuple[int, ...]:
        if budgets[:1] != (0,) or sorted(set(budgets)) != list(budgets):
            raise ValueError("budgets must rise from 0 (zero-shot), in translated words")
        return budgets

    @model_validator(mode="after")
    def _complete(self) -> StudyConfig:
        if "other-language" in self.arms and self.control_bitext is None:
            raise ValueError(
                "the arm other-language needs control_bitext, the bitext of a language that is not studied"
            )
        for arm in self.arm_training:
            _all_known("arm", [arm], self.arms)
            self.training_of(arm)
        return self

    def training_of(self, arm: str) -> TrainingSettings:
        """The training settings of an arm: the study's, with the arm's own where it has some."""
        own = self.training.model_dump() | self.arm_training.get(arm, {})
        return validate(TrainingSettings, own, f"arm_training.{arm}")

    @property
    def hash(self) -> str:
        """Twelve hex digits that change with anything that changes a result."""
        content = json.dumps(self.model_dump(mode="json", exclude={"question"}), sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:12]


def _all_known(kind: str, names: Any, known: Any) -> list[str]:
    for name in names:
        if name not in known:
            raise unknown_name(kind, name, known)
    return list(names)


def read_config(path: str | Path) -> StudyConfig:
    """Read a study configuration: a YAML file, or the name of one that comes with the package (``demo``).

    Raises
    ------
    InputError
        If there is no such file, it is not YAML (with the line), or a key or value is not valid (with its path).

    Examples
    --------
    >>> read_config("demo").budgets[0]
    0
    """
    file = Path(path)
    if not file.is_file() and (there := shipped(f"studies/{path}.yaml")).is_file():
        file = there
    try:
        values = yaml.safe_load(read_text(file))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise InputError(f"{file}{line}: not YAML ({getattr(error, 'problem', error)})") from error
    return validate(StudyConfig, values, str(file))


def write_config(config: StudyConfig, path: Path) -> None:
    """Write a configuration with all its defaults spelled out."""
    values = config.model_dump(mode="json")
    path.write_text(yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=110), encoding="utf-8")
