"""Sentence pairs made ready: which are kept, in which order they are used, and how a batch is laid out."""

from collections import Counter
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from clirlab.corpora import Bitext
from clirlab.errors import InputError
from clirlab.training.pairs import bucketed, collate, prepare

PAIRS = {"a cat": "the cats sleep", "": "a dog", "dogs": "", "the dog barks": "under a roof"}


def bitext(pairs):
    return Bitext("tiny", "xx", tuple(pairs), tuple(pairs.values()))


def test_pairs_without_content_on_a_side_are_dropped(tiny):
    prepared = prepare(tiny, bitext(PAIRS), dtype="float32")
    assert prepared.student == tiny.tokenize(["a cat", "the dog barks"], kind="query")
    assert len(prepared.teacher) == 2


def test_the_teacher_gives_its_content_vectors_with_their_own_norms_and_their_mean_direction(tiny):
    prepared = prepare(tiny, bitext(PAIRS), dtype="float32")
    units = []
    for english, found in zip(["the cats sleep", "under a roof"], prepared.teacher, strict=True):
        tokens = tiny.encode([english], kind="query", dtype="float32")
        units.append(tokens.vectors[tokens.mask])
        torch.testing.assert_close(found, units[-1] * tokens.norms[tokens.mask].unsqueeze(-1), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(prepared.center, torch.cat(units).mean(0), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("pairs", [{}, {"": "a dog", "a cat": ""}])
def test_nothing_to_train_on_is_named(tiny, pairs):
    with pytest.raises(InputError, match="nothing to train on: no pair has content on both sides"):
        prepare(tiny, bitext(pairs))


lengths_of_pairs = st.lists(st.integers(1, 30), min_size=1, max_size=40)
batch_sizes, seeds = st.integers(1, 6), st.integers(0, 99)


@settings(deadline=None)
@given(lengths_of_pairs, batch_sizes, st.integers(1, 4), seeds)
def test_no_pair_is_used_again_before_all_others_and_batches_are_of_similar_length(lengths, size, windows, seed):
    used = Counter(dict.fromkeys(range(len(lengths)), 0))
    batches = list(bucketed(lengths, size, 8 * windows, seed))
    assert [len(batch) for batch in batches] == [size] * 8 * windows  # full, however few pairs there are
    for start in range(0, len(batches), 8):
        window = batches[start : start + 8]
        used.update(i for batch in window for i in batch)
        assert max(used.values()) - min(used.values()) <= 1
        spans = sorted((min(lengths[i] for i in batch), max(lengths[i] for i in batch)) for batch in window)
        assert all(high <= low for (_, high), (low, _) in pairwise(spans))


@settings(deadline=None)
@given(lengths_of_pairs, batch_sizes, st.integers(1, 30), seeds)
def test_the_order_is_of_the_seed_and_does_not_depend_on_the_number_of_steps(lengths, size, steps, seed):
    assert list(bucketed(lengths, size, steps, seed)) == list(bucketed(lengths, size, 30, seed))[:steps]


def test_seeds_differ():
    assert len({str(list(bucketed([5] * 50, 4, 3, seed))) for seed in range(5)}) == 5


def test_a_batch_is_laid_out_as_objectives_take_it(tiny):
    prepared = prepare(tiny, bitext(PAIRS), dtype="float32")
    lookup = torch.arange(100, 100 + len(tiny.tokenizer))
    ids, attended, content, teacher, teacher_mask = collate(prepared, [1, 0], lookup, padding=0)
    # [CLS] query : the dog bark ##s [SEP]; [CLS] query : a cat [SEP] and two of padding
    long, short = (prepared.student[i].ids for i in (1, 0))
    assert (ids - 100).tolist() == [long, [*short, 0, 0]]
    assert attended.tolist() == [[True] * 8, [True] * 6 + [False] * 2]
    assert content.tolist() == [[False] * 3 + [True] * 4 + [False], [False] * 3 + [True] * 2 + [False] * 3]
    assert teacher_mask.tolist() == [[True] * 3 + [False], [True] * 4]  # under a roof; the cat ##s sleep
    assert teacher[0, :3].equal(prepared.teacher[1])
    assert teacher[1].equal(prepared.teacher[0])
