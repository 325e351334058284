"""Objectives on pooled vectors against hand calculations."""

import math

import pytest
import torch

from clirlab.training import OBJECTIVES
from clirlab.training.objectives import Batch
from clirlab.training.objectives.batch import pool


def loss(name, batch, **options):
    return OBJECTIVES[name].function(batch, **options)


def of_pooled(student, teacher, **fields):
    """A batch of texts of one token."""
    student, teacher = (torch.tensor(side, dtype=torch.float64)[:, None] for side in (student, teacher))
    mask = torch.ones(len(student), 1, dtype=torch.bool)
    return Batch(student, mask, teacher, mask, torch.zeros(student.shape[-1]), **fields)


def two_pairs():
    # pair 0: mean (1, 1), at 45 degrees to (1, 0); pair 1: opposite means
    student = torch.tensor([[[2.0, 0.0], [0.0, 2.0]], [[3.0, 0.0], [9.0, 9.0]]])
    teacher = torch.tensor([[[5.0, 0.0]], [[-1.0, 0.0]]])
    rows = torch.tensor([[True, True], [True, False]])
    return Batch(student, rows, teacher, torch.ones(2, 1, dtype=torch.bool), torch.zeros(2))


def test_mse_worked_example():
    found = loss("mse", two_pairs())
    assert found.value.item() == pytest.approx((2 - math.sqrt(2) + 4) / 2)
    assert math.isnan(found.perplexity)


def test_mse_of_both_sides_adds_the_english_one():
    # the student's English is right for pair 0 and at a right angle for pair 1
    batch = two_pairs()._replace(english=torch.tensor([[[1.0, 0.0]], [[0.0, 1.0]]]))
    assert loss("mse", batch, both=True).value.item() == pytest.approx((2 - math.sqrt(2) + 4) / 2 + (0 + 2) / 2)
    assert loss("mse", batch).value.item() == pytest.approx((2 - math.sqrt(2) + 4) / 2)


def test_cosine_is_half_of_mse():
    assert loss("cosine", two_pairs()).value.item() == pytest.approx((2 - math.sqrt(2) + 4) / 4)


def test_pool_is_the_direction_of_the_mean_of_what_is_not_masked():
    vectors = torch.tensor([[[3.0, 0.0], [0.0, 4.0], [-50.0, 7.0]]])
    assert pool(vectors, torch.tensor([[True, True, False]])).tolist() == [pytest.approx([0.6, 0.8])]


def test_infonce_worked_example():
    # cosines [[1, 0], [.6, .8]], temperature 1
    batch = of_pooled([[1.0, 0.0], [0.6, 0.8]], [[1.0, 0.0], [0.0, 1.0]])
    e = math.exp
    rows = -math.log(e(1) / (e(1) + e(0))) - math.log(e(0.8) / (e(0.6) + e(0.8)))
    columns = -math.log(e(1) / (e(1) + e(0.6))) - math.log(e(0.8) / (e(0) + e(0.8)))
    assert loss("infonce", batch, temperature=1.0).value.item() == pytest.approx((rows + columns) / 4)


def test_infonce_of_one_pair_is_nothing_and_of_identical_sides_what_is_stated():
    x = torch.nn.functional.normalize(torch.randn(4, 3, generator=torch.Generator().manual_seed(0)).double(), dim=-1)
    assert loss("infonce", of_pooled(x[:1].tolist(), x[1:2].tolist())).value.item() == 0
    stated = ((x @ x.T - 1) / 0.05).logsumexp(1).mean().item()
    assert loss("infonce", of_pooled(x.tolist(), x.tolist())).value.item() == pytest.approx(stated)
    alike = [[1.0, 0.0], [1.0, 1e-2]]  # no copies, but hardly apart
    assert loss("infonce", of_pooled(alike, alike), temperature=1.0).value.item() == pytest.approx(
        math.log(2), abs=1e-3
    )


def test_pairs_of_the_same_english_sentence_are_no_negatives_of_each_other():
    student = [[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]]
    twice = of_pooled(student, [[1.0, 0.0], [2.0, 1e-9], [0.0, 1.0]])  # the first two are one text, but for rounding
    (left, right), e = ((0, 2), (1, 2)), math.exp
    found = loss("infonce", twice, temperature=1.0).value.item()
    alone = [
        loss("infonce", of_pooled([student[i] for i in pair], [[1.0, 0.0], [0.0, 1.0]]), temperature=1.0).value.item()
        for pair in (left, right)
    ]
    # two pairs see one negative each; the third sees both others, in its row as one text said twice
    third_row, third_column = -math.log(e(1) / (e(1) + 2 * e(0))), -math.log(e(1) / (e(1) + e(0) + e(0.8)))
    firsts = (
        -math.log(e(1) / (e(1) + e(0))) * 2 - math.log(e(0.6) / (e(0.6) + e(0.8))) - math.log(e(0.6) / (e(0.6) + e(0)))
    )
    assert found == pytest.approx((firsts + third_row + third_column) / 6)
    assert found != pytest.approx(sum(alone) / 2)
    numbered = of_pooled(student, [[1.0, 0.0], [2.0, 1e-9], [0.0, 1.0]], sentences=torch.tensor([7, 7, 8]))
    assert loss("infonce", numbered, temperature=1.0).value.item() == pytest.approx(found)
    distinct = numbered._replace(sentences=torch.tensor([0, 1, 2]))
    assert loss("infonce", distinct, temperature=1.0).value.item() > found


def test_a_batch_of_one_sentence_said_many_times_has_no_negatives():
    same = of_pooled([[1.0, 0.0], [0.6, 0.8]], [[1.0, 0.0]] * 2)
    assert loss("infonce", same).value.item() == 0
