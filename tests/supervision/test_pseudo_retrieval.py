from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from clirlab.corpora import load_collection
from clirlab.evaluation import evaluate
from clirlab.models import load_encoder
from clirlab.retrieval import encode_passages, search
from clirlab.supervision import pseudo_language

DIALS = (0, 0.1, 0.25, 0.5, 1)
QUESTIONS = 200


def sample(collection):
    """Some of the questions, and the passages that answer them."""
    queries = collection.queries.sample(QUESTIONS, random_state=0)
    qrels = collection.qrels[collection.qrels["query_id"].isin(queries["query_id"])]
    docs = collection.docs[collection.docs["doc_id"].isin(qrels["doc_id"])]
    return replace(collection, docs=docs, queries=queries, qrels=qrels)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["de", "hi"])
def test_zero_shot_quality_falls_with_the_dial(data_root, language):
    encoder, collection = load_encoder("e5-small"), sample(load_collection(f"mlqa/dev/en/{language}", data_root))
    passages = encode_passages(encoder, collection)
    values = []
    for dial in DIALS:
        asked = pseudo_language(language, dial, dial, dial).apply(collection)
        run = search(encoder, asked, passages=passages, k=10)
        values.append(evaluate(run, collection.qrels, ["RR@10"]).sort_values("query_id")["value"].to_numpy())
    # each step leads down, or up by no more than the questions' sampling error tells from nothing
    for before, after in pairwise(values):
        difference = after - before
        assert difference.mean() < 1.96 * difference.std() / np.sqrt(len(difference))
    assert values[-1].mean() < 0.2 * values[0].mean()
