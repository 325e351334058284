"""Losses: values by hand, the gradient by finite differences, and what must not change them."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from clirlab.training import OBJECTIVES
from clirlab.training.objectives import Batch
from clirlab.training.objectives.batch import pool


def on_tensors(name):
    """An objective as a function of the tensors that all of them take."""
    return lambda student, teacher, rows, columns, center: OBJECTIVES[name].function(
        Batch(student, rows, teacher, columns, center)
    )


optimal_transport, sentence_mse = on_tensors("ot"), on_tensors("mse")
objectives = pytest.mark.parametrize("objective", [*map(on_tensors, OBJECTIVES)], ids=OBJECTIVES)
seeds = st.integers(0, 999)
HIGHEST = {"ot": 2, "mse": 4}


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def all_true(*shape):
    return torch.ones(*shape, dtype=torch.bool)


def sides(seed=0):
    """Two pairs, 3 tokens to 4 and 2 to 3 in a padded batch of dimension 5, and a centre."""
    student_mask, teacher_mask = all_true(2, 3), all_true(2, 4)
    student_mask[1, 2] = teacher_mask[1, 3] = False
    center = normal(5, seed=seed + 3) / 4
    return normal(2, 3, 5, seed=seed + 1), normal(2, 4, 5, seed=seed + 2), student_mask, teacher_mask, center


@objectives
@settings(deadline=None)
@given(seed=seeds)
def test_identical_sides_cost_nothing(objective, seed):
    student, _, mask, _, center = sides(seed)
    assert objective(student, student, mask, mask, center).value.item() == pytest.approx(0, abs=1e-12)


def test_transport_worked_example():
    # pair 0: s goes half to itself (cost 0) and half to a vector at a right angle (cost 1) -> .5, on 2 tokens
    # pair 1: both tokens have their like, in another order -> 0, on 1 token each
    student = torch.tensor([[[2.0, 0.0], [9.0, 9.0]], [[1.0, 0.0], [0.0, 1.0]]])
    teacher = torch.tensor([[[1.0, 0.0], [0.0, 3.0]], [[0.0, 5.0], [1.0, 0.0]]])
    mask = torch.tensor([[True, False], [True, True]])
    loss = optimal_transport(student, teacher, mask, all_true(2, 2), torch.zeros(2))
    assert loss.value.item() == pytest.approx((0.5 + 0) / 2)
    assert loss.perplexity == pytest.approx((2 + 1) / 2)


def test_transport_takes_the_centre_from_vectors_of_unit_length():
    # (1, 0) - c and (0, 1) - c point in opposite directions: cost 2 in place of 1
    student, teacher, one = torch.tensor([[[7.0, 0.0]]]), torch.tensor([[[0.0, 3.0]]]), all_true(1, 1)
    loss = optimal_transport(student, teacher, one, one, torch.tensor([0.5, 0.5]))
    assert loss.value.item() == pytest.approx(2)


def test_sentence_mse_worked_example():
    # pair 0: mean (1, 1), at 45 degrees to (1, 0): 2 - 2 cos = 2 - sqrt 2; pair 1: opposite means: 4
    student = torch.tensor([[[2.0, 0.0], [0.0, 2.0]], [[3.0, 0.0], [9.0, 9.0]]])
    teacher = torch.tensor([[[5.0, 0.0]], [[-1.0, 0.0]]])
    mask = torch.tensor([[True, True], [True, False]])
    loss = sentence_mse(student, teacher, mask, all_true(2, 1), torch.zeros(2))
    assert loss.value.item() == pytest.approx((2 - math.sqrt(2) + 4) / 2)
    assert math.isnan(loss.perplexity)


def test_pool_is_the_direction_of_the_mean_of_what_is_not_masked():
    vectors = torch.tensor([[[3.0, 0.0], [0.0, 4.0], [-50.0, 7.0]]])
    assert pool(vectors, torch.tensor([[True, True, False]])).tolist() == [pytest.approx([0.6, 0.8])]


@objectives
@pytest.mark.parametrize("filling", [0.0, -7.0, 1e6])
def test_padding_changes_neither_the_loss_nor_its_gradient(objective, filling):
    student, teacher, student_mask, teacher_mask, center = sides()
    narrow = student.clone().requires_grad_()
    expected = objective(narrow, teacher, student_mask, teacher_mask, center)
    expected.value.backward()

    wide, wide_teacher = torch.full((2, 5, 5), filling).double(), torch.full((2, 6, 5), filling).double()
    wide[:, :3][student_mask], wide_teacher[:, :4][teacher_mask] = student[student_mask], teacher[teacher_mask]
    wide_student_mask, wide_teacher_mask = (torch.zeros(2, n, dtype=torch.bool) for n in (5, 6))
    wide_student_mask[:, :3], wide_teacher_mask[:, :4] = student_mask, teacher_mask
    wide.requires_grad_()
    found = objective(wide, wide_teacher, wide_student_mask, wide_teacher_mask, center)
    found.value.backward()

    assert found.value.item() == pytest.approx(expected.value.item())
    assert found.perplexity == pytest.approx(expected.perplexity, nan_ok=True)
    torch.testing.assert_close(wide.grad[wide_student_mask], narrow.grad[student_mask])
    assert (wide.grad[~wide_student_mask] == 0).all()  # neither a push nor a NaN


@objectives
@settings(deadline=None, max_examples=10)
@given(seed=seeds)
def test_the_gradient_is_that_of_finite_differences(objective, seed):
    # for transport the plan is solved anew at each step aside: the envelope theorem says that it need not be
    student, *others = sides(seed)
    assert torch.autograd.gradcheck(lambda s: objective(s, *others).value, student.requires_grad_())


@objectives
def test_only_the_student_learns(objective):
    student, teacher, *others = sides()
    objective(student.requires_grad_(), teacher, *others).value.backward()
    assert student.grad.abs().sum() > 0
    assert teacher.grad is None


@pytest.mark.parametrize("name", OBJECTIVES)
@settings(deadline=None)
@given(seed=seeds)
def test_a_batch_costs_the_mean_of_its_pairs_which_lie_in_the_range(name, seed):
    *pairs, center = sides(seed)
    alone = [on_tensors(name)(*(side[i : i + 1] for side in pairs), center).value.item() for i in range(2)]
    assert on_tensors(name)(*pairs, center).value.item() == pytest.approx(sum(alone) / 2)
    assert all(0 <= value <= HIGHEST[name] for value in alone)
