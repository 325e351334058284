"""Objectives on token pairs against hand calculations and against the plans that they are said to use."""

import math

import pytest
import torch

from clirlab import transport
from clirlab.errors import InputError
from clirlab.training import OBJECTIVES
from clirlab.training.objectives import Batch


def loss(name, batch, **options):
    return OBJECTIVES[name].function(batch, **options)


def every(*shape):
    return torch.ones(*shape, dtype=torch.bool)


def one_pair(student, teacher, **fields):
    student, teacher = (torch.tensor([side], dtype=torch.float64) for side in (student, teacher))
    center = fields.pop("center", torch.zeros(student.shape[-1], dtype=torch.float64))
    return Batch(student, every(*student.shape[:2]), teacher, every(*teacher.shape[:2]), center, **fields)


def random_pair(m=4, n=5, seed=0):
    generator = torch.Generator().manual_seed(seed)
    sides = (torch.randn(k, 6, generator=generator, dtype=torch.float64).tolist() for k in (m, n))
    return one_pair(*sides, center=torch.randn(6, generator=generator, dtype=torch.float64) / 4)


# three directions at right angles: a cost is 0 or 1
EAST, NORTH, UP = [2.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 3.0]


def test_transport_worked_example():
    # pair 0: s goes half to itself (cost 0) and half to a vector at a right angle (cost 1) -> .5, on 2 tokens
    # pair 1: both tokens have their like, in another order -> 0, on 1 token each
    student = torch.tensor([[[2.0, 0.0], [9.0, 9.0]], [[1.0, 0.0], [0.0, 1.0]]])
    teacher = torch.tensor([[[1.0, 0.0], [0.0, 3.0]], [[0.0, 5.0], [1.0, 0.0]]])
    mask = torch.tensor([[True, False], [True, True]])
    found = loss("ot", Batch(student, mask, teacher, every(2, 2), torch.zeros(2)))
    assert found.value.item() == pytest.approx((0.5 + 0) / 2)
    assert found.perplexity == pytest.approx((2 + 1) / 2)


def test_the_centre_is_taken_from_vectors_of_unit_length():
    # (1, 0) - c and (0, 1) - c point in opposite directions: cost 2 in place of 1
    batch = one_pair([[7.0, 0.0]], [[0.0, 3.0]], center=torch.tensor([0.5, 0.5], dtype=torch.float64))
    assert loss("ot", batch).value.item() == pytest.approx(2)
    assert loss("ot", batch, center=False).value.item() == pytest.approx(1)
    assert loss("greedy", batch).value.item() == pytest.approx(4)
    assert loss("greedy", batch, center=False).value.item() == pytest.approx(2)


def test_marginals_worked_example():
    # east and north to east alone: the share of north is what it costs
    batch = one_pair([EAST, NORTH], [EAST])
    assert loss("ot", batch).value.item() == pytest.approx(1 / 2)
    assert loss("ot", batch, marginals="norm").value.item() == pytest.approx(1 / 3)  # norms 2 and 1
    weighted = batch._replace(student_idf=torch.tensor([[1.0, 3.0]]), teacher_idf=torch.tensor([[5.0]]))
    assert loss("ot", weighted, marginals="idf").value.item() == pytest.approx(3 / 4)


def test_a_direction_names_the_side_that_is_moved_in_whole():
    # student east, north; teacher east, east, up: only up has no like, only north has none
    batch = one_pair([EAST, NORTH], [EAST, EAST, UP])
    assert loss("ot", batch, direction="student").value.item() == pytest.approx(1 / 2)  # north
    assert loss("ot", batch, direction="teacher").value.item() == pytest.approx(1 / 3)  # up
    assert loss("ot", batch).value.item() == pytest.approx(1 / 2)  # up takes what it needs from north, which is 1/2


@pytest.mark.parametrize(("direction", "prices"), [("student", (math.inf, 0.7)), ("teacher", (0.7, math.inf))])
def test_unbalanced_directions_have_one_hard_side(direction, prices):
    batch = random_pair()
    cost = transport.cosine_cost(*(torch.nn.functional.normalize(x, dim=-1) for x in (batch.student, batch.teacher)))
    plan = transport.solve(cost, "unbalanced", strength=prices)
    hard = plan.plan.sum(2) - plan.a if direction == "student" else plan.plan.sum(1) - plan.b
    assert hard.abs().max() < 1e-4
    found = loss("ot", batch, method="unbalanced", direction=direction, strength=0.7, center=False)
    assert found.value.item() == pytest.approx(plan.value.item())


def test_partial_moves_the_cheapest_share():
    # half of the mass can stay where it is
    batch = one_pair([EAST, NORTH], [EAST, UP])
    assert loss("ot", batch, method="partial", mass=0.5).value.item() == pytest.approx(0, abs=1e-9)
    assert loss("ot", batch, method="partial", mass=0.8).value.item() == pytest.approx(0.3)


@pytest.mark.parametrize("method", ["sinkhorn", "ipot", "unbalanced"])
@pytest.mark.parametrize("relative_to", [None, "std", "range"])
def test_the_plan_is_held_constant_and_its_strengths_are_relative_to_the_spread(method, relative_to):
    batch = random_pair()
    student = batch.student.clone().requires_grad_()
    sides = (torch.nn.functional.normalize(x, dim=-1) for x in (student, batch.teacher))
    cost = transport.cosine_cost(*sides, batch.center)
    scale = 1 if relative_to is None else transport.spread(cost.detach(), kind=relative_to).item()
    # ε and ρ in the unit of the cost
    epsilon, strength = 0.3 * scale, 0.8 * scale if method == "unbalanced" else None
    plan = transport.solve(cost.detach(), method, epsilon=epsilon, strength=strength, tolerance=1e-7).plan
    (expected,) = torch.autograd.grad((plan * cost).sum(), student)

    own = batch.student.clone().requires_grad_()
    options = {"method": method, "epsilon": 0.3, "strength": 0.8, "relative_to": relative_to}
    found = loss("ot", batch._replace(student=own), **options).value
    found.backward()
    assert found.item() == pytest.approx((plan * cost).sum().item(), abs=1e-4)
    torch.testing.assert_close(own.grad, expected, rtol=1e-3, atol=1e-4)


def test_costs_without_spread_have_a_plan_all_the_same():
    batch = one_pair([EAST, EAST], [NORTH, NORTH])
    assert loss("ot", batch, method="sinkhorn", relative_to="std").value.item() == pytest.approx(1)


def test_a_hidden_layer_takes_the_place_of_the_output():
    batch = random_pair()
    layers = (batch.student, -batch.student)
    found = loss("ot", batch._replace(layers=layers), layer=1).value
    assert found.item() == loss("ot", batch._replace(student=-batch.student)).value.item()


def test_a_layer_that_is_not_there_or_is_of_another_width_is_named():
    batch = random_pair()
    with pytest.raises(InputError, match="layer 2: the student has layers 0 to 1"):
        loss("ot", batch._replace(layers=(batch.student, batch.student)), layer=2)
    with pytest.raises(InputError, match="layer 0 is 5 wide, the teacher's vectors 6"):
        loss("ot", batch._replace(layers=(batch.student[..., :5],)), layer=0)


def test_oracle_worked_example():
    # masses 1/2, 1/2 and 1/3 each; east is linked to the first, north to the other two
    #   one way: east 1/2 -> first; north 1/4 -> second, 1/4 -> third;  back: 1/3 each
    #   mean: 5/12, 7/24, 7/24; costs 0, 1, 0
    links = torch.tensor([[[True, False, False], [False, True, True]]])
    found = loss("oracle", one_pair([EAST, NORTH], [EAST, UP, NORTH], links=links))
    assert found.value.item() == pytest.approx(7 / 24)
    assert found.perplexity == pytest.approx((1 + 2) / 2)


def test_oracle_meets_both_marginals_where_a_plan_on_the_links_can():
    # the permutation: as the exact plan of the right costs
    links = torch.tensor([[[False, True], [True, False]]])
    batch = one_pair([EAST, NORTH], [NORTH, EAST], links=links)
    assert loss("oracle", batch).value.item() == loss("ot", batch).value.item() == pytest.approx(0, abs=1e-9)


def test_tokens_without_links_are_not_moved_and_pairs_without_any_do_not_count():
    links = torch.tensor([[[True, False], [False, False]], [[False, False], [False, False]]])
    student = torch.tensor([[EAST, UP], [EAST, UP]], requires_grad=True)
    teacher = torch.tensor([[NORTH, NORTH], [NORTH, NORTH]])
    batch = Batch(student, every(2, 2), teacher, every(2, 2), torch.zeros(3), links=links)
    for name, highest in (("oracle", 1), ("token-mse", 2)):
        options = {"alignment": "links"} if name == "token-mse" else {}
        found = loss(name, batch, **options)
        assert found.value.item() == pytest.approx(highest)
        assert found.perplexity == pytest.approx(1)
        (gradient,) = torch.autograd.grad(found.value, student)
        assert gradient[0, 0].abs().sum() > 0
        assert gradient[0, 1].abs().sum() == gradient[1].abs().sum() == 0
        none = loss(name, batch._replace(links=torch.zeros(2, 2, 2, dtype=torch.bool)), **options)
        assert none.value.item() == 0
        assert math.isnan(none.perplexity)
        assert torch.autograd.grad(none.value, student)[0].abs().sum() == 0


def test_greedy_and_assignment_differ_where_the_cheapest_pair_costs_more_in_the_end():
    angle = torch.tensor([0.0, 0.6, -0.5, 0.2]).double()  # student at 0 and .6; teacher at -.5 and .2
    points = torch.stack([angle.cos(), angle.sin()], 1).tolist()
    batch = one_pair(points[:2], points[2:])
    # greedy: (0, .2), then (.6, -.5); assignment: (0, -.5), (.6, .2)
    far, near = (1 - math.cos(0.2)) + (1 - math.cos(1.1)), (1 - math.cos(0.5)) + (1 - math.cos(0.4))
    assert loss("greedy", batch).value.item() == pytest.approx(2 * far / 2)
    assert loss("assignment", batch).value.item() == pytest.approx(near / 2)
    assert loss("token-mse", batch, alignment="greedy").value.item() == pytest.approx(2 * far / 2)
    assert loss("token-mse", batch, alignment="assignment").value.item() == pytest.approx(2 * near / 2)


def test_what_the_longer_side_has_beyond_is_left_alone():
    batch = one_pair([EAST, NORTH], [UP, NORTH, EAST])
    assert loss("greedy", batch).value.item() == pytest.approx(0, abs=1e-9)
    assert loss("assignment", batch).value.item() == pytest.approx(0, abs=1e-9)
    assert loss("identity", batch).value.item() == pytest.approx(1 / 2)  # east to up, north to north


def test_greedy_is_mse_between_matched_vectors_of_unit_length():
    batch = random_pair(4, 4)
    plan = transport.solve(transport.cosine_cost(batch.student, batch.teacher), "greedy").plan[0]
    pairs = plan.nonzero().tolist()
    student, teacher = (torch.nn.functional.normalize(x[0], dim=-1) for x in (batch.student, batch.teacher))
    expected = sum((student[i] - teacher[j]).square().sum().item() for i, j in pairs) / len(pairs)
    assert loss("greedy", batch, center=False).value.item() == pytest.approx(expected)


def test_token_mse_finds_its_plan_among_centred_vectors_and_draws_uncentred_ones_together():
    batch = random_pair()
    unit = [torch.nn.functional.normalize(x, dim=-1) for x in (batch.student, batch.teacher)]
    plan = transport.solve(transport.cosine_cost(*unit, batch.center)).plan
    expected = (plan * torch.cdist(*unit).square()).sum().item()
    assert loss("token-mse", batch).value.item() == pytest.approx(expected)
    uncentred = loss("ot", batch, center=False).value.item()
    assert loss("token-mse", batch, center=False).value.item() == pytest.approx(2 * uncentred)


def test_a_random_plan_is_of_the_generator():
    batch = random_pair()

    def values(seed):
        given = batch._replace(generator=torch.Generator().manual_seed(seed))
        return [loss("random", given).value.item() for _ in range(3)]

    assert values(1) == values(1) != values(2)
    assert len(set(values(1))) == 3
    assert loss("random", batch).value.item() == loss("random", batch).value.item()
    assert loss("random", batch).value.item() > loss("ot", batch).value.item()
