"""A YAML file in, a checked study configuration out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from clirlab.corpora.sources import shipped
from clirlab.errors import InputError, unknown_name
from clirlab.evaluation import parse_measures
from clirlab.study.arms import ARMS, ArmConfig
from clirlab.study.asking import BM25, DENSE, WHOLE
from clirlab.study.axes import LanguageConfig, Names, NoiseConfig, PerturbationConfig, one_or_several
from clirlab.study.tuned import read_tuned, read_yaml, with_settings
from clirlab.training import TrainingSettings
from clirlab.validate import validate

# optional keys that leave the hash of a study alone where they are not given
NEW = {"languages": ("control_bitext", "pseudo", "budgets"), "arms": ("dials", "noise", "encoder", "teacher")}


class StudyConfig(BaseModel):
    """One study: arms × budgets × seeds × languages × dials × noise, each under all damage of the queries.

    Attributes
    ----------
    encoder : str
        Of all arms, but for those that name another.
    pool : tuple of str
        Collections whose documents are searched besides those of the language's own.
    control_bitext : tuple of str
        Of languages that are not asked about, for the generic controls.
    arms : dict of str to ArmConfig
        A list of predefined arms, or a mapping of names to what they are; a predefined one may be left empty.
    take_all : bool
        A budget beyond what there is takes all of it; else it is an error.
    noise : NoiseConfig
        Damage to the supervision, beside which it is bought undamaged.
    perturbations : tuple of PerturbationConfig
        Damage to the queries; in a file ``perturbation``, one or a list.
    training : TrainingSettings
        Of all arms, but for what an arm says of its own.
    search_dtype : str
        Arithmetic of MaxSim: float32, bfloat16, or auto.
    passages : str
        Where the passages' vectors are: in memory, or (as float16) in an index in the cache folder, which other studies
        of the same passages open again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, serialize_by_alias=True)
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
    noise: NoiseConfig = NoiseConfig()
    perturbations: tuple[PerturbationConfig, ...] = Field((PerturbationConfig(),), alias="perturbation", min_length=1)
    scorers: tuple[str, ...] = ("maxsim", "pooled")
    measures: tuple[str, ...] = ("RR@10", "nDCG@10")
    training: TrainingSettings = TrainingSettings()
    search_dtype: Literal["float32", "bfloat16", "auto"] = "float32"
    passages: Literal["memory", "disk"] = "memory"

    @field_validator("languages")
    @classmethod
    def _names_of_files(cls, languages: dict[str, LanguageConfig]) -> dict[str, LanguageConfig]:
        for name in languages:
            if not name.isprintable() or name != name.strip() or not name:
                raise ValueError(f"{name!r} is no name of a language")
        return languages

    @field_validator("perturbations", mode="before")
    @classmethod
    def _several_perturbations(cls, value: Any) -> Any:
        return one_or_several(value)

    @field_validator("perturbations")
    @classmethod
    def _each_once(cls, perturbations: tuple[PerturbationConfig, ...]) -> tuple[PerturbationConfig, ...]:
        kinds = [perturbation.kind for perturbation in perturbations]
        if len(set(kinds)) < len(kinds):
            raise ValueError(f"every kind of damage once; they are {', '.join(kinds)}")
        return perturbations

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
        return tuple(_all_known("scorer", scorers, [*DENSE, BM25]))

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
            if arm.supervision is not None:
                self.training_of(name)
            if not arm.spends and (arm.budgets or arm.noise):
                raise ValueError(f"the arm {name} needs no translated words, and so has no budgets and no noise")
            if not set(arm.budgets) <= set(self.budgets[1:]):
                raise ValueError(f"the arm {name}: its budgets must be among the study's, {list(self.budgets[1:])}")
            if not set(arm.noise) <= set(self.noise.shares):
                raise ValueError(
                    f"the arm {name}: its noise must be among the study's shares, {list(self.noise.shares)}"
                )
            if not set(arm.dials) <= set(self.dials):
                raise ValueError(f"the arm {name}: its dials must be among those of the languages, {list(self.dials)}")
        if WHOLE in self.scorers and self.passages == "disk":
            raise ValueError(f"{WHOLE} needs passages: memory, since an index on disk holds content tokens alone")
        for code, own in self.languages.items():
            if not set(own.budgets) <= set(self.budgets[1:]):
                budgets = list(self.budgets[1:])
                raise ValueError(f"the language {code}: its budgets must be among the study's, {budgets}")
            self._check_material(code)
        return self

    def _check_material(self, code: str) -> None:
        own = self.languages[code]
        for name, arm in self.arms.items():
            dials = self.dials_of(name, code)
            for kind in arm.needs if dials and len(self.budgets) > 1 else ():
                if kind == "control_bitext":
                    # at any other dial another pseudo-language takes its place
                    if not self.control_bitext_of(code) and 0 in dials:
                        raise ValueError(
                            f"the arm {name} needs control_bitext, the bitext of a language that is not studied"
                        )
                    kind = "bitext" if max(dials) > 0 else kind
                if kind == "english":
                    kind = "control_bitext" if self.control_bitext_of(code) and max(dials) == 0 else "bitext"
                if kind != "control_bitext" and not getattr(own, kind):
                    raise ValueError(f"the arm {name} needs a {kind}, and the language {code} names none")
        if own.lexicon is None and any(damage.kind == "code-mixed" for damage in self.perturbations):
            raise ValueError(f"queries that are code-mixed need a lexicon, and the language {code} names none")

    @property
    def perturbation(self) -> PerturbationConfig:
        """The first damage of the queries, which is told of where there is room for one."""
        return self.perturbations[0]

    @property
    def dials(self) -> tuple[float, ...]:
        """All dials of all languages, rising."""
        return tuple(sorted({dial for own in self.languages.values() for dial in own.dials}))

    def dials_of(self, arm: str, language: str) -> tuple[float, ...]:
        """The dials of a language at which an arm is run."""
        own, wanted = self.languages[language].dials, self.arms[arm].dials
        return tuple(dial for dial in own if dial in wanted) if wanted else own

    def noise_of(self, arm: str) -> tuple[float, ...]:
        """The shares of damaged supervision with which an arm is run; one that buys nothing has none."""
        return (self.arms[arm].noise or self.noise.shares) if self.arms[arm].spends else (0.0,)

    def control_bitext_of(self, language: str) -> tuple[str, ...]:
        """The bitext of other languages for the generic controls of a language."""
        return self.languages[language].control_bitext or self.control_bitext

    def budgets_of(self, arm: str, language: str) -> tuple[int, ...]:
        """The budgets above 0 at which an arm is run in a language."""
        own = self.arms[arm].budgets or self.budgets[1:]
        wanted = self.languages[language].budgets
        return tuple(budget for budget in own if budget in wanted) if wanted else own

    def training_of(self, arm: str) -> TrainingSettings:
        """The training settings of an arm: the study's, with the arm's own where it has some."""
        own = self.training.model_dump() | self.arms[arm].training
        return validate(TrainingSettings, own, f"arms.{arm}.training")

    @property
    def hash(self) -> str:
        """Twelve hex digits that change with anything that changes a result; an axis that is not used has no part."""
        content = self.model_dump(mode="json", exclude={"question"})
        for axis, new in NEW.items():
            for part in content[axis].values():
                for key in new:
                    if not part[key]:
                        del part[key]
        if self.noise == NoiseConfig():
            del content["noise"]
        if len(self.perturbations) == 1:
            content["perturbation"] = content["perturbation"][0]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


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
    merged = {}
    for name, arm in arms.items():
        known = name in settings and (arm is not None or name in ARMS)
        own = ARMS[name].model_dump(exclude_defaults=True) if arm is None and known else arm
        try:
            merged[name] = with_settings(own, settings[name]) if known and isinstance(own, dict) else arm
        except InputError as error:
            raise InputError(f"{file}: tuned: {named}: {name}: {error}") from error
    return {key: value for key, value in values.items() if key != "tuned"} | {"arms": merged}


def write_config(config: StudyConfig, path: Path) -> None:
    """Write a configuration with all its defaults spelled out."""
    values = config.model_dump(mode="json")
    path.write_text(yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=110), encoding="utf-8")
