"""A notebook, its parameters, this package and the data in, a key out that changes with any of them.

The rule for data: every text among the parameters, those that are left as the notebook has them included,

- that is the path of a file or folder counts with the SHA-256 of what it holds;
- that is an id of a data set of the data folder (CLIRLAB_DATA), such as ``afriqa/sw/test``, counts with the checksums
  that its MANIFEST.tsv lists for the data set, and the sizes that the files have now;
- and the demo collection that comes with the package always counts.

Data that a notebook reads without a parameter naming them do not count: name them in a parameter.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import clirlab
from clirlab.batch.find import Notebook
from clirlab.batch.parameters import parameters_of
from clirlab.corpora.datasets import DATASETS, ids_of
from clirlab.corpora.manifest import checksum, read_manifest
from clirlab.corpora.sources import PACKAGE, data_root, shipped

LONGEST = 1000  # characters of a path
DEMO = "the demo collection"


def texts_of(notebook: Notebook, parameters: Mapping[str, Any]) -> set[str]:
    """All texts among the parameters of a run, those included that the notebook has itself; they may name data."""
    return texts_in(_defaults(notebook) | dict(parameters))


def key_of(notebook: Notebook, parameters: Mapping[str, Any], data: Mapping[str, str]) -> str:
    """Sixty-four hexadecimal digits for what a notebook with these parameters will find.

    Parameters
    ----------
    parameters : mapping
        Those that are given; one that is given as the notebook has it counts as not given.
    data : mapping of str to str
        Text → checksum, of `data_of` for all texts of `texts_of`; more do no harm.
    """
    defaults = _defaults(notebook)
    given = {name: value for name, value in parameters.items() if name not in defaults or value != defaults[name]}
    named = {*texts_of(notebook, parameters), DEMO}
    parts = {
        "notebook": content_digest(notebook),
        "parameters": given,
        "package": code_version(),
        "data": {text: found for text, found in data.items() if text in named},
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _defaults(notebook: Notebook) -> dict[str, Any]:
    return {name: parameter.default for name, parameter in parameters_of(notebook.content).items()}


def content_digest(notebook: Notebook) -> str:
    """SHA-256 of the cells of a notebook and their tags, whatever outputs it holds and in whichever form it is kept."""
    cells = [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in notebook.content.cells]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


@cache
def code_version() -> str:
    """The version of the package and a checksum of its code, which changes between versions where it is worked on."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(f"{path.relative_to(PACKAGE).as_posix()} {checksum(path)}\n".encode())
    return f"{clirlab.__version__}+{digest.hexdigest()[:12]}"


def texts_in(value: Any) -> set[str]:
    """All texts in a value, and in the lists and mappings that it holds.

    Examples
    --------
    >>> sorted(texts_in({"a": ["x", {"b": "y"}], "c": 1}))
    ['x', 'y']
    """
    if isinstance(value, str):
        return {value}
    inside: Iterable[Any] = value.values() if isinstance(value, Mapping) else value
    return {text for part in inside for text in texts_in(part)} if isinstance(value, Mapping | list | tuple) else set()


def data_of(texts: Iterable[str], folder: Path) -> dict[str, str]:
    """Text → checksum of the data that it names, for those that name some; `DEMO` is always there.

    Parameters
    ----------
    folder : Path
        Where the notebook works: paths start from there.
    """
    found = {DEMO: _content(shipped("data/demo"))}
    for text in sorted(set(texts)):
        if not text.strip() or len(text) > LONGEST or not text.isprintable():
            continue
        path = folder / text
        # the folder that all is in would change with every run
        if path.exists() and not folder.resolve().is_relative_to(path.resolve()):
            found[text] = _content(path)
        elif listed := _listed(text):
            found[text] = listed
    return found


def _content(path: Path) -> str:
    """SHA-256 of a file, or of the names and contents of all files of a folder."""
    if path.is_file():
        return _file(path, *_stamp(path))
    digest = hashlib.sha256()
    for file in _files(path):
        digest.update(f"{file.relative_to(path).as_posix()} {_file(file, *_stamp(file))}\n".encode())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    return iter(sorted(path for path in folder.rglob("*") if path.is_file()))


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


@cache
def _file(path: Path, size: int, changed: int) -> str:
    """SHA-256 of a file, read once as long as it does not change."""
    return checksum(path)


def _listed(name: str) -> str:
    """What is known of the files of the data set that an id is of; empty where it is of none, or none is there."""
    if "/" not in name or not os.environ.get("CLIRLAB_DATA"):
        return ""
    root = data_root()
    first = name.split("/")[0]
    for dataset in DATASETS.values():
        families = {id_.split("/")[0] for _, id_ in dataset.ids}
        if first == dataset.name or first in families or name in ids_of(dataset, root):
            files = list(_files(root / dataset.folder)) if (root / dataset.folder).is_dir() else []
            listed = read_manifest(root)
            lines = []
            for file in files:
                place = file.relative_to(root).as_posix()
                known = listed[place].sha256 if place in listed else _file(file, *_stamp(file))
                lines.append(f"{place} {file.stat().st_size} {known}\n")
            return hashlib.sha256("".join(lines).encode()).hexdigest()
    return ""
