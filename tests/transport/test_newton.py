"""The entropic plan at any ε: Newton steps, and the choice between them and plain ones."""

import math

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from problems import BY_NEWTON, ragged, uniform

from clirlab.transport import solve

methods = pytest.mark.parametrize("method", BY_NEWTON)
shapes = array_shapes(min_dims=2, max_dims=2, max_side=7)
# no mass joins the second source token and the rest where ε is small
PARTED = np.zeros((6, 4))
PARTED[1, [0, 3]] = 1
costs = shapes.flatmap(lambda shape: arrays(float, shape, elements=st.floats(0, 2)))


@methods
@settings(max_examples=40, deadline=None)
@given(cost=costs, epsilon=st.sampled_from([1e-9, 1e-6, 1e-3, 0.01, 0.1, 1, 100, 1e9]), seed=st.integers(0, 99))
@example(cost=PARTED, epsilon=1e-9, seed=12)
@example(cost=PARTED, epsilon=1e-6, seed=12)
def test_any_cost_at_any_epsilon_meets_the_marginals_within_the_bound_of_the_value(method, cost, epsilon, seed):
    rng = np.random.default_rng(seed)
    a, b = (0.05 + rng.random(n) for n in cost.shape)
    a, b = a / a.sum(), b / b.sum()
    plan, exact = solve(cost, method, epsilon, a=a, b=b), solve(cost, a=a, b=b)
    assert plan.converged
    assert np.abs(plan.plan.sum(1) - a).sum() <= 1.1e-5
    assert np.abs(plan.plan.sum(0) - b).sum() <= 1.1e-5
    # ⟨T, C⟩ + ε KL(T | ab) is no more than the same of the exact plan, whose KL is at most log min(m, n)
    room = 1e-5 * np.ptp(cost) + 1e-12
    assert exact.value - room <= plan.value <= exact.value + epsilon * math.log(min(cost.shape)) + 2 * room


@methods
def test_as_epsilon_vanishes_the_plan_becomes_the_exact_one(method):
    problems = ragged()
    exact = solve(problems.cost, "exact", **problems.given)
    away = []
    for epsilon in (0.3, 0.1, 0.03, 0.01, 1e-3, 1e-5, 1e-9):
        plan = solve(problems.cost, method, epsilon, **problems.given)
        away.append((plan.plan - exact.plan).abs().sum((1, 2)).max().item())
        assert plan.epsilon.tolist() == pytest.approx([epsilon] * 6)
    assert away[:5] == sorted(away[:5], reverse=True)
    assert max(away[5:]) < 1e-4
    assert plan.value.numpy() == pytest.approx(exact.value.numpy(), abs=1e-5)


@methods
@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
@pytest.mark.parametrize("size", [(30, 40), (40, 30), (3, 90), (90, 3)])
def test_small_epsilons_on_larger_problems(method, kind, size):
    cost = uniform(4, *size).to(kind)
    exact = solve(cost.double(), "exact").value
    for epsilon in (0.01, 1e-4, 1e-7):
        plan = solve(cost, method, epsilon)
        assert plan.converged.all()
        assert plan.plan.dtype == kind
        assert (plan.value.double() - exact).max() <= epsilon * math.log(min(size)) + 2e-5


@methods
def test_equal_costs_within_a_problem_that_leave_many_exact_plans(method):
    # a block of zeros: all plans inside it are as cheap, and entropy chooses the even one
    cost = torch.ones(4, 4, dtype=torch.float64)
    cost[:2, :2] = cost[2:, 2:] = 0
    plan = solve(cost, method, 1e-6)
    assert plan.plan.numpy() == pytest.approx((1 - cost).numpy() / 8, abs=1e-5)


@methods
def test_masses_of_very_different_size(method):
    a = torch.tensor([1e-12, 1e-6, 1 - 1e-6 - 1e-12], dtype=torch.float64)
    for kind in (torch.float32, torch.float64):
        for epsilon in (0.5, 0.01, 1e-5):
            plan = solve(uniform(3, 4).to(kind), method, epsilon, a=a)
            assert plan.plan.sum(1).double().numpy() == pytest.approx(a.numpy(), abs=1e-5)
            assert plan.plan.isfinite().all()


@methods
def test_costs_far_from_0_lose_nothing(method):
    cost = uniform(4, 5)
    near, far = (solve(c, method, 0.05) for c in (cost, cost + 1000))
    assert far.plan.numpy() == pytest.approx(near.plan.numpy(), abs=1e-5)
    assert far.value.item() == pytest.approx(near.value.item() + 1000)


@methods
def test_an_easy_problem_stops_before_a_hard_one(method):
    cost = torch.stack([torch.zeros(6, 8).double(), uniform(6, 8)])
    for order in ([0, 1], [1, 0]):
        iterations = solve(cost[order], method, 1e-3).iterations[order]
        assert iterations[0] < iterations[1]


def test_newton_takes_a_handful_of_steps_where_plain_ones_take_hundreds():
    cost = uniform(8, 20, 30)
    plain, newton = (solve(cost, method, 0.02).iterations for method in ("sinkhorn-log", "sinkhorn-newton"))
    assert newton.max() < 60
    assert plain.min() > 3 * newton.max()


@methods
@pytest.mark.parametrize("tolerance", [1e-2, 1e-5, 1e-10])
def test_the_error_of_the_plan_is_below_the_tolerance(method, tolerance):
    cost = uniform(5, 12, 9)
    for epsilon in (1.0, 0.1, 0.01):
        plan = solve(cost, method, epsilon, tolerance=tolerance)
        error = torch.maximum((plan.plan.sum(2) - plan.a).abs().sum(1), (plan.plan.sum(1) - plan.b).abs().sum(1))
        assert error.max() <= tolerance
        assert plan.marginal_error.tolist() == pytest.approx(error.tolist(), abs=1e-15)


@methods
def test_single_precision_falls_back_on_double_where_it_cannot_reach_the_tolerance(method):
    cost = uniform(6, 8, 9)
    for epsilon, tolerance in ((1e-3, 1e-5), (0.1, 1e-8)):
        one, two = (solve(c, method, epsilon, tolerance=tolerance) for c in (cost.float(), cost.float().double()))
        assert one.converged.all()
        assert one.plan.double().numpy() == pytest.approx(two.plan.numpy(), abs=2e-4)


@methods
def test_integers_in_a_grid_are_no_trouble(method):
    # assignment costs |i - j| have many ties
    cost = np.abs(np.subtract.outer(np.arange(9), np.arange(9)))
    for epsilon in (10, 0.5, 1e-3, 1e-9):
        plan = solve(cost, method, epsilon)
        assert plan.converged
    assert plan.plan == pytest.approx(np.eye(9) / 9, abs=1e-5)


def test_over_relaxed_steps_reach_the_same_plan_in_fewer():
    # eight plain steps are not enough, and Newton's are not worth it
    cost = uniform(30, 20, 24)
    plain, own = (solve(cost, method, 0.06) for method in ("sinkhorn-kernel", "sinkhorn"))
    assert own.plan.numpy() == pytest.approx(plain.plan.numpy(), abs=1e-5)
    assert (own.marginal_error <= 1e-5).all()
    assert own.iterations.double().mean() < 0.8 * plain.iterations.double().mean()
