"""LanceDB as a first stage: without a LanceDB index it compares with all vectors, so that the result is exact."""

import sys

import numpy as np
import pytest

from clirlab.errors import InputError
from clirlab.retrieval import build_index, build_lance, search_index, search_lance


@pytest.fixture
def index(tiny, animals, tmp_path):
    return build_index(tiny, animals, tmp_path / "index", dtype="float32", progress=False)


@pytest.fixture
def lancedb():
    return pytest.importorskip("lancedb", reason="needs the extra clirlab[lance]")


def test_comparing_with_all_vectors_finds_what_the_exact_search_finds(lancedb, tiny, animals, index, tmp_path):
    build_lance(index, tmp_path / "lance", kind="none", progress=False)
    found = search_lance(tiny, index, tmp_path / "lance", animals, k=10, first=60, dtype="float32")
    exact = search_index(tiny, index, animals, k=10, dtype="float32")
    # documents of the same text are equal but for rounding
    np.testing.assert_allclose(found["score"], exact["score"], rtol=1e-5, atol=1e-5)
    assert found["query_id"].tolist() == exact["query_id"].tolist()


def test_an_index_of_lancedb_finds_most_of_it(lancedb, tiny, animals, index, tmp_path):
    build_lance(index, tmp_path / "lance", kind="IVF_FLAT", partitions=4, progress=False)
    found = search_lance(tiny, index, tmp_path / "lance", animals, k=10, first=60, probes=4, dtype="float32")
    exact = search_index(tiny, index, animals, k=10, dtype="float32")
    least = exact.groupby("query_id")["score"].min()
    assert (found["score"] >= found["query_id"].map(least) - 1e-4).mean() >= 0.8


def test_a_query_without_content_gets_the_first_documents(lancedb, tiny, animals, index, tmp_path):
    build_lance(index, tmp_path / "lance", kind="none", progress=False)
    found = search_lance(tiny, index, tmp_path / "lance", {"q": ""}, k=3, first=60)
    assert found["doc_id"].tolist() == sorted(animals.docs["doc_id"])[:3]
    assert found["score"].tolist() == [0, 0, 0]


def test_a_table_that_is_not_there_is_there_already_or_is_of_another_index(lancedb, tiny, index, tmp_path):
    with pytest.raises(InputError, match="no table 'passages'; make it with build_lance"):
        search_lance(tiny, index, tmp_path / "lance", {"q": "a cat"})
    build_lance(index, tmp_path / "lance", kind="none", progress=False)
    with pytest.raises(InputError, match="has a table 'passages'; give another place, or remove it"):
        build_lance(index, tmp_path / "lance", kind="none", progress=False)
    other = build_index(tiny, [("a", "the cat")], tmp_path / "other", progress=False)
    with pytest.raises(InputError, match=r"lance: not built from the index in .*other; build it anew with build_lance"):
        search_lance(tiny, other, tmp_path / "lance", {"q": "a cat"})


def test_settings_that_cannot_be(lancedb, tiny, index, tmp_path):
    with pytest.raises(InputError, match="unknown kind of LanceDB index 'IVF_SG'; did you mean 'IVF_SQ'"):
        build_lance(index, tmp_path / "lance", kind="IVF_SG")
    with pytest.raises(InputError, match=r"first must be at least k \(100\), got 10"):
        search_lance(tiny, index, tmp_path / "lance", {"q": "a cat"}, first=10)


def test_without_lancedb_the_extra_is_named(monkeypatch, index, tmp_path):
    monkeypatch.setitem(sys.modules, "lancedb", None)
    with pytest.raises(InputError, match=r"LanceDB is not installed: pip install 'clirlab\[lance\]'"):
        build_lance(index, tmp_path / "lance")
