"""Proximal steps: towards the exact plan, whose value is the reference."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import ragged, uniform

from clirlab.transport import ConvergenceWarning, solve


def slow(cost, a, b, epsilon, steps):
    """The steps as the paper's algorithm 1 has them, on the plan itself."""
    plan, v, kernel = np.ones_like(cost), np.ones_like(b), np.exp(-cost / epsilon)
    for _ in range(steps):
        q = kernel * plan
        u = a / (q @ v)
        v = b / (q.T @ u)
        plan = u[:, None] * q * v
    return plan


@pytest.mark.filterwarnings("ignore::clirlab.transport.ConvergenceWarning")
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), epsilon=st.floats(0.1, 1))
def test_it_goes_to_the_exact_plan(seed, epsilon):
    problems = ragged(seed=seed)
    plan = solve(problems.cost, "ipot", epsilon, **problems.given)
    exact = solve(problems.cost, "exact", **problems.given)
    # one in a thousand problems has two plans so close to each other that 10,000 steps do not tell them apart
    done = plan.converged
    assert done.sum() >= 5
    assert (plan.value - exact.value)[done].abs().max() <= 2e-3
    assert plan.marginal_error[done].max() <= 1e-5
    assert (plan.value - exact.value).abs().max() <= 0.02


def test_a_tighter_tolerance_comes_closer():
    problems = ragged()
    exact = solve(problems.cost, "exact", **problems.given)
    away = []
    for tolerance in (1e-3, 1e-5, 1e-8):
        plan = solve(problems.cost, "ipot", 0.3, **problems.given, tolerance=tolerance, max_iterations=100_000)
        away.append((plan.value - exact.value).abs().max().item())
    assert away == sorted(away, reverse=True)
    assert away[-1] < 1e-6


@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_the_steps_are_those_of_the_paper(kind):
    problems = ragged()
    with pytest.warns(ConvergenceWarning):
        plan = solve(problems.cost.to(kind), "ipot", 0.4, **problems.given, tolerance=1e-15, max_iterations=30)
    assert plan.iterations.max() == 30
    for i, (cost, a, b) in enumerate(problems.alone()):
        reference = slow(cost.numpy(), a.numpy(), b.numpy(), 0.4, int(plan.iterations[i]))
        assert plan[i].plan.numpy() == pytest.approx(reference, abs=1e-6)


@pytest.mark.parametrize("epsilon", [1e-9, 1e-3])
def test_a_step_that_is_too_rough_gives_finite_plans_and_a_warning(epsilon):
    cost = uniform(2, 7, 9)
    with pytest.warns(ConvergenceWarning, match="of 2 problems did not converge"):
        plan = solve(cost, "ipot", epsilon, max_iterations=100)
    assert plan.plan.isfinite().all()
    assert plan.marginal_error.isfinite().all()
    assert plan.mass.tolist() == pytest.approx([1, 1], abs=1e-3)


def test_long_runs_do_not_underflow():
    # after 1000 steps of range / ε = 10 the plan's smallest entries are exp(-10000)
    plan = solve(uniform(6, 7), "ipot", 0.1, tolerance=1e-12, max_iterations=100_000)
    assert plan.converged
    assert plan.value.item() == pytest.approx(solve(uniform(6, 7)).value.item(), abs=1e-9)


def test_it_is_sharper_than_the_entropic_plan_of_the_same_epsilon():
    cost = uniform(6, 8)
    assert solve(cost, "ipot", 0.2).perplexity < solve(cost, "sinkhorn", 0.2).perplexity / 2


def test_each_problem_stops_by_itself():
    cost = torch.stack([torch.ones(5, 6).double(), uniform(5, 6)])
    iterations = solve(cost, "ipot", 0.1).iterations
    assert iterations[0] < iterations[1]
    assert iterations.tolist() == [solve(c, "ipot", 0.1).iterations.item() for c in cost]


def test_steps_that_are_too_short_do_not_pass_for_convergence():
    # at a large ε each plan is nearly the last one, the product of the masses to begin with
    with pytest.warns(ConvergenceWarning, match="1 of 1"):
        plan = solve(uniform(4, 5), "ipot", 1e6, max_iterations=1000)
    assert not plan.converged
