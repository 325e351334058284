import pytest
import torch

from clirlab.transport import TransportPlan, solve

# two problems, 2 x 3 and 1 x 2, padded to 2 x 3
MASK = torch.tensor([[True, True], [True, False]]), torch.tensor([[True] * 3, [True, True, False]])
PLAN = TransportPlan(
    torch.tensor([[[0.5, 0.0, 0.0], [0.0, 0.25, 0.25]], [[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]]]),
    torch.tensor([[[0.2, 1.0, 1.0], [1.0, 0.4, 0.8]], [[0.1, 0.3, torch.nan], [torch.nan] * 3]]),
    *MASK,
    "exact",
)


def test_value_by_hand_whatever_the_padding_holds():
    # .5 * .2 + .25 * .4 + .25 * .8 = .4; .5 * .1 + .5 * .3 = .2
    assert PLAN.value.tolist() == pytest.approx([0.4, 0.2])


def test_perplexity_by_hand():
    # rows spread over 1 and 2 tokens: mean 1.5; the one row of the second problem over 2
    assert PLAN.perplexity.tolist() == pytest.approx([1.5, 2])


def test_perplexity_is_1_for_a_permutation_and_n_for_an_even_plan():
    permutation = torch.eye(4)[[2, 0, 3, 1]]
    assert solve(1 - permutation).perplexity.item() == pytest.approx(1)
    assert solve(torch.ones(4, 4), "sinkhorn").perplexity.item() == pytest.approx(4)


def test_a_problem_comes_without_its_padding():
    assert len(PLAN) == 2
    assert PLAN[1].tolist() == [[0.5, 0.5]]


def test_frame_has_one_row_per_pair_of_tokens():
    frame = PLAN.to_frame(["maji"], ["the", "water"], problem=1)
    assert frame.columns.tolist() == ["i", "j", "source", "target", "mass", "cost"]
    assert frame[["i", "j", "source", "target"]].to_numpy().tolist() == [[0, 0, "maji", "the"], [0, 1, "maji", "water"]]
    assert frame["mass"].tolist() == [0.5, 0.5]
    assert frame["cost"].tolist() == pytest.approx([0.1, 0.3])
    assert len(PLAN.to_frame("ab", "xyz")) == 6


def test_the_wrong_number_of_tokens_is_named():
    with pytest.raises(ValueError, match=r"the plan is \(1, 2\), but there are 1 and 3 tokens"):
        PLAN.to_frame(["maji"], ["the", "water", "."], problem=1)
