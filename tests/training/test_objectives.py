"""Laws that hold for every objective: gradients, padding, batches, order of tokens, identical sides, ranges."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from clirlab.training import OBJECTIVES, parse_objective
from clirlab.training.objectives import NEEDS, Batch
from clirlab.training.objectives.batch import supplied

CASES = [
    ("ot", {}),
    ("ot", {"center": False}),
    ("ot", {"method": "partial", "mass": 0.6}),
    ("ot", {"method": "sinkhorn", "epsilon": 0.5, "relative_to": "std"}),
    ("ot", {"method": "ipot"}),
    ("ot", {"method": "unbalanced", "direction": "student"}),
    ("ot", {"method": "unbalanced", "relative_to": "range", "direction": "teacher"}),
    ("ot", {"direction": "student"}),
    ("ot", {"direction": "teacher"}),
    ("ot", {"marginals": "norm"}),
    ("ot", {"marginals": "idf"}),
    ("ot", {"layer": 1}),
    ("oracle", {}),
    ("oracle", {"marginals": "idf"}),
    ("greedy", {}),
    ("greedy", {"center": False}),
    ("assignment", {}),
    ("identity", {}),
    ("random", {}),
    ("token-mse", {}),
    ("token-mse", {"alignment": "greedy"}),
    ("token-mse", {"alignment": "argmax"}),
    ("token-mse", {"alignment": "links"}),
    ("mse", {}),
    ("mse", {"both": True}),
    ("cosine", {}),
    ("infonce", {}),
    ("ranking", {}),
    ("ranking", {"in_batch": False}),
    ("ranking", {"loss": "margin", "margin": 1.0}),
    ("margin-mse", {}),
    ("margin-mse", {"in_batch": True}),
    ("score-kl", {}),
    ("score-kl", {"in_batch": True, "temperature": 0.5}),
]
# whose plan moves smoothly with the student, while they hold it constant
SMOOTH = [case for case in CASES if case[1].get("method") in {"sinkhorn", "ipot", "unbalanced"}]
SMOOTH += [("ot", {"marginals": "norm"})]
# what depends on the other pairs, or on the place in the batch
TOGETHER = [case for case in CASES if case[0] in {"infonce", "random"} or case[1].get("in_batch", case[0] == "ranking")]
# what is not 0 where both sides are the same, entropy and marginals that leave tokens included
ABOVE_ZERO = [case for case in SMOOTH if case[1] != {"marginals": "norm"}] + [("ot", {"layer": 1})]
ABOVE_ZERO += [case for case in CASES if case[0] in {"random", "infonce", "ranking"}]
ORDERED = [case for case in CASES if case[0] in {"identity", "random"}]
HIGHEST = {"ot": 2, "oracle": 2, "assignment": 2, "identity": 2, "random": 2, "cosine": 2, "greedy": 4, "token-mse": 4}
HIGHEST |= {"mse": 8, "infonce": 2 / 0.05 + math.log(3), "ranking": 2 / 0.05 + math.log(8), "margin-mse": 16}
HIGHEST |= {"score-kl": 2 / 0.05 + math.log(8)}


def name_of(case):
    return parse_objective({case[0]: case[1]}).name


def cases(without=()):
    return pytest.mark.parametrize("case", [case for case in CASES if case not in without], ids=name_of)


def loss_of(case, batch):
    name, options = case
    return OBJECTIVES[name].function(batch, **options)


def normal(*shape, seed):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def first(*lengths):
    return torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]


def a_batch(seed=0):
    """Three pairs of width 5 with all that an objective may ask for: 3, 2 and 1 tokens to 4, 3 and 1."""
    rows, columns = first(3, 2, 1), first(4, 3, 1)
    links = normal(3, 3, 4, seed=seed + 1) > 0.3
    links[:, 0, 0] = True
    return Batch(
        student=normal(3, 3, 5, seed=seed + 2),
        student_mask=rows,
        teacher=normal(3, 4, 5, seed=seed + 3),
        teacher_mask=columns,
        center=normal(5, seed=seed + 4) / 4,
        english=normal(3, 4, 5, seed=seed + 5),
        links=links,
        student_idf=1 + normal(3, 3, seed=seed + 6).abs(),
        teacher_idf=1 + normal(3, 4, seed=seed + 7).abs(),
        layers=(normal(3, 3, 5, seed=seed + 8), normal(3, 3, 5, seed=seed + 9)),
        passages=normal(4, 3, 5, seed=seed + 10),
        passage_mask=first(3, 2, 3, 1),
        positives=torch.tensor([0, 2, 1]),
        candidates=torch.tensor([[1, 3], [0, -1], [2, 3]]),
    )


def with_gradient(batch):
    """The batch with leaves for all that learns, and these leaves."""
    student, english, *layers = (
        x.detach().clone().requires_grad_() for x in (batch.student, batch.english, *batch.layers)
    )
    return batch._replace(student=student, english=english, layers=tuple(layers)), [student, english, *layers]


def pair(batch, i):
    """Pair `i` alone; the passages stay."""
    whole = {"center", "passages", "passage_mask", "generator"}
    fields = {
        name: x if name in whole or x is None else x[i : i + 1]
        for name, x in batch._asdict().items()
        if name != "layers"
    }
    return Batch(**fields, layers=tuple(layer[i : i + 1] for layer in batch.layers))


seeds = st.integers(0, 999)


def test_all_objectives_are_tested():
    assert {name for name, _ in CASES} == set(OBJECTIVES) == set(HIGHEST)


@cases(without=SMOOTH)
def test_the_gradient_is_that_of_finite_differences(case):
    # for exact and partial plans the plan is solved anew at each step aside: the envelope theorem says it need not be
    batch, _ = with_gradient(a_batch())
    learning = [batch.layers[1]] if "layer" in case[1] else [batch.student]
    learning += [batch.english] if case[1].get("both") else []

    def value(vectors, english=batch.english):
        return loss_of(case, batch._replace(student=vectors, english=english, layers=(batch.layers[0], vectors))).value

    assert torch.autograd.gradcheck(value, learning)
    assert all(gradient.abs().sum() > 0 for gradient in torch.autograd.grad(value(*learning), learning))


@cases()
@settings(deadline=None, max_examples=5)
@given(data=st.data())
def test_padding_of_any_content_changes_neither_the_loss_nor_its_gradient(case, data):
    batch, leaves = with_gradient(a_batch(data.draw(seeds)))
    expected = loss_of(case, batch)
    torch.autograd.backward(expected.value, inputs=leaves)

    filling = data.draw(st.sampled_from([0.0, -7.0, 1e6, math.nan, math.inf]))
    places = {  # where the columns that were there stand among more of them
        n: torch.tensor(sorted(data.draw(st.sets(st.integers(0, n + 1), min_size=n, max_size=n), label=f"places {n}")))
        for n in (3, 4)
    }

    def wide(x, *dims):
        for dim in dims:
            n = x.shape[dim]
            fill = False if x.dtype == torch.bool else filling
            out = torch.full((*x.shape[:dim], n + 2, *x.shape[dim + 1 :]), fill, dtype=x.dtype)
            x = out.index_copy(dim, places[n], x.detach())
        return x

    def garbage(x, mask):
        return torch.where(mask.unsqueeze(-1), x.detach(), filling)

    rows, columns, inside = batch.student_mask, batch.teacher_mask, batch.passage_mask
    padded, wide_leaves = with_gradient(
        Batch(
            student=wide(garbage(batch.student, rows), 1),
            student_mask=wide(rows, 1),
            teacher=wide(garbage(batch.teacher, columns), 1),
            teacher_mask=wide(columns, 1),
            center=batch.center,
            english=wide(garbage(batch.english, columns), 1),
            links=wide(batch.links, 1, 2),
            student_idf=wide(batch.student_idf, 1),
            teacher_idf=wide(batch.teacher_idf, 1),
            layers=tuple(wide(garbage(layer, rows), 1) for layer in batch.layers),
            passages=wide(garbage(batch.passages, inside), 1),
            passage_mask=wide(inside, 1),
            positives=batch.positives,
            candidates=torch.cat([torch.full((3, 1), -1), batch.candidates], 1),
        )
    )
    found = loss_of(case, padded)
    torch.autograd.backward(found.value, inputs=wide_leaves)

    assert found.value.item() == pytest.approx(expected.value.item(), rel=1e-5, abs=1e-9)
    assert found.perplexity == pytest.approx(expected.perplexity, nan_ok=True, rel=1e-5)
    for narrow, leaf in zip(leaves, wide_leaves, strict=True):
        if narrow.grad is None:
            assert leaf.grad is None
            continue
        own, mask = (columns, padded.teacher_mask) if narrow.shape[1] == 4 else (rows, padded.student_mask)
        torch.testing.assert_close(leaf.grad[mask], narrow.grad[own], rtol=1e-4, atol=1e-6)
        assert (leaf.grad[~mask] == 0).all()  # neither a push nor a NaN


@cases(without=TOGETHER)
@settings(deadline=None, max_examples=5)
@given(seed=seeds)
def test_a_batch_costs_the_mean_of_its_pairs(case, seed):
    batch = a_batch(seed)
    alone = [loss_of(case, pair(batch, i)).value.item() for i in range(3)]
    assert loss_of(case, batch).value.item() == pytest.approx(sum(alone) / 3, rel=1e-5, abs=1e-9)


@cases()
@settings(deadline=None, max_examples=5)
@given(seed=seeds)
def test_values_lie_in_the_stated_range(case, seed):
    assert -1e-9 <= loss_of(case, a_batch(seed)).value.item() <= HIGHEST[case[0]]


@cases(without=ORDERED)
@settings(deadline=None, max_examples=5)
@given(seed=seeds, order=st.tuples(st.permutations(range(3)), st.permutations(range(4))))
def test_the_order_of_tokens_does_not_matter(case, seed, order):
    batch, (rows, columns) = a_batch(seed), (torch.tensor(o) for o in order)
    turned = batch._replace(
        student=batch.student[:, rows],
        student_mask=batch.student_mask[:, rows],
        student_idf=batch.student_idf[:, rows],
        layers=tuple(layer[:, rows] for layer in batch.layers),
        teacher=batch.teacher[:, columns],
        teacher_mask=batch.teacher_mask[:, columns],
        teacher_idf=batch.teacher_idf[:, columns],
        english=batch.english[:, columns],
        links=batch.links[:, rows][:, :, columns],
    )
    assert loss_of(case, turned).value.item() == pytest.approx(loss_of(case, batch).value.item(), rel=1e-5, abs=1e-9)


@cases(without=ABOVE_ZERO)
@settings(deadline=None, max_examples=5)
@given(seed=seeds)
def test_identical_sides_cost_nothing(case, seed):
    batch = a_batch(seed)
    same = batch._replace(
        student=batch.teacher,
        student_mask=batch.teacher_mask,
        student_idf=batch.teacher_idf,
        english=batch.teacher,
        links=torch.eye(4, dtype=torch.bool).expand(3, -1, -1),
    )
    assert loss_of(case, same).value.item() == pytest.approx(0, abs=1e-12)


@cases()
def test_a_single_pair_of_single_tokens_is_enough(case):
    batch, leaves = with_gradient(pair(a_batch(), 2))
    loss = loss_of(case, batch)
    torch.autograd.backward(loss.value, inputs=leaves)
    assert torch.isfinite(loss.value)
    assert all(leaf.grad is None or torch.isfinite(leaf.grad).all() for leaf in leaves)


@cases()
def test_it_works_in_single_precision_too(case):
    batch = a_batch()
    single = batch._replace(
        **{
            name: x.float()
            for name, x in batch._asdict().items()
            if isinstance(x, torch.Tensor) and x.is_floating_point()
        },
        layers=tuple(layer.float() for layer in batch.layers),
    )
    value = loss_of(case, single).value
    assert value.dtype == torch.float32
    assert value.item() == pytest.approx(loss_of(case, batch).value.item(), rel=1e-3, abs=1e-5)


@cases()
def test_what_is_needed_is_enough_and_nothing_of_it_can_be_missing(case):
    batch, needs = a_batch(), parse_objective({case[0]: case[1]}).needs
    assert supplied(batch) == set(NEEDS)
    fields = {"idf": ["student_idf", "teacher_idf"], "passages": ["passages", "passage_mask"]}
    bare = batch._replace(**{f: None for need in NEEDS if need not in needs for f in fields.get(need, [need])})
    # passages that are left with neither positives nor candidates are all of them
    assert torch.isfinite(loss_of(case, bare).value)
    for need in needs:
        lacking = batch._replace(**dict.fromkeys(fields.get(need, [need])))
        for call in (lambda b=lacking: loss_of(case, b), lambda b=lacking: parse_objective({case[0]: case[1]})(b)):
            with pytest.raises(ValueError, match="needs"):
                call()


@pytest.mark.parametrize("name", OBJECTIVES)
def test_functions_and_options_have_the_same_defaults(name):
    objective = OBJECTIVES[name]
    assert (objective.function.__kwdefaults__ or {}) == dict(objective.options())
