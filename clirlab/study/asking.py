"""A collection's queries in, the form in which an arm asks them and the runs that this gives out.

The lexicon at test time: the *gloss* of a query is its text with every word that the lexicon holds replaced by an
English translation. It is asked alone, behind the native query in one text, or beside it, the scores of both fused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, NamedTuple

import pandas as pd
import torch
from pydantic import Field
from torch import Tensor

from clirlab.corpora import Collection, Lexicon
from clirlab.models import TokenBatch, TokenEncoder
from clirlab.retrieval import (
    SCORERS,
    Vectors,
    centred,
    fuse_runs,
    fused_maxsim,
    maxsim,
    rank,
    search_bm25,
    search_psq,
)
from clirlab.study.supply import LexiconSettings
from clirlab.supervision import Gloss, gloss, with_native

BM25 = "bm25"
WHOLE = "pooled-whole"
DEPTH = 1000  # of runs that are fused by rank

Score = Callable[[TokenBatch, TokenBatch], Tensor]


def pooled_whole(queries: TokenBatch, passages: TokenBatch) -> Tensor:
    """Cosine of the means over all tokens, prefix and special ones too, as E5 was trained."""
    return queries.pooled("all") @ passages.pooled("all").T


DENSE = {**SCORERS, WHOLE: pooled_whole}


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
    """The queries of a collection as they are asked: native texts, glosses in place of them, or both.

    Attributes
    ----------
    native : list of str
        As they were given, whether they are asked so or not.
    texts : list of str, optional
        What is asked natively.
    glosses : list of Gloss, optional
    lexicon : Lexicon, optional
        That the glosses came from.
    """

    native: list[str]
    texts: list[str] | None
    glosses: list[Gloss] | None = None
    lexicon: Lexicon | None = None

    @property
    def share(self) -> float:
        """Of all words of the queries, how many the lexicon holds, in [0, 1]; 0 where nothing was looked up."""
        words = sum(each.words for each in self.glosses or ())
        return sum(each.found for each in self.glosses or ()) / words if words else 0.0


def ask(
    texts: Sequence[str], form: str, lexicon: Lexicon | None, settings: AskSettings, teacher: TokenEncoder
) -> Asked:
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
        return Asked(list(texts), list(texts))
    embed = (lambda some: teacher.encode(some).pooled().numpy()) if settings.choice == "contextual" else None
    glosses = gloss(texts, lexicon, choice=settings.choice, embed=embed)
    if form == "native+gloss":
        glosses = with_native(texts, glosses)
    return Asked(list(texts), list(texts) if QUERIES[form].native else None, glosses, lexicon)


def runs_of(
    asked: Asked,
    collection: Collection,
    passages: Vectors,
    student: TokenEncoder,
    teacher: TokenEncoder,
    scorers: Sequence[str],
    settings: AskSettings,
    off_centre: bool = False,
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
    native = None if asked.texts is None else _tokens(student, asked.texts, off_centre)
    glosses = None if asked.glosses is None else _tokens(reader, [each.text for each in asked.glosses], off_centre)
    weights = None if glosses is None else _weights(asked.glosses or (), glosses)
    runs = []
    for scorer in scorers:
        if scorer == BM25:
            runs.append((scorer, lexical(asked, collection, settings, k)))
            continue
        ways = [_Way(tokens, scorer, dtype, own) for tokens, own in ((native, None), (glosses, weights)) if tokens]
        ask_of = partial(rank, ways[0].tokens, collection, passages)
        if len(ways) == 1:
            run = ask_of(_alone(ways[0]), k=k)
        elif settings.how == "rrf":
            found = {name: ask_of(_alone(way), k=DEPTH) for name, way in zip(("native", "gloss"), ways, strict=True)}
            run = fuse_runs(found, k=k)
        else:
            links = [each.links for each in asked.glosses or ()]
            run = ask_of(_together(ways[0], ways[1], settings, links), k=k)
        runs.append((scorer, run))
    return runs


def lexical(asked: Asked, collection: Collection, settings: AskSettings, k: int) -> pd.DataFrame:
    """The BM25 run: of the texts, of the glosses, or of both, their scores added.

    A bag of translations is asked as a probabilistic structured query (Darwish & Oard 2003).
    """
    runs = {}
    if asked.texts is not None:
        runs["native"] = search_bm25(collection.with_queries(asked.texts), k)
    if asked.lexicon is not None and settings.choice == "bag":
        runs["gloss"] = search_psq(collection.with_queries(asked.native), asked.lexicon, k)
    elif asked.glosses is not None:
        runs["gloss"] = search_bm25(collection.with_queries([each.text for each in asked.glosses]), k)
    if len(runs) == 1:
        return next(iter(runs.values()))
    return fuse_runs(runs, how="rrf" if settings.how == "rrf" else "weighted", k=k)


def _tokens(encoder: TokenEncoder, texts: Sequence[str], off_centre: bool) -> TokenBatch:
    tokens = encoder.encode(texts, kind="query")
    return centred(tokens, tokens.vectors[tokens.mask].mean(0)) if off_centre else tokens


def _weights(glosses: Sequence[Gloss], tokens: TokenBatch) -> Tensor | None:
    """The weight of each token of the glosses: that of the word that it is a part of."""
    if all(each.weights is None for each in glosses):
        return None
    weights = torch.ones(tokens.mask.shape)
    for row, (each, word_ids) in enumerate(zip(glosses, tokens.word_ids, strict=True)):
        for place, word in enumerate(word_ids):
            if word is not None and each.weights is not None:
                weights[row, place] = each.weights[word]
    return weights


class _Way(NamedTuple):
    """Queries as they are scored one way."""

    tokens: TokenBatch
    scorer: str
    dtype: str
    weights: Tensor | None


def _alone(way: _Way) -> Score:
    if way.scorer == "maxsim":
        return lambda queries, tile: maxsim(way.tokens, tile, way.weights, way.dtype)
    return lambda queries, tile: DENSE[way.scorer](way.tokens, tile)


def _together(native: _Way, gloss: _Way, settings: AskSettings, links: Sequence[Sequence[tuple[int, int]]]) -> Score:
    """Both fused: within MaxSim in one pass; else their scores, where a word by itself has none (per-word is mean)."""
    if native.scorer == "maxsim":
        weights = (native.weights, gloss.weights)
        return lambda queries, tile: fused_maxsim(
            native.tokens, gloss.tokens, tile, settings.how, 1 - settings.weight, links, weights, native.dtype
        )
    first, second = _alone(native), _alone(gloss)
    if settings.how == "max":
        return lambda queries, tile: torch.maximum(first(queries, tile), second(queries, tile))
    share = settings.weight if settings.how == "weighted" else 0.5
    return lambda queries, tile: share * first(queries, tile) + (1 - share) * second(queries, tile)
