"""Cells in, groups of them that share a student out, and which group a worker takes next."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Set
from typing import Any

from clirlab.study.cells import Cell
from clirlab.study.config import StudyConfig

Group = list[Cell]


def groups_of(config: StudyConfig, cells: Iterable[Cell]) -> list[Group]:
    """Cells that share a trained student, together and in their order; one that trains none is a group of its own."""
    groups: dict[Any, Group] = {}
    for cell in cells:
        groups.setdefault(_student(config, cell), []).append(cell)
    return list(groups.values())


def _student(config: StudyConfig, cell: Cell) -> Any:
    """Equal for cells that ask one and the same student."""
    arm = config.arms[cell.arm]
    if arm.supervision is None:
        return cell
    student = arm.model_dump(include={"supervision", "supervision_settings", "objective", "training"})
    # other languages' bitext is the same whichever language is asked about
    place = cell._replace(arm="", language="" if arm.supervision == "other-languages" else cell.language)
    return place, arm.shares[0], json.dumps(student, sort_keys=True)


def next_group(waiting: list[Group], seen: Set[str], others: Mapping[str, Set[str]]) -> Group:
    """Take a group for a worker: of a language that it has passages of, else of one that no other worker has.

    Parameters
    ----------
    waiting : list of Group
        At least one; what is taken is removed.
    seen : set of str
        Languages that the worker has served.
    others : mapping of str to set of str
        Languages that the other workers have served.
    """
    taken = set().union(*others.values())
    choice = next((n for n, group in enumerate(waiting) if group[0].language in seen), None)
    if choice is None:
        choice = next((n for n, group in enumerate(waiting) if group[0].language not in taken), 0)
    return waiting.pop(choice)
