"""Cells in, groups of them that share a student out, and which group a worker takes next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from clirlab.study.cells import Cell, student_hash
from clirlab.study.config import StudyConfig

Group = list[Cell]


def groups_of(config: StudyConfig, cells: Iterable[Cell]) -> list[Group]:
    """Cells that share a trained student, together and in their order; one that trains none is a group of its own."""
    groups: dict[str | Cell, Group] = {}
    for cell in cells:
        groups.setdefault(student_hash(config, cell) or cell, []).append(cell)
    return list(groups.values())


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
