import numpy as np
import pytest
import torch

from clirlab.corpora import Lexicon, load_collection
from clirlab.evaluation import evaluate
from clirlab.models import load_encoder
from clirlab.retrieval import encode_passages, fused_maxsim, maxsim, rank, search_bm25, search_psq
from clirlab.study.asking import QUERIES, AskSettings, ask, runs_of

LEXICON = Lexicon("tiny", "sw", {"what": ("gani", "nini"), "is": ("ni",), "which": ("nini", "gani")})


@pytest.fixture(scope="module")
def scene():
    e5_small = load_encoder("e5-small")
    collection = load_collection("demo/en/sw").sample(queries=8, docs=20)
    return e5_small, collection, encode_passages(e5_small, collection)


def asked(collection, form, **settings):
    lexicon = LEXICON if QUERIES[form].lexicon else None
    return ask(collection.queries["text"].tolist(), form, lexicon, AskSettings(**settings), None)


def run(scene, form, scorer="maxsim", centred=False, **settings):
    encoder, collection, passages = scene
    question = asked(collection, form, **settings)
    ((name, found),) = runs_of(
        question, collection, passages, encoder, encoder, [scorer], AskSettings(**settings), centred, k=50
    )
    assert name == scorer
    return question, found


def scores(found, collection):
    """Scores as a matrix, queries and documents in the order of the collection."""
    wide = found.pivot(index="query_id", columns="doc_id", values="score")
    return wide.loc[collection.queries["query_id"], collection.docs["doc_id"]].to_numpy()


def matrix(scene, score):
    _, collection, passages = scene
    whole = np.empty((len(collection.queries), len(collection.docs)))
    for positions, tile in passages.tiles:
        whole[:, positions] = score(tile).numpy()
    return whole


def test_native_queries_are_asked_as_they_are(scene):
    encoder, collection, passages = scene
    _, found = run(scene, "native")
    tokens = encoder.encode(collection.queries["text"].tolist())
    assert found.equals(rank(tokens, collection, passages, "maxsim", 50))


def test_what_each_form_asks(scene):
    collection = scene[1]
    native, both = asked(collection, "native"), asked(collection, "fused")
    alone, behind = asked(collection, "gloss"), asked(collection, "native+gloss")
    assert native.texts == both.texts == collection.queries["text"].tolist()
    assert native.glosses is None and alone.texts is None and behind.texts is None
    assert both.glosses == alone.glosses
    assert all(b.text == f"{n} {g.text}" for b, n, g in zip(behind.glosses, native.native, alone.glosses, strict=True))
    assert 0 < both.share < 0.5 and native.share == 0


@pytest.mark.parametrize("how", ["mean", "max", "weighted", "per-word"])
def test_fused_scores_are_those_of_both_queries_in_one_pass(scene, how):
    encoder, collection, _ = scene
    question, found = run(scene, "fused", how=how, weight=0.3)
    native, gloss = encoder.encode(question.texts), encoder.encode([g.text for g in question.glosses])
    links = [g.links for g in question.glosses]
    expected = matrix(scene, lambda tile: fused_maxsim(native, gloss, tile, how, 0.7, links))
    np.testing.assert_allclose(scores(found, collection), expected, rtol=1e-5)
    if how == "weighted":  # the weight is that of the native query
        both = matrix(scene, lambda tile: 0.3 * maxsim(native, tile) + 0.7 * maxsim(gloss, tile))
        np.testing.assert_allclose(expected, both, rtol=1e-5)


@pytest.mark.parametrize("how", ["mean", "max", "weighted"])
def test_pooled_scores_are_fused_query_by_query(scene, how):
    encoder, collection, _ = scene
    question, found = run(scene, "fused", "pooled", how=how, weight=0.3)
    pooled = [encoder.encode(t).pooled() for t in (question.texts, [g.text for g in question.glosses])]
    native, gloss = (matrix(scene, lambda tile, q=q: q @ tile.pooled().T) for q in pooled)
    by_hand = {"mean": (native + gloss) / 2, "max": np.maximum(native, gloss), "weighted": 0.3 * native + 0.7 * gloss}
    np.testing.assert_allclose(scores(found, collection), by_hand[how], rtol=1e-4)


def test_ranks_are_fused_by_their_reciprocals(scene):
    _, found = run(scene, "fused", how="rrf")
    parts = [run(scene, form)[1].set_index(["query_id", "doc_id"])["rank"] for form in ("native", "gloss")]
    expected = sum(1 / (60 + part) for part in parts)
    both = found.set_index(["query_id", "doc_id"])["score"]
    np.testing.assert_allclose(both, expected.loc[both.index], rtol=1e-5)


def test_words_of_a_bag_weigh_what_the_lexicon_says(scene):
    encoder, collection, _ = scene
    question, found = run(scene, "gloss", choice="bag")
    tokens = encoder.encode([g.text for g in question.glosses])
    weights = torch.ones(tokens.mask.shape)
    for i, g in enumerate(question.glosses):
        for j, word in enumerate(tokens.word_ids[i]):
            if word is not None:
                weights[i, j] = g.weights[word]
    assert (weights < 1).any()
    np.testing.assert_allclose(
        scores(found, collection), matrix(scene, lambda tile: maxsim(tokens, tile, weights)), rtol=1e-5
    )


def test_bm25_asks_the_same_forms_without_an_encoder(scene):
    collection = scene[1]
    _, native = run(scene, "native", "bm25")
    assert native.equals(search_bm25(collection, 50))
    question, gloss = run(scene, "gloss", "bm25")
    assert gloss.equals(search_bm25(collection.with_queries([g.text for g in question.glosses]), 50))
    _, bag = run(scene, "gloss", "bm25", choice="bag")
    assert bag.equals(search_psq(collection, LEXICON, 50))
    _, both = run(scene, "fused", "bm25")
    assert set(both["query_id"]) == set(native["query_id"])


def test_centred_queries_have_no_common_part(scene):
    _, plain = run(scene, "native")
    _, found = run(scene, "native", centred=True)
    assert found["score"].max() < plain["score"].max()
    assert len(evaluate(found, scene[1].qrels)) == len(evaluate(plain, scene[1].qrels))
