"""Exact and partial plans: linear programmes, with POT and SciPy as references and duality as proof."""

import numpy as np
import ot
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from problems import ragged, uniform
from scipy.optimize import linprog

from clirlab.transport import solve
from clirlab.transport.linear import in_threads

few_examples = settings(max_examples=40, deadline=None)
seeds = st.integers(0, 1000)
# few different numbers, so that there are ties
shapes = array_shapes(min_dims=2, max_dims=2, max_side=6)
costs = shapes.flatmap(lambda shape: arrays(float, shape, elements=st.sampled_from([-1, 0, 0.25, 0.5, 1, 3])))


def test_exact_by_hand():
    # the second source token is dear everywhere but at the first target
    plan = solve([[0.0, 1.0], [1.0, 5.0]], a=[0.4, 0.6], b=[0.7, 0.3])
    assert plan.plan == pytest.approx(np.array([[0.1, 0.3], [0.6, 0.0]]))
    assert plan.value == pytest.approx(0.9)
    assert (plan.epsilon, plan.iterations, plan.converged) == (0, 0, True)


@few_examples
@given(seed=seeds)
def test_a_batch_is_a_loop_of_pots_emd(seed):
    problems = ragged(seed=seed)
    plan = solve(problems.cost, "exact", **problems.given)
    for found, (cost, a, b) in zip(problems.cut(plan.plan), problems.alone(), strict=True):
        assert found.numpy() == pytest.approx(ot.emd(a.numpy(), b.numpy(), cost.numpy()), abs=1e-9)


@few_examples
@given(cost=costs, seed=seeds, zeros=st.booleans())
def test_potentials_prove_that_the_plan_is_the_cheapest(cost, seed, zeros):
    rng = np.random.default_rng(seed)
    a, b = (rng.integers(0 if zeros else 1, 4, n).astype(float) + np.eye(n)[0] for n in cost.shape)
    a, b = a / a.sum(), b / b.sum()
    plan = solve(cost, a=a, b=b)
    f, g = plan.potentials
    slack = cost - f[:, None] - g
    assert slack[a > 0][:, b > 0].min() >= -1e-9
    assert np.abs(slack[plan.plan > 0]).max() <= 1e-9
    assert a @ f + b @ g == pytest.approx(plan.value, abs=1e-9)
    assert plan.plan.sum(1) == pytest.approx(a)
    assert plan.plan.sum(0) == pytest.approx(b)
    assert (plan.plan > 0).sum() <= sum(cost.shape) - 1


def test_potentials_are_no_dearer_than_the_cost_also_of_tokens_without_mass():
    cost = torch.tensor([[-3.0, -2.0, -1.0], [0.5, 0.1, 0.9]], dtype=torch.float64)
    plan = solve(cost, a=[0.0, 1.0], b=[0.5, 0.5, 0.0])
    f, g = plan.potentials
    assert (f[:, None] + g - cost).max() <= 1e-9


def test_potentials_beside_padding_and_with_other_masses():
    problems = ragged()
    plan = solve(problems.cost, "exact", a=7 * problems.a, b=7 * problems.b, mask=problems.mask)
    for i, (cost, a, b) in enumerate(problems.alone()):
        f, g = plan[i].potentials
        assert (f[:, None] + g - cost).max() <= 1e-9
        assert (7 * (a @ f + b @ g)).item() == pytest.approx(plan.value[i].item())


def test_single_precision_is_solved_in_double():
    cost = uniform(5, 6, 7).float()
    plan = solve(cost)
    assert plan.plan.numpy() == pytest.approx(solve(cost.double()).plan.numpy(), abs=1e-7)
    assert plan.marginal_error.max() < 1e-6


def test_partial_by_hand():
    # a first pair at 0; any more needs two detours at ½ for each pair given up, and the pair at 9 stays out
    cost = [[0.0, 0.5], [0.5, 9.0]]
    plan = solve(cost, "partial", a=[0.2, 0.5], b=[0.2, 0.6], mass=0.3)
    assert plan.mass == pytest.approx(0.3)
    assert plan.plan == pytest.approx(np.array([[0.1, 0.1], [0.1, 0.0]]), abs=1e-7)
    assert plan.value == pytest.approx(0.1, abs=1e-7)


@few_examples
@given(seed=seeds, share=st.floats(0.05, 0.95))
def test_partial_is_a_loop_of_pots(seed, share):
    problems = ragged(seed=seed)
    # the source has mass 1, the target half as much again
    plan = solve(problems.cost, "partial", a=problems.a, b=1.5 * problems.b, mask=problems.mask, mass=share)
    for found, (cost, a, b) in zip(problems.cut(plan.plan), problems.alone(), strict=True):
        reference = ot.partial.partial_wasserstein(a.numpy(), 1.5 * b.numpy(), cost.numpy(), m=share)
        assert (found * cost).sum().item() == pytest.approx((reference * cost.numpy()).sum(), abs=1e-6)
        assert found.numpy() == pytest.approx(reference, abs=1e-6)


@few_examples
@given(cost=costs, seed=seeds, share=st.floats(0, 1))
def test_partial_agrees_with_a_linear_programme(cost, seed, share):
    m, n = cost.shape
    rng = np.random.default_rng(seed)
    a, b = 0.1 + rng.random(m), 0.1 + rng.random(n)
    mass = share * min(a.sum(), b.sum())
    plan = solve(cost, "partial", a=a, b=b, mass=mass)
    rows, columns = np.kron(np.eye(m), np.ones(n)), np.kron(np.ones(m), np.eye(n))
    best = linprog(cost.ravel(), np.vstack([rows, columns]), np.concatenate([a, b]), np.ones((1, m * n)), [mass])
    assert plan.value == pytest.approx(best.fun, abs=1e-6)
    assert plan.mass == pytest.approx(mass, abs=1e-6)
    assert (plan.plan.sum(1) <= a + 1e-6).all()
    assert (plan.plan.sum(0) <= b + 1e-6).all()


def test_the_whole_mass_is_the_exact_plan_and_none_is_none():
    problems = ragged()
    whole = solve(problems.cost, "partial", **problems.given, mass=1.0)
    exact = solve(problems.cost, "exact", **problems.given)
    assert whole.plan.numpy() == pytest.approx(exact.plan.numpy(), abs=1e-7)
    assert whole.converged.all()
    none = solve(problems.cost, "partial", **problems.given, mass=0.0)
    assert none.plan.abs().max() < 1e-12
    assert none.value.abs().max() < 1e-12


def test_each_problem_can_have_its_own_mass_in_the_unit_of_the_source():
    problems, share = ragged(), torch.tensor([0.1, 0.2, 0.4, 0.5, 0.8, 1.0]).double()
    plan = solve(problems.cost, "partial", a=5 * problems.a, b=7 * problems.b, mask=problems.mask, mass=5 * share)
    assert plan.mass.tolist() == pytest.approx((5 * share).tolist())
    assert plan.marginal_error.max() < 1e-9
    assert (plan.value.diff().isfinite()).all()


def test_a_larger_part_costs_more_of_positive_costs():
    values = [solve(uniform(5, 6), "partial", mass=share).value.item() for share in np.linspace(0.05, 1, 12)]
    slopes = np.diff(values)
    assert (slopes > 0).all()
    # cheapest first: each further part is at least as dear
    assert (np.diff(slopes) >= -1e-7).all()


def test_costs_below_0_and_costs_alike():
    moved = solve(uniform(3, 4) - 5, "partial", mass=0.5)
    assert moved.plan.numpy() == pytest.approx(solve(uniform(3, 4), "partial", mass=0.5).plan.numpy(), abs=1e-7)
    assert solve(np.full((2, 3), 0.3), "partial", mass=0.5).value == pytest.approx(0.15)


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_share_the_problems_and_pass_errors_on(threads, monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    done = []
    in_threads(done.append, 10, threads)
    assert sorted(done) == list(range(10))
    cost = uniform(20, 5, 6)
    plan = solve(cost)
    assert plan.value.tolist() == pytest.approx([solve(c).value.item() for c in cost])

    def fail(i):
        raise RuntimeError(f"problem {i}")

    with pytest.raises(RuntimeError, match="problem"):
        in_threads(fail, 3, threads)


@pytest.mark.parametrize("method", ["exact", "partial", "random"])
def test_torch_has_its_threads_again_after_the_simplex_and_after_an_error(method):
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(3)
        solve(uniform(4, 5, 6), method, mass=0.5)
        assert torch.get_num_threads() == 3
        with pytest.raises(ValueError, match="not finite"):
            solve(np.full((2, 2), np.nan), method, mass=0.5)
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
