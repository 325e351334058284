import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist

from clirlab.transport import cosine_cost


def vectors(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_worked_example():
    # cosines of (1, 0) with (2, 0), (0, 3), (-1, 0) and (1, 1)
    cost = cosine_cost(torch.tensor([[1.0, 0.0]]), torch.tensor([[2.0, 0.0], [0.0, 3.0], [-1.0, 0.0], [1.0, 1.0]]))
    assert cost[0].tolist() == pytest.approx([0, 1, 2, 1 - 0.5**0.5])


def test_agrees_with_scipy_with_and_without_a_centre():
    x, y, c = vectors(2, 5, 8), vectors(2, 7, 8, seed=1), vectors(8, seed=2)
    cost, centred = cosine_cost(x, y), cosine_cost(x, y, center=c)
    for i in range(2):
        assert cost[i].numpy() == pytest.approx(cdist(x[i], y[i], "cosine"))
        assert centred[i].numpy() == pytest.approx(cdist(x[i] - c, y[i] - c, "cosine"))


def test_costs_stay_in_range_in_single_precision():
    x = vectors(200, 3).float()
    assert cosine_cost(x, x).min() >= 0
    assert cosine_cost(x, -x).max() <= 2


def test_a_vector_of_norm_0_is_at_cost_1_and_has_a_finite_gradient():
    x = torch.zeros(1, 4, requires_grad=True)
    cost = cosine_cost(x, vectors(3, 4).float())
    assert cost.tolist() == [[1, 1, 1]]
    cost.sum().backward()
    assert np.isfinite(x.grad.numpy()).all()
