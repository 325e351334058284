"""Plain Sinkhorn steps in the kernel and in the log domain, and unbalanced transport; POT's loop is the reference."""

import math
import warnings

import numpy as np
import ot
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import BY_NEWTON, PLAIN, kl, ragged, uniform

from clirlab.transport import ConvergenceWarning, solve

few_examples = settings(max_examples=15, deadline=None)
seeds = st.integers(0, 1000)
plain = pytest.mark.parametrize("method", PLAIN)
entropic = pytest.mark.parametrize("method", [*BY_NEWTON, *PLAIN])
# costs that are all alike, so that one step is enough, and three problems that take more
HARD = torch.stack([torch.ones(7, 9, dtype=torch.float64), *uniform(3, 7, 9)])


@entropic
@few_examples
@given(seed=seeds, epsilon=st.floats(0.1, 3))
def test_a_batch_is_a_loop_of_pots_sinkhorn(method, seed, epsilon):
    problems = ragged(seed=seed)
    plan = solve(problems.cost, method, epsilon, **problems.given, tolerance=1e-9)
    for found, (cost, a, b) in zip(problems.cut(plan.plan), problems.alone(), strict=True):
        reference = ot.sinkhorn(a.numpy(), b.numpy(), cost.numpy(), epsilon, method="sinkhorn_log", stopThr=1e-12)
        assert found.numpy() == pytest.approx(reference, abs=1e-6)


@few_examples
@given(seed=seeds, epsilon=st.floats(0.05, 3), kind=st.sampled_from([torch.float32, torch.float64]))
def test_all_entropic_methods_give_one_plan(seed, epsilon, kind):
    problems = ragged(seed=seed)
    plans = [solve(problems.cost.to(kind), method, epsilon, **problems.given).plan for method in (*BY_NEWTON, *PLAIN)]
    for other in plans[1:]:
        assert other.numpy() == pytest.approx(plans[0].numpy(), abs=1e-4)


@entropic
@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_the_plan_is_what_the_potentials_say(method, kind):
    problems = ragged()
    plan = solve(problems.cost.to(kind), method, 0.1, a=3 * problems.a, b=3 * problems.b, mask=problems.mask)
    for i, (cost, a, b) in enumerate(problems.alone()):
        f, g = plan[i].potentials
        from_potentials = torch.outer(3 * a, 3 * b) / 3 * ((f[:, None] + g - cost) / 0.1).exp()
        assert plan[i].plan.numpy() == pytest.approx(from_potentials.numpy(), rel=1e-4)


@entropic
def test_potentials_and_objective_are_dual(method):
    problems = ragged()
    plan = solve(problems.cost, method, 0.1, a=3 * problems.a, b=3 * problems.b, mask=problems.mask, tolerance=1e-9)
    f, g = plan.potentials
    dual = (plan.a * f).sum(-1) + (plan.b * g).sum(-1)
    assert plan.objective.tolist() == pytest.approx(dual.tolist(), abs=1e-7)


@entropic
@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_a_large_epsilon_gives_the_product_of_the_masses(method, kind):
    problems = ragged()
    for epsilon in (1e3, 1e9):
        plan = solve(problems.cost.to(kind), method, epsilon, **problems.given)
        for found, (_, a, b) in zip(problems.cut(plan.plan), problems.alone(), strict=True):
            assert found.numpy() == pytest.approx(torch.outer(a, b).numpy(), rel=1e-3 if epsilon < 1e6 else 1e-5)
        assert plan.objective.isfinite().all()


def test_the_log_domain_takes_an_epsilon_whose_kernel_is_0():
    # cheapest pairs are far cheaper than all else, so that few steps are enough
    cost = 1 - torch.eye(4, dtype=torch.float64)
    plan = solve(cost, "sinkhorn-log", 1e-4)
    assert plan.plan.numpy() == pytest.approx(np.eye(4) / 4)


@pytest.mark.parametrize("method", ["sinkhorn-log", "unbalanced"])
def test_single_precision_reaches_the_tolerance_at_a_small_epsilon(method):
    cost = uniform(4, 5)
    plans = [solve(c, method, 1e-3, strength=1.0).plan.double() for c in (cost, cost.float())]
    assert plans[0].numpy() == pytest.approx(plans[1].numpy(), abs=1e-3)


def test_a_kernel_that_underflows_is_refused_with_the_remedy():
    cost = uniform(2, 4, 5)
    with pytest.raises(ValueError, match=r"epsilon, so the kernel .* underflows; take method 'sinkhorn' or 'sinkhorn"):
        solve(cost, "sinkhorn-kernel", 1e-3)


@pytest.mark.parametrize("width", [79.9, 80.1, 599])
@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_a_kernel_at_the_edge_of_what_is_taken(width, kind):
    # half of the second source token's mass has to go the whole way
    cost = torch.tensor([[0.0, width], [0.0, width]], dtype=kind)
    kernel, log = (solve(cost, method, 1.0, b=[0.75, 0.25]) for method in PLAIN)
    assert kernel.plan.numpy() == pytest.approx(np.array([[0.375, 0.125]] * 2), abs=1e-5)
    assert kernel.plan.numpy() == pytest.approx(log.plan.numpy(), abs=1e-5)
    assert all(f.isfinite().all() for f in kernel.potentials)


@plain
def test_each_problem_stops_by_its_own_error(method):
    plan = solve(HARD, method, 0.03)
    assert plan.converged.all()
    assert plan.iterations[0] < plan.iterations[1:].min() / 5
    assert (plan.marginal_error <= 1e-5).all()
    alone = [solve(cost, method, 0.03).iterations.item() for cost in HARD]
    assert plan.iterations.tolist() == alone


@plain
def test_too_few_iterations_give_one_warning_and_the_plan_so_far(method):
    with pytest.warns(ConvergenceWarning) as caught:
        plan = solve(HARD, method, 0.03, max_iterations=20)
    assert len(caught) == 1
    worst = plan.marginal_error.max().item()
    assert str(caught[0].message) == f"3 of 4 problems did not converge; worst marginal error {worst:.1e}"
    assert caught[0].filename == __file__
    assert plan.converged.tolist() == [True, False, False, False]
    assert plan.iterations.tolist() == [10, 20, 20, 20]
    assert "3 not converged" in repr(plan)
    # columns are met, rows not yet
    assert (plan.plan.sum(1) - plan.b).abs().max() < 1e-9
    error = (plan.plan.sum(2) - plan.a).abs().sum(1)
    assert plan.marginal_error.tolist() == pytest.approx(error.tolist())
    assert worst > 1e-4
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        solve(HARD, method, 0.03)


@plain
@pytest.mark.parametrize("limit", [1, 3, 15])
def test_no_more_steps_are_taken_than_allowed(method, limit):
    with pytest.warns(ConvergenceWarning):
        plan = solve(HARD[1], method, 0.03, max_iterations=limit)
    assert plan.iterations <= limit


@plain
def test_a_tighter_tolerance_is_met(method):
    for tolerance in (1e-2, 1e-6, 1e-11):
        assert solve(HARD, method, 0.1, tolerance=tolerance).marginal_error.max() <= tolerance


@few_examples
@given(seed=seeds, epsilon=st.floats(0.1, 2), source=st.floats(0.1, 5), target=st.floats(0.1, 5))
def test_unbalanced_is_a_loop_of_pots(seed, epsilon, source, target):
    problems = ragged(seed=seed)
    # the source has mass 1, the target half as much again
    plan = solve(
        problems.cost, "unbalanced", epsilon, a=problems.a, b=1.5 * problems.b, mask=problems.mask,
        strength=(source, target), tolerance=1e-10,
    )  # fmt: skip
    for found, (cost, a, b) in zip(problems.cut(plan.plan), problems.alone(), strict=True):
        reference = ot.sinkhorn_unbalanced(
            a.numpy(), 1.5 * b.numpy(), cost.numpy(), epsilon, (source, target), reg_type="kl", stopThr=1e-14,
            numItermax=100_000,
        )  # fmt: skip
        assert found.numpy() == pytest.approx(reference, abs=1e-6)


def test_unbalanced_of_one_token_each_by_hand():
    # minimise tC + ε KL(t | ab) + ρ₁ KL(t | a) + ρ₂ KL(t | b): t = (ab)^(ε/s) a^(ρ₁/s) b^(ρ₂/s) exp(-C / s), a = 1
    cost, epsilon, source, target, b = 0.7, 0.2, 1.0, 3.0, 2.0
    plan = solve([[cost]], "unbalanced", epsilon, a=[1.0], b=[b], strength=(source, target), tolerance=1e-12)
    total = epsilon + source + target
    mass = b ** ((epsilon + target) / total) * math.exp(-cost / total)
    assert plan.mass == pytest.approx(mass)
    assert plan.converged


def test_no_other_plan_has_a_smaller_unbalanced_objective():
    cost, a, b = uniform(3, 4), torch.tensor([0.2, 0.5, 0.3]).double(), torch.tensor([0.1, 0.2, 0.3, 0.1]).double()
    best = solve(cost, "unbalanced", 0.1, a=a, b=b, strength=(0.3, 0.6), tolerance=1e-10)

    def objective(t):
        entropy, source, target = kl(t, torch.outer(a, b)), kl(t.sum(1), a), kl(t.sum(0), b)
        return (t * cost).sum().item() + 0.1 * entropy + 0.3 * source + 0.6 * target

    assert objective(best.plan) == pytest.approx(best.objective.item())
    for seed in range(20):
        other = best.plan * (1 + 0.1 * (uniform(3, 4, seed=seed) - 0.5))
        assert objective(other) > best.objective.item()


def test_strong_marginals_are_met_and_weak_ones_are_not():
    cost = uniform(4, 5) + 1
    balanced = solve(cost, "sinkhorn", 0.1)
    strong, weak = (solve(cost, "unbalanced", 0.1, strength=rho, max_iterations=100_000) for rho in (300, 1e-3))
    assert strong.plan.numpy() == pytest.approx(balanced.plan.numpy(), abs=5e-3)
    assert weak.mass < 1e-3
    one_side = solve(cost, "unbalanced", 0.1, strength=(300, 1e-3))
    assert one_side.plan.sum(1).numpy() == pytest.approx(np.full(4, 0.25), abs=5e-3)
    assert (one_side.plan.sum(0) - 0.2).abs().max() > 0.05


def test_marginals_of_infinite_strength_are_hard():
    a, b = torch.tensor([0.5, 0.3, 0.2]).double(), torch.tensor([0.7, 0.3]).double()
    plan = solve(uniform(3, 2), "unbalanced", 0.1, a=a, b=b, strength=(math.inf, 0.5))
    assert plan.plan.sum(1).numpy() == pytest.approx(a.numpy(), abs=1e-5)
    assert plan.objective.isfinite()
    hard = solve(uniform(3, 2), "unbalanced", 0.1, a=a, b=b, strength=math.inf)
    assert hard.plan.numpy() == pytest.approx(solve(uniform(3, 2), "sinkhorn", 0.1, a=a, b=b).plan.numpy(), abs=1e-5)


def test_unbalanced_stops_by_problem_and_warns():
    cost = torch.cat([torch.zeros(1, 7, 9).double(), uniform(2, 7, 9)])
    plan = solve(cost, "unbalanced", 0.05, strength=1.0)
    assert plan.iterations[0] < plan.iterations[1:].min()
    assert plan.converged.all()
    with pytest.warns(ConvergenceWarning, match="2 of 3 problems did not converge"):
        late = solve(cost, "unbalanced", 0.005, strength=1.0, max_iterations=20)
    assert late.converged.tolist() == [True, False, False]
