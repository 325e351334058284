"""A study's configuration in, the list of its cells out, and for each a hash of all that its rows depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import quote

from clirlab.study.arms import ArmConfig
from clirlab.study.asking import QUERIES
from clirlab.study.config import StudyConfig
from clirlab.training import parse_objective

# what of a training makes no difference to the student
FREE = {"checkpoint_every"}


class Cell(NamedTuple):
    """One trained (or untouched) query encoder asked in one language.

    Attributes
    ----------
    dial : float
        How unknown the language was made, 0 as it is.
    noise : float
        Share of the supervision that was damaged.
    """

    language: str
    arm: str
    budget: int
    seed: int
    dial: float = 0.0
    noise: float = 0.0

    @property
    def name(self) -> str:
        """As a file is called; an arm may have any name."""
        axes = (f"_dial{self.dial:g}" if self.dial else "") + (f"_noise{self.noise:g}" if self.noise else "")
        return f"{quote(self.language, safe='+ ')}_{quote(self.arm, safe='+ ')}_{self.budget}_{self.seed}{axes}"


def cells_of(config: StudyConfig) -> list[Cell]:
    """All cells of a study, those that share a student one after the other.

    An arm that needs no translated words is there at budget 0 alone, and with one seed where no query is damaged, since
    nothing about it is left to chance then. At budget 0 all others are the untouched encoder, which is zero-shot.
    """
    damaged = any(len(damage.severities) > 1 for damage in config.perturbations)
    seeds = config.seeds if damaged else config.seeds[:1]
    untouched = [
        Cell(language, name, 0, seed, dial)
        for name, arm in config.arms.items()
        if not arm.spends
        for seed in seeds
        for dial, language in _asked(config, [name])
    ]
    students: dict[str, list[str]] = {}
    for name, arm in config.arms.items():
        if arm.spends:
            taught = json.dumps(_student(config, name), sort_keys=True)
            students.setdefault(taught, []).append(name)
    spending = [
        Cell(language, arm, budget, seed, dial, noise)
        for seed in config.seeds
        for arms in students.values()
        for budget in config.budgets[1:]
        for dial, language in _asked(config, arms)
        for noise in sorted({noise for arm in arms for noise in config.noise_of(arm)})
        for arm in arms
        if budget in config.budgets_of(arm, language)
        and dial in config.dials_of(arm, language)
        and noise in config.noise_of(arm)
    ]
    return untouched + spending


def cell_hash(config: StudyConfig, cell: Cell) -> str:
    """Twenty hex digits that change with what changes the rows of a cell, and with nothing else of its study.

    Another arm, budget, seed or language leaves it alone, as does the order of scorers and measures.

    Examples
    --------
    >>> from clirlab.study.config import read_config
    >>> config = read_config("demo")
    >>> longer = config.model_copy(update={"budgets": (*config.budgets, 2000)})
    >>> cell = Cell("sw", "optical", 250, 0)
    >>> cell_hash(config, cell) == cell_hash(longer, cell) != cell_hash(config, cell._replace(seed=1))
    True
    """
    return _digest(cell_content(config, cell))


def student_hash(config: StudyConfig, cell: Cell) -> str | None:
    """Twenty hex digits that cells share whose student is trained alike, on the same purchase; None where none is.

    A hint of what is best run together: the laboratory compares the sentences themselves.
    """
    content = cell_content(config, cell)
    if config.arms[cell.arm].supervision is None:
        return None
    # what is bought of other languages is the same whoever is asked, but for sentences that a collection holds
    own = cell.dial or {"bitext", "lexicon"} & set(content["bought"])
    keys = ("language", "student", "bought", "seed") if own else ("student", "bought", "seed")
    return _digest({key: content[key] for key in keys})


def cell_content(config: StudyConfig, cell: Cell) -> dict[str, Any]:
    """All that the rows of a cell depend on, for JSON: names and settings, not what the files hold."""
    arm, own = config.arms[cell.arm], config.languages[cell.language]
    questions: dict[str, Any] = {"collection": own.collection, "pool": config.pool}
    if cell.dial and own.pseudo is not None:
        questions["pseudo"] = own.pseudo.model_dump(mode="json", exclude={"dials"}) | {"dial": cell.dial}
    looks_up = QUERIES[arm.queries].lexicon
    content = {
        "language": {"name": cell.language, **questions},
        "arm": cell.arm,
        "seed": cell.seed,
        "encoder": arm.encoder or config.encoder,
        "student": _student(config, cell.arm),
        "asked": {
            "queries": arm.queries,
            "settings": arm.asking.model_dump(mode="json") if looks_up else None,
            "share": arm.shares[1] if looks_up else None,
            "centred": arm.centred,
        },
        "damage": [damage.model_dump(mode="json") for damage in config.perturbations],
        "scorers": sorted(config.scorers),
        "measures": sorted(config.measures),
        "arithmetic": [config.search_dtype, config.passages],
    }
    if any(damage.kind == "code-mixed" for damage in config.perturbations):
        content["mixed"] = own.lexicon
    if arm.spends:
        content["bought"] = {"budget": cell.budget, "take_all": config.take_all} | _material(config, cell, arm)
    return content


def _student(config: StudyConfig, name: str) -> dict[str, Any] | None:
    """What an arm trains, whatever the material; nothing where it asks an encoder as it is."""
    arm = config.arms[name]
    if arm.supervision is None or arm.buying is None:
        return None
    return {
        "encoder": arm.encoder or config.encoder,
        "teacher": arm.teacher,
        "supervision": arm.supervision,
        "settings": arm.buying.model_dump(mode="json"),
        "objective": parse_objective(arm.objective).spec,
        "training": config.training_of(name).model_dump(mode="json", exclude=FREE),
        "share": arm.shares[0],
    }


def _material(config: StudyConfig, cell: Cell, arm: ArmConfig) -> dict[str, Any]:
    """The names of what an arm buys from, and how it is damaged."""
    own, needed = config.languages[cell.language], arm.needs
    named: dict[str, Any] = {}
    # at a dial, what is of other languages is made of the language's own bitext
    others = () if cell.dial else config.control_bitext_of(cell.language)
    if "bitext" in needed or ({"english", "control_bitext"} & needed and not others):
        named["bitext"] = own.bitext
    if {"english", "control_bitext"} & needed and others:
        named["control_bitext"] = others
    if "lexicon" in needed:
        named["lexicon"] = own.lexicon
    if cell.noise:
        named["noise"] = [config.noise.kind, cell.noise]
    return named


def _asked(config: StudyConfig, arms: Iterable[str]) -> list[tuple[float, str]]:
    """Dials and languages in which one of the arms is asked, by dial: languages may share a control's student."""
    return [
        (dial, language)
        for dial in config.dials
        for language in config.languages
        if any(dial in config.dials_of(arm, language) for arm in arms)
    ]


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=list).encode()).hexdigest()[:20]
