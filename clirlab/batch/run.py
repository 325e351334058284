"""A notebook and its parameters in, an executed notebook out; one that fails is kept as well, up to where it failed."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import regex

from clirlab.batch.find import Notebook, find_notebook
from clirlab.batch.parameters import checked, parameters_of
from clirlab.batch.recording import Value, recorded
from clirlab.errors import InputError, RunError
from clirlab.files import write_aside

UNSAFE = regex.compile(r"[^\w.=+-]+")


class Executed(NamedTuple):
    """An executed notebook.

    Attributes
    ----------
    notebook : Path
    parameters : dict
        Those that were given to it.
    recorded : dict of str to bool, int, float or str
        What it recorded with `clirlab.record`.
    seconds : float
        From the start of its kernel.
    """

    notebook: Path
    parameters: dict[str, Any]
    recorded: dict[str, Value]
    seconds: float


class NotebookError(RunError):
    """A notebook failed; `notebook` is the path of what it did until then."""

    def __init__(self, message: str, notebook: Path) -> None:
        super().__init__(message, notebook)
        self.message = message
        self.notebook = notebook

    def __str__(self) -> str:
        return f"{self.message}; the notebook up to there: {self.notebook}"


def run_notebook(
    name: str | Path,
    parameters: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
    progress: bool = False,
    texts: bool = False,
) -> Executed:
    """Execute a notebook with parameters, by papermill, in a kernel of this Python that works in this folder.

    Parameters
    ----------
    name : str or Path
        See `find_notebook`: ``00_first_steps``, ``00`` or a path.
    parameters : mapping, optional
        Name → value, of the names in the notebook's parameters cell. Where the notebook has ``interactive`` and it is
        not given it is False.
    out : str or Path, optional
        The executed notebook, ``.ipynb``; ``runs/notebooks/NAME/PARAMETERS.ipynb`` where not given. One that is there
        is replaced when the new one is whole.
    progress : bool
        Show a progress bar over the cells.
    texts : bool
        The values are texts, to be read as the parameters cell says.

    Returns
    -------
    Executed

    Raises
    ------
    InputError
        If there is no such notebook or parameter, or a value is of another type.
    NotebookError
        If a cell fails; the message names cell and error, and the notebook up to there lies beside the place of the
        whole one, as ``NAME.failed.ipynb``.
    """
    import nbformat

    notebook = find_notebook(name)
    given = batch_parameters(notebook, parameters or {}, str(notebook.path), texts)
    if out is None:
        path = Path("runs") / "notebooks" / notebook.name / f"{label_of(given) or 'defaults'}.ipynb"
    elif (path := Path(out)).suffix != ".ipynb":
        raise InputError(f"{path}: the executed notebook needs a name that ends in .ipynb")
    done = perform(notebook, given, Path.cwd(), path.as_posix(), progress)
    failed = path.with_suffix(".failed.ipynb")
    if done.failure:
        write_text(done.content, failed)
        raise NotebookError(f"{notebook.name}, {done.failure}", failed)
    write_text(done.content, path)
    failed.unlink(missing_ok=True)
    return Executed(path, given, recorded(nbformat.reads(done.content, as_version=4)).values, done.seconds)


def batch_parameters(notebook: Notebook, given: Mapping[str, Any], where: str, texts: bool = False) -> dict[str, Any]:
    """The given parameters, checked; ``interactive`` is False where the notebook has it and it is not given."""
    known = parameters_of(notebook.content)
    return ({"interactive": False} if "interactive" in known else {}) | checked(given, known, where, texts)


def label_of(parameters: Mapping[str, Any], length: int = 60) -> str:
    """Parameters as part of a file's name: ``budget=200,seed=1``; cut, with a checksum, where that says not all.

    Examples
    --------
    >>> label_of({"budget": 200, "interactive": False})
    'budget=200'
    >>> label_of({"bitext": "../mine.tsv"})
    'bitext=..-mine.tsv-c68a4c60'
    """
    told = {name: value for name, value in parameters.items() if name != "interactive" or value}
    whole = ",".join(f"{name}={value}" for name, value in told.items())
    safe = ",".join(UNSAFE.sub("-", f"{name}={value}") for name, value in told.items())[:length]
    if safe == whole:
        return safe
    return f"{safe}-{hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:8]}"


class Performed(NamedTuple):
    """What became of a notebook.

    Attributes
    ----------
    content : str
        The executed notebook, as the text of its file; where it failed, up to there.
    failure : str
        Cell and error; empty where all went well.
    seconds : float
        From the start of its kernel.
    """

    content: str
    failure: str
    seconds: float


def perform(
    notebook: Notebook, parameters: Mapping[str, Any], folder: Path, out: str = "", progress: bool = False
) -> Performed:
    """Execute a notebook with checked parameters; a failure of the notebook is a result, too.

    Parameters
    ----------
    folder : Path
        Where the notebook works.
    out : str
        What the notebook's metadata give as its place.
    """
    import nbformat
    import papermill
    from nbclient.exceptions import CellTimeoutError
    from papermill.exceptions import PapermillExecutionError

    # it warns of parameters that it cannot read; they were checked
    logging.getLogger("papermill").setLevel(logging.ERROR)
    start, failure = time.monotonic(), ""
    with tempfile.TemporaryDirectory(prefix="clirlab-") as place:
        plain, done = Path(place, "plain.ipynb"), Path(place, "done.ipynb")
        nbformat.write(notebook.content, plain)
        try:
            papermill.execute_notebook(
                # braces would be taken for fields to fill in
                *(str(path).replace("{", "{{").replace("}", "}}") for path in (plain, done)),
                dict(parameters),
                kernel_name="python3",
                progress_bar=progress,
                # not papermill's own way, which moves the whole process to that folder
                resources={"metadata": {"path": str(folder)}},
                # else each kernel warns that it speaks to this machine alone without encryption
                extra_arguments=["--IPKernelApp.log_level=50"],
            )
        except PapermillExecutionError as error:
            told = " ".join(f"{error.ename}: {error.evalue}".split())
            failure = f"In [{error.exec_count}] ({_first_line(error.source)}): {told}"
        # the kernel ended, or never began
        except (RuntimeError, CellTimeoutError) as error:
            failure = f"{' '.join(str(error).split())} (out of memory?)"
        content = nbformat.read(done, as_version=4)
    content.metadata.papermill.update(input_path=notebook.path.as_posix(), output_path=out)
    return Performed(nbformat.writes(content), failure, round(time.monotonic() - start, 1))


def write_text(text: str, path: Path) -> None:
    """Write a file aside, and give it its name when it is safely on the disk."""
    with write_aside(path) as partial, partial.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _first_line(source: str, length: int = 60) -> str:
    lines = [line.strip() for line in source.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    line = lines[0] if lines else ""
    return line if len(line) <= length else f"{line[:length]}…"
