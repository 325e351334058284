"""A collection's queries in, the form in which an arm asks them and the runs that this gives out.

The lexicon at test time: the *gloss* of a query is its text with every word that the lexicon holds replaced by an
English translation. It is asked alone, behind the native query in one text, or beside it, the scores of both fused.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal, NamedTuple

import pandas as pd
import torch
from pydantic import Field
from torch import Tensor

from clirlab.corpora import Collection, Lexicon
from clirlab.models import TokenBatch, TokenEncoder
from clirlab.retrieval import PassageVectors, centred, fuse_runs, fused_maxsim, maxsim, pooled, run_of, search_bm25
from clirlab.study.supply import LexiconSettings
from clirlab.supervision import Gloss, gloss, with_native

BM25 = "bm25"
RRF = 60  # Cormack, Clarke & Büttcher 2009


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
    runs = []
    for scorer in scorers:
        if scorer == BM25:
            runs.append((scorer, lexical(asked, collection, settings, k)))
            continue
        of = partial(_scores, scorer=scorer, passages=passages, dtype=dtype)
        if native is None or glosses is None:
            scores = of(native or glosses, weights=None if native else _weights(asked.glosses, glosses))
        elif scorer == "maxsim" and settings.how != "rrf":
            scores = _fused(native, glosses, asked.glosses, settings, passages, dtype)
        else:
            scores = _mixed(of(native), of(glosses, weights=_weights(asked.glosses, glosses)), settings)
        runs.append((scorer, run_of(scores.numpy(), collection.queries["query_id"].tolist(), passages.doc_ids, k)))
    return runs


def lexical(asked: Asked, collection: Collection, settings: AskSettings, k: int) -> pd.DataFrame:
    """The BM25 run: of the texts, of the glosses, or of both, their scores added."""
    runs = {}
    if asked.texts is not None:
        runs["native"] = search_bm25(collection.with_queries(asked.texts), k)
    if asked.glosses is not None:
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


def _scores(
    tokens: TokenBatch, scorer: str, passages: PassageVectors, dtype: str, weights: Tensor | None = None
) -> Tensor:
    scores = torch.empty(len(tokens.mask), len(passages.doc_ids))
    for positions, tile in passages.tiles:
        scores[:, positions] = maxsim(tokens, tile, weights, dtype) if scorer == "maxsim" else pooled(tokens, tile)
    return scores


def _fused(
    native: TokenBatch,
    gloss: TokenBatch,
    glosses: Sequence[Gloss],
    settings: AskSettings,
    passages: PassageVectors,
    dtype: str,
) -> Tensor:
    scores = torch.empty(len(native.mask), len(passages.doc_ids))
    weights, links = (None, _weights(glosses, gloss)), [each.links for each in glosses]
    for positions, tile in passages.tiles:
        scores[:, positions] = fused_maxsim(
            native, gloss, tile, settings.how, 1 - settings.weight, links, weights, dtype
        )
    return scores


def _mixed(native: Tensor, gloss: Tensor, settings: AskSettings) -> Tensor:
    """Scores of whole queries fused; a word by itself has no pooled vector, so that ``per-word`` is ``mean`` here."""
    if settings.how == "max":
        return torch.maximum(native, gloss)
    if settings.how == "rrf":
        return sum(1 / (RRF + 1 + (-part).argsort(1, stable=True).argsort(1)) for part in (native, gloss))
    share = settings.weight if settings.how == "weighted" else 0.5
    return share * native + (1 - share) * gloss
