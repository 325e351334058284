"""A YAML file in, the cells of a sweep out: one notebook, once for each setting of its parameters."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

from clirlab.batch.find import SUFFIXES, Notebook, find_notebook
from clirlab.batch.key import data_of, key_of, texts_of
from clirlab.batch.run import batch_parameters, label_of
from clirlab.errors import InputError
from clirlab.study.tuned import read_yaml
from clirlab.validate import validate


class SweepConfig(BaseModel):
    """One notebook and the settings to run it with.

    Attributes
    ----------
    name : str
        Of the sweep; its folder is ``runs/sweeps/NAME``.
    notebook : str
        A name or a path, see `clirlab.batch.find_notebook`.
    parameters : dict
        The same in all cells.
    grid : dict of str to list
        All combinations of these values; the last parameter changes first.
    cases : list of dict
        Or the settings one by one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = Field(pattern=r"^[\w-]+$")
    notebook: str
    parameters: dict[str, Any] = {}
    grid: dict[str, list[Any]] = {}
    cases: list[dict[str, Any]] = []

    @model_validator(mode="after")
    def _one_of_both(self) -> SweepConfig:
        if bool(self.grid) == bool(self.cases):
            raise ValueError("give either a grid (parameter: list of values) or cases (a list of settings)")
        for name, values in self.grid.items():
            if not values:
                raise ValueError(f"grid.{name} has no values")
        for setting in [self.grid, *self.cases]:
            if twice := self.parameters.keys() & setting.keys():
                raise ValueError(f"{min(twice)} is both in parameters, for all cells, and set for single ones")
        return self

    @property
    def settings(self) -> list[dict[str, Any]]:
        """The parameters of each cell."""
        own = self.cases or [dict(zip(self.grid, values, strict=True)) for values in product(*self.grid.values())]
        return [self.parameters | setting for setting in own]


class SweepCell(NamedTuple):
    """One run of the notebook: its name among the files of the sweep, its key, and its parameters."""

    name: str
    key: str
    parameters: dict[str, Any]


class Plan(NamedTuple):
    """What a sweep is to do: its notebook, its cells, and the checksums of the data that they name."""

    notebook: Notebook
    cells: list[SweepCell]
    data: dict[str, str]


def read_sweep(path: str | Path) -> SweepConfig:
    """Read a sweep; a notebook that lies beside its file is found there.

    Raises
    ------
    InputError
        If there is no such file, it is not YAML, or a key or value is not valid; with its place.
    """
    file = Path(path)
    config = validate(SweepConfig, read_yaml(file), str(file))
    beside = file.parent / config.notebook
    if beside.suffix in SUFFIXES and beside.is_file():
        return config.model_copy(update={"notebook": str(beside)})
    return config


def plan_of(config: SweepConfig, folder: Path) -> Plan:
    """The notebook of a sweep, and its cells, with all parameters checked.

    Parameters
    ----------
    folder : Path
        Where the notebooks work.

    Raises
    ------
    InputError
        If there is no such notebook or parameter, a value is of another type, or two cells are the same.
    """
    notebook = find_notebook(config.notebook)
    places = [f"{config.name}, cell {number}" for number in range(1, len(config.settings) + 1)]
    settings = [
        batch_parameters(notebook, setting, where) for where, setting in zip(places, config.settings, strict=True)
    ]
    data = data_of(set().union(*(texts_of(notebook, setting) for setting in settings)), folder)
    cells: dict[str, SweepCell] = {}
    for where, parameters in zip(places, settings, strict=True):
        key = key_of(notebook, parameters, data)
        if key in cells:
            raise InputError(f"{where}: the same as an earlier cell: {label_of(parameters)}")
        cells[key] = SweepCell(f"{label_of(parameters, 40) or 'defaults'}-{key[:8]}", key, parameters)
    return Plan(notebook, list(cells.values()), data)
