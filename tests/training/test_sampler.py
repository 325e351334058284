"""The order in which pairs are used: all of them, in batches of similar length, within a budget."""

from collections import Counter
from itertools import islice, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from clirlab.training.sampler import bucketed

lengths_of_pairs = st.lists(st.integers(1, 30), min_size=1, max_size=40)
batch_sizes, seeds = st.integers(1, 6), st.integers(0, 99)


@settings(deadline=None)
@given(lengths_of_pairs, batch_sizes, st.integers(1, 4), seeds)
def test_no_pair_is_used_again_before_all_others_and_batches_are_of_similar_length(lengths, size, windows, seed):
    used = Counter(dict.fromkeys(range(len(lengths)), 0))
    batches = list(islice(bucketed(lengths, size, seed), 8 * windows))
    assert [len(batch) for batch in batches] == [size] * 8 * windows  # full, however few pairs there are
    for start in range(0, len(batches), 8):
        window = batches[start : start + 8]
        used.update(i for batch in window for i in batch)
        assert max(used.values()) - min(used.values()) <= 1
        spans = sorted((min(lengths[i] for i in batch), max(lengths[i] for i in batch)) for batch in window)
        assert all(high <= low for (_, high), (low, _) in pairwise(spans))


@settings(deadline=None)
@given(lengths_of_pairs, st.integers(1, 90), seeds)
def test_a_budget_of_tokens_is_kept_and_no_pair_is_left_behind(lengths, tokens, seed):
    batches = list(islice(bucketed(lengths, 16, seed, tokens), 200))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= tokens
    assert {i for batch in batches for i in batch} == set(range(len(lengths)))


def test_batches_within_a_budget_are_as_large_as_they_can_be():
    sizes = [len(batch) for batch in islice(bucketed([5] * 40, 16, 0, tokens=21), 9)]
    assert set(sizes) == {4}


def test_seeds_differ():
    assert len({str(list(islice(bucketed([5] * 50, 4, seed), 3))) for seed in range(5)}) == 5
