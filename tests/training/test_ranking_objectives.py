"""MaxSim against a double loop, and objectives on passages against hand calculations."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from clirlab.training import OBJECTIVES
from clirlab.training.objectives import Batch
from clirlab.training.objectives.scores import maxsim


def loss(name, batch, **options):
    return OBJECTIVES[name].function(batch, **options)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 999), passages=st.integers(1, 9), k=st.integers(1, 4))
def test_maxsim_is_that_of_a_double_loop(seed, passages, k):
    generator = torch.Generator().manual_seed(seed)
    queries, keys = normal(2, 3, 4, seed=seed), normal(passages, 5, 4, seed=seed + 1)
    mask = torch.rand(2, 3, generator=generator) > 0.4
    mask[:, 1] = True
    passage_mask = torch.rand(passages, 5, generator=generator) > 0.6  # some have no content
    candidates = torch.randint(-1, passages, (2, k), generator=generator)
    queries.requires_grad_()
    found = maxsim(queries, mask, keys, passage_mask, candidates)

    q, d = (torch.nn.functional.normalize(x, dim=-1) for x in (queries, keys))
    expected = torch.full((2, k), -torch.inf, dtype=torch.float64)
    for b in range(2):
        for c, p in enumerate(candidates[b].tolist()):
            if p >= 0 and passage_mask[p].any():
                best = [max(q[b, i] @ d[p, j] for j in range(5) if passage_mask[p, j]) for i in range(3) if mask[b, i]]
                expected[b, c] = sum(best) / len(best)
    torch.testing.assert_close(found, expected)
    there = expected > -torch.inf
    if there.any():
        own, slow = (torch.autograd.grad(x[there].sum(), queries, retain_graph=True)[0] for x in (found, expected))
        torch.testing.assert_close(own, slow)


def axes(*numbers):
    """Passages or texts of one token, along these axes of a space of four."""
    return torch.eye(4, dtype=torch.float64)[list(numbers)][:, None]


def batch_of(student, teacher, **fields):
    one, every = torch.ones(len(student), 1, dtype=torch.bool), torch.ones(4, 1, dtype=torch.bool)
    given = {"passages": axes(0, 1, 2, 3), "passage_mask": every} | {
        name: torch.tensor(value) for name, value in fields.items()
    }
    return Batch(student, one, teacher, one, torch.zeros(4), **given)


def test_ranking_worked_examples():
    # pair 0 finds its passage, with a candidate that it does not like and the other pair's; pair 1 finds another one
    batch = batch_of(axes(0, 2), axes(0, 1), positives=[0, 1], candidates=[[3, -1], [2, 0]])
    e = math.exp
    found, expected = 1 / (1 + 2 / e(1)), e(0) / (2 * e(0) + e(1))
    value = loss("ranking", batch, temperature=1.0).value.item()
    assert value == pytest.approx(-(math.log(found) + math.log(expected)) / 2)
    # without the other pair's: pair 0 has one negative, pair 1 has 2 and 0 as before
    found = 1 / (1 + 1 / e(1))
    value = loss("ranking", batch, temperature=1.0, in_batch=False).value.item()
    assert value == pytest.approx(-(math.log(found) + math.log(expected)) / 2)
    # margin: pair 0 leads by 1; pair 1: its own 0, negatives 1 (2) and 0 (0)
    value = loss("ranking", batch, loss="margin", margin=0.5).value.item()
    assert value == pytest.approx((0 + (1.5 + 0.5) / 2) / 2)


def test_a_passage_counts_once_and_the_relevant_one_is_no_negative():
    plain = batch_of(axes(0, 2), axes(0, 1), positives=[0, 1], candidates=[[3], [2]])
    again = plain._replace(candidates=torch.tensor([[3, 3, 0, 1], [1, 2, 0, 2]]))
    assert loss("ranking", again).value.item() == pytest.approx(loss("ranking", plain).value.item())


@pytest.mark.parametrize("name", ["ranking", "margin-mse"])
def test_pairs_without_a_relevant_passage_do_not_count(name):
    student = torch.cat([axes(0), axes(2)]).requires_grad_()
    with_one = batch_of(student, axes(1, 1), positives=[0, -1], candidates=[[2, 3], [1, 2]])
    alone = batch_of(student[:1], axes(1), positives=[0], candidates=[[2, 3]])
    found = loss(name, with_one)
    assert found.value.item() == pytest.approx(loss(name, alone).value.item())
    assert torch.autograd.grad(found.value, student)[0][1].abs().sum() == 0
    none = loss(name, with_one._replace(positives=torch.tensor([-1, -1]))).value
    assert none.item() == 0
    assert (torch.autograd.grad(none, student)[0] == 0).all()


def test_a_relevant_passage_without_content_is_none():
    batch = batch_of(axes(0, 2), axes(1, 1), positives=[0, 1], candidates=[[2, 3], [0, 2]])
    empty = batch._replace(passage_mask=torch.tensor([[False], [True], [True], [True]]))
    alone = batch_of(axes(2), axes(1), positives=[1], candidates=[[2, -1]])
    for name in ("ranking", "margin-mse"):
        assert loss(name, empty).value.item() == pytest.approx(loss(name, alone).value.item())


def test_margin_mse_worked_example():
    # student at 0, teacher at 1; relevant 0, negatives 1 and 2: leads 1, 1 of the student, -1, 0 of the teacher
    batch = batch_of(axes(0), axes(1), positives=[0], candidates=[[1, 2]])
    assert loss("margin-mse", batch).value.item() == pytest.approx((2**2 + 1**2) / 2)


def test_score_kl_worked_example():
    # over passages 0 and 1: student (1, 0), teacher (0, 1), temperature 1
    batch = batch_of(axes(0), axes(1), candidates=[[0, 1]])
    p = 1 / (1 + math.exp(1))
    expected = p * math.log(p / (1 - p)) + (1 - p) * math.log((1 - p) / p)
    assert loss("score-kl", batch, temperature=1.0).value.item() == pytest.approx(expected)
    # all four passages where none are named, and the relevant one joins those that are
    assert loss("score-kl", batch._replace(candidates=None)).value.item() == pytest.approx(
        loss("score-kl", batch._replace(candidates=torch.tensor([[3, 2, 1, 0]]))).value.item()
    )
    joined = batch._replace(candidates=torch.tensor([[1]]), positives=torch.tensor([0]))
    assert loss("score-kl", joined, temperature=1.0).value.item() == pytest.approx(expected)


def test_pairs_without_candidates_are_left_out_of_score_kl():
    student = torch.cat([axes(0), axes(2)]).requires_grad_()
    batch = batch_of(student, axes(1, 1), candidates=[[0, 1], [-1, -1]])
    alone = batch_of(axes(0), axes(1), candidates=[[0, 1]])
    found = loss("score-kl", batch).value
    assert found.item() == pytest.approx(loss("score-kl", alone).value.item())
    assert torch.autograd.grad(found, student)[0][1].abs().sum() == 0


def test_self_teaching_is_score_kl_between_clean_and_perturbed_queries(tiny):
    # the teacher reads the clean query, the student the one with a typing error: no English side needed
    clean, perturbed = (
        tiny.encode([text], kind="query", dtype="float32") for text in ("the cat sleeps", "the cxt sleeps")
    )
    passages = tiny.encode(["a dog barks", "cats sleep under a roof", "the cat"], kind="passage", dtype="float32")
    student = perturbed.vectors.clone().requires_grad_()
    batch = Batch(
        student, perturbed.mask, clean.vectors, clean.mask, torch.zeros(32), passages=passages.vectors,
        passage_mask=passages.mask,
    )  # fmt: skip
    taught = loss("score-kl", batch).value

    def shares(query):
        best = [
            torch.stack([(v @ p[m].T).max() for v in query.vectors[0][query.mask[0]]]).mean()
            for p, m in zip(passages.vectors, passages.mask, strict=True)
        ]
        return (torch.stack(best) / 0.05).softmax(0)

    p, q = shares(clean), shares(perturbed)
    assert taught.item() == pytest.approx((p * (p / q).log()).sum().item(), rel=1e-4)
    assert taught.item() > 0
    assert torch.autograd.grad(taught, student)[0][perturbed.mask].abs().sum() > 0
    right = batch._replace(student=clean.vectors, student_mask=clean.mask)
    assert loss("score-kl", right).value.item() == pytest.approx(0, abs=1e-6)
