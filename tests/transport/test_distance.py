import numpy as np
import ot
import pytest
import torch
from problems import ragged, uniform
from scipy.spatial.distance import cdist

from clirlab.transport import COSTS, distance, sinkhorn_divergence, solve

# sets of 3, 5 and 1 vectors with 4, 2 and 6 of the other side, padded, with holes
PROBLEMS = ragged(((3, 4), (5, 2), (1, 6)))
X, Y = uniform(3, 5, 4) - 0.5, uniform(3, 6, 4, seed=1) - 0.5
both = pytest.mark.parametrize("compare", [distance, sinkhorn_divergence])


def pairs():
    for x, y, rows, columns in zip(X, Y, *PROBLEMS.mask, strict=True):
        yield x[rows], y[columns]


def padded(filler):
    rows, columns = (valid[:, :, None] for valid in PROBLEMS.mask)
    return X.where(rows, filler), Y.where(columns, filler)


@pytest.mark.parametrize("cost", ["cosine", "sqeuclidean"])
def test_the_distance_agrees_with_emd2_on_scipys_costs(cost):
    expected = [
        ot.emd2(np.full(len(x), 1 / len(x)), np.full(len(y), 1 / len(y)), cdist(x, y, cost)) for x, y in pairs()
    ]
    assert distance(X, Y, mask=PROBLEMS.mask, cost=cost).tolist() == pytest.approx(expected)


@both
@pytest.mark.parametrize("filler", [0.0, 1e6, torch.nan])
def test_ragged_sets_are_compared_as_each_alone(compare, filler):
    alone = [compare(x, y).item() for x, y in pairs()]
    assert compare(*padded(filler), mask=PROBLEMS.mask).tolist() == pytest.approx(alone, abs=1e-5)


@both
@pytest.mark.parametrize("cost", COSTS)
def test_one_query_with_many_documents_is_a_loop(compare, cost):
    query, rows = X[0], torch.tensor([True, True, False, True, True])
    found = compare(query, Y, mask=(rows, PROBLEMS.mask[1]), cost=cost)
    loop = [compare(query[rows], y[valid], cost=cost).item() for y, valid in zip(Y, PROBLEMS.mask[1], strict=True)]
    assert found.shape == (3,)
    assert found.tolist() == pytest.approx(loop, abs=1e-5)
    other_way = compare(Y, query, mask=(PROBLEMS.mask[1], rows), cost=cost)
    assert other_way.tolist() == pytest.approx(loop, abs=1e-5)


@both
def test_a_centre_is_subtracted_first(compare):
    c = uniform(4, seed=2)
    assert compare(X, Y, center=c).tolist() == pytest.approx(compare(X - c, Y - c).tolist(), abs=1e-5)


@both
def test_a_single_pair_gives_a_number(compare):
    assert compare(X[0], Y[0]).shape == ()
    assert compare(X[0], Y[0]).item() == pytest.approx(compare(X, Y)[0].item(), abs=1e-5)


def test_the_distance_takes_the_options_of_solve():
    a = torch.tensor([0.1, 0.2, 0.3, 0.2, 0.2]).double()
    found = distance(X[0], Y[0], method="partial", mass=0.5, a=a)
    assert found.item() == pytest.approx(solve(COSTS["cosine"](X[0], Y[0]), "partial", mass=0.5, a=a).value.item())


def test_the_divergence_is_its_formula():
    def smooth(x, y):
        return solve(COSTS["cosine"](x, y), "sinkhorn", 0.1, tolerance=1e-9).objective.item()

    expected = [smooth(x, y) - smooth(x, x) / 2 - smooth(y, y) / 2 for x, y in pairs()]
    found = sinkhorn_divergence(X, Y, mask=PROBLEMS.mask, epsilon=0.1, tolerance=1e-9)
    assert found.tolist() == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("cost", ["cosine", "sqeuclidean"])
@pytest.mark.parametrize("epsilon", [0.01, 0.1, 10])
def test_the_divergence_is_0_for_equal_sets_positive_for_others_and_symmetric(cost, epsilon):
    options = {"cost": cost, "epsilon": epsilon, "tolerance": 1e-9}
    shuffled = X[:, torch.tensor([3, 1, 4, 0, 2])]
    assert sinkhorn_divergence(X, shuffled, **options).abs().max() < 1e-7
    there, back = sinkhorn_divergence(X, Y, **options), sinkhorn_divergence(Y, X, **options)
    assert there.min() > 1e-3
    assert there.tolist() == pytest.approx(back.tolist(), abs=1e-7)


def test_of_masses_that_differ_the_divergence_is_positive():
    x, a, b = X[0], torch.tensor([0.2, 0.2, 0.2, 0.2, 0.2]).double(), torch.tensor([0.6, 0.1, 0.1, 0.1, 0.1]).double()
    assert sinkhorn_divergence(x, x, a=a, b=a).item() == pytest.approx(0, abs=1e-7)
    assert sinkhorn_divergence(x, x, a=a, b=b).item() > 0.01


def test_the_divergence_goes_to_the_distance_as_epsilon_vanishes():
    expected = distance(X, Y, mask=PROBLEMS.mask)
    errors = [
        (sinkhorn_divergence(X, Y, mask=PROBLEMS.mask, epsilon=epsilon) - expected).abs().max().item()
        for epsilon in (0.3, 0.03, 0.003, 1e-6)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 1e-4


def test_a_relative_epsilon_is_that_of_the_cross_cost_for_all_three():
    cost = COSTS["sqeuclidean"](X, Y)
    epsilon = 0.1 * (cost.amax((1, 2)) - cost.amin((1, 2)))
    found = sinkhorn_divergence(X, Y, cost="sqeuclidean", epsilon=0.1, relative_to="range")
    expected = [
        sinkhorn_divergence(x, y, cost="sqeuclidean", epsilon=e.item()).item()
        for x, y, e in zip(X, Y, epsilon, strict=True)
    ]
    assert found.tolist() == pytest.approx(expected, abs=1e-5)


def test_an_unknown_cost_names_the_known_ones():
    for compare in (distance, sinkhorn_divergence):
        with pytest.raises(ValueError, match="unknown cost 'euclid'; known: cosine, sqeuclidean, dot"):
            compare(X, Y, cost="euclid")
