"""Search with a tiny BERT: the same run however the documents are cut into tiles, and whose vectors are whose."""

import numpy as np
import pandas as pd
import pytest
import torch

from clirlab.corpora import Collection
from clirlab.errors import InputError
from clirlab.models import load_encoder
from clirlab.retrieval import SCORERS, PassageVectors, encode_passages, rank, search

DOCS = ["the cat sleeps", "a dog", "", "the dogs barked under a roof", "sleeping dogs", "on , a"]
QUERIES = ["a cat", "the dogs bark"]


@pytest.fixture
def collection():
    docs = pd.DataFrame({"doc_id": list("cadbef"), "title": "", "text": DOCS})
    queries = pd.DataFrame({"query_id": ["q0", "q1"], "text": QUERIES})
    qrels = pd.DataFrame({"query_id": ["q0", "q1"], "doc_id": ["c", "b"], "relevance": 1})
    return Collection("tiny", docs, queries, qrels, "en", "en", "here", "MIT")


@pytest.fixture
def other(tiny_folder):
    """An encoder with other weights."""
    encoder = load_encoder(tiny_folder)
    with torch.no_grad():
        for parameter in encoder.model.parameters():
            parameter += 0.1 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1))
    return encoder


def by_id(run):
    return run.sort_values(["query_id", "doc_id"])["score"].to_numpy()


@pytest.mark.parametrize("scorer", SCORERS)
def test_scores_are_those_of_the_scorer_on_one_batch(tiny, other, collection, scorer):
    run = search(tiny, collection, document_encoder=other, scorer=scorer, dtype="float32")
    queries, docs = tiny.encode(QUERIES, "query", dtype="float32"), other.encode(DOCS, "passage", dtype="float32")
    ids = np.argsort(collection.docs["doc_id"])
    assert by_id(run) == pytest.approx(SCORERS[scorer](queries, docs)[:, ids].flatten().numpy(), abs=1e-4)
    assert run["rank"].tolist() == [*range(1, 7)] * 2
    assert (run.groupby("query_id")["score"].diff().dropna() <= 0).all()


@pytest.mark.parametrize("scorer", SCORERS)
@pytest.mark.parametrize("size", [1, 2, 4])
def test_the_run_does_not_depend_on_the_number_of_tiles(tiny, collection, scorer, size):
    queries = tiny.encode(QUERIES, dtype="float32")
    tiles = list(tiny.batches(DOCS, kind="passage", batch_size=size, dtype="float32"))
    assert len(tiles) == -(-len(DOCS) // size)
    tiled = rank(queries, collection, PassageVectors(list("cadbef"), tiles), scorer, k=6)
    whole = rank(queries, collection, encode_passages(tiny, collection, dtype="float32"), scorer, k=6)
    assert by_id(tiled) == pytest.approx(by_id(whole), abs=1e-4)
    assert tiled["doc_id"].equals(whole["doc_id"])


def test_passages_and_fewer_of_the_best_are_the_same_search(tiny, other, collection):
    whole = search(tiny, collection, document_encoder=other, dtype="float32")
    shared = encode_passages(other, collection, dtype="float32")
    best = search(tiny, collection, passages=shared, k=2, dtype="float32")
    assert best.equals(whole[whole["rank"] <= 2].reset_index(drop=True))


def test_a_document_without_content_comes_last(tiny, collection):
    last = search(tiny, collection)[lambda run: run["rank"] == 6]
    assert last["doc_id"].tolist() == ["d", "d"]
    assert last["score"].tolist() == [-np.inf, -np.inf]


def test_an_unknown_scorer_is_named_with_the_nearest(tiny, collection):
    with pytest.raises(InputError, match="unknown scorer 'maxim'; did you mean 'maxsim'"):
        search(tiny, collection, scorer="maxim")
