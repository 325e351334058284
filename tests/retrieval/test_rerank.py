"""Runs re-ranked: by transport as POT computes it for each pair, and by a cross-encoder that the test builds."""

import json

import numpy as np
import ot
import pandas as pd
import pytest
import torch
from pandas.testing import assert_frame_equal
from tokenizers import processors
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

from clirlab.corpora import Collection
from clirlab.errors import InputError
from clirlab.retrieval import load_cross_encoder, rerank, search
from clirlab.transport import sinkhorn_divergence

DOCS = ["the cat sleeps", "a dog", "", "the dogs barked under a roof", "sleeping dogs", "on , a"]
QUERIES = ["a cat", "the dogs bark", ""]
IDS = list("cadbef")


@pytest.fixture
def collection():
    docs = pd.DataFrame({"doc_id": IDS, "title": "", "text": DOCS})
    queries = pd.DataFrame({"query_id": ["q1", "q0", "q2"], "text": QUERIES})
    qrels = pd.DataFrame({"query_id": ["q0", "q1"], "doc_id": ["c", "b"], "relevance": 1})
    return Collection("tiny", docs, queries, qrels, "en", "en", "here", "MIT")


@pytest.fixture
def run(tiny, collection):
    return search(tiny, collection, dtype="float32")


@pytest.fixture
def contents(tiny):
    """Content vectors of each query and document, encoded as the re-ranker does."""
    queries, docs = tiny.encode(QUERIES, "query"), tiny.encode(DOCS, "passage")
    return {
        "q1": queries.content(0)[1],
        "q0": queries.content(1)[1],
        **{name: docs.content(i)[1] for i, name in enumerate(IDS)},
    }


def expected_order(score, run, query, depth):
    """Documents with content by score, then the one without, then what lies below."""
    documents = run.loc[run["query_id"] == query, "doc_id"].tolist()
    head = [d for d in documents[:depth] if d != "d"]
    scores = {d: score(query, d) for d in head}
    return sorted(head, key=lambda d: (-scores[d], d)) + [d for d in documents if d not in head], scores


@pytest.mark.parametrize("depth", [1, 3, 6, 50])
@pytest.mark.parametrize("way", ["exact", "partial", "divergence", "maxsim"])
def test_orders_are_those_of_pairs_on_their_own(tiny, collection, run, contents, way, depth):
    def score(query, document):
        q, d = contents[query].double().numpy(), contents[document].double().numpy()
        a, b, cost = np.full(len(q), 1 / len(q)), np.full(len(d), 1 / len(d)), 1 - q @ d.T
        if way == "exact":
            return -ot.emd2(a, b, cost)
        if way == "partial":
            return -ot.partial.partial_wasserstein2(a, b, cost, m=0.5)
        if way == "divergence":
            return -sinkhorn_divergence(contents[query], contents[document], epsilon=0.1).item()
        return (q @ d.T).max(1).sum()

    options = {
        "exact": {"how": "transport"},
        "partial": {"how": "transport", "method": "partial", "mass": 0.5},
        "divergence": {"how": "divergence", "epsilon": 0.1},
        "maxsim": {"how": "maxsim"},
    }
    found = rerank(run, collection, depth=depth, encoder=tiny, **options[way])
    assert found["query_id"].tolist() == run["query_id"].tolist()
    assert found["rank"].tolist() == [*range(1, 7)] * 3
    for query in ("q0", "q1"):
        part = found[found["query_id"] == query]
        order, scores = expected_order(score, run, query, depth)
        assert part["doc_id"].tolist() == order
        assert part["score"].tolist()[: len(scores)] == pytest.approx(
            [scores[d] for d in order[: len(scores)]], abs=1e-4
        )
        below = part["score"].to_numpy()[len(scores) - 1 :]
        assert np.diff(below) == pytest.approx([-1] * (len(below) - 1))


def test_a_query_without_content_keeps_its_order(tiny, collection, run):
    found = rerank(run, collection, "maxsim", encoder=tiny)
    kept = [frame.loc[frame["query_id"] == "q2", "doc_id"].tolist() for frame in (found, run)]
    assert kept[0] == kept[1]


def test_equal_scores_go_by_document_id(tiny, collection, run):
    same = Collection(**{**collection.__dict__, "docs": collection.docs.assign(text="a dog")})
    found = rerank(run, same, "maxsim", encoder=tiny)
    assert found.loc[found["query_id"] == "q0", "doc_id"].tolist() == sorted(IDS)


def test_documents_have_an_encoder_of_their_own(tiny, tiny_folder, collection, run):
    class Counted(type(tiny)):
        def batches(self, texts, kind="query", **options):
            seen.append((kind, len(texts)))
            return super().batches(texts, kind, **options)

    seen = []
    other = Counted(tiny.model, tiny.tokenizer, "other", tiny.prefixes)
    found = rerank(run, collection, "maxsim", encoder=tiny, document_encoder=other, depth=2)
    assert seen == [("passage", run[run["rank"] <= 2]["doc_id"].nunique())]
    assert_frame_equal(found, rerank(run, collection, "maxsim", encoder=tiny, depth=2))


def save_classifier(folder, tiny_folder, logits):
    """A tiny BERT that reads pairs and has a head of so many logits."""
    torch.manual_seed(0)
    sizes = json.loads((tiny_folder / "config.json").read_text())
    config = BertConfig(**{**sizes, "architectures": None}, num_labels=logits)
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(tiny_folder)
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(params=[1, 2])
def cross_folder(request, tiny_folder, tmp_path):
    """The folder of a cross-encoder of one logit, or of two."""
    return save_classifier(tmp_path / "cross", tiny_folder, request.param)


def test_a_cross_encoder_scores_each_pair_as_it_would_alone(cross_folder, collection, run):
    model = load_cross_encoder(cross_folder)
    assert repr(model) == f"CrossEncoder({cross_folder})"
    found = rerank(run, collection, "cross-encoder", encoder=cross_folder, depth=4, dtype="float32", batch_size=3)
    texts = dict(zip(IDS, DOCS, strict=True)) | dict(zip(["q1", "q0", "q2"], QUERIES, strict=True))
    for query in ("q0", "q1", "q2"):
        head = run.loc[run["query_id"] == query, "doc_id"].tolist()[:4]
        scores = {}
        for document in head:
            pair = model.tokenizer(
                [texts[query]], [texts[document]], return_tensors="pt", truncation=True, max_length=16
            )
            logits = model.model(**pair).logits[0].tolist()
            scores[document] = logits[0] if len(logits) == 1 else logits[1] - logits[0]
        part = found[found["query_id"] == query]
        assert part["doc_id"].tolist()[:4] == sorted(head, key=lambda d: -scores[d])
        assert part["score"].tolist()[:4] == pytest.approx(sorted(scores.values(), reverse=True), abs=1e-4)
    assert_frame_equal(
        rerank(run, collection, "cross-encoder", encoder=model, depth=4, dtype="float32", batch_size=3), found
    )


def test_too_long_a_pair_is_cut(cross_folder):
    model = load_cross_encoder(cross_folder)
    long, cut = (model.score([("a cat", "dog " * n)], dtype="float32").item() for n in (50, 11))
    assert model.max_length == 16
    assert long == pytest.approx(cut)
    assert np.isfinite(model.score([("cat " * 50, "dog " * 50)]).item())
    assert model.score([]).tolist() == []


def test_a_model_without_a_head_is_refused(tiny_folder):
    with pytest.raises(InputError, match=r"tensors of a cross-encoder are not in its weights, such as bert.pooler"):
        load_cross_encoder(tiny_folder)


def test_more_than_two_logits_are_refused(tiny_folder, tmp_path):
    save_classifier(tmp_path / "cross", tiny_folder, 3)
    with pytest.raises(InputError, match="3 classes; a cross-encoder has one logit, or two"):
        load_cross_encoder(tmp_path / "cross")


def test_pickled_weights_are_refused(cross_folder):
    (cross_folder / "model.safetensors").rename(cross_folder / "pytorch_model.bin")
    with pytest.raises(InputError, match="weights in pickle format are not loaded"):
        load_cross_encoder(cross_folder)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"how": "transprt"}, "unknown re-ranker 'transprt'; did you mean 'transport'"),
        ({"depth": 0}, "depth must be at least 1, got 0"),
        ({"how": "maxsim"}, "maxsim takes encoder=, a TokenEncoder"),
        ({"how": "cross-encoder"}, "cross-encoder takes encoder=, the name or folder"),
    ],
)
def test_what_does_not_fit_is_named(collection, run, options, message):
    with pytest.raises(InputError, match=message):
        rerank(run, collection, **options)


@pytest.mark.parametrize("column", ["query_id", "doc_id"])
def test_ids_that_the_collection_has_not_are_named(tiny, collection, run, column):
    with pytest.raises(InputError, match=f"tiny: no {column} 'x', which the run has"):
        rerank(run.assign(**{column: "x"}), collection, encoder=tiny)


def test_an_empty_run_stays_empty(tiny, collection, run):
    assert rerank(run[:0], collection, "maxsim", encoder=tiny).empty
