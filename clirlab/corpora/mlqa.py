"""MLQA-style files of one pair of languages each in, the instances of any pair out.

Source: Lewis et al. 2020, MLQA: Evaluating Cross-lingual Extractive Question Answering. The files are called
``{split}-context-{context}-question-{question}.json``; the id of an instance is shared by all its translations.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from clirlab.corpora.languages import language_name
from clirlab.corpora.sources import files_by
from clirlab.corpora.squad import Instance, join, read_squad
from clirlab.errors import InputError

LANGUAGES = ("ar", "de", "en", "es", "hi", "vi", "zh")

Pairs = Mapping[tuple[str, str], Path]


def pair_files(folder: Path, prefix: str = "") -> Pairs:
    """The files ``{prefix}context-{context}-question-{question}.json`` of a folder by context and question language.

    Raises
    ------
    InputError
        If there is no such folder.
    """
    files = files_by(folder, prefix + "context-{}.json")
    pairs = {tuple(name.split("-question-")): path for name, path in files.items()}
    return {(pair[0], pair[1]): path for pair, path in pairs.items() if len(pair) == 2}


def joined(files: Pairs, context: str, question: str) -> tuple[list[Instance], list[Path]]:
    """The instances of a pair that has no file: contexts and questions from others, joined by id.

    Returns
    -------
    instances, files
        In the order of the files with the contexts; and the files that were read.

    Raises
    ------
    InputError
        If no id has both sides.
    """
    with_context = [path for pair, path in sorted(files.items()) if pair[0] == context]
    with_question = [path for pair, path in sorted(files.items()) if pair[1] == question]
    contexts = {instance.id: instance for path in with_context for instance in read_squad(path)}
    questions = {instance.id: instance for path in with_question for instance in read_squad(path)}
    instances = join(contexts.values(), questions.values())
    if not instances:
        raise InputError(
            f"{with_context[0].parent}: no question is there in {language_name(question)} whose context is there in "
            f"{language_name(context)}"
        )
    return instances, sorted({*with_context, *with_question})


def mlqa_instances(folder: Path, split: str, context: str, question: str) -> tuple[list[Instance], str]:
    """The instances of a pair of MLQA's languages, and where they come from.

    Raises
    ------
    InputError
        If the pair has no file and cannot be joined from others, with the side that is missing.
    """
    files = pair_files(folder, f"{split}-")
    if (context, question) in files:
        path = files[context, question]
        return read_squad(path), str(path)
    own = f"{split}-context-{context}-question-{question}.json"
    for what, code, place in (("contexts", context, 0), ("questions", question, 1)):
        if code not in {pair[place] for pair in files}:
            raise InputError(f"{folder}: {own} is not there, nor another file with {what} in {language_name(code)}")
    instances, paths = joined(files, context, question)
    source = f"{folder}: {own} is not there; joined by question id from {', '.join(path.name for path in paths)}"
    return instances, source
