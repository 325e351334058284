"""A notebook's parameters cell in, checked values out: unknown names and values of another type are refused.

papermill only warns of an unknown name, and its reading of the cell loses a line whose comment holds an equals sign; so
the cell is read here, by Python's own parser.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from clirlab.errors import InputError, unknown_name

if TYPE_CHECKING:
    from nbformat import NotebookNode

TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
NOTHING = {"none", "null"}


class Parameter(NamedTuple):
    """One assignment of the parameters cell.

    Attributes
    ----------
    name : str
    kind : str
        str, int, float, bool, list or dict; empty where neither an annotation nor the default says it.
    default : object
        Its value where it is a literal, else None.
    source : str
        The default as it is written.
    help : str
        The comment behind it.
    optional : bool
        Whether None is a value, too.
    """

    name: str
    kind: str
    default: Any
    source: str
    help: str
    optional: bool


def parameters_of(notebook: NotebookNode) -> dict[str, Parameter]:
    """The parameters of a notebook by name: the assignments of its cell with the tag ``parameters``.

    Raises
    ------
    InputError
        If the cell is not Python.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> cell = new_code_cell("steps = 40  # gradient steps, 0 = none", metadata={"tags": ["parameters"]})
    >>> parameters_of(new_notebook(cells=[cell]))["steps"][:3]
    ('steps', 'int', 40)
    """
    cells = [cell.source for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if not cells:
        return {}
    try:
        statements = ast.parse(cells[0]).body
    except SyntaxError as error:
        raise InputError(f"the parameters cell, line {error.lineno}: {error.msg}") from error
    comments = _comments(cells[0])
    found = {}
    for statement in statements:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name, annotation = statement.targets[0].id, ""
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name, annotation = statement.target.id, ast.unparse(statement.annotation)
        else:
            continue
        if statement.value is not None:
            help_ = comments.get(statement.end_lineno or 0, "")
            found[name] = _parameter(name, annotation, statement.value, help_)
    return found


def checked(
    given: Mapping[str, Any], known: Mapping[str, Parameter], where: str, texts: bool = False
) -> dict[str, Any]:
    """The given parameters, in the types of the parameters cell.

    Parameters
    ----------
    given : mapping
        Name → value.
    where : str
        What an error begins with.
    texts : bool
        The values are texts from a command line: they are read as the types say (true, 40, ``[1, 2]``).

    Raises
    ------
    InputError
        If a name is not known (the nearest one is named) or a value is of another type.
    """
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise InputError(f"{where}: {unknown_name('parameter', name, known)}")
        parameter = known[name]
        read = _read(value, parameter) if texts else value
        if parameter.optional and read is None:
            values[name] = None
        elif _fits(read, parameter.kind):
            values[name] = float(read) if parameter.kind == "float" else read
        else:
            kind = parameter.kind or "number, text, truth value, list or mapping of these"
            raise InputError(f"{where}: parameter {name}: {value!r} is no {kind} (such as {parameter.source})")
    return values


def _parameter(name: str, annotation: str, value: ast.expr, help_: str) -> Parameter:
    try:
        default = ast.literal_eval(value)
    except ValueError:
        default = None
    # papermill reads a type from "type: int" at the beginning of the comment
    if not annotation and help_.startswith("type:"):
        annotation, _, help_ = help_.removeprefix("type:").strip().partition(" ")
    annotation = annotation.strip("'\"")
    names = [part.strip() for part in annotation.removeprefix("Optional[").split("|")]
    optional = annotation.startswith("Optional[") or "None" in names or (not annotation and default is None)
    kinds = [part.split("[")[0].rstrip("]").lower() for part in names if part not in ("", "None")]
    if not annotation and default is not None:
        kinds = [type(default).__name__]
    kind = kinds[0] if len(kinds) == 1 and kinds[0] in FITS else ""
    return Parameter(name, kind, default, ast.unparse(value), help_.strip(), optional)


def _comments(source: str) -> dict[int, str]:
    """Line → the comment at its end."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT}


def _read(text: str, parameter: Parameter) -> Any:
    """A text as the type of the parameter says; the text itself where it cannot be read so."""
    if parameter.optional and text.lower() in NOTHING:
        return None
    if parameter.kind == "str":
        return text
    if parameter.kind == "bool":
        return TRUTH.get(text.lower(), text)
    if parameter.kind in NUMBERS:
        try:
            return NUMBERS[parameter.kind](text)
        except ValueError:
            return text
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


def _fits(value: Any, kind: str) -> bool:
    if kind == "":
        return _is_plain(value)
    return isinstance(value, FITS[kind]) and not (isinstance(value, bool) and kind != "bool") and _is_plain(value)


def _is_plain(value: Any) -> bool:
    """Whether a value can be written into a notebook; YAML knows dates, too."""
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _is_plain(entry) for key, entry in value.items())
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | bool | int | float)


NUMBERS: dict[str, Callable[[str], float]] = {"int": int, "float": float}
FITS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "list": (list,),
    "tuple": (list, tuple),
    "dict": (dict,),
}
