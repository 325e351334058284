"""clirlab: a notebook lab for cross-lingual retrieval when the query's language has next to no resources.

The names below are the front door; each is imported when it is first used, so that ``import clirlab`` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_FRONT_DOOR = {
    "load_encoder": "models",
    "load_collection": "corpora",
    "load_bitext": "corpora",
    "load_lexicon": "corpora",
    "code_switch": "supervision",
    "perturb": "supervision",
    "pseudo_language": "supervision",
    "gloss": "supervision",
    "train": "training",
    "search": "retrieval",
    "compare": "evaluation",
    "format_comparison": "evaluation",
    "run_study": "study",
    "record": "batch",
}
_ROOMS = {
    "alignment", "batch", "corpora", "evaluation", "explore", "figures", "models", "retrieval", "study", "supervision",
    "training", "transport",
}  # fmt: skip

__all__ = [*_FRONT_DOOR, *sorted(_ROOMS)]


def __getattr__(name: str) -> Any:
    if name in _FRONT_DOOR:
        return getattr(import_module(f"clirlab.{_FRONT_DOOR[name]}"), name)
    if name in _ROOMS:
        return import_module(f"clirlab.{name}")
    raise AttributeError(f"module 'clirlab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
