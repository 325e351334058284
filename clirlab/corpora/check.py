"""A data folder in, findings out: is every file whole, does every reader take it, and what does it hold?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from clirlab.corpora.bitexts import load_bitext
from clirlab.corpora.collections import load_collection
from clirlab.corpora.datasets import DATASETS, DataSet, data_set, files_of, ids_of
from clirlab.corpora.gold import load_gold
from clirlab.corpora.lexicons import load_lexicon
from clirlab.corpora.manifest import NAME, damaged_files, read_manifest, unlisted_files
from clirlab.errors import InputError

LOADERS: dict[str, Callable[[str, Path], Any]] = {
    "collection": load_collection,
    "bitext": load_bitext,
    "lexicon": load_lexicon,
    "alignment": load_gold,
}


class Finding(NamedTuple):
    """What was looked at (an id or a path), whether it is right, and its counts or what is wrong with it."""

    dataset: str
    what: str
    right: bool
    told: str


def check(root: Path, name: str | None = None) -> Iterator[Finding]:
    """Look at all files under a data folder, or at those of one data set.

    Every file is compared with ``MANIFEST.tsv``; files that it does not list are told and are no fault. Every data set
    is opened with its own reader, id by id. A set of which there is no file is passed over, unless it was named.

    Raises
    ------
    InputError
        If the data set is unknown or not there at all, or the manifest is damaged.
    """
    chosen = [data_set(name)] if name else list(DATASETS.values())
    yield from _files(root, chosen[0] if name else None)
    for dataset in chosen:
        if files_of(dataset, root):
            yield from _contents(root, dataset)
        elif name:
            raise InputError(
                f"{root / dataset.folder}: {name} is not there; clirlab data fetch {name} says how it comes"
            )


def _files(root: Path, dataset: DataSet | None) -> Iterator[Finding]:
    folder, name = (dataset.folder, dataset.name) if dataset else ("", "all files")
    listed = [path for path in read_manifest(root) if not folder or path.startswith(f"{folder}/")]
    bad = list(damaged_files(root, folder))
    for path, trouble in bad:
        remedy = f"restore it, or take it away and fetch it again (and its line out of {NAME})"
        yield Finding(name, path, False, f"{trouble}; {remedy}")
    unlisted = unlisted_files(root, folder)
    note = f"; {len(unlisted):,} not listed, such as {unlisted[0]}" if unlisted else ""
    yield Finding(name, NAME, True, f"{len(listed) - len(bad):,} of {len(listed):,} files as listed{note}")


def _contents(root: Path, dataset: DataSet) -> Iterator[Finding]:
    for one in ids_of(dataset, root):
        try:
            yield Finding(dataset.name, one, True, repr(LOADERS[dataset.kind](one, root)).partition(": ")[2][:-1])
        except InputError as error:
            yield Finding(dataset.name, one, False, str(error))
