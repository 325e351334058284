import numpy as np
import pytest
import torch
from problems import NEEDS, ragged, uniform

from clirlab.transport import METHODS, by_norm, cosine_cost, distance, sinkhorn_divergence, solve

methods = pytest.mark.parametrize("method", METHODS)
TIGHT = {"tolerance": 1e-10, "max_iterations": 100_000}


def finite_differences(function, x, step=1e-5):
    """Central differences of a function of a tensor, entry by entry."""
    slope = torch.zeros_like(x)
    for i in range(x.numel()):
        shift = torch.zeros(x.numel(), dtype=x.dtype)
        shift[i] = step
        shift = shift.reshape(x.shape)
        slope.flatten()[i] = (function(x + shift) - function(x - shift)) / (2 * step)
    return slope


def gradient(function, x):
    leaf = x.clone().requires_grad_(True)
    function(leaf).backward()
    return leaf.grad


@methods
@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_the_gradient_of_the_value_is_the_plan_bit_by_bit(method, kind):
    problems = ragged()
    cost = problems.cost.to(kind).requires_grad_()
    plan = solve(cost, method, 0.2, **problems.given, **NEEDS.get(method, {}))
    assert not plan.plan.requires_grad
    plan.value.sum().backward()
    assert torch.equal(cost.grad, plan.plan)


@methods
def test_the_gradient_of_the_objective_is_the_plan(method):
    cost = uniform(3, 4, 5).requires_grad_()
    plan = solve(cost, method, 0.2, **NEEDS.get(method, {}))
    plan.objective.sum().backward()
    assert torch.equal(cost.grad, plan.plan)


@methods
def test_a_gradient_goes_through_the_cost_to_the_vectors_and_is_scaled_by_what_comes_back(method):
    x, y = uniform(2, 4, 3).requires_grad_(), uniform(2, 5, 3, seed=1)
    cost = cosine_cost(x, y)
    plan = solve(cost, method, 0.2, **NEEDS.get(method, {}))
    (3 * plan.value[0] - plan.value[1]).backward()
    (expected,) = torch.autograd.grad(
        (torch.tensor([3.0, -1.0])[:, None, None] * plan.plan * cosine_cost(x, y)).sum(), x
    )
    assert x.grad.numpy() == pytest.approx(expected.numpy())


def test_the_value_keeps_no_graph_of_the_iterations():
    cost = uniform(4, 5).requires_grad_()
    value = solve(cost, "sinkhorn").value
    (before, _) = value.grad_fn.next_functions[0]
    # the next node is the cost itself
    assert before.variable is cost


@methods
def test_masses_that_require_a_gradient_give_a_plan_without_one(method):
    norms = (uniform(2, 4) + 0.1).requires_grad_()
    plan = solve(
        uniform(2, 4, 5), method, 0.2, a=by_norm(norms, torch.ones(2, 4, dtype=torch.bool)), **NEEDS.get(method, {})
    )
    assert not plan.plan.requires_grad
    assert not plan.objective.requires_grad


@pytest.mark.parametrize("method", ["exact", "sinkhorn", "sinkhorn-log", "sinkhorn-kernel", "partial", "unbalanced"])
def test_finite_differences_of_the_objective_give_the_plan(method):
    a, b = torch.tensor([0.2, 0.5, 0.3]).double(), torch.tensor([0.4, 0.1, 0.3, 0.2]).double()

    def plan(cost):
        return solve(cost, method, 0.15, a=a, b=b, **NEEDS.get(method, {}), **TIGHT)

    cost = uniform(3, 4)
    slope = finite_differences(lambda c: plan(c).objective, cost)
    assert slope.numpy() == pytest.approx(plan(cost).plan.numpy(), rel=1e-3, abs=1e-7)


def test_finite_differences_of_the_entropic_value_are_something_else():
    cost = uniform(3, 4)
    slope = finite_differences(lambda c: solve(c, "sinkhorn", 0.15, **TIGHT).value, cost)
    plan = solve(cost, "sinkhorn", 0.15, **TIGHT).plan
    assert (slope - plan).abs().max() > 0.02


def test_the_gradient_beside_padding_is_that_of_the_problems_alone():
    problems = ragged()
    cost = problems.cost.clone().requires_grad_()
    solve(cost, "sinkhorn", 0.1, **problems.given).objective.sum().backward()
    for found, (alone, a, b) in zip(problems.cut(cost.grad), problems.alone(), strict=True):
        alone = alone.clone().requires_grad_()
        solve(alone, "sinkhorn", 0.1, a=a, b=b).objective.backward()
        assert found.numpy() == pytest.approx(alone.grad.numpy(), abs=1e-5)
    assert (cost.grad[problems.cost.isnan()] == 0).all()


@pytest.mark.parametrize("cost", ["cosine", "sqeuclidean", "dot"])
def test_the_gradient_of_the_distance_is_that_of_finite_differences(cost):
    x, y = uniform(3, 4) - 0.5, uniform(5, 4, seed=1) - 0.5
    for options in ({}, {"method": "partial", "mass": 0.7}):
        found = gradient(lambda v, o=options: distance(v, y, cost=cost, **o), x)
        assert found.numpy() == pytest.approx(
            finite_differences(lambda v, o=options: distance(v, y, cost=cost, **o), x).numpy(), rel=1e-3, abs=1e-7
        )


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("cost", ["cosine", "sqeuclidean"])
def test_the_gradient_of_the_divergence_is_that_of_finite_differences(cost, side):
    sets = [uniform(3, 4) - 0.5, uniform(5, 4, seed=1) - 0.5]
    a = torch.tensor([0.2, 0.5, 0.3]).double()

    def divergence(v):
        x, y = (v, sets[1]) if side == 0 else (sets[0], v)
        return sinkhorn_divergence(x, y, cost=cost, epsilon=0.1, a=a, tolerance=1e-10)

    found = gradient(divergence, sets[side])
    assert np.abs(found.numpy()).max() > 0.01
    assert found.numpy() == pytest.approx(finite_differences(divergence, sets[side]).numpy(), rel=1e-3, abs=1e-6)


def test_of_equal_sets_the_divergence_has_no_slope():
    x = uniform(2, 4, 3)
    y = x.clone()
    found = gradient(lambda v: sinkhorn_divergence(v, y, cost="sqeuclidean", tolerance=1e-10).sum(), x)
    assert found.abs().max() < 1e-7
