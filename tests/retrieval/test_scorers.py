"""MaxSim and pooled cosine against the slow way to say the same."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from clirlab.models import TokenBatch
from clirlab.retrieval import maxsim, pooled, scorers

INF = float("inf")


def batch(vectors, mask, norms=None):
    """Token vectors (B, L, d) with content at `mask`, as an encoder gives them; pieces are of no matter here."""
    vectors, mask = torch.tensor(vectors), torch.tensor(mask)
    norms = mask.float() if norms is None else torch.tensor(norms)
    return TokenBatch(vectors, norms, mask, torch.ones_like(mask), [[]] * len(mask), [[]] * len(mask))


def texts(at_least):
    """Ragged texts: for each token whether it is content, in an order of its own; vectors are drawn by seed."""
    content = st.lists(st.booleans(), min_size=1, max_size=5).filter(lambda text: sum(text) >= at_least)
    return st.tuples(st.lists(content, min_size=1, max_size=4), st.integers(0, 999))


def padded(drawn):
    """A batch of such texts; where there is no content, vectors that would win every maximum."""
    rows, seed = drawn
    length = max(map(len, rows))
    mask = torch.tensor([row + [False] * (length - len(row)) for row in rows])
    vectors = torch.randn(*mask.shape, 3, generator=torch.Generator().manual_seed(seed))
    vectors = torch.nn.functional.normalize(vectors, dim=-1)
    vectors[~mask] = 1e4
    return batch(vectors.tolist(), mask.tolist())


def test_maxsim_worked_example():
    # query (1, 0), (0, 1); passage (.6, .8), (-1, 0): max .6 + max .8
    query = batch([[[1.0, 0.0], [0.0, 1.0]]], [[True, True]])
    passages = batch([[[0.6, 0.8], [-1.0, 0.0]], [[-1.0, 0.0], [9.0, 9.0]]], [[True, True], [True, False]])
    assert maxsim(query, passages).tolist() == [pytest.approx([1.4, -1])]


@pytest.mark.parametrize("tile", [1, 7, 40, scorers.TILE])
@settings(deadline=None)
@given(queries=texts(at_least=1), passages=texts(at_least=0))
def test_maxsim_equals_a_double_loop_whatever_the_tile(tile, queries, passages):
    queries, passages = padded(queries), padded(passages)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scorers, "TILE", tile)
        found = maxsim(queries, passages)
    for i, query in enumerate(queries.mask):
        for j, passage in enumerate(passages.mask):
            mine, theirs = queries.vectors[i][query], passages.vectors[j][passage]
            expected = sum(max((float(q @ p) for p in theirs), default=-INF) for q in mine)
            assert found[i, j].item() == pytest.approx(expected, abs=1e-5)


def test_a_passage_without_content_scores_minus_infinity():
    query, empty = batch([[[1.0, 0.0]]], [[True]]), batch([[[1.0, 0.0]]], [[False]])
    assert maxsim(query, empty).tolist() == [[-INF]]


def test_pooled_worked_example():
    # as the encoder gave them: (3, 0) and (0, 4), mean in the direction (.6, .8)
    query = batch([[[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]], [[True, True, False]], norms=[[3.0, 4.0, 50.0]])
    passages = batch([[[1.0, 0.0]], [[0.0, -1.0]]], [[True], [True]], norms=[[2.0], [7.0]])
    assert pooled(query, passages).tolist() == [pytest.approx([0.6, -0.8])]
