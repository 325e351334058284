"""Bitexts with the same English sentences in, a pool of their sentences in several languages out."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from clirlab.corpora.bitext import Bitext
from clirlab.corpora.collection import Collection
from clirlab.errors import InputError


def sentence_pool(bitexts: Mapping[str, Bitext], question: str, answers: list[str], name: str) -> Collection:
    """Each sentence asked in one language, its translations in others to be found among all of theirs.

    As in LAReQA (Roy et al. 2020) an answer in one language is as good as in another, so that what the ranking prefers
    is a matter of language alone. Here the answers are translations of the question.

    Parameters
    ----------
    bitexts : mapping of str to Bitext
        By language; without one for English, which each of them has. Only sentences that all of them have are taken.
    question : str
        The language that is asked in.
    answers : list of str
        Those of the pool: others than `question`.

    Raises
    ------
    InputError
        If the language asked in is in the pool, there are fewer than two languages in it, or no sentence is in all.

    Examples
    --------
    >>> swahili = Bitext("toy", "sw", ("Maji ni uhai.",), ("Water is life.",))
    >>> german = Bitext("toy", "de", ("Wasser ist Leben.",), ("Water is life.",))
    >>> pool = sentence_pool({"sw": swahili, "de": german}, "sw", ["en", "de"], "toy")
    >>> pool, pool.docs["text"].tolist()
    (Collection(toy: 2 documents (mul), 1 queries (sw), 2 judgments), ['Water is life.', 'Wasser ist Leben.'])
    """
    if question in answers or len(set(answers)) < 2:
        raise InputError(
            f"{name}: a pool needs two languages or more, and none that the questions are in; got {'+'.join(answers)} "
            f"asked in {question}"
        )
    of_english = {language: _by_english(bitexts[language]) for language in (question, *answers) if language != "en"}
    shared = [text for text in next(iter(of_english.values())) if all(text in texts for texts in of_english.values())]
    if not shared:
        raise InputError(f"{name}: no English sentence is in the bitexts of all of {', '.join(of_english)}")
    texts = {"en": dict(zip(shared, shared, strict=True))} | of_english
    numbered = list(enumerate(shared, start=1))
    docs = [(f"{language}-{n}", "", texts[language][text], language) for language in answers for n, text in numbered]
    queries = [(f"q{n}", texts[question][text], question) for n, text in numbered]
    qrels = [(f"q{n}", f"{language}-{n}", 1) for n, _ in numbered for language in answers]
    return Collection(
        name,
        pd.DataFrame(docs, columns=["doc_id", "title", "text", "language"]),
        pd.DataFrame(queries, columns=["query_id", "text", "language"]),
        pd.DataFrame(qrels, columns=["query_id", "doc_id", "relevance"]),
        "mul",
        question,
        " + ".join(bitext.name for bitext in bitexts.values()),
        "as the bitexts",
    )


def _by_english(bitext: Bitext) -> dict[str, str]:
    """The first translation of each English sentence."""
    found: dict[str, str] = {}
    for english, source in zip(bitext.english, bitext.source, strict=True):
        found.setdefault(english, source)
    return found
