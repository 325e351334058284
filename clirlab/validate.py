"""Values from outside in, checked records out: pydantic's findings as one message with place and remedy."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from clirlab.errors import InputError

M = TypeVar("M", bound=BaseModel)


def validate(record: type[M], values: Any, where: str) -> M:
    """`values` as a `record`.

    Raises
    ------
    InputError
        With `where`, the path of the first offending key and what is wrong with it; for a key that is not known, the
        nearest one that is.

    Examples
    --------
    >>> class Point(BaseModel, extra="forbid"):
    ...     east: float
    >>> validate(Point, {"east": 1, "eest": 2}, "map.yaml")
    Traceback (most recent call last):
    clirlab.errors.InputError: map.yaml: eest: unknown key; did you mean 'east'?
    """
    try:
        return record.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(map(str, first["loc"])) or "the whole"
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            near = _nearest(str(first["loc"][-1]), _keys(record, first["loc"][:-1]))
            message = f"unknown key; did you mean {near!r}?" if near else "unknown key; there are none to set"
        raise InputError(f"{where}: {path}: {message[:1].lower() + message[1:]}") from error


def _nearest(unknown: str, levels: Sequence[Sequence[str]]) -> str | None:
    """The name most like an unknown one: in the first level that has one like it, else in the first of all."""
    for cutoff, names in [*((0.6, names) for names in levels), *((0, names) for names in levels)]:
        # a key of that very name belongs elsewhere, which is what is wrong
        if near := get_close_matches(unknown, [name for name in names if name != unknown], n=1, cutoff=cutoff):
            return near[0]
    return None


def _keys(record: type[BaseModel], path: Sequence[int | str]) -> list[list[str]]:
    """The field names, by their aliases, of the record at a path inside another one, then of the records inside it."""
    records = [record]
    for part in path:
        # a number or the key of a mapping leads to the same records as the field that holds them
        inner = [field.annotation for each in records for name, field in _fields(each) if name == part]
        records = [found for annotation in inner for found in _records(annotation)] or records
    names: list[list[str]] = []
    while records:
        names.append([name for each in records for name, _ in _fields(each)])
        records = [found for each in records for _, field in _fields(each) for found in _records(field.annotation)]
    return names


def _fields(record: type[BaseModel]) -> list[tuple[str, Any]]:
    return [(field.alias or name, field) for name, field in record.model_fields.items()]


def _records(annotation: Any) -> list[type[BaseModel]]:
    """The records that an annotation speaks of: itself, or those of its mapping, tuple or union."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for inner in get_args(annotation) for found in _records(inner)]
