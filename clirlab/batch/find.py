"""A name in, a notebook out: from a path, the folder ``notebooks`` here, or those that come with the package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from clirlab.corpora.sources import shipped
from clirlab.errors import InputError, unknown_name
from clirlab.files import read_text

if TYPE_CHECKING:
    from nbformat import NotebookNode

SUFFIXES = (".ipynb", ".py")


class Notebook(NamedTuple):
    """A notebook as it was found.

    Attributes
    ----------
    name : str
        Its file's name without suffix.
    path : Path
    content : NotebookNode
        In nbformat 4, outputs included.
    """

    name: str
    path: Path
    content: NotebookNode


def notebook_paths() -> dict[str, Path]:
    """The notebooks that can be called by their names: those in ``notebooks`` here, then those that come with clirlab.

    Of a notebook that is there as script and as notebook, the newer one counts (the notebook where both are alike).
    """
    found: dict[str, Path] = {}
    for folder in (Path("notebooks"), shipped("notebooks")):
        files = [path for path in folder.iterdir() if path.suffix in SUFFIXES] if folder.is_dir() else []
        here: dict[str, Path] = {}
        for path in sorted(files, key=lambda path: (path.stat().st_mtime, path.suffix == ".ipynb")):
            here[path.stem] = path
        found = here | found
    return dict(sorted(found.items()))


def find_notebook(name: str | Path) -> Notebook:
    """The notebook of a name, of the beginning of a name, or of a path.

    Parameters
    ----------
    name : str or Path
        ``00_first_steps``, ``00`` or ``mine/test.ipynb``; a script in jupytext's percent format (``.py``) will do.

    Raises
    ------
    InputError
        If there is none, several begin so, the file is no notebook, or its language is not Python.

    Examples
    --------
    >>> find_notebook("00").name
    '00_first_steps'
    """
    path = Path(name)
    if path.suffix not in SUFFIXES:
        known = notebook_paths()
        if str(name) not in known:
            begun = [full for full in known if full.startswith(str(name))] if str(name) else []
            if len(begun) > 1:
                raise InputError(f"several notebooks begin with {str(name)!r}: {', '.join(begun)}")
            if not begun:
                raise unknown_name("notebook", str(name), known)
            name = begun[0]
        path = known[str(name)]
    return Notebook(path.stem, path, read_notebook(path))


def read_notebook(path: Path) -> NotebookNode:
    """The content of a notebook, or of a script in jupytext's percent format.

    Raises
    ------
    InputError
        If it is not there, is no notebook, or its language is not Python.
    """
    import jupytext
    import nbformat

    text = read_text(path)
    if path.suffix == ".py":
        content = jupytext.reads(text, fmt="py:percent")
    else:
        try:
            content = nbformat.reads(text, as_version=4)
        except (nbformat.reader.NotJSONError, nbformat.ValidationError, AttributeError, KeyError) as error:
            raise InputError(f"{path}: no Jupyter notebook ({' '.join(str(error).split())[:100]})") from error
    language = content.metadata.get("kernelspec", {}).get("language", "python")
    if language != "python":
        raise InputError(f"{path}: a notebook of {language}; only those of Python can be run here")
    # whatever the environment was called where it was written, it runs in this one
    content.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return content


def title_of(content: NotebookNode) -> str:
    """The first heading of a notebook; empty where there is none."""
    for cell in content.cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if line.startswith("#"):
                    return line.lstrip("#").strip()
    return ""
