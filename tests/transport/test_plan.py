import math
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
import torch
from problems import NEEDS, kl, ragged, uniform

from clirlab.transport import METHODS, TransportPlan, solve

# two problems, 2 x 3 and 1 x 2, padded to 2 x 3
PLAN = TransportPlan(
    plan=torch.tensor([[[0.5, 0.0, 0.0], [0.0, 0.25, 0.25]], [[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]]]),
    cost=torch.tensor([[[0.2, 1.0, 1.0], [1.0, 0.4, 0.8]], [[0.1, 0.3, torch.nan], [torch.nan] * 3]]),
    rows=torch.tensor([[True, True], [True, False]]),
    columns=torch.tensor([[True] * 3, [True, True, False]]),
    a=torch.tensor([[0.5, 0.5], [1.0, 0.0]]),
    b=torch.tensor([[0.5, 0.25, 0.25], [0.5, 0.5, 0.0]]),
    method="exact",
    epsilon=torch.zeros(2),
    iterations=torch.tensor([4, 7]),
    marginal_error=torch.tensor([0.0, 0.125]),
    converged=torch.tensor([True, False]),
    potentials=(torch.tensor([[1.0, 2.0], [3.0, 0.0]]), torch.tensor([[4.0, 5.0, 6.0], [7.0, 8.0, 0.0]])),
)


def test_value_and_mass_by_hand_whatever_the_padding_holds():
    # .5 * .2 + .25 * .4 + .25 * .8 = .4; .5 * .1 + .5 * .3 = .2
    assert PLAN.value.tolist() == pytest.approx([0.4, 0.2])
    assert PLAN.objective.tolist() == pytest.approx([0.4, 0.2])
    assert PLAN.mass.tolist() == [1, 1]


def test_entropy_by_hand():
    # ½ log 2 + 2 ¼ log 4 = 3/2 log 2; 2 ½ log 2
    assert PLAN.entropy.tolist() == pytest.approx([1.5 * math.log(2), math.log(2)])


def test_perplexities_by_hand():
    # rows spread over 1 and 2 tokens: mean 1.5; the one row of the second problem over 2; each column on 1 token
    assert PLAN.perplexity.tolist() == pytest.approx([1.5, 2])
    assert PLAN.column_perplexity.tolist() == pytest.approx([1, 1])
    # a row of .75 and .25 of its mass
    uneven = replace(PLAN, plan=torch.tensor([[[0.0, 0.0, 0.0], [0.75, 0.0, 0.25]]] * 2))
    spread = math.exp(0.75 * math.log(4 / 3) + 0.25 * math.log(4))
    assert uneven.perplexity.tolist() == pytest.approx([spread] * 2)


def test_perplexity_is_1_for_a_permutation_and_n_for_an_even_plan():
    permutation = torch.eye(4)[[2, 0, 3, 1]]
    assert solve(1 - permutation).perplexity.item() == pytest.approx(1)
    even = solve(torch.ones(4, 6), "sinkhorn")
    assert even.perplexity.item() == pytest.approx(6)
    assert even.column_perplexity.item() == pytest.approx(4)


def test_the_entropic_objective_by_hand():
    # costs alike: T = a bᵀ, so that KL vanishes and the objective is the value
    a, b = [0.25, 0.75], [0.5, 0.3, 0.2]
    plan = solve(np.full((2, 3), 0.7), "sinkhorn", 0.1, a=a, b=b)
    assert plan.objective == pytest.approx(0.7)
    # two tokens, costs 0 and 1 across: T = ½ (p, 1 - p), p = 1 / (1 + exp(-1 / ε))
    p = 1 / (1 + math.exp(-2))
    relative = p * math.log(2 * p) + (1 - p) * math.log(2 * (1 - p))
    plan = solve([[0.0, 1.0], [1.0, 0.0]], "sinkhorn", 0.5)
    assert plan.plan[0] == pytest.approx([p / 2, (1 - p) / 2])
    assert plan.objective == pytest.approx(1 - p + 0.5 * relative)


@pytest.mark.parametrize("method", METHODS)
def test_the_objective_is_its_formula_on_each_problem(method):
    problems = ragged()
    plan = solve(
        problems.cost, method, 0.2, a=3 * problems.a, b=3 * problems.b, mask=problems.mask, **NEEDS.get(method, {})
    )
    for i, (cost, a, b) in enumerate(problems.alone()):
        found, a, b = plan[i].plan, 3 * a, 3 * b
        expected = (found * cost).sum().item()
        assert plan.value[i].item() == pytest.approx(expected)
        if plan.epsilon[i] > 0:
            expected += plan.epsilon[i].item() * kl(found, torch.outer(a, b) / a.sum())
        if method == "unbalanced":
            expected += 0.5 * (kl(found.sum(1), a) + kl(found.sum(0), b))
        assert plan.objective[i].item() == pytest.approx(expected, abs=1e-9)


def test_couplings_by_hand():
    rows, columns, both = (PLAN.coupling(side)[0].tolist() for side in ("rows", "columns", "both"))
    assert rows == [[1, 0, 0], [0, 0.5, 0.5]]
    assert columns == [[1, 0, 0], [0, 1, 1]]
    # .25 / sqrt(.5 * .25)
    assert both[1] == pytest.approx([0, 0.5**0.5, 0.5**0.5])
    assert torch.equal(PLAN.coupling(), PLAN.coupling("rows"))
    assert PLAN.coupling("both")[1, 1].tolist() == [0, 0, 0]


def test_an_unknown_coupling_is_named():
    with pytest.raises(ValueError, match="unknown normalise 'all'; known: rows, columns, both"):
        PLAN.coupling("all")


def test_a_problem_of_a_batch_comes_alone_and_without_its_padding():
    assert len(PLAN) == 2
    one = PLAN[1]
    assert len(one) == 1
    assert one.plan.tolist() == [[0.5, 0.5]]
    assert one.cost.tolist() == pytest.approx(np.array([[0.1, 0.3]]))
    assert [x.tolist() for x in (one.rows, one.columns, one.a, one.b)] == [[True], [True, True], [1], [0.5, 0.5]]
    assert [x.tolist() for x in one.potentials] == [[3], [7, 8]]
    assert (one.iterations.item(), one.marginal_error.item(), one.converged.item()) == (7, 0.125, False)
    assert one.value.item() == pytest.approx(0.2)
    assert torch.equal(PLAN[-1].plan, one.plan)
    assert torch.equal(one[0].plan, one.plan)
    assert [part.plan.shape for part in PLAN] == [(2, 3), (1, 2)]


@pytest.mark.parametrize(("plan", "i"), [(PLAN, 2), (PLAN, -3), (PLAN[0], 1)])
def test_a_problem_that_is_not_there_is_an_index_error(plan, i):
    with pytest.raises(IndexError, match=f"there is no problem {i}; this is a plan of {len(plan)}"):
        plan[i]


def test_a_problem_keeps_what_its_objective_needs():
    for method in ("sinkhorn", "unbalanced", "partial"):
        plan = solve(uniform(3, 4, 5), method, 0.2, **NEEDS.get(method, {}))
        assert [part.objective.item() for part in plan] == pytest.approx(plan.objective.tolist())


def test_frame_has_one_row_per_pair_of_tokens():
    frame = PLAN[1].to_frame(["maji"], ["the", "water"])
    assert frame.columns.tolist() == ["i", "j", "source", "target", "mass", "cost"]
    assert frame[["i", "j", "source", "target"]].to_numpy().tolist() == [[0, 0, "maji", "the"], [0, 1, "maji", "water"]]
    assert frame["mass"].tolist() == [0.5, 0.5]
    assert frame["cost"].tolist() == pytest.approx([0.1, 0.3])
    assert len(solve(np.ones((2, 3))).to_frame("ab", "xyz")) == 6


def test_a_frame_of_a_batch_or_of_other_tokens_is_an_error():
    with pytest.raises(ValueError, match=r"the plan is \(1, 2\), but there are 1 and 3 tokens"):
        PLAN[1].to_frame(["maji"], ["the", "water", "."])
    with pytest.raises(ValueError, match=r"this is a batch of 2 plans; take plan\[i\]"):
        PLAN.to_frame("ab", "xyz")


def test_repr_gives_means_and_what_did_not_converge():
    assert repr(PLAN) == "TransportPlan(exact: 2 problems up to 2 x 3, value 0.3, perplexity 1.75, 1 not converged)"
    assert repr(PLAN[0]) == "TransportPlan(exact: 2 x 3, value 0.4, perplexity 1.50)"
    assert repr(solve([[0.0, 1.0]])) == "TransportPlan(exact: 1 x 2, value 0.5, perplexity 2.00)"


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.seen = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.seen.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_is_whole_and_shows_the_first_plans():
    page = Tags(PLAN._repr_html_())
    assert page.open == []
    assert page.seen.count("svg") == 2
    # cells with mass: 3 and 2
    assert page.seen.count("rect") == 5
    many = Tags(solve(uniform(9, 4, 4))._repr_html_())
    assert many.seen.count("svg") == 4


def test_html_escapes_and_is_darkest_where_most_of_the_mass_goes():
    page = replace(PLAN[0], method="<b>&")._repr_html_()
    assert "&lt;b&gt;&amp;" in page
    assert "<b>" not in page
    svg = ElementTree.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])
    assert [float(cell.get("opacity")) for cell in svg] == pytest.approx([1, 0.71, 0.71])
    assert all(0 <= float(cell.get("x")) < 160 for cell in svg)


def test_html_of_a_large_plan_is_small():
    plan = solve(torch.zeros(4, 500, 300), "sinkhorn")
    assert len(plan._repr_html_()) < 2_000_000
    assert len(solve(uniform(40, 64, 64))._repr_html_()) < 100_000


def test_a_plan_of_numpy_gives_numpy():
    plan = solve(np.ones((2, 3, 4)), "sinkhorn")
    facts = plan.value, plan.objective, plan.entropy, plan.perplexity, plan.column_perplexity, plan.mass
    assert all(isinstance(x, np.ndarray) and x.shape == (2,) for x in (*facts, plan.marginal_error, plan.iterations))
    assert isinstance(plan.coupling(), np.ndarray)
    assert isinstance(plan[0].value, float)
    assert all(isinstance(x, np.ndarray) for x in plan.potentials)
