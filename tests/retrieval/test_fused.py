"""Two queries of one need in one pass, against two passes and against loops over words."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from clirlab.errors import InputError
from clirlab.models import TokenBatch
from clirlab.retrieval import fused_maxsim, maxsim, scorers
from clirlab.retrieval.fused import FUSIONS

INF = float("inf")


def texts(generator, count, length, words=3, empty=False):
    """A batch of random ragged texts, the first two tokens special, the rest in rising words; padding is large."""
    mask = torch.zeros(count, length + 2, dtype=torch.bool)
    word_ids, pieces = [], []
    for i in range(count):
        n = int(generator.integers(0 if empty else 1, length + 1))
        mask[i, 2 : 2 + n] = True
        word_ids.append([None, None, *sorted(generator.integers(0, words, n).tolist())])
        pieces.append(["x"] * (2 + n))
    vectors = torch.tensor(generator.normal(size=(count, length + 2, 4)), dtype=torch.float32)
    vectors = torch.nn.functional.normalize(vectors, dim=-1)
    vectors[~mask] = 1e4
    return TokenBatch(vectors, mask.float(), mask, torch.ones_like(mask), pieces, word_ids)


def maxima(batch, i, passage):
    """The similarity that each content token of query i finds, by token position."""
    return {
        t: max(float(batch.vectors[i, t] @ p) for p in passage) for t in range(len(batch.mask[i])) if batch.mask[i, t]
    }


def by_groups(first, second, i, passage, groups):
    """Σ over groups of half their tokens times the better mean."""
    found = maxima(first, i, passage), maxima(second, i, passage)
    score = 0.0
    for own, other in groups:
        sides = [[found[0][t] for t in own], [found[1][t] for t in other]]
        means = [sum(side) / len(side) for side in sides if side]
        if means:
            score += (len(own) + len(other)) / 2 * max(means)
    return score


def tokens_of(batch, i, words):
    return [t for t, word in enumerate(batch.word_ids[i]) if batch.mask[i, t] and word in words]


@pytest.fixture
def worked():
    """One need: native words a (two pieces), b; gloss words A, C; one passage of one token e_1."""

    def of(cosines, words):
        vectors = torch.tensor([[[c, (1 - c * c) ** 0.5] for c in cosines]])
        mask = torch.ones(1, len(cosines), dtype=torch.bool)
        return TokenBatch(vectors, mask.float(), mask, mask, [["x"] * len(cosines)], [words])

    return of([0.2, 0.4, 0.8], [0, 0, 1]), of([0.6, 0.0], [0, 1]), of([1.0], [0])


def test_worked_example(worked):
    links = [[(0, 0), (1, 1)]]
    found = {how: fused_maxsim(*worked, how=how, weight=0.25, links=links).item() for how in FUSIONS}
    # sums 1.4 of three tokens and .6 of two
    assert found["mean"] == pytest.approx((1.4 + 0.6) / 2)
    assert found["weighted"] == pytest.approx(0.75 * 1.4 + 0.25 * 0.6)
    assert found["max"] == pytest.approx(2.5 * max(1.4 / 3, 0.6 / 2))
    # a: two pieces, mean .3, A: one piece, .6; b: .8, C: 0
    assert found["per-word"] == pytest.approx(1.5 * 0.6 + 1 * 0.8)
    # b has no counterpart and counts half, C neither
    assert fused_maxsim(*worked, how="per-word", links=[[(0, 0)]]).item() == pytest.approx(1.5 * 0.6 + 0.4 + 0.0)
    # A and C are two words for a: one group of three
    assert fused_maxsim(*worked, how="per-word", links=[[(0, 0), (0, 1)]]).item() == pytest.approx(2 * 0.3 + 0.4)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 9999), st.sampled_from([1, 30, 2**19]), st.sampled_from([1, 6, 512]))
def test_one_pass_equals_two_passes_and_loops_over_words(seed, tile, rows):
    generator = np.random.default_rng(seed)
    count = int(generator.integers(1, 4))
    first, second = texts(generator, count, 5), texts(generator, count, 4, empty=True)
    passages = texts(generator, 5, 6, empty=True)
    links = [generator.integers(0, 3, (int(generator.integers(0, 4)), 2)).tolist() for _ in range(count)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scorers, "TILE", tile)
        patch.setattr(scorers, "ROWS", rows)
        found = {how: fused_maxsim(first, second, passages, how, 0.3, links) for how in FUSIONS}
        one, two = maxsim(first, passages), maxsim(second, passages)
    two = two.where(second.mask.any(1)[:, None], 0)
    torch.testing.assert_close(found["mean"], (one + two) / 2, atol=1e-5, rtol=0)
    torch.testing.assert_close(found["weighted"], 0.7 * one + 0.3 * two, atol=1e-5, rtol=0)
    for i in range(count):
        groups = []
        for pair in links[i]:
            together = [g for g in groups if pair[0] in g[0] or pair[1] in g[1]]
            groups = [g for g in groups if g not in together]
            groups.append(({pair[0]}.union(*(g[0] for g in together)), {pair[1]}.union(*(g[1] for g in together))))
        linked = {w for g in groups for w in g[0]}, {w for g in groups for w in g[1]}
        groups += [({w}, set()) for w in range(3) if w not in linked[0]]
        groups += [(set(), {w}) for w in range(3) if w not in linked[1]]
        words = [(tokens_of(first, i, g[0]), tokens_of(second, i, g[1])) for g in groups]
        whole = [(tokens_of(first, i, range(3)), tokens_of(second, i, range(3)))]
        for j, mask in enumerate(passages.mask):
            passage = passages.vectors[j][mask]
            for how, cut in (("per-word", words), ("max", whole)):
                expected = by_groups(first, second, i, passage, cut) if len(passage) else -INF
                assert found[how][i, j].item() == pytest.approx(expected, abs=1e-5)
    content = passages.mask.any(1)
    assert (found["per-word"] >= found["mean"] - 1e-5)[:, content].all()


@pytest.mark.parametrize("how", FUSIONS)
def test_a_query_fused_with_itself_scores_as_it_does_alone(how):
    generator = np.random.default_rng(0)
    queries, passages = texts(generator, 3, 5), texts(generator, 4, 6)
    links = [[(word, word) for word in range(3)]] * 3
    torch.testing.assert_close(fused_maxsim(queries, queries, passages, how, links=links), maxsim(queries, passages))


def test_weights_count_in_both_and_a_token_of_weight_0_is_left_out(worked):
    weights = torch.tensor([[1.0, 0.0, 0.5]]), torch.tensor([[2.0, 0.0]])
    sums = 0.2 + 0.5 * 0.8, 2 * 0.6
    assert fused_maxsim(*worked, weights=weights).item() == pytest.approx(sum(sums) / 2)
    found = fused_maxsim(*worked, how="max", weights=weights).item()
    assert found == pytest.approx((1.5 + 2) / 2 * max(sums[0] / 1.5, sums[1] / 2))


def test_a_share_of_1_is_the_second_query_alone(worked):
    assert fused_maxsim(*worked, how="weighted", weight=1).item() == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"how": "maen"}, "unknown fusion 'maen'; did you mean 'mean'"),
        ({"weight": 1.5}, r"weight must be in \[0, 1\], got 1.5"),
        ({"how": "per-word"}, "one list of links for each of the 1 queries"),
        ({"how": "per-word", "links": [[], []]}, "one list of links for each of the 1 queries"),
        ({"how": "per-word", "links": [[(0, -1)]]}, "query 0 has a link to a word below 0"),
        ({"weights": (None, torch.ones(1, 3))}, r"weights have shape \(1, 3\), the queries' tokens \(1, 2\)"),
    ],
)
def test_what_does_not_fit_is_named(worked, options, message):
    error = InputError if "maen" in options.values() else ValueError
    with pytest.raises(error, match=message):
        fused_maxsim(*worked, **options)


@pytest.mark.parametrize("how", FUSIONS)
def test_a_need_without_content_scores_0(how, worked):
    native, gloss, passage = (batch.take([0, 0]) for batch in worked)
    native.mask[1], gloss.mask[1] = False, False
    native.word_ids[1], gloss.word_ids[1] = [None] * 3, [None] * 2
    empty = passage._replace(mask=torch.tensor([[True], [False]]))
    found = fused_maxsim(native, gloss, empty, how, links=[[(0, 0), (1, 1)], []])
    assert found[1].tolist() == [0, 0]
    assert found[0, 0] > 0
    assert found[0, 1] == -INF


def test_needs_are_asked_twice(worked):
    native, gloss, passage = worked
    with pytest.raises(ValueError, match="1 first queries and 2 second ones"):
        fused_maxsim(native, gloss.take([0, 0]), passage)
