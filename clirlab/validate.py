"""Values from outside in, checked records out: pydantic's findings as one message with place and remedy."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, TypeVar

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
            near = get_close_matches(str(first["loc"][-1]), _keys(record), n=1, cutoff=0)
            message = f"unknown key; did you mean {near[0]!r}?" if near else "unknown key; there are none to set"
        raise InputError(f"{where}: {path}: {message[:1].lower() + message[1:]}") from error


def _keys(record: type[BaseModel]) -> list[str]:
    """All field names of a record and of the records inside it."""
    names = list(record.model_fields)
    for field in record.model_fields.values():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            names += _keys(field.annotation)
    return names
