"""A query and a passage as token vectors in, what MaxSim is made of out: which token finds which."""

from __future__ import annotations

import pandas as pd
import torch
from torch import Tensor

from clirlab.errors import InputError
from clirlab.models import TokenBatch
from clirlab.retrieval.scorers import token_weights

COLUMNS = ["i", "token", "j", "found", "weight", "similarity", "score"]


def explain_maxsim(
    queries: TokenBatch, passages: TokenBatch, query: int = 0, passage: int = 0, weights: Tensor | None = None
) -> pd.DataFrame:
    """For each content token of a query the passage token that is nearest to it; their scores sum to MaxSim.

    Parameters
    ----------
    queries, passages : TokenBatch
    query, passage : int
        Which text of each.
    weights : Tensor, shape (Q, L_q), optional
        As in `clirlab.retrieval.maxsim`.

    Returns
    -------
    DataFrame
        One row a content token of the query, in order: i (its place among them, from 0), token, j (place of the nearest
        content token of the passage; the first of equals), found, weight, similarity (cosine, in [-1, 1]) and score
        (weight times similarity).

    Raises
    ------
    InputError
        If the passage has no content token, and so no score.

    Examples
    --------
    >>> from clirlab.models import load_encoder
    >>> from clirlab.retrieval import maxsim
    >>> encoder = load_encoder("e5-small")
    >>> q, d = encoder.encode(["maji safi"]), encoder.encode(["Clean water for all."], kind="passage")
    >>> found = explain_maxsim(q, d)
    >>> found[["token", "found"]].values.tolist()
    [['▁maji', '▁water'], ['▁sa', '▁for'], ['fi', '▁water']]
    >>> abs(float(found["score"].sum()) - maxsim(q, d).item()) < 1e-5
    True
    """
    tokens, own = queries.content(query)
    pieces, others = passages.content(passage)
    if not pieces:
        raise InputError("the passage has no content token, so that nothing in it can be found")
    mass = token_weights(queries, weights)[query][queries.mask[query]]
    with torch.no_grad():
        similarity, place = (own @ others.T).max(1)
    rows = zip(
        range(len(tokens)), tokens, place.tolist(), (pieces[j] for j in place.tolist()), mass.tolist(),
        similarity.tolist(), (mass * similarity).tolist(), strict=True,
    )  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)


def contributions(explained: pd.DataFrame, pieces: list[str]) -> pd.DataFrame:
    """What each token of the passage gave to the score: j, token, value, note (the query tokens that found it).

    Parameters
    ----------
    explained : DataFrame
        Of `explain_maxsim`.
    pieces : list of str
        The content tokens of the passage.

    Examples
    --------
    >>> rows = [(0, "maji", 1, "water", 1, 0.9, 0.9), (1, "ya", 1, "water", 1, 0.7, 0.7)]
    >>> contributions(pd.DataFrame(rows, columns=COLUMNS), ["clean", "water"]).round(3).values.tolist()
    [[0, 'clean', 0.0, ''], [1, 'water', 1.6, 'maji .90, ya .70']]
    """
    frame = pd.DataFrame({"j": range(len(pieces)), "token": pieces, "value": 0.0, "note": ""})
    for j, found in explained.groupby("j"):
        frame.loc[j, "value"] = found["score"].sum()
        frame.loc[j, "note"] = ", ".join(
            f"{token.replace('▁', '').strip() or '·'} {score:.2f}".replace(" 0.", " .")
            for token, score in zip(found["token"], found["score"], strict=True)
        )
    return frame
