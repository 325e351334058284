"""Search with a tiny BERT: the same run however the documents are cut into tiles, and whose vectors are whose."""

import functools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from clirlab.corpora import Collection
from clirlab.errors import InputError
from clirlab.models import load_encoder
from clirlab.retrieval import (
    SCORERS,
    PassageVectors,
    encode_passages,
    fuse_runs,
    fused_maxsim,
    maxsim,
    rank,
    scorers,
    search,
    search_bm25,
)

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


def test_hybrid_fuses_maxsim_with_what_shares_words(tiny, collection):
    shared = search_bm25(collection)
    assert (shared["score"] == 0).any()
    expected = fuse_runs({"maxsim": search(tiny, collection), "bm25": shared[shared["score"] > 0]}, k=4)
    pd.testing.assert_frame_equal(search(tiny, collection, scorer="hybrid", k=4), expected)


def test_a_scorer_may_be_any_function_of_two_batches(tiny, collection):
    queries, gloss = tiny.encode(QUERIES, dtype="float32"), tiny.encode(["the cat", "a dog"], dtype="float32")
    passages = encode_passages(tiny, collection, dtype="float32")
    found = rank(queries, collection, passages, functools.partial(fused_maxsim, gloss), k=6)
    parts = [rank(batch, collection, passages, "maxsim", k=6) for batch in (queries, gloss)]
    assert by_id(found) == pytest.approx((by_id(parts[0]) + by_id(parts[1])) / 2, abs=1e-4)
    half = search(tiny, collection, scorer=functools.partial(maxsim, dtype="bfloat16"), dtype="float32")
    assert by_id(half) == pytest.approx(by_id(parts[0]), abs=0.05)


@pytest.mark.parametrize("scorer", SCORERS)
@pytest.mark.parametrize("tile", [1, 50, 2**19])
def test_equal_documents_have_equal_scores_in_whichever_tile_they_lie(tiny, collection, scorer, tile):
    """Twenty copies of each document, shuffled: copies stand together in the order of their ids, cut at k too."""
    docs = pd.DataFrame({"doc_id": [f"{d}{n:02}" for n in range(20) for d in range(6)], "title": "", "text": DOCS * 20})
    runs = []
    for seed in range(3):
        many = replace(
            collection, docs=docs.sample(frac=1, random_state=seed), qrels=collection.qrels.assign(doc_id="000")
        )
        texts = many.docs["text"].tolist()
        tiles = [
            ([int(i) for i in positions], tiny.encode([texts[i] for i in positions], "passage", dtype="float32"))
            for positions in np.array_split(np.random.default_rng(seed).permutation(120), [7, 8, 40])
        ]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(scorers, "TILE", tile)
            queries = tiny.encode(QUERIES, dtype="float32")
            runs.append(rank(queries, many, PassageVectors(many.docs["doc_id"].tolist(), tiles), scorer, k=50))
    pd.testing.assert_frame_equal(runs[0], runs[1], check_exact=True)
    pd.testing.assert_frame_equal(runs[0], runs[2], check_exact=True)
    assert runs[0]["score"].nunique() <= 6
    for _, part in runs[0].groupby(["query_id", "score"]):
        assert part["doc_id"].is_monotonic_increasing
