"""Collection ids in, collections out: one function a family, and the dict that names them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from clirlab.corpora.afriqa import CODES, afriqa_collection
from clirlab.corpora.collection import Collection
from clirlab.corpora.sources import data_root, one_of, shipped, split_name
from clirlab.corpora.squad import collection_of, join, read_squad
from clirlab.errors import unknown_name


def demo(name: str, root: str | Path | None) -> Collection:
    """``demo/{context}/{question}``: the embedded collection; its contexts are English."""
    _, context, question = split_name(name, "demo/{context}/{question}")
    folder = shipped("data/demo") / "questions"
    path = one_of(folder, "context-{}.json", "language pair", f"{context}-question-{question}")
    return collection_of(read_squad(path), name, context, question, str(path), "MIT")


def mlqa(name: str, root: str | Path | None) -> Collection:
    """``mlqa/{split}/{context}/{question}`` (Lewis et al. 2020)."""
    _, split, context, question = split_name(name, "mlqa/{split}/{context}/{question}")
    if split not in ("dev", "test"):
        raise unknown_name("MLQA split", split, ["dev", "test"])
    pair = f"{context}-question-{question}"
    path = one_of(data_root(root) / "mlqa" / split, f"{split}-context-{{}}.json", "language pair", pair)
    return collection_of(read_squad(path), name, context, question, str(path), "CC BY-SA 3.0")


def xquad(name: str, root: str | Path | None) -> Collection:
    """``xquad/{context}/{question}`` (Artetxe et al. 2020): two monolingual files, joined by instance id."""
    _, context, question = split_name(name, "xquad/{context}/{question}")
    folder = data_root(root) / "xquad"
    paths = [one_of(folder, "xquad.{}.json", "language", language) for language in (context, question)]
    instances = join(read_squad(paths[0]), read_squad(paths[1]))
    return collection_of(instances, name, context, question, " + ".join(map(str, paths)), "CC BY-SA 4.0")


def afriqa(name: str, root: str | Path | None) -> Collection:
    """``afriqa/{language}/{split}`` (Ogundepo et al. 2023): native questions, English gold passages."""
    _, language, split = split_name(name, "afriqa/{language}/{split}")
    if language not in CODES:
        raise unknown_name("AfriQA language", language, CODES)
    folder = data_root(root) / "afriqa" / "gold_passages" / CODES[language]
    path = one_of(folder, f"gold_span_passages.afriqa.{CODES[language]}.en.{{}}.json", "split", split)
    return afriqa_collection(path, language, split)


COLLECTIONS: dict[str, Callable[[str, str | Path | None], Collection]] = {
    "demo": demo,
    "mlqa": mlqa,
    "xquad": xquad,
    "afriqa": afriqa,
}


def load_collection(name: str, root: str | Path | None = None) -> Collection:
    """Read a test collection by its id.

    Parameters
    ----------
    name : str
        ``demo/{context}/{question}``, ``mlqa/{split}/{context}/{question}``, ``xquad/{context}/{question}`` or
        ``afriqa/{language}/{split}``.
    root : str or Path, optional
        The data folder; the environment variable CLIRLAB_DATA where none is given. The demo needs none.

    Raises
    ------
    InputError
        If the family, language or split is unknown (the nearest known name is given), or the file is not readable.

    Examples
    --------
    >>> load_collection("demo/en/sw")
    Collection(demo/en/sw: 128 documents (en), 168 queries (sw), 168 judgments)
    """
    family = name.split("/")[0]
    if family not in COLLECTIONS:
        raise unknown_name("collection", family, COLLECTIONS)
    return COLLECTIONS[family](name, root)
