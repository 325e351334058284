"""A collection's queries in, the form in which an arm asks them and the runs that this gives out.

The lexicon at test time: the *gloss* of a query is its text with every word that the lexicon holds replaced by an
English translation. It is asked alone, behind the native query in one text, or beside it, the scores of both fused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import pandas as pd
import torch
from pydantic import Field

from clirlab.corpora import Collection, Lexicon
from clirlab.models import TokenBatch, TokenEncoder
from clirlab.retrieval import PassageVectors, fuse_runs, rank, search_bm25
from clirlab.study.supply import LexiconSettings
from clirlab.supervision import Gloss, gloss, with_native


class Form(NamedTuple):
    """One way to ask: whether it needs a lexicon, and whether the native query is asked too."""

    lexicon: bool
    native: bool


QUERIES: dict[str, Form] = {
    "native": Form(lexicon=False, native=True),
    "gloss": Form(lexicon=True, native=False),
    "native+gloss": Form(lexicon=True, native=False),
    "fused": Form(lexicon=True, native=True),
    "human": Form(lexicon=False, native=True),
}


class AskSettings(LexiconSettings):
    """Where the glosses of an arm come from, and how two queries of one need are fused."""

    lexicon: Literal["dictionary", "induced", "simulated"] = "induced"
    choice: Literal["first", "bag", "contextual"] = "first"
    how: Literal["mean", "max", "weighted", "per-word", "rrf"] = "mean"
    weight: float = Field(0.5, ge=0, le=1, description="of the native query, where how is weighted")
    gloss_by: Literal["student", "teacher"] = Field("student", description="which encoder reads the gloss")


class Asked(NamedTuple):
    """The queries of a collection as they are asked: native texts, glosses in place of them, or both."""

    texts: list[str] | None
    glosses: list[Gloss] | None

    @property
    def share(self) -> float:
        """Of all words of the queries, how many the lexicon holds, in [0, 1]; 0 where nothing was looked up."""
        words = sum(each.words for each in self.glosses or ())
        return sum(each.found for each in self.glosses or ()) / words if words else 0.0


def ask(texts: Sequence[str], form: str, lexicon: Lexicon | None, settings: AskSettings, teacher: TokenEncoder) -> Asked:
    """Put queries into a form.

    Parameters
    ----------
    texts : sequence of str
        Native queries, or people's translations where the form is ``human``.
    form : str
        One of `QUERIES`.
    lexicon : Lexicon, optional
        Bought by the arm; needed where the form is one of glosses.
    """
    if lexicon is None:
        return Asked(list(texts), None)
    embed = (lambda some: teacher.encode(some).pooled().numpy()) if settings.choice == "contextual" else None
    glosses = gloss(texts, lexicon, choice=settings.choice, embed=embed)
    if form == "native+gloss":
        glosses = with_native(texts, glosses)
    return Asked(list(texts) if QUERIES[form].native else None, glosses)


def runs_of(
    asked: Asked,
    collection: Collection,
    passages: PassageVectors,
    student: TokenEncoder,
    teacher: TokenEncoder,
    scorers: Sequence[str],
    settings: AskSettings,
    centred: bool = False,
    k: int = 100,
    dtype: str = "float32",
) -> list[tuple[str, pd.DataFrame]]:
    """The run of each scorer; queries are encoded once for all of them.

    Parameters
    ----------
    student, teacher : TokenEncoder
        Of the native queries, and of the passages; which of them reads the glosses is a setting.
    scorers : sequence of str
        Dense ones, and ``bm25``.
    """
    reader = student if settings.gloss_by == "student" else teacher
    native = None if asked.texts is None else _tokens(student, asked.texts, centred)
    glosses = None if asked.glosses is None else _tokens(reader, [each.text for each in asked.glosses], centred)
    runs = []
    for scorer in scorers:
        if scorer == BM25:
            runs.append((scorer, _lexical(asked, collection, settings, k)))
        elif native is None or glosses is None:
            alone = native if native is not None else glosses
            weights = None if native is not None else token_weights(asked.glosses, glosses)
            runs.append((scorer, rank(alone, collection, passages, scorer, k, weights=weights, dtype=dtype)))
        else:
            pass
    return runs
