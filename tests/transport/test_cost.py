import numpy as np
import pytest
import torch
from problems import uniform
from scipy.spatial.distance import cdist

from clirlab.transport import COSTS, cosine_cost, dot_cost, spread, squared_euclidean_cost

costs = pytest.mark.parametrize("cost", COSTS.values(), ids=COSTS)


def vectors(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_cosine_by_hand():
    # cosines of (1, 0) with (2, 0), (0, 3), (-1, 0) and (1, 1)
    cost = cosine_cost(torch.tensor([[1.0, 0.0]]), torch.tensor([[2.0, 0.0], [0.0, 3.0], [-1.0, 0.0], [1.0, 1.0]]))
    assert cost[0].tolist() == pytest.approx([0, 1, 2, 1 - 0.5**0.5])


def test_squared_euclidean_and_dot_by_hand():
    x, y = torch.tensor([[1.0, 2.0]]), torch.tensor([[4.0, 6.0], [1.0, 2.0], [0.0, 0.0]])
    assert squared_euclidean_cost(x, y).tolist() == [[25, 0, 5]]
    assert dot_cost(x, y).tolist() == [[-16, -5, 0]]
    assert dot_cost(x, y, center=torch.tensor([1.0, 0.0])).tolist() == [[-12, -4, 0]]


@pytest.mark.parametrize(("ours", "metric"), [(cosine_cost, "cosine"), (squared_euclidean_cost, "sqeuclidean")])
def test_agrees_with_scipy_with_and_without_a_centre(ours, metric):
    x, y, c = vectors(2, 5, 8), vectors(2, 7, 8, seed=1), vectors(8, seed=2)
    cost, centred = ours(x, y), ours(x, y, center=c)
    for i in range(2):
        assert cost[i].numpy() == pytest.approx(cdist(x[i], y[i], metric))
        assert centred[i].numpy() == pytest.approx(cdist(x[i] - c, y[i] - c, metric))


def test_a_centre_changes_no_euclidean_distance():
    x, y, c = vectors(3, 4), vectors(5, 4, seed=1), vectors(4, seed=2)
    assert squared_euclidean_cost(x, y, center=c).numpy() == pytest.approx(squared_euclidean_cost(x, y).numpy())


def test_of_unit_vectors_the_squared_distance_is_twice_the_cosine_cost():
    x, y = (torch.nn.functional.normalize(vectors(4, 6, seed=k), dim=-1) for k in (0, 1))
    assert squared_euclidean_cost(x, y).numpy() == pytest.approx(2 * cosine_cost(x, y).numpy())


def test_costs_stay_in_range_in_single_precision():
    x = vectors(200, 3).float()
    assert cosine_cost(x, x).min() >= 0
    assert cosine_cost(x, -x).max() <= 2
    assert squared_euclidean_cost(x + 100, x + 100).min() >= 0


@costs
def test_one_set_is_compared_with_every_set_of_the_other_side(cost):
    x, y = vectors(3, 4), vectors(6, 5, 4, seed=1)
    found = cost(x, y)
    assert found.shape == (6, 3, 5)
    for i in range(6):
        assert found[i].numpy() == pytest.approx(cost(x, y[i]).numpy())


@costs
def test_the_gradient_agrees_with_finite_differences(cost):
    x, y, c = (v.requires_grad_() for v in (vectors(3, 4), vectors(2, 4, seed=1), vectors(4, seed=2)))
    assert torch.autograd.gradcheck(cost, (x, y, c))


def test_a_vector_of_norm_0_is_at_cost_1_and_has_a_finite_gradient():
    x = torch.zeros(1, 4, requires_grad=True)
    cost = cosine_cost(x, vectors(3, 4).float())
    assert cost.tolist() == [[1, 1, 1]]
    cost.sum().backward()
    assert x.grad.isfinite().all()


@costs
def test_single_precision_gives_single_precision(cost):
    assert cost(uniform(2, 3).float(), uniform(4, 3).float()).dtype == torch.float32


def test_spread_is_that_of_the_valid_costs():
    cost = vectors(3, 4, 5)
    valid = torch.zeros(3, 4, 5, dtype=torch.bool)
    valid[0], valid[1, :2], valid[2, 1:3, ::2] = True, True, True
    for kind, measure in (("std", np.std), ("range", np.ptp)):
        expected = [measure(cost[i][valid[i]].numpy()) for i in range(3)]
        assert spread(cost, valid, kind).tolist() == pytest.approx(expected)
        assert spread(cost, kind=kind).tolist() == pytest.approx([measure(c.numpy()) for c in cost])


def test_an_unknown_kind_of_spread_is_named():
    with pytest.raises(ValueError, match="unknown kind of spread 'variance'; known: std, range"):
        spread(vectors(1, 2, 2), kind="variance")
