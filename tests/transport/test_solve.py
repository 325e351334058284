import warnings

import numpy as np
import ot
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clirlab.transport import METHODS, ConvergenceWarning, solve

costs = arrays(float, (3, 4), elements=st.floats(0, 2))
weights = [arrays(float, n, elements=st.floats(0.1, 1)) for n in (3, 4)]
methods = pytest.mark.parametrize("method", METHODS)


def random(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def padded():
    """Two problems, 3 x 4 and 2 x 5, in a batch of 3 x 5 with NaN where there is no token; with marginal weights."""
    cost, a, b = random(2, 3, 5), random(2, 3, seed=1) + 0.1, random(2, 5, seed=2) + 0.1
    rows = torch.tensor([[True] * 3, [True, False, True]])
    columns = torch.tensor([[True] * 4 + [False], [True] * 5])
    cost[~(rows[:, :, None] & columns[:, None, :])] = torch.nan
    return cost, a, b, (rows, columns)


def slices():
    """Cost and marginals of each problem of `padded` without its padding."""
    cost, a, b, (rows, columns) = padded()
    for c, u, v, row, column in zip(cost, a, b, rows, columns, strict=True):
        u, v = u[row].numpy(), v[column].numpy()
        yield c[row][:, column].numpy(), u / u.sum(), v / v.sum()


def test_exact_agrees_with_emd2_on_the_unpadded_problems():
    cost, a, b, mask = padded()
    plan = solve(cost, "exact", a=a, b=b, mask=mask)
    assert plan.value.tolist() == pytest.approx([ot.emd2(u, v, c) for c, u, v in slices()])


def test_sinkhorn_agrees_with_pot_on_the_unpadded_problems():
    cost, a, b, mask = padded()
    plan = solve(cost, "sinkhorn", epsilon=0.1, a=a, b=b, mask=mask)
    for i, (c, u, v) in enumerate(slices()):
        assert plan[i].numpy() == pytest.approx(ot.sinkhorn(u, v, c, 0.1, stopThr=1e-12), abs=1e-6)


@methods
def test_padding_has_no_mass(method):
    cost, a, b, mask = padded()
    plan = solve(cost, method, a=a, b=b, mask=mask)
    assert (plan.plan[cost.isnan()] == 0).all()
    assert plan.plan.sum((-2, -1)).tolist() == pytest.approx([1, 1])


@methods
@settings(deadline=None)
@given(cost=costs, a=weights[0], b=weights[1])
def test_the_marginals_hold_and_exact_is_the_cheapest(method, cost, a, b):
    plan = solve(cost, method, epsilon=0.5, a=torch.from_numpy(a), b=torch.from_numpy(b))
    assert plan[0].sum(1).numpy() == pytest.approx(a / a.sum(), abs=1e-4)
    assert plan[0].sum(0).numpy() == pytest.approx(b / b.sum(), abs=1e-4)
    assert (plan.plan >= 0).all()
    assert plan.value.item() >= ot.emd2(a / a.sum(), b / b.sum(), cost) - 2e-4


@methods
def test_permuting_tokens_permutes_the_plan_and_keeps_its_value(method):
    cost, rows, columns = random(1, 4, 5), [2, 0, 3, 1], [4, 1, 0, 2, 3]
    plan, permuted = solve(cost, method), solve(cost[:, rows][:, :, columns], method)
    assert permuted.plan.numpy() == pytest.approx(plan.plan[:, rows][:, :, columns].numpy(), abs=1e-6)
    assert permuted.value.item() == pytest.approx(plan.value.item(), abs=1e-6)


def test_tokens_that_are_alike_cost_nothing():
    plan = solve(1 - torch.eye(4))
    assert plan.plan[0].numpy() == pytest.approx(np.eye(4) / 4)
    assert plan.value.tolist() == [0]


def test_a_smaller_epsilon_comes_closer_to_the_exact_plan():
    cost = random(1, 6, 6)
    exact = solve(cost, "exact").plan
    far, near = ((solve(cost, "sinkhorn", epsilon).plan - exact).abs().sum() for epsilon in (0.1, 0.01))
    assert near < far


@methods
def test_the_gradient_of_the_value_is_the_plan_also_beside_padding(method):
    cost, a, b, mask = padded()
    cost.requires_grad_()
    plan = solve(cost, method, a=a, b=b, mask=mask)
    plan.value.sum().backward()
    assert not plan.plan.requires_grad
    assert torch.equal(cost.grad, plan.plan)


def test_the_gradient_is_that_of_the_optimum():
    # finite differences of the optimal value in each cell (envelope theorem)
    cost, step = random(3, 3), 1e-6
    steps = step * torch.eye(9, dtype=torch.float64).reshape(9, 3, 3)
    slope = (solve(cost + steps).value - solve(cost - steps).value) / (2 * step)
    assert slope.reshape(3, 3).numpy() == pytest.approx(solve(cost)[0].numpy(), abs=1e-5)


@methods
def test_lists_arrays_and_tensors_of_any_number_type_give_the_same_plan(method):
    cost = [[0, 1], [1, 0]]
    expected = solve(torch.tensor(cost, dtype=torch.float64), method).plan.numpy()
    for same in (cost, np.array(cost), torch.tensor(cost, dtype=torch.float32), torch.tensor(cost)):
        assert solve(same, method).plan.numpy() == pytest.approx(expected)


def test_an_epsilon_too_small_to_converge_gives_a_warning_with_the_count():
    cost = torch.stack([torch.ones(7, 9, dtype=torch.float64), random(7, 9)])
    with pytest.warns(ConvergenceWarning, match="1 of 2 problems did not converge; worst marginal error"):
        solve(cost, "sinkhorn", epsilon=1e-5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        solve(cost, "sinkhorn", epsilon=0.05)


ONE = torch.ones(1, 2, 2)
HALF = torch.tensor([[True, False]])
NONE = torch.tensor([[False, False]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "sinkhron"}, "unknown transport method 'sinkhron'; known: exact, sinkhorn"),
        ({"method": "sinkhorn", "epsilon": 0}, "epsilon must be positive, got 0"),
        ({"method": "sinkhorn", "epsilon": float("nan")}, "epsilon must be positive, got nan"),
        ({"mask": (HALF, NONE)}, "problem 0 has no valid token on one side; leave it out"),
        (
            {"cost": torch.tensor([[[0.0, torch.nan]]])},
            "problem 0 has a cost that is not finite among its valid tokens",
        ),
        ({"cost": torch.tensor([[[torch.inf, 1.0]]])}, "problem 0 has a cost that is not finite"),
        ({"a": torch.tensor([[1.0, -0.1]])}, "problem 0: marginal weights must be non-negative and not all 0"),
        ({"b": torch.tensor([[0.0, 0.0]])}, "problem 0: marginal weights must be non-negative and not all 0"),
        ({"a": torch.tensor([[0.0, 1.0]]), "mask": (HALF, HALF)}, "problem 0: marginal weights"),
        ({"a": torch.tensor([[torch.nan, 1.0]]), "method": "sinkhorn"}, "problem 0: marginal weights"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        solve(**{"cost": ONE, **arguments})
