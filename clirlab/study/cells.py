"""A study's configuration in, the list of its cells out."""

from __future__ import annotations

import json
from typing import NamedTuple
from urllib.parse import quote

from clirlab.study.config import StudyConfig


class Cell(NamedTuple):
    """One trained (or untouched) query encoder asked in one language."""

    language: str
    arm: str
    budget: int
    seed: int

    @property
    def name(self) -> str:
        """As a file is called; an arm may have any name."""
        return f"{self.language}_{quote(self.arm, safe='+ ')}_{self.budget}_{self.seed}"


def cells_of(config: StudyConfig) -> list[Cell]:
    """All cells of a study, those that share a student one after the other.

    An arm that needs no translated words is there at budget 0 alone, and with one seed where no query is damaged, since
    nothing about it is left to chance then. At budget 0 all others are the untouched encoder, which is zero-shot.
    """
    seeds = config.seeds if len(config.perturbation.severities) > 1 else config.seeds[:1]
    free = [name for name, arm in config.arms.items() if not arm.spends]
    untouched = [
        Cell(language, arm, 0, seed)
        for arm in free
        for seed in (config.seeds if config.arms[arm].supervision else seeds)
        for language in config.languages
    ]
    students: dict[str, list[str]] = {}
    for name, arm in config.arms.items():
        if arm.spends:
            student = arm.model_dump(include={"supervision", "supervision_settings", "objective", "training"})
            student["share"] = arm.shares[0]
            students.setdefault(json.dumps(student, sort_keys=True), []).append(name)
    spending = [
        Cell(language, arm, budget, seed)
        for seed in config.seeds
        for arms in students.values()
        for budget in config.budgets[1:]
        for language in config.languages
        for arm in arms
        if budget in config.budgets_of(arm)
    ]
    return untouched + spending
