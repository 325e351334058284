"""Bitexts with the same English sentences in, a pool of their sentences in several languages out."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from clirlab.corpora.bitext import Bitext
from clirlab.corpora.collection import Collection
from clirlab.errors import InputError

EACH = 2  # sentences of a question


def sentence_pool(bitexts: Mapping[str, Bitext], question: str, answers: list[str], name: str) -> Collection:
    """Two sentences asked together in one language, their translations in others to be found among all of theirs.

    As in LAReQA (Roy et al. 2020) an answer in one language is as good as in another, so that what the ranking prefers
    is a matter of language alone. Here the answers are translations of the question, and two in each language, so that
    ranks can differ within a language too, which `clirlab.evaluation.peer` compares with.

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
    >>> swahili = Bitext("toy", "sw", ("Maji.", "Moto."), ("Water.", "Fire."))
    >>> german = Bitext("toy", "de", ("Wasser.", "Feuer."), ("Water.", "Fire."))
    >>> pool = sentence_pool({"sw": swahili, "de": german}, "sw", ["en", "de"], "toy")
    >>> pool, pool.queries["text"].tolist()
    (Collection(toy: 4 documents (mul), 1 queries (sw), 4 judgments), ['Maji. Moto.'])
    """
    if question in answers or len(set(answers)) < 2:
        raise InputError(
            f"{name}: a pool needs two languages or more, and none that the questions are in; got {'+'.join(answers)} "
            f"asked in {question}"
        )
    of_english = {language: _by_english(bitexts[language]) for language in (question, *answers) if language != "en"}
    shared = [text for text in next(iter(of_english.values())) if all(text in texts for texts in of_english.values())]
    if len(shared) < EACH:
        raise InputError(
            f"{name}: fewer than {EACH} English sentences are in the bitexts of all of {', '.join(of_english)}"
        )
    texts = {"en": dict(zip(shared, shared, strict=True))} | of_english
    numbered = list(enumerate(shared, start=1))
    docs = [(f"{language}-{n}", "", texts[language][text], language) for language in answers for n, text in numbered]
    groups = [numbered[first : first + EACH] for first in range(0, len(numbered) - EACH + 1, EACH)]
    queries = [
        (f"q{k}", " ".join(texts[question][text] for _, text in group), question) for k, group in enumerate(groups, 1)
    ]
    qrels = [
        (f"q{k}", f"{language}-{n}", 1) for k, group in enumerate(groups, 1) for n, _ in group for language in answers
    ]
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
