from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from vectors import WIDTH, vectors

from clirlab.corpora import Collection
from clirlab.retrieval import Index, open_index
from clirlab.retrieval.build import write_index
from clirlab.retrieval.layout import Source

WORDS = ["the", "a", "cat", "dog", "sleeps", "barks", "under", "roof", "cats", "dogs", ",", "sleeping", "barked", "on"]


@pytest.fixture(scope="session")
def animals() -> Collection:
    """150 documents of up to 5 words, one of them empty and some alike; they fill three tiles."""
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(WORDS, size=rng.integers(1, 6))) for _ in range(150)]
    texts[7], texts[90:100] = "", texts[:10]
    ids = [f"d{i}" for i in rng.permutation(len(texts))]
    docs = pd.DataFrame({"doc_id": ids, "title": "", "text": texts})
    asked = ["a cat", "the dogs bark", "under a roof", "sleeping cats , dogs"]
    queries = pd.DataFrame({"query_id": [f"q{i}" for i in range(len(asked))], "text": asked})
    qrels = pd.DataFrame({"query_id": ["q0"], "doc_id": [ids[0]], "relevance": 1})
    return Collection("animals", docs, queries, qrels, "en", "en", "here", "MIT")


@pytest.fixture
def exact_index(tmp_path: Path) -> Callable[..., Index]:
    """Makes an index of 300 passages whose scores are exact, so that many of them are equal."""

    def make(name: str = "exact", seed: int = 0, first: int = 0, fingerprint: str = "0" * 64) -> Index:
        ids = [f"d{i}" for i in np.random.default_rng(seed).permutation(300) + first]
        source = Source(encoder="exact", fingerprint=fingerprint, width=WIDTH, dtype="float32", arithmetic="float32")
        write_index(source, [(ids, "key", [(range(300), vectors(seed, 300, exact=True))])], tmp_path / name)
        return open_index(tmp_path / name)

    return make
