"""A YAML file in, a checked study configuration out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from clirlab.corpora.sources import shipped
from clirlab.errors import unknown_name
from clirlab.evaluation import parse_measures
from clirlab.retrieval import SCORERS
from clirlab.study.arms import ARMS, ArmConfig
from clirlab.study.asking import BM25
from clirlab.study.tuned import read_tuned, read_yaml, with_settings
from clirlab.supervision.perturb import PERTURBATIONS
from clirlab.training import TrainingSettings
from clirlab.validate import validate

STRICT = ConfigDict(frozen=True, extra="forbid")


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_several)]


class LanguageConfig(BaseModel):
    """Where one language's questions and supervision come from; ids as the loaders take them.

    Several collections are asked as one, and several bitexts are joined.
    """

    model_config = STRICT
    collection: Names = Field(min_length=1)
    bitext: Names = Field(min_length=1)
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
    """One study: arms × budgets × seeds × languages, each under every severity of a query perturbation.

    Attributes
    ----------
    pool : tuple of str
        Collections whose documents are searched besides those of the language's own.
    control_bitext : tuple of str
        Of languages that are not asked about, for the generic controls.
    arms : dict of str to ArmConfig
        A list of predefined arms, or a mapping of names to what they are; a predefined one may be left empty.
    take_all : bool
        A budget beyond what there is takes all of it; else it is an error.
    training : TrainingSettings
        Of all arms, but for what an arm says of its own.
    search_dtype : str
        Arithmetic of MaxSim: float32, bfloat16, or auto.
    passages : str
        Where the passages' vectors are: in memory, or (as float16) in an index in the cache folder, which other studies
        of the same passages open again.
    """

    model_config = STRICT
    name: str = Field(pattern=r"^[\w-]+$")
    question: str
    encoder: str = "e5-small"
    languages: dict[str, LanguageConfig] = Field(min_length=1)
    pool: Names = ()
    control_bitext: Names = ()
    arms: dict[str, ArmConfig]
    budgets: tuple[int, ...]
    take_all: bool = False
    seeds: tuple[int, ...] = Field(min_length=1)
    perturbation: PerturbationConfig = PerturbationConfig()
    scorers: tuple[str, ...] = ("maxsim", "pooled")
    measures: tuple[str, ...] = ("RR@10", "nDCG@10")
    training: TrainingSettings = TrainingSettings()
    search_dtype: Literal["float32", "bfloat16", "auto"] = "float32"
    passages: Literal["memory", "disk"] = "memory"

    @field_validator("control_bitext", mode="before")
    @classmethod
    def _none_at_all(cls, value: Any) -> Any:
        return () if value is None else value

    @field_validator("arms", mode="before")
    @classmethod
    def _predefined_arms(cls, arms: Any) -> Any:
        if isinstance(arms, list | tuple):
            arms = dict.fromkeys(_all_known("arm", arms, ARMS))
        if isinstance(arms, dict):
            arms = {
                name: ARMS[_all_known("arm", [name], ARMS)[0]] if arm is None else arm for name, arm in arms.items()
            }
        return arms

    @field_validator("arms")
    @classmethod
    def _with_baseline(cls, arms: dict[str, ArmConfig]) -> dict[str, ArmConfig]:
        if arms.get("zero-shot") != ARMS["zero-shot"]:
            raise ValueError("the arm zero-shot must be there, as it is: all others are compared with it")
        for name, arm in arms.items():
            if not name.isprintable() or name != name.strip():
                raise ValueError(f"{name!r} is no name of an arm")
            for control in arm.controls:
                _all_known(f"control of the arm {name}:", [control], arms)
        return arms

    @field_validator("scorers")
    @classmethod
    def _known_scorers(cls, scorers: tuple[str, ...]) -> tuple[str, ...]:
        if scorers[:1] == (BM25,):
            raise ValueError("bm25 trains nothing: name another scorer first")
        return tuple(_all_known("scorer", scorers, [*SCORERS, BM25]))

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
        for name, arm in self.arms.items():
            if arm.supervision == "other-languages" and not self.control_bitext:
                raise ValueError(f"the arm {name} needs control_bitext, the bitext of a language that is not studied")
            if arm.supervision is not None:
                self.training_of(name)
            if not arm.spends and arm.budgets:
                raise ValueError(f"the arm {name} needs no translated words, and so has no budgets")
            if not set(arm.budgets) <= set(self.budgets[1:]):
                raise ValueError(f"the arm {name}: its budgets must be among the study's, {list(self.budgets[1:])}")
        return self

    def budgets_of(self, arm: str) -> tuple[int, ...]:
        """The budgets above 0 at which an arm is run."""
        return self.arms[arm].budgets or self.budgets[1:]

    def training_of(self, arm: str) -> TrainingSettings:
        """The training settings of an arm: the study's, with the arm's own where it has some."""
        own = self.training.model_dump() | self.arms[arm].training
        return validate(TrainingSettings, own, f"arms.{arm}.training")

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

    A key ``tuned`` names a file of settings that `clirlab tune` chose, beside the configuration or by its path; they
    come before the study's training, and what an arm says of its own comes before them.

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
    values = read_yaml(file)
    if isinstance(values, dict) and "tuned" in values:
        values = _with_tuned(values, file)
    return validate(StudyConfig, values, str(file))


def _with_tuned(values: dict[str, Any], file: Path) -> dict[str, Any]:
    """The configuration with the settings of the file that it names under what its arms say of their own."""
    named = str(values["tuned"])
    settings = read_tuned(beside if (beside := file.parent / named).is_file() else named)
    arms = values.get("arms")
    arms = dict.fromkeys(arms) if isinstance(arms, list) else arms
    if not isinstance(arms, dict):
        return values
    merged = {
        name: with_settings(ARMS[name].model_dump(exclude_defaults=True) if arm is None else arm, settings[name])
        if name in settings and (arm is not None or name in ARMS)
        else arm
        for name, arm in arms.items()
    }
    return {key: value for key, value in values.items() if key != "tuned"} | {"arms": merged}


def write_config(config: StudyConfig, path: Path) -> None:
    """Write a configuration with all its defaults spelled out."""
    values = config.model_dump(mode="json")
    path.write_text(yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=110), encoding="utf-8")
