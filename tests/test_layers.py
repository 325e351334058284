"""Text flows one way: a module imports only from its own floor and the floors above it."""

import ast
from pathlib import Path

import pytest

import clirlab

PACKAGE = Path(clirlab.__file__).parent
FLOORS = (
    "corpora",
    "supervision",
    "models",
    "transport",
    "alignment",
    "training",
    "retrieval",
    "evaluation",
    "figures",
    "study",
    "explore",
    "batch",
    "cli",
)
# what every floor stands on
FOUNDATION = {"errors", "files", "validate"}
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def imported_floors(path: Path) -> set[str]:
    """First names under clirlab that a module imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("clirlab.")}


def test_every_floor_has_its_place():
    there = {path.split("/")[0].removesuffix(".py") for path in MODULES}
    assert there == {*FLOORS, *FOUNDATION, "__init__"}


@pytest.mark.parametrize("module", [m for m in MODULES if m != "__init__.py"])
def test_imports_come_from_above(module):
    own = module.split("/")[0].removesuffix(".py")
    allowed = FOUNDATION | ({*FLOORS[: FLOORS.index(own) + 1]} if own in FLOORS else set())
    assert imported_floors(PACKAGE / module) - allowed == set()


def test_transport_stands_alone():
    modules = (PACKAGE / "transport").glob("*.py")
    assert set().union(*(imported_floors(path) for path in modules)) == {"transport"}
