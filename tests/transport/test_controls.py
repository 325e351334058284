import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from problems import ragged, uniform
from scipy.optimize import linear_sum_assignment

from clirlab.transport import batch, solve

distinct = arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=st.floats(-3, 3), unique=True)
few_examples = settings(max_examples=40, deadline=None)


def cheapest_free_pairs(cost):
    """Greedy pairs by a search through all free pairs for each."""
    rows, columns, pairs = set(range(cost.shape[0])), set(range(cost.shape[1])), []
    while rows and columns:
        i, j = min(((i, j) for i in rows for j in columns), key=lambda pair: cost[pair])
        rows.remove(i)
        columns.remove(j)
        pairs.append((i, j))
    return pairs


def shared(shape, pairs):
    plan = np.zeros(shape)
    for i, j in pairs:
        plan[i, j] = 1 / len(pairs)
    return plan


def test_greedy_and_assignment_by_hand():
    # greedy takes .1 at once and has to pay .9; together .2 and .3 are the cheapest pairs
    cost = [[0.1, 0.2], [0.3, 0.9]]
    assert solve(cost, "greedy").plan.tolist() == [[0.5, 0], [0, 0.5]]
    assert solve(cost, "assignment").plan.tolist() == [[0, 0.5], [0.5, 0]]


def test_argmax_and_identity_by_hand():
    cost = [[0.1, 0.2, 0.3], [0.3, 0.4, 0.9], [0.7, 0.5, 0.2]]
    argmax = solve(cost, "argmax", a=[0.5, 0.25, 0.25])
    assert argmax.plan.tolist() == [[0.5, 0, 0], [0.25, 0, 0], [0, 0, 0.25]]
    # columns ask for a third each: 5/12 too much, 1/3 and 1/12 too little
    assert argmax.marginal_error == pytest.approx(5 / 6)
    assert solve(cost[:2], "identity").plan.tolist() == [[0.5, 0, 0], [0, 0.5, 0]]


@few_examples
@given(distinct)
def test_greedy_agrees_with_a_double_loop(cost):
    assert solve(cost, "greedy").plan == pytest.approx(shared(cost.shape, cheapest_free_pairs(cost)))


@few_examples
@given(distinct)
def test_assignment_agrees_with_scipy(cost):
    assert solve(cost, "assignment").plan == pytest.approx(
        shared(cost.shape, list(zip(*linear_sum_assignment(cost), strict=True)))
    )


@pytest.mark.parametrize("method", ["greedy", "assignment"])
def test_pairs_of_a_ragged_batch_are_those_of_each_problem(method):
    problems = ragged()
    plan = solve(problems.cost, method, mask=problems.mask)
    for found, (cost, _, _) in zip(problems.cut(plan.plan), problems.alone(), strict=True):
        assert torch.equal(found, solve(cost, method).plan)
        assert (found > 0).sum() == min(cost.shape)


def test_argmax_meets_the_source_masses_alone():
    problems = ragged()
    plan = solve(problems.cost, "argmax", **problems.given)
    error = []
    for found, (cost, a, b) in zip(problems.cut(plan.plan), problems.alone(), strict=True):
        assert torch.equal(found.argmax(1), cost.argmin(1))
        assert found.sum(1).numpy() == pytest.approx(a.numpy())
        error.append((found.sum(0) - b).abs().sum().item())
    assert plan.marginal_error.tolist() == pytest.approx(error)


def test_identity_pairs_the_first_valid_tokens_across_holes():
    rows, columns = torch.tensor([[False, True, False, True]]), torch.tensor([[True, False, True, True, False]])
    plan = solve(uniform(1, 4, 5), "identity", mask=(rows, columns)).plan[0]
    assert plan.nonzero().tolist() == [[1, 0], [3, 2]]
    assert plan.sum() == 1


def test_random_meets_the_marginals_and_looks_at_no_cost():
    problems = ragged()
    plan = solve(problems.cost, "random", **problems.given)
    assert plan.marginal_error.max() < 1e-12
    assert torch.equal(plan.plan, solve(-2 * problems.cost, "random", **problems.given).plan)
    for found, (cost, _, _) in zip(problems.cut(plan.plan), problems.alone(), strict=True):
        assert (found > 0).sum() <= sum(cost.shape) - 1


def test_random_depends_on_seed_place_and_size_not_on_padding_or_chunks(monkeypatch):
    problems, more = ragged(), ragged(extra=3)
    plan = solve(problems.cost, "random", **problems.given)
    assert not torch.equal(plan.plan, solve(problems.cost, "random", **problems.given, seed=1).plan)
    padded = solve(more.cost, "random", **more.given).plan
    monkeypatch.setitem(batch.CHUNK, "cpu", 1)
    chunked = solve(problems.cost, "random", **problems.given).plan
    assert torch.equal(chunked, plan.plan)
    for one, other in zip(problems.cut(plan.plan), more.cut(padded), strict=True):
        assert one.numpy() == pytest.approx(other.numpy(), abs=1e-12)
    same = solve(torch.zeros(2, 5, 5), "random").plan
    assert not torch.equal(same[0], same[1])


@pytest.mark.parametrize("method", ["greedy", "assignment", "argmax", "identity"])
def test_the_objective_is_the_value_also_where_a_token_without_mass_is_paired(method):
    plan = solve(uniform(3, 3), method, a=[0, 0.5, 0.5])
    assert plan.objective.item() == plan.value.item()
