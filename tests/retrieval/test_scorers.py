"""MaxSim and pooled cosine against the slow way to say the same."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from clirlab.errors import InputError
from clirlab.models import TokenBatch
from clirlab.retrieval import centred, maxsim, pooled, scorers

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


@pytest.mark.parametrize(("tile", "rows"), [(1, 1), (7, 4), (40, 512), (scorers.TILE, scorers.ROWS)])
@settings(deadline=None)
@given(queries=texts(at_least=1), passages=texts(at_least=0))
def test_maxsim_equals_a_double_loop_whatever_the_tile(tile, rows, queries, passages):
    queries, passages = padded(queries), padded(passages)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scorers, "TILE", tile)
        patch.setattr(scorers, "ROWS", rows)
        found = maxsim(queries, passages)
    for i, query in enumerate(queries.mask):
        for j, passage in enumerate(passages.mask):
            mine, theirs = queries.vectors[i][query], passages.vectors[j][passage]
            expected = sum(max((float(q @ p) for p in theirs), default=-INF) for q in mine)
            assert found[i, j].item() == pytest.approx(expected, abs=1e-5)


def test_a_passage_without_content_scores_minus_infinity():
    query, empty = batch([[[1.0, 0.0]]], [[True]]), batch([[[1.0, 0.0]]], [[False]])
    assert maxsim(query, empty).tolist() == [[-INF]]


def test_a_query_without_content_scores_0():
    query, passages = batch([[[1.0, 0.0]]], [[False]]), batch([[[1.0, 0.0]]] * 2, [[True], [False]])
    assert maxsim(query, passages).tolist() == [[0, 0]]


def test_token_weights_by_hand():
    # what the tokens find: .6 and .8; the weight of what is no content is of no matter
    query = batch([[[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]], [[True, True, False]])
    passages = batch([[[0.6, 0.8]], [[1.0, 0.0]]], [[True], [False]])
    assert maxsim(query, passages, torch.tensor([[0.5, 2.0, torch.nan]])).tolist() == [pytest.approx([1.9, -INF])]
    assert maxsim(query, passages, torch.tensor([[1.0, 0.0, 9.0]])).tolist() == [pytest.approx([0.6, -INF])]
    # nothing is asked
    assert maxsim(query, passages, torch.zeros(1, 3)).tolist() == [[0, 0]]


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (torch.ones(1, 2), r"weights have shape \(1, 2\), the queries' tokens \(1, 1\)"),
        (torch.tensor([[-1.0]]), "negative or not finite"),
        (torch.tensor([[torch.nan]]), "negative or not finite"),
    ],
)
def test_wrong_weights_are_named(weights, message):
    one = batch([[[1.0, 0.0]]], [[True]])
    with pytest.raises(ValueError, match=message):
        maxsim(one, one, weights)


@settings(deadline=None)
@given(queries=texts(at_least=1), passages=texts(at_least=0))
def test_bfloat16_is_near(queries, passages):
    queries, passages = padded(queries), padded(passages)
    # vectors and products are each rounded to 8 bits: 3 · 2^-9 a token at most, at five tokens
    exact, rounded = (maxsim(queries, passages, dtype=dtype) for dtype in ("float32", "bfloat16"))
    torch.testing.assert_close(rounded, exact, atol=5 * 3 * 2**-9, rtol=0)


def test_an_unknown_dtype_is_named():
    one = batch([[[1.0, 0.0]]], [[True]])
    with pytest.raises(InputError, match="unknown dtype 'bf16'; did you mean 'bfloat16'"):
        maxsim(one, one, dtype="bf16")


def test_pooled_worked_example():
    # as the encoder gave them: (3, 0) and (0, 4), mean in the direction (.6, .8)
    query = batch([[[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]], [[True, True, False]], norms=[[3.0, 4.0, 50.0]])
    passages = batch([[[1.0, 0.0]], [[0.0, -1.0]]], [[True], [True]], norms=[[2.0], [7.0]])
    assert pooled(query, passages).tolist() == [pytest.approx([0.6, -0.8])]


def test_centred_tokens_are_of_unit_norm_and_score_as_by_hand():
    query = batch([[[1.0, 0.0], [0.6, 0.8], [0.0, 0.0]]], [[True, True, False]])
    query = query._replace(attended=query.mask)
    moved = centred(query, torch.tensor([1.0, 0.4]))
    # (0, -.4) and (-.4, .4)
    half = 0.5**0.5
    torch.testing.assert_close(moved.vectors, torch.tensor([[[0.0, -1.0], [-half, half], [0.0, 0.0]]]))
    assert maxsim(moved, batch([[[0.0, 1.0]]], [[True]])).item() == pytest.approx(-1 + half)
    assert moved.mask is query.mask


def test_a_centre_of_another_width_is_named():
    one = batch([[[1.0, 0.0]]], [[True]])
    with pytest.raises(ValueError, match=r"shape \(3,\), the vectors have 2 entries"):
        centred(one, torch.zeros(3))
