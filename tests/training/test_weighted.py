"""Objectives from configurations: what a specification means, and every refusal."""

import json
import math

import pytest
import torch

from clirlab.errors import InputError
from clirlab.training import OBJECTIVES, parse_objective
from clirlab.training.objectives import Batch


def a_batch(**fields):
    generator = torch.Generator().manual_seed(0)
    student, teacher = (torch.randn(2, n, 4, generator=generator) for n in (3, 4))
    masks = (torch.ones(2, n, dtype=torch.bool) for n in (3, 4))
    return Batch(student, next(masks), teacher, next(masks), torch.zeros(4), **fields)


@pytest.mark.parametrize(
    ("spec", "name", "needs"),
    [
        ("ot", "ot", set()),
        ({"ot": 1.0, "infonce": 0.1}, "ot+0.1*infonce", set()),
        ({"infonce": 0.1, "ot": 1}, "ot+0.1*infonce", set()),
        ({"ot": {"weight": 2, "method": "sinkhorn"}}, "2*ot(method=sinkhorn)", set()),
        ({"mse": {"both": True}, "oracle": 0.5}, "0.5*oracle+mse(both=True)", {"english", "links"}),
        ({"ot": {"marginals": "idf", "layer": 7}}, "ot(marginals=idf,layer=7)", {"idf", "layers"}),
        ({"token-mse": {"alignment": "links"}}, "token-mse(alignment=links)", {"links"}),
        ({"score-kl": 1}, "score-kl", {"passages"}),
        ("ranking", "ranking", {"passages", "positives"}),
        ({"mse": {}}, "mse", set()),
    ],
)
def test_a_specification_has_a_name_and_needs(spec, name, needs):
    parsed = parse_objective(spec)
    assert (parsed.name, parsed.needs) == (name, needs)
    again = parse_objective(json.loads(json.dumps(parsed.spec)))
    assert again == parsed == parse_objective(parsed)
    assert json.dumps(again.spec) == json.dumps(parsed.spec)


def test_specifications_that_mean_the_same_are_the_same():
    specs = ("ot", {"ot": 1}, {"ot": {}}, {"ot": {"weight": 1.0, "method": "exact", "epsilon": 0.05}})
    assert len({json.dumps(parse_objective(spec).spec) for spec in specs}) == 1


def test_a_sum_is_the_weighted_sum_of_its_terms():
    batch = a_batch()
    value = {name: OBJECTIVES[name].function(batch) for name in ("ot", "infonce", "identity")}
    found = parse_objective({"infonce": 0.1, "ot": 2})(batch)
    assert found.value.item() == pytest.approx(2 * value["ot"].value.item() + 0.1 * value["infonce"].value.item())
    assert found.perplexity == value["ot"].perplexity
    both = parse_objective({"ot": 1, "identity": 5})(batch)
    assert both.perplexity == pytest.approx((value["ot"].perplexity + value["identity"].perplexity) / 2)
    assert math.isnan(parse_objective({"mse": 1, "infonce": 1})(batch).perplexity)


def test_a_single_objective_is_the_function_itself_bit_for_bit():
    batch = a_batch()
    assert parse_objective("ot")(batch).value.equal(OBJECTIVES["ot"].function(batch).value)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("infonse", "unknown objective 'infonse'; did you mean 'infonce'"),
        ({"ot": 1, "msee": 1}, "unknown objective 'msee'; did you mean 'mse'"),
        ({}, "the objective is empty; name at least one of ot, oracle"),
        ("", "unknown objective ''"),
        (["ot"], r"a name or a mapping of names to weights or options, not \['ot'\]"),
        ({"ot": 0}, "objective ot: weight must be positive and finite, got 0"),
        ({"ot": -1.5}, "weight must be positive and finite, got -1.5"),
        ({"ot": math.nan}, "weight must be positive and finite, got nan"),
        ({"ot": {"weight": math.inf}}, "weight must be positive and finite, got inf"),
        ({"ot": "much"}, "objective ot: weight: a number, or a mapping of options, is meant; got 'much'"),
        ({"ot": True}, "objective ot: weight: a number, or a mapping of options, is meant; got True"),
        ({"ot": None}, "objective ot: weight: a number, or a mapping of options, is meant; got None"),
        ({"ot": {"epsilom": 0.1}}, "objective ot: epsilom: unknown key; did you mean 'epsilon'"),
        ({"ot": {"epsilon": 0}}, "objective ot: epsilon: input should be greater than 0"),
        ({"ot": {"epsilon": math.inf}}, "objective ot: epsilon: input should be a finite number"),
        ({"ot": {"method": "simplex"}}, "objective ot: method: input should be 'exact', 'sinkhorn'"),
        ({"ot": {"mass": 1.5}}, "objective ot: mass: input should be less than or equal to 1"),
        ({"ot": {"layer": -1}}, "objective ot: layer: input should be greater than or equal to 0"),
        (
            {"ot": {"method": "sinkhorn", "direction": "student"}},
            "direction 'student' goes with method exact or unbalanced, not sinkhorn",
        ),
        ({"cosine": {"center": True}}, "objective cosine: center: unknown key; there are none to set"),
        ({"infonce": {"temperature": 0}}, "objective infonce: temperature: input should be greater than 0"),
        ({"ranking": {"margin": 3}}, "objective ranking: margin: input should be less than or equal to 2"),
    ],
)
def test_a_specification_that_is_wrong_is_named(spec, message):
    with pytest.raises(InputError, match=message):
        parse_objective(spec)


def test_a_batch_that_cannot_feed_a_term_is_named_once_with_all_that_lacks():
    with pytest.raises(
        InputError, match="the objective oracle needs pairs with a known alignment; code_switch gives one"
    ):
        parse_objective({"ot": 1, "oracle": 1})(a_batch())
    message = "the objective ranking needs passages to score.*; and passages with a relevant one"
    with pytest.raises(InputError, match=message):
        parse_objective("ranking")(a_batch())


@pytest.mark.parametrize("side", ["student", "teacher"])
@pytest.mark.parametrize("spec", OBJECTIVES)
def test_a_text_without_content_is_named(side, spec):
    batch = a_batch()
    whole = batch._replace(
        links=torch.ones(2, 3, 4, dtype=torch.bool),
        passages=batch.teacher,
        passage_mask=batch.teacher_mask,
        positives=torch.tensor([0, 1]),
    )
    mask = getattr(batch, f"{side}_mask").clone()
    mask[1] = False
    assert torch.isfinite(parse_objective(spec)(whole).value)
    with pytest.raises(InputError, match=f"pair 1 of the batch has no content on the {side}'s side"):
        parse_objective(spec)(whole._replace(**{f"{side}_mask": mask}))
