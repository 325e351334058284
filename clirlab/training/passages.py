"""A collection with a run, or plain English texts, in; the passages that each training pair is ranked against out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from clirlab.corpora import Collection
from clirlab.errors import InputError, unknown_name


class Taken(NamedTuple):
    """The passages of one batch.

    Attributes
    ----------
    numbers : list of int, length P
        Which passages they are.
    positives : Tensor of int, shape (B,)
        The relevant one of each pair, as a position in `numbers`; -1 for none.
    candidates : Tensor of int, shape (B, K)
        The others that it is scored against, likewise.
    """

    numbers: list[int]
    positives: Tensor
    candidates: Tensor


@dataclass(frozen=True, repr=False)
class Passages:
    """English passages, and for each of N training pairs which is relevant and which others it is scored against.

    Attributes
    ----------
    texts : tuple of str, length D
    positives : tuple of int, length N
        A position in `texts`, or -1 for none.
    candidates : tuple of tuple of int, length N
        Positions in `texts`, best first where they were mined.

    Raises
    ------
    InputError
        If there are no texts, the lengths differ, or a position is not there.

    Examples
    --------
    >>> passages = Passages(("On rivers.", "On bees.", "On salt."), positives=(1, -1), candidates=((0,), (2, 0)))
    >>> passages
    Passages(3 texts for 2 pairs, 1 with a relevant one)
    >>> taken = passages.take([0])
    >>> taken.numbers, taken.positives.tolist(), taken.candidates.tolist()
    ([0, 1], [1], [[0]])
    """

    texts: tuple[str, ...]
    positives: tuple[int, ...]
    candidates: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        if not self.texts:
            raise InputError("passages: there are no texts")
        if len(self.positives) != len(self.candidates):
            counts = f"{len(self.positives)} positives, but {len(self.candidates)} rows of candidates"
            raise InputError(f"passages: {counts}; give one of each for every pair")
        for number, (positive, others) in enumerate(zip(self.positives, self.candidates, strict=True)):
            for place in (positive, *others):
                if not (0 <= place < len(self.texts) or (place == -1 and place == positive)):
                    raise InputError(f"passages: pair {number} names passage {place}, but there are {len(self.texts)}")

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.positives)

    def __repr__(self) -> str:
        relevant = sum(positive >= 0 for positive in self.positives)
        return f"Passages({len(self.texts):,} texts for {len(self):,} pairs, {relevant:,} with a relevant one)"

    def of_pairs(self, positions: Sequence[int]) -> Passages:
        """The same texts for the pairs at these positions, in this order."""
        return Passages(
            self.texts, tuple(self.positives[i] for i in positions), tuple(self.candidates[i] for i in positions)
        )

    def take(self, positions: Sequence[int]) -> Taken:
        """What a batch of the pairs at these positions needs, each passage once."""
        numbers = sorted({p for i in positions for p in (self.positives[i], *self.candidates[i]) if p >= 0})
        place = {p: k for k, p in enumerate(numbers)} | {-1: -1}
        width = max(len(self.candidates[i]) for i in positions)
        rows = [[place[p] for p in self.candidates[i]] + [-1] * (width - len(self.candidates[i])) for i in positions]
        positives = torch.tensor([place[self.positives[i]] for i in positions])
        return Taken(numbers, positives, torch.tensor(rows, dtype=torch.long).reshape(len(rows), width))


def passages_of(
    collection: Collection, run: pd.DataFrame, query_ids: Sequence[str] | None = None, depth: int = 8
) -> Passages:
    """The relevant document of each query, and the best others that a run has for it.

    Parameters
    ----------
    collection : Collection
        With documents in English; their texts are taken, without title. Never one that a test uses.
    run : DataFrame, columns query_id, doc_id, rank
        Of the English queries by BM25, for instance, or by any search.
    query_ids : sequence of str, optional
        The query of each training pair, which may come again; all queries of the collection in order where not given.
    depth : int
        How many candidates a pair has at most. No candidate is judged relevant.

    Returns
    -------
    Passages
        The positive is the most relevant document, of several the one that the run has highest; -1 where none is
        judged.

    Raises
    ------
    InputError
        If the run lacks a column or names a document that the collection has not, or a query is unknown.

    Examples
    --------
    >>> import clirlab as cl
    >>> collection = cl.load_collection("demo/en/sw")
    >>> query, documents = collection.queries["query_id"][0], collection.docs["doc_id"][:9]
    >>> run = pd.DataFrame({"query_id": query, "doc_id": documents, "rank": range(1, 10)})
    >>> passages = passages_of(collection, run, depth=4)
    >>> len(passages) == len(collection.queries), len(passages.candidates[0]), len(passages.candidates[1])
    (True, 4, 0)
    """
    ranked = _ranked(run)
    doc_ids = collection.docs["doc_id"].tolist()
    place = {doc_id: k for k, doc_id in enumerate(doc_ids)}
    known = set(collection.queries["query_id"])
    wanted = collection.queries["query_id"].tolist() if query_ids is None else list(query_ids)
    if unknown := [query for query in wanted if query not in known]:
        raise unknown_name(f"query of {collection.name}", unknown[0], known)
    judged: dict[str, dict[str, int]] = {}
    for query, document, relevance in collection.qrels[["query_id", "doc_id", "relevance"]].itertuples(index=False):
        judged.setdefault(query, {})[document] = relevance
    positives, candidates = [], []
    for query in wanted:
        order, relevant = ranked.get(query, []), judged.get(query, {})
        if missing := [document for document in order if document not in place]:
            raise InputError(f"the run names document {missing[0]!r}, which {collection.name} has not")
        rank = {document: k for k, document in enumerate(order)}
        best = min(relevant, key=lambda d: (-relevant[d], rank.get(d, len(rank))), default=None)
        positives.append(-1 if best is None else place[best])
        candidates.append(tuple(place[d] for d in order if d not in relevant)[:depth])
    texts = tuple(collection.docs["text"].tolist())
    return Passages(texts, tuple(positives), tuple(candidates))


def passages_of_texts(
    texts: Sequence[str], pairs: int, run: pd.DataFrame | None = None, depth: int = 8, seed: int = 0
) -> Passages:
    """Candidates for each pair among plain English texts, with none that is known to be relevant.

    Parameters
    ----------
    texts : sequence of str
        Any English texts that no test uses.
    pairs : int
        N, the number of training pairs.
    run : DataFrame, columns query_id, doc_id, rank, optional
        For pair i (its query_id, from 0) the texts (doc_id, from 0), as numbers or as their spelling. Where not given,
        the candidates of every pair are drawn at random.
    depth : int
        How many candidates a pair has at most.
    seed : int
        Of what is drawn.

    Raises
    ------
    InputError
        If the run lacks a column, or names a pair or text that is not there.

    Examples
    --------
    >>> run = pd.DataFrame({"query_id": ["0", "0", "1"], "doc_id": ["2", "0", "1"], "rank": [1, 2, 1]})
    >>> passages_of_texts(["On rivers.", "On bees.", "On salt."], 2, run).candidates
    ((2, 0), (1,))
    """
    none = (-1,) * pairs
    if run is None:
        generator = np.random.default_rng(seed)
        size = min(depth, len(texts))
        rows = [tuple(generator.choice(len(texts), size, replace=False).tolist()) for _ in range(pairs)]
        return Passages(tuple(texts), none, tuple(rows))
    candidates: list[tuple[int, ...]] = [()] * pairs
    for query, documents in _ranked(run).items():
        try:
            number, found = int(query), tuple(int(document) for document in documents[:depth])
        except ValueError as error:
            raise InputError(f"the run of plain texts has ids that are no numbers: {error}") from error
        if not 0 <= number < pairs:
            raise InputError(f"the run names pair {number}, but there are {pairs}, from 0")
        candidates[number] = found
    return Passages(tuple(texts), none, tuple(candidates))


def _ranked(run: pd.DataFrame) -> dict[str, list[str]]:
    """The documents of each query, best first."""
    if missing := [column for column in ("query_id", "doc_id", "rank") if column not in run.columns]:
        raise InputError(f"the run has no column {missing[0]!r}; a run has query_id, doc_id and rank")
    ordered = run.sort_values("rank", kind="stable")
    return {query: group.tolist() for query, group in ordered.groupby("query_id", sort=False)["doc_id"]}
