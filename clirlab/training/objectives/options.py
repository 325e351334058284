"""What the options of every objective have in common: a frozen record that refuses unknown keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from clirlab.training.objectives.batch import Loss


class Options(BaseModel):
    """Options of an objective; without fields for one that has none."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @property
    def needs(self) -> frozenset[str]:
        """What the objective needs beside both sides' vectors with these options; keys of `NEEDS`."""
        return frozenset()


class Objective(NamedTuple):
    """A way to learn from a batch.

    Attributes
    ----------
    function : callable
        ``function(batch, **options) -> Loss``, a pure function of tensors.
    options : type of `Options`
        The same options with defaults and ranges.
    """

    function: Callable[..., Loss]
    options: type[Options] = Options

    @property
    def needs(self) -> frozenset[str]:
        """What it needs with its default options."""
        return self.options().needs
