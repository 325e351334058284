"""The front of all methods: kinds and shapes, padding, units, chunks, and what is refused."""

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import BALANCED, BY_NEWTON, NEEDS, PLAIN, SIZES, ragged, uniform

from clirlab.transport import METHODS, TransportPlan, batch, solve

methods = pytest.mark.parametrize("method", METHODS)
unfinished_steps = pytest.mark.filterwarnings("ignore::clirlab.transport.ConvergenceWarning")
few_examples = settings(max_examples=15, deadline=None)
sizes = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=5).map(tuple)
seeds = st.integers(0, 1000)
ENTROPIC = (*BY_NEWTON, *PLAIN, "unbalanced")


def solved(cost, method, epsilon=0.2, **options):
    return solve(cost, method, epsilon, **NEEDS.get(method, {}) | options)


def tight(method):
    """Options for plans to compare to many digits; proximal steps, slow in the end, are compared after 200."""
    return {"tolerance": 1e-9} | ({"max_iterations": 200} if method == "ipot" else {})


def assert_alike(one, other, tolerance=1e-4):
    """Two plans of the same problem: masses and values agree to the tolerance, which is the solver's, times a few."""
    for fact in ("plan", "value", "objective"):
        pair = (torch.as_tensor(getattr(x, fact)).detach().numpy() for x in (one, other))
        assert next(pair) == pytest.approx(next(pair), abs=tolerance)


@methods
@pytest.mark.parametrize("kind", [np.float32, np.float64, torch.float32, torch.float64])
def test_a_ragged_batch_gives_plans_of_its_kind_without_mass_in_the_padding(method, kind):
    problems = ragged()
    cost, masks = problems.cost, problems.mask
    if isinstance(kind, torch.dtype):
        cost, array = cost.to(kind), torch.Tensor
    else:
        cost, masks, array = cost.numpy().astype(kind), tuple(mask.numpy() for mask in masks), np.ndarray
    plan = solved(cost, method, mask=masks)
    size, tokens, targets = plan.plan.shape[:1], plan.rows.shape, plan.columns.shape
    assert plan.plan.shape == cost.shape
    assert plan.plan.dtype == cost.dtype
    assert (plan.plan >= 0).all()
    assert (plan.plan[~(masks[0][:, :, None] & masks[1][:, None, :])] == 0).all()
    assert plan.mass.tolist() == pytest.approx([0.6] * 6 if method == "partial" else [1] * 6, abs=2e-5) or (
        method == "unbalanced" and (plan.mass > 0).all() and (plan.mass < 1).all()
    )
    for fact, shape in (
        (plan.value, size), (plan.objective, size), (plan.epsilon, size), (plan.iterations, size),
        (plan.marginal_error, size), (plan.converged, size), (plan.a, tokens), (plan.b, targets),
    ):  # fmt: skip
        assert isinstance(fact, array)
        assert fact.shape == shape
        assert np.isfinite(np.asarray(fact)).all()
    assert plan.converged.all()
    assert (plan.method, plan.value.dtype) == (method, cost.dtype)
    if plan.potentials is not None:
        assert [f.shape for f in plan.potentials] == [tokens, targets]
        assert all((f[~mask] == 0).all() for f, mask in zip(plan.potentials, masks, strict=True))


@methods
def test_each_problem_of_a_batch_is_solved_as_if_alone(method):
    problems = ragged()
    cost = problems.cost.requires_grad_()
    plan = solved(cost, method, **problems.given)
    plan.value.sum().backward()
    for i, (own, a, b) in enumerate(problems.alone()):
        if method == "random" and i > 0:
            # depends on the place
            continue
        own = own.detach().requires_grad_()
        alone = solved(own, method, a=a, b=b)
        alone.value.backward()
        assert_alike(plan[i], alone, 1e-4)
        assert own.grad.numpy() == pytest.approx(problems.cut(cost.grad)[i].numpy(), abs=1e-4)


@methods
@pytest.mark.parametrize("filler", [torch.nan, torch.inf, -torch.inf, 1e30, 0.0])
def test_what_the_padding_holds_does_not_leak(method, filler):
    problems = ragged()
    padding = problems.cost.isnan()
    expected = solved(problems.cost.masked_fill(padding, 0.5), method, **problems.given, relative_to="std")
    cost = problems.cost.masked_fill(padding, filler).requires_grad_()
    plan = solved(cost, method, **problems.given, relative_to="std")
    plan.objective.sum().backward()
    assert torch.equal(plan.plan, expected.plan)
    assert torch.equal(plan.value, expected.value)
    assert torch.equal(plan.objective, expected.objective)
    assert torch.equal(cost.grad, expected.plan)


@methods
@unfinished_steps
@few_examples
@given(sizes=sizes, extra=st.integers(0, 4), seed=seeds)
def test_more_padding_and_holes_elsewhere_change_nothing(method, sizes, extra, seed):
    narrow, wide = ragged(sizes, seed=seed), ragged(sizes, extra, seed)
    one, other = (solved(x.cost, method, **x.given, relative_to="range", **tight(method)) for x in (narrow, wide))
    for x, y in zip(narrow.cut(one.plan), wide.cut(other.plan), strict=True):
        assert x.numpy() == pytest.approx(y.numpy(), abs=1e-6)
    assert one.value.tolist() == pytest.approx(other.value.tolist(), abs=1e-6)


@methods
@unfinished_steps
@few_examples
@given(seed=seeds)
def test_an_order_of_the_tokens_is_an_order_of_the_plan(method, seed):
    if method in ("identity", "random"):
        return
    rng = np.random.default_rng(seed)
    cost, rows, columns = uniform(2, 4, 6, seed=seed), rng.permutation(4), rng.permutation(6)
    plan, permuted = (solved(c, method, **tight(method)) for c in (cost, cost[:, rows][:, :, columns]))
    assert permuted.plan.numpy() == pytest.approx(plan.plan[:, rows][:, :, columns].numpy(), abs=1e-6)
    assert permuted.value.tolist() == pytest.approx(plan.value.tolist(), abs=1e-6)


@methods
@few_examples
@given(seed=seeds)
def test_source_and_target_exchanged_give_the_transposed_plan(method, seed):
    if method in ("argmax", "random", "ipot"):
        # sources choose; each place has a plan of its own; proximal steps begin with the rows
        return
    problems = ragged(seed=seed)
    plan = solved(problems.cost, method, **problems.given, tolerance=1e-9)
    back = solved(
        problems.cost.mT.contiguous(), method, a=problems.b, b=problems.a, mask=problems.mask[::-1], tolerance=1e-9
    )
    assert back.plan.mT.numpy() == pytest.approx(plan.plan.numpy(), abs=1e-6)
    assert back.objective.tolist() == pytest.approx(plan.objective.tolist(), abs=1e-6)


@pytest.mark.parametrize("method", BALANCED)
@unfinished_steps
@few_examples
@given(sizes=sizes, seed=seeds)
def test_marginals_hold_and_nothing_is_cheaper_than_exact(method, sizes, seed):
    problems = ragged(sizes, seed=seed)
    plan = solved(problems.cost, method, **problems.given)
    exact = solve(problems.cost, "exact", **problems.given)
    # only proximal steps may need more than 10,000, where two plans are nearly as cheap
    assert plan.converged.all() or method == "ipot"
    for found, done, (_, a, b) in zip(problems.cut(plan.plan), plan.converged, problems.alone(), strict=True):
        error = 1.1e-5 if done else 1e-2
        assert found.sum(1).numpy() == pytest.approx(a.numpy(), abs=error)
        assert found.sum(0).numpy() == pytest.approx(b.numpy(), abs=error)
    assert (plan.value >= exact.value - plan.marginal_error - 1e-12).all()


@methods
def test_the_marginal_error_is_that_of_the_plan(method):
    if method in ("partial", "unbalanced"):
        return
    problems = ragged()
    plan = solved(problems.cost, method, a=4 * problems.a, b=4 * problems.b, mask=problems.mask)
    for i, (_, a, b) in enumerate(problems.alone()):
        found = plan[i].plan / 4
        error = max((found.sum(1) - a).abs().sum().item(), (found.sum(0) - b).abs().sum().item())
        assert plan.marginal_error[i].item() == pytest.approx(error, abs=1e-12)


@methods
@pytest.mark.parametrize("scale", [1e-6, 0.5, 1e6])
def test_masses_scaled_alike_scale_the_plan(method, scale):
    problems = ragged()
    options = {"mass": 0.6} if method == "partial" else {}
    plan = solved(problems.cost, method, **problems.given)
    options = {name: scale * mass for name, mass in options.items()}
    scaled = solved(problems.cost, method, a=scale * problems.a, b=scale * problems.b, mask=problems.mask, **options)
    assert scaled.plan.numpy() == pytest.approx(scale * plan.plan.numpy(), abs=1e-6 * scale)
    assert scaled.objective.numpy() == pytest.approx(scale * plan.objective.numpy(), abs=1e-5 * scale)
    assert scaled.marginal_error.numpy() == pytest.approx(plan.marginal_error.numpy(), abs=1e-7)


@methods
@pytest.mark.parametrize("relative_to", ["std", "range"])
@pytest.mark.parametrize("scale", [1e-6, 1e6])
@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_the_unit_of_the_cost_does_not_matter_to_a_relative_epsilon(method, relative_to, scale, kind):
    # a problem of one cost would have no unit
    problems = ragged(tuple(size for size in SIZES if size != (1, 1)))
    options = {"strength": 0.5} if method == "unbalanced" else {}
    plan = solved(problems.cost.to(kind), method, **problems.given, relative_to=relative_to)
    options = {name: scale * price for name, price in options.items()}
    scaled = solved(problems.cost.to(kind) * scale, method, **problems.given, relative_to=relative_to, **options)
    assert scaled.plan.numpy() == pytest.approx(plan.plan.numpy(), abs=1e-5)
    assert scaled.value.numpy() == pytest.approx(scale * plan.value.numpy(), abs=1e-5 * scale)
    assert scaled.epsilon.numpy() == pytest.approx(scale * plan.epsilon.numpy(), rel=1e-5)


def test_a_relative_epsilon_is_measured_on_the_valid_costs_of_each_problem():
    problems = ragged()
    for relative_to, unit in (("std", np.std), ("range", np.ptp)):
        plan = solve(problems.cost, "sinkhorn", 0.3, mask=problems.mask, relative_to=relative_to)
        # a problem of one cost has no unit
        expected = [0.3 * (unit(cost.numpy()) or 1) for cost, _, _ in problems.alone()]
        assert plan.epsilon.tolist() == pytest.approx(expected)


def test_each_problem_can_have_its_own_epsilon():
    cost, epsilon = uniform(3, 4, 5), torch.tensor([0.05, 0.2, 1.0], dtype=torch.float64)
    plan = solve(cost, "sinkhorn", epsilon)
    assert torch.equal(plan.epsilon, epsilon)
    for i in range(3):
        assert_alike(plan[i], solve(cost[i], "sinkhorn", epsilon[i].item()))


def test_numbers_are_taken_in_double_precision():
    # half of float32's rounding would be 1e-9
    assert solve(uniform(3, 4), "sinkhorn", 0.05).epsilon.item() == 0.05
    assert solve(uniform(3, 4), "partial", mass=0.6).mass.item() == pytest.approx(0.6, abs=1e-12)
    assert solve(uniform(3, 4), a=[0.1, 0.2, 0.7]).a.tolist() == pytest.approx([0.1, 0.2, 0.7], abs=1e-12)


@methods
@pytest.mark.parametrize("size", [(1, 1), (1, 5), (5, 1)])
def test_a_side_of_one_token(method, size):
    a, b = (torch.full((n,), 1 / n, dtype=torch.float64) for n in size)
    cost = uniform(*size)
    plan = solved(cost, method, a=a, b=b)
    if method in BALANCED:
        # there is only one plan
        assert plan.plan.numpy() == pytest.approx(torch.outer(a, b).numpy(), abs=1e-6)
        assert plan.value.item() == pytest.approx(cost.mean().item(), abs=1e-6)
    assert plan.plan.shape == size
    assert plan.converged


@methods
def test_a_batch_of_nothing_gives_a_plan_of_nothing(method):
    masks = torch.ones(0, 4, dtype=torch.bool), torch.ones(0, 5, dtype=torch.bool)
    for mask in (None, masks):
        plan = solved(torch.zeros(0, 4, 5), method, mask=mask)
        assert (len(plan), plan.plan.shape, plan.value.shape) == (0, (0, 4, 5), (0,))
        assert plan.objective.sum() == 0
        assert list(plan) == []
        assert "0 problems" in repr(plan)


@methods
@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
def test_half_precision_comes_back_near_the_double_reference(method, kind):
    problems = ragged()
    cost = problems.cost.to(kind).requires_grad_()
    plan = solved(cost, method, **problems.given)
    reference = solved(cost.detach().double(), method, **problems.given)
    assert (plan.plan.dtype, plan.value.dtype) == (kind, kind)
    rounding = torch.finfo(kind).eps
    assert plan.plan.double().numpy() == pytest.approx(reference.plan.numpy(), rel=rounding, abs=1e-5)
    assert plan.value.detach().double().numpy() == pytest.approx(reference.value.numpy(), rel=4 * rounding)
    assert plan.converged.all()
    plan.value.sum().backward()
    assert torch.equal(cost.grad, plan.plan)


def test_half_precision_of_numpy():
    plan = solve(uniform(3, 4).numpy().astype(np.float16), "sinkhorn")
    assert plan.plan.dtype == np.float16
    assert plan.marginal_error.dtype == np.float32


@methods
def test_single_precision_agrees_with_double_to_the_tolerance(method):
    problems = ragged()
    cost = problems.cost.float()
    one, two = (solved(c, method, 0.05, **problems.given, relative_to="range") for c in (cost, cost.double()))
    assert one.plan.double().numpy() == pytest.approx(two.plan.numpy(), abs=5e-5)
    assert one.marginal_error.max() <= 1e-5 or method not in BALANCED


@methods
def test_the_layout_in_memory_does_not_matter(method):
    cost = uniform(3, 4, 5)
    expected = solved(cost, method).plan
    transposed = cost.mT.contiguous().mT
    strided = torch.stack([cost, cost], -1).flatten(2)[:, :, ::2]
    expanded = cost[0].expand(3, -1, -1)
    assert not (transposed.is_contiguous() or strided.is_contiguous() or expanded.is_contiguous())
    for same in (transposed, strided):
        assert torch.equal(solved(same, method).plan, expected)
    assert solved(expanded, method).plan[0].numpy() == pytest.approx(expected[0].numpy(), abs=1e-5)
    one = solved(cost[0], method).plan.numpy()
    for same in (np.asfortranarray(cost[0].numpy()), cost[0].numpy().T.copy().T):
        assert solved(same, method).plan == pytest.approx(one, abs=1e-5)


def test_arrays_may_run_backwards_or_have_another_byte_order():
    cost, a = uniform(3, 4).numpy(), np.array([0.2, 0.3, 0.5])
    expected = solve(cost, a=a).plan
    assert solve(cost[::-1], a=a[::-1]).plan == pytest.approx(expected[::-1])
    assert solve(cost.astype(">f8"), a=a.astype(">f8")).plan == pytest.approx(expected)


def test_a_cost_that_may_not_be_written_to_is_taken_as_it_is():
    cost = uniform(3, 4).numpy()
    before = cost.copy()
    cost.flags.writeable = False
    # torch warns once in a process otherwise
    torch.set_warn_always(True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert solve(cost).plan.flags.writeable
    finally:
        torch.set_warn_always(False)
    assert np.array_equal(cost, before)


@pytest.mark.parametrize("method", ENTROPIC)
@pytest.mark.parametrize("size", [(7, 9), (3, 7, 9)])
def test_mixed_precision_around_it_does_not_reach_inside(method, size):
    cost = uniform(*size).float()
    expected = solved(cost, method)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        plan = solved(cost, method)
    assert torch.equal(plan.plan, expected.plan)
    assert torch.equal(plan.iterations, expected.iterations)


@methods
def test_it_works_in_inference_mode(method):
    with torch.inference_mode():
        plan = solved(uniform(2, 3, 4), method)
        assert plan.objective.isfinite().all()
    assert plan.plan.numpy() == pytest.approx(solved(uniform(2, 3, 4), method).plan.numpy())


@methods
def test_nothing_that_is_given_is_changed(method):
    problems = ragged()
    kept = [x.clone() for x in (problems.cost, problems.a, problems.b, *problems.mask)]
    solved(problems.cost, method, **problems.given)
    solved(problems.cost[0, :1, :1].nan_to_num(), method)
    for x, before in zip((problems.cost, problems.a, problems.b, *problems.mask), kept, strict=True):
        assert torch.equal(x.nan_to_num(-1), before.nan_to_num(-1))


@methods
def test_lists_arrays_and_tensors_of_any_number_type_give_the_same_plan(method):
    cost = [[0, 1, 3], [1, 0, 2]]
    expected = solved(torch.tensor(cost, dtype=torch.float64), method)
    for same in (cost, np.array(cost), np.array(cost, np.int8), torch.tensor(cost), torch.tensor(cost).float()):
        plan = solved(same, method)
        assert_alike(plan, expected, 1e-5)
        assert np.asarray(plan.plan).dtype.kind == "f"
        assert isinstance(plan.plan, torch.Tensor) == isinstance(same, torch.Tensor)
        assert "2 x 3" in repr(plan)


def test_one_problem_gives_no_batch_dimension():
    plan = solve(uniform(3, 4), "sinkhorn")
    assert (plan.plan.shape, plan.a.shape, plan.b.shape) == ((3, 4), (3,), (4,))
    assert all(x.shape == () for x in (plan.value, plan.epsilon, plan.iterations, plan.marginal_error, plan.converged))
    assert [f.shape for f in plan.potentials] == [(3,), (4,)]
    batched = solve(uniform(3, 4)[None], "sinkhorn")
    assert batched.plan.shape == (1, 3, 4)
    assert torch.equal(batched.plan[0], plan.plan)


@pytest.mark.parametrize("chunk", [1, 30, 100])
@methods
@unfinished_steps
def test_cutting_a_batch_into_parts_changes_nothing(method, chunk, monkeypatch):
    problems, full = ragged(SIZES * 3), uniform(7, 4, 5)
    epsilon, mass = torch.linspace(0.1, 0.9, 18), torch.linspace(0.2, 0.8, 18)
    options = {"mass": mass} if method == "partial" else {}

    def results():
        return (
            solved(problems.cost, method, epsilon, **problems.given, **tight(method), **options),
            solved(full, method, **tight(method)),
        )

    whole = results()
    monkeypatch.setitem(batch.CHUNK, "cpu", chunk)
    count = len(list(batch.parts(batch.read_batch(problems.cost, None, None, problems.mask))))
    assert count == 18 if chunk == 1 else 3 <= count < 18
    for one, other in zip(whole, results(), strict=True):
        assert_alike(one, other, 1e-6)
        assert torch.equal(one.epsilon, other.epsilon)
        assert torch.equal(one.converged, other.converged)
        if one.potentials is not None:
            # up to a constant, which f + g does not have
            sums = ((f[:, :, None] + g[:, None, :])[x.plan > 0] for x in (one, other) for f, g in [x.potentials])
            assert next(sums).numpy() == pytest.approx(next(sums).numpy(), abs=1e-5)


def test_parts_hold_each_problem_once_and_no_more_than_the_budget(monkeypatch):
    monkeypatch.setitem(batch.CHUNK, "cpu", 40)
    problems = ragged(SIZES * 4)
    parts = list(batch.parts(batch.read_batch(problems.cost, None, None, problems.mask)))
    assert sorted(torch.cat([part.places for part in parts]).tolist()) == list(range(24))
    assert all(len(p.places) == 1 or len(p.places) * p.rows.shape[1] * p.columns.shape[1] <= 40 for p in parts)


def test_equal_costs_spread_the_mass_at_any_relative_epsilon():
    for relative_to in (None, "std", "range"):
        plan = solve(np.full((2, 3), 0.7), "sinkhorn", relative_to=relative_to)
        assert plan.plan == pytest.approx(np.full((2, 3), 1 / 6))


def test_tokens_that_are_alike_cost_nothing():
    plan = solve(1 - torch.eye(4))
    assert plan.plan.numpy() == pytest.approx(np.eye(4) / 4)
    assert plan.value.item() == 0


def test_a_side_without_masses_takes_the_sum_of_the_other():
    plan = solve(uniform(2, 3), a=[2.0, 4.0])
    assert plan.b.tolist() == pytest.approx([2, 2, 2])
    assert solve(uniform(2, 3), b=[1.0, 2.0, 5.0]).a.tolist() == pytest.approx([4, 4])
    assert solve(uniform(2, 3), "sinkhorn").a.tolist() == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("method", [m for m in METHODS if m not in ("partial", "unbalanced")])
def test_masses_that_do_not_sum_alike_are_refused_by_balanced_methods(method):
    a, b = torch.tensor([[0.5, 0.5], [0.5, 0.5]]), torch.tensor([[0.5, 0.5], [0.5, 0.6]])
    with pytest.raises(ValueError, match=r"problem 1: a sums to 1 and b to 1.1; scale them alike.*'partial' or 'unb"):
        solve(uniform(2, 2, 2), method, a=a, b=b)


@pytest.mark.parametrize("method", ["partial", "unbalanced"])
def test_masses_that_do_not_sum_alike_are_fine_where_some_may_stay(method):
    plan = solved(uniform(2, 2), method, a=[0.5, 0.5], b=[0.5, 0.7])
    assert plan.converged
    assert plan.b.tolist() == pytest.approx([0.5, 0.7])


def test_masses_may_differ_by_rounding():
    third = np.float32(1) / np.float32(3)
    plan = solve(uniform(3, 3), "sinkhorn", a=[third] * 3, b=torch.tensor([0.33333, 0.33333, 0.33334]))
    assert plan.converged


@methods
def test_tokens_without_mass_get_none(method):
    if method in ("greedy", "assignment", "identity", "argmax"):
        return
    a, b = torch.tensor([0, 0.5, 0.5]).double(), torch.tensor([0.25, 0.25, 0.5, 0.0]).double()
    plan = solved(uniform(3, 4), method, a=a, b=b)
    assert plan.plan[0].sum() == 0
    assert plan.plan[:, 3].sum() == 0
    assert plan.objective.isfinite()
    alone = solved(uniform(3, 4)[1:, :3], method, a=a[1:], b=b[:3])
    if method != "random":
        assert plan.plan[1:, :3].numpy() == pytest.approx(alone.plan.numpy(), abs=1e-5)
    if plan.potentials is not None:
        assert all(f.isfinite().all() for f in plan.potentials)


TWO = torch.ones(2, 2, 2)
SECOND = torch.tensor([[True, True], [False, False]])
ALL = torch.ones(2, 2, dtype=torch.bool)


@methods
@pytest.mark.parametrize(
    ("mask", "side"), [((SECOND, ALL), "source"), ((ALL, SECOND), "target"), ((SECOND, SECOND), "source")]
)
@pytest.mark.parametrize("masses", [None, torch.full((2, 2), 0.5)])
def test_a_problem_without_tokens_is_named(method, mask, side, masses):
    with pytest.raises(ValueError, match=f"problem 1 has no valid token on its {side} side; leave it out"):
        solved(TWO, method, a=masses, b=masses, mask=mask)


@methods
@pytest.mark.parametrize("bad", [torch.nan, torch.inf, -torch.inf])
@pytest.mark.parametrize("mask", [None, (torch.tensor([[True, True], [True, False]]), ALL)])
def test_a_valid_cost_that_is_not_finite_names_the_problem(method, bad, mask):
    cost = TWO.clone()
    cost[1, 0, 1] = bad
    with pytest.raises(ValueError, match="problem 1 has a cost that is not finite among its valid tokens"):
        solved(cost, method, mask=mask)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (2, 0, 3), (2, 3, 0)])
def test_a_side_of_no_tokens_is_named(shape):
    with pytest.raises(ValueError, match="one side has no tokens; leave such problems out"):
        solve(torch.ones(shape))


ERRORS = [
    ({"method": "sinkhron"}, "unknown transport method 'sinkhron'; known: exact, sinkhorn, sinkhorn-kernel"),
    ({"relative_to": "mean"}, "unknown relative_to 'mean'; known: None, 'std', 'range'"),
    ({"epsilon": 0}, "epsilon must be positive and finite, got 0"),
    ({"epsilon": -0.1}, "epsilon must be positive and finite, got -0.1"),
    ({"epsilon": float("nan")}, "epsilon must be positive and finite, got nan"),
    ({"epsilon": float("inf")}, "epsilon must be positive and finite, got inf"),
    ({"epsilon": torch.tensor([0.1, 0.0])}, "epsilon must be positive and finite"),
    ({"epsilon": [0.1, 0.1, 0.1]}, "epsilon"),
    ({"cost": torch.ones(2)}, r"cost must have shape \(m, n\) or \(batch, m, n\), got \(2,\)"),
    ({"cost": torch.ones(1, 1, 2, 2)}, r"got \(1, 1, 2, 2\)"),
    ({"a": torch.ones(2, 3)}, r"a has shape \(2, 3\), but the cost asks for \(2, 2\)"),
    ({"b": torch.ones(3, 2)}, r"b has shape \(3, 2\), but the cost asks for \(2, 2\)"),
    ({"a": torch.ones(2)}, r"a has shape \(2,\), but the cost asks for \(2, 2\)"),
    ({"mask": (ALL, ALL[:, :1])}, r"mask\[1\] has shape \(2, 1\), but the cost asks for \(2, 2\)"),
    ({"mask": (ALL[:1], ALL)}, r"mask\[0\] has shape \(1, 2\)"),
    ({"mask": (ALL,)}, "mask"),
    ({"a": torch.tensor([[1.0, 1.0], [1.0, -0.1]])}, "problem 1: marginal weights a must be finite, non-neg"),
    ({"b": torch.tensor([[0.5, 0.5], [0.0, 0.0]])}, "problem 1: marginal weights b must be finite"),
    ({"a": torch.tensor([[1.0, 1.0], [0.0, 1.0]]), "mask": (ALL & torch.tensor([True, False]), ALL)}, "problem 1"),
    ({"a": torch.tensor([[torch.nan, 1.0], [1.0, 1.0]])}, "problem 0: marginal weights a"),
    ({"a": torch.tensor([[torch.inf, 1.0], [1.0, 1.0]])}, "problem 0: marginal weights a"),
    ({"method": "partial"}, "method 'partial' needs mass: how much is to be transported"),
    ({"method": "partial", "mass": -0.1}, "mass must lie between 0 and the smaller of the two sides' sums"),
    ({"method": "partial", "mass": 1.1}, "mass must lie between 0"),
    ({"method": "partial", "mass": torch.tensor([0.5, 1.1])}, "mass must lie between 0"),
    ({"method": "partial", "mass": float("nan")}, "mass must lie between 0"),
    ({"method": "partial", "mass": [0.5, 0.5, 0.5]}, "mass"),
    ({"method": "partial", "mass": 0.9, "a": torch.full((2, 2), 0.5), "b": torch.full((2, 2), 0.4)}, "mass must lie"),
    ({"method": "unbalanced"}, r"method 'unbalanced' needs strength=\(source, target\)"),
    ({"method": "unbalanced", "strength": 0}, "strength must be .*positive.*, got 0"),
    ({"method": "unbalanced", "strength": (1.0, -1.0)}, r"strength must be .*positive.*, got \(1.0, -1.0\)"),
    ({"method": "unbalanced", "strength": float("nan")}, "strength must be .*positive.*, got nan"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), ERRORS, ids=[message[:40] for _, message in ERRORS])
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        solve(**{"cost": TWO, "method": "sinkhorn"} | arguments)


def test_what_comes_back_is_a_plan():
    assert isinstance(solve([[0.0]]), TransportPlan)
