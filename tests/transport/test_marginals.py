import math

import numpy as np
import pytest
import torch
from problems import uniform as numbers

from clirlab.transport import by_idf, by_norm, document_frequency, solve, uniform

MASK = torch.tensor([[True, False, True], [True, True, True]])


def test_uniform_by_hand():
    assert uniform(MASK).numpy() == pytest.approx(np.array([[0.5, 0, 0.5], [1 / 3] * 3]))


def test_norms_by_hand_whatever_the_padding_holds():
    norms = torch.tensor([[3.0, torch.nan, 1.0], [0.0, 2.0, 2.0]])
    assert by_norm(norms, MASK).tolist() == [[0.75, 0, 0.25], [0, 0.5, 0.5]]


def test_idf_by_hand():
    # of 7 documents, piece 0 is in 7 (idf 1) and piece 1 in 1: log(8 / 2) + 1
    ids, frequency = torch.tensor([[0, -100, 1], [0, 0, 0]]), torch.tensor([7, 1])
    rare = math.log(4) + 1
    weights = by_idf(ids, MASK, frequency, documents=7)
    assert weights.numpy() == pytest.approx(np.array([[1 / (1 + rare), 0, rare / (1 + rare)], [1 / 3] * 3]))


def test_document_frequency_is_that_of_a_set_per_document():
    generator = torch.Generator().manual_seed(0)
    ids, mask = torch.randint(0, 9, (20, 6), generator=generator), torch.rand(20, 6, generator=generator) < 0.7
    sets = [set(row[valid].tolist()) for row, valid in zip(ids, mask, strict=True)]
    assert document_frequency(ids, mask, 12).tolist() == [sum(piece in s for s in sets) for piece in range(12)]


def test_no_document_contains_anything():
    assert document_frequency(torch.zeros(0, 4, dtype=torch.long), torch.zeros(0, 4, dtype=torch.bool), 3).sum() == 0


def test_marginals_are_what_solve_takes():
    cost, norms = numbers(2, 3, 3), numbers(2, 3, seed=1) + 0.1
    plan = solve(cost, a=by_norm(norms, MASK), mask=(MASK, MASK))
    assert plan.plan.sum(-1).numpy() == pytest.approx(by_norm(norms, MASK).numpy())
    assert plan.plan.sum(-2).numpy() == pytest.approx(uniform(MASK).numpy())


@pytest.mark.parametrize(
    "weights",
    [lambda: uniform(torch.tensor([[False, False]])), lambda: by_norm(torch.tensor([[0.0, 0.0]]), MASK[:1, ::2])],
)
def test_a_text_without_mass_is_an_error(weights):
    with pytest.raises(ValueError, match="with a positive one among the valid tokens of each text"):
        weights()


def test_negative_norms_are_an_error():
    with pytest.raises(ValueError, match="weights must be non-negative"):
        by_norm(torch.tensor([[1.0, -1.0, 3.0]]), MASK[1:])
