"""Collection ids in, collections out: one function a family, and the dict that names them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from clirlab.corpora.afriqa import afriqa_collection
from clirlab.corpora.beir import read_beir
from clirlab.corpora.belebele import belebele_instances
from clirlab.corpora.bitexts import load_bitext
from clirlab.corpora.collection import Collection
from clirlab.corpora.folder import read_folder
from clirlab.corpora.irds import read_irds
from clirlab.corpora.languages import language_code
from clirlab.corpora.mlqa import LANGUAGES, mlqa_instances, pair_files
from clirlab.corpora.sentence_pool import sentence_pool
from clirlab.corpora.sources import data_root, files_by, one_of, shipped, spelled, split_name
from clirlab.corpora.squad import collection_of, join, numbered, read_squad, translated
from clirlab.corpora.xquad_r import xquad_r_collection
from clirlab.errors import InputError, unknown_name


def demo(name: str, root: str | Path | None) -> Collection:
    """``demo/{context}/{question}``: the embedded collection; contexts are English, human translations are there."""
    _, context, question = split_name(name, "demo/{context}/{question}")
    folder = shipped("data/demo") / "questions"
    files = pair_files(folder)
    context = spelled("demo language of contexts", context, {context for context, _ in files})
    question = spelled("demo language of questions", question, {question for _, question in files})
    path = files[context, question]
    collection = collection_of(
        read_squad(path), name, language_code(context), language_code(question), str(path), "MIT"
    )
    return translated(collection, read_squad(files[context, context]))


def demo_pool(name: str, root: str | Path | None) -> Collection:
    """``demo-pool/{answers}/{question}``: the demo's sentences, two and two in one language, asked of several others.

    The answer languages are joined by ``+``, as in ``demo-pool/en+de+so/sw``.
    """
    _, answers, question = split_name(name, "demo-pool/{answers}/{question}")
    files = files_by(shipped("data/demo") / "bitext", "en-{}.tsv")
    kind = "demo language of sentences"
    asked, *pool = (spelled(kind, code, {"en", *files}) for code in (question, *answers.split("+")))
    codes = {spelling: language_code(spelling) for spelling in dict.fromkeys([asked, *pool])}
    bitexts = {codes[one]: load_bitext(f"demo/en/{one}") for one in codes if one != "en"}
    return sentence_pool(bitexts, codes[asked], [codes[one] for one in dict.fromkeys(pool)], name)


def mlqa(name: str, root: str | Path | None) -> Collection:
    """``mlqa/{split}/{context}/{question}`` (Lewis et al. 2020); a pair without a file is joined by question id.

    The question that was asked in the language of the contexts, where all have one, is the human translation.
    """
    _, split, context, question = split_name(name, "mlqa/{split}/{context}/{question}")
    if split not in ("dev", "test"):
        raise unknown_name("MLQA split", split, ["dev", "test"])
    context, question = (spelled("MLQA language", code, LANGUAGES) for code in (context, question))
    folder = data_root(root) / "mlqa" / split
    instances, source = mlqa_instances(folder, split, context, question)
    collection = collection_of(instances, name, context, question, source, "CC BY-SA 3.0")
    same = pair_files(folder, f"{split}-").get((context, context))
    return collection if same is None or context == question else translated(collection, read_squad(same))


def xquad(name: str, root: str | Path | None) -> Collection:
    """``xquad/{context}/{question}`` (Artetxe et al. 2020): two monolingual files, joined by instance id.

    The question in the language of the contexts is the human translation.
    """
    _, context, question = split_name(name, "xquad/{context}/{question}")
    folder = data_root(root) / "xquad"
    files = files_by(folder, "xquad.{}.json")
    context, question = (spelled(f"language in {folder}", code, files) for code in (context, question))
    contexts = read_squad(files[context])
    instances = join(contexts, read_squad(files[question]))
    source = " + ".join(dict.fromkeys([str(files[context]), str(files[question])]))
    languages = language_code(context), language_code(question)
    return translated(collection_of(instances, name, *languages, source, "CC BY-SA 4.0"), contexts)


def xquad_r(name: str, root: str | Path | None) -> Collection:
    """``xquad_r/{answers}/{question}`` (LAReQA, Roy et al. 2020): one pool of sentences of several languages.

    The answer languages are joined by ``+``, as in ``xquad_r/en+de+ar/hi``, or ``all``.
    """
    _, answers, question = split_name(name, "xquad_r/{answers}/{question}")
    folder = data_root(root) / "xquad_r"
    files = files_by(folder, "{}.json")
    wanted = sorted(files) if answers == "all" else answers.split("+")
    pool = dict.fromkeys(spelled(f"language in {folder}", code, files) for code in wanted)
    asked = spelled(f"language in {folder}", question, files)
    paths = {language_code(language): files[language] for language in pool}
    return xquad_r_collection(name, paths, (language_code(asked), files[asked]))


def belebele(name: str, root: str | Path | None) -> Collection:
    """``belebele/{passage}/{question}`` (Bandarkar et al. 2024): passages in any language of FLORES-200."""
    _, passage, question = split_name(name, "belebele/{passage}/{question}")
    folder = data_root(root) / "belebele_flores"
    instances, passage, question, source = belebele_instances(folder, passage, question)
    return collection_of(instances, name, language_code(passage), language_code(question), source, "CC BY-SA 4.0")


def afriqa(name: str, root: str | Path | None) -> Collection:
    """``afriqa/{language}/{split}`` (Ogundepo et al. 2023): native questions, English gold passages."""
    _, language, split = split_name(name, "afriqa/{language}/{split}")
    folder = data_root(root) / "afriqa" / "gold_passages"
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; is the data folder complete?")
    own = spelled("AfriQA language", language, [path.name for path in folder.iterdir() if path.is_dir()])
    path = one_of(folder / own, f"gold_span_passages.afriqa.{own}.en.{{}}.json", "split", split)
    return afriqa_collection(path, language_code(own), split)


def tydiqa(name: str, root: str | Path | None) -> Collection:
    """``tydiqa/{language}/{split}`` (Clark et al. 2020, gold passages): questions and passages in one language.

    The ids of its files are not unique; the queries are numbered ``{split}-1``, ``{split}-2``, ….
    """
    _, language, split = split_name(name, "tydiqa/{language}/{split}")
    folder = data_root(root) / "tydiqa_goldp"
    splits: dict[str, dict[str, Path]] = {}
    for key, path in files_by(folder, "tydiqa.goldp.{}.json").items():
        code, _, part = key.rpartition(".")
        splits.setdefault(code, {})[part] = path
    own = spelled("TyDi QA language", language, splits)
    if split not in splits[own]:
        raise unknown_name(f"split of {own} in {folder}", split, splits[own])
    path, code = splits[own][split], language_code(own)
    return collection_of(numbered(read_squad(path), split), name, code, code, str(path), "Apache 2.0")


COLLECTIONS: dict[str, Callable[[str, str | Path | None], Collection]] = {
    "demo": demo,
    "demo-pool": demo_pool,
    "mlqa": mlqa,
    "xquad": xquad,
    "xquad_r": xquad_r,
    "belebele": belebele,
    "afriqa": afriqa,
    "tydiqa": tydiqa,
}


def beir(place: str, document_language: str, query_language: str) -> Collection:
    """``beir:FOLDER`` or ``beir:FOLDER#SPLIT``: a folder as BEIR lays it out."""
    folder, mark, split = place.rpartition("#")
    if not mark or Path(place).is_dir():
        folder, split = place, ""
    return read_beir(folder, split or None, None, document_language, query_language)


def own_folder(place: str, document_language: str, query_language: str) -> Collection:
    """``folder:PATH`` or ``folder:PATH#TABLE``: text files and a table of questions."""
    folder, mark, table = place.rpartition("#")
    if not mark or Path(place).is_dir():
        folder, table = place, ""
    return read_folder(folder, table or None, document_language, query_language)


def irds(place: str, document_language: str, query_language: str) -> Collection:
    """``irds:ID``: a data set of ir-datasets."""
    return read_irds(place, document_language, query_language)


def squad_file(place: str, document_language: str, query_language: str) -> Collection:
    """A path to a file in SQuAD format."""
    languages = language_code(document_language), language_code(query_language)
    return collection_of(read_squad(place), place, *languages, place, "unknown: see where the file comes from")


PLACES: dict[str, Callable[[str, str, str], Collection]] = {
    "beir": beir,
    "folder": own_folder,
    "irds": irds,
}


def load_collection(
    name: str, root: str | Path | None = None, document_language: str = "und", query_language: str = "und"
) -> Collection:
    """Read a test collection by its id, or from files of one's own.

    Languages in an id may have any usual code (``sw``, ``swa``, ``swh_Latn``).

    Parameters
    ----------
    name : str
        ``demo/{context}/{question}``, ``demo-pool/{answers}/{question}``, ``mlqa/{split}/{context}/{question}``,
        ``xquad/{context}/{question}``, ``xquad_r/{answers}/{question}`` (answer languages joined by ``+``, or ``all``),
        ``belebele/{passage}/{question}``, ``afriqa/{language}/{split}``, ``tydiqa/{language}/{split}``;
        ``folder:PATH`` (text files and a table of questions, see `read_folder`) or ``folder:PATH#TABLE``;
        ``beir:FOLDER`` or ``beir:FOLDER#SPLIT``; ``irds:ID`` (needs ``clirlab[irds]``); or a path to a file in SQuAD
        format (``.json`` or ``.json.gz``).
    root : str or Path, optional
        The data folder; the environment variable CLIRLAB_DATA where none is given. The demo needs none.
    document_language, query_language : str
        Languages of files of one's own; the families know theirs.

    Raises
    ------
    InputError
        If the family, language or split is unknown (the nearest known name is given), a language is given that the
        family knows itself, or a file is not readable.

    Examples
    --------
    >>> load_collection("demo/en/sw")
    Collection(demo/en/sw: 128 documents (en), 168 queries (sw), 168 judgments)
    """
    kind, mark, place = name.partition(":")
    if mark and kind in PLACES:
        return PLACES[kind](place, document_language, query_language)
    if name.endswith((".json", ".json.gz")):
        return squad_file(name, document_language, query_language)
    family = name.split("/")[0]
    if family not in COLLECTIONS:
        raise unknown_name("collection", family, [*COLLECTIONS, *(f"{kind}:" for kind in PLACES)])
    if (document_language, query_language) != ("und", "und"):
        raise InputError(f"{name!r} names its languages itself; document_language and query_language are for files")
    return COLLECTIONS[family](name, root)
