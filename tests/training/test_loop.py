"""The training loop on a tiny BERT: what learns, what stays, what is recorded and every refusal."""

from types import SimpleNamespace

import pytest
import torch

from clirlab.corpora import Bitext
from clirlab.errors import InputError
from clirlab.models import load_encoder
from clirlab.supervision import TextPairs, buy_bitext
from clirlab.training import OBJECTIVES, train
from clirlab.training.objectives import Loss, Objective

PAIRS = {"cats bark": "the dog sleeps", "on a roof": "under the roof", "dogs , dogs": "a cat", "bark": "a dog barked"}
BITEXT = Bitext("tiny", "xx", tuple(PAIRS), tuple(PAIRS.values()))
EMBEDDING = "embeddings.word_embeddings.weight"


def trained(encoder, pairs=BITEXT, **arguments):
    few = {"steps": 3, "batch_size": 2, "learning_rate": 1e-3, "dtype": "float32", "progress": False}
    return train(encoder, pairs, **few | arguments)


def weights(encoder):
    """A copy of all tensors, those of the projection included."""
    modules = {"": encoder.model} | ({"projection.": encoder.projection} if encoder.projection is not None else {})
    return {prefix + name: t.clone() for prefix, module in modules.items() for name, t in module.state_dict().items()}


def same(one, other):
    return one.keys() == other.keys() and all(one[name].equal(other[name]) for name in one)


@pytest.fixture
def projected(tiny):
    torch.manual_seed(0)
    tiny.projection = torch.nn.Linear(32, 8, bias=False)
    return tiny


@pytest.mark.parametrize("objective", ["ot", "mse"])
def test_the_loss_falls(tiny, objective):
    loss = trained(tiny, objective=objective, steps=30, batch_size=4).history["loss"]
    assert loss[-5:].mean() < 0.5 * loss[:5].mean()


def test_the_teacher_stays_as_it_was(projected):
    before, embedding = weights(projected), projected.model.get_input_embeddings()
    attention = projected.model.config._attn_implementation
    student = trained(projected).encoder
    assert same(weights(projected), before)
    assert not same(weights(student), before)
    assert projected.model.get_input_embeddings() is embedding
    assert student.model.config._attn_implementation == projected.model.config._attn_implementation == attention
    own = {p.data_ptr() for p in student.model.parameters()} | {student.projection.weight.data_ptr()}
    assert own.isdisjoint({p.data_ptr() for p in (*projected.model.parameters(), projected.projection.weight)})


def test_a_seed_gives_the_same_weights_bit_for_bit_and_another_seed_others(tiny):
    torch.manual_seed(1)
    one = trained(tiny, seed=5)
    torch.manual_seed(2)  # the state of torch does not matter
    again, other = trained(tiny, seed=5), trained(tiny, seed=6)
    assert same(weights(one.encoder), weights(again.encoder))
    assert one.history.drop(columns="seconds").equals(again.history.drop(columns="seconds"))
    assert not same(weights(one.encoder), weights(other.encoder))


@pytest.mark.parametrize("objective", ["ot", "mse"])
def test_half_a_teacher_share_is_the_midpoint_of_student_and_teacher(tiny, objective):
    student, averaged = (weights(trained(tiny, objective=objective, teacher_share=s).encoder) for s in (0, 0.5))
    teacher = weights(tiny)
    for name, tensor in averaged.items():
        torch.testing.assert_close(tensor, (student[name] + teacher[name]) / 2, msg=lambda m, name=name: f"{name}: {m}")
    assert not same(student, averaged)


def test_the_projection_learns_and_is_averaged_with_the_other_weights(projected):
    student, averaged = (trained(projected, teacher_share=s).encoder.projection.weight for s in (0, 0.5))
    assert not student.equal(projected.projection.weight)
    torch.testing.assert_close(averaged, (student + projected.projection.weight) / 2)


def test_only_embedding_rows_that_the_pairs_use_learn(tiny):
    # "sleep" and "the" stand only on the English side or in a pair that is dropped
    pairs = Bitext("tiny", "xx", (*PAIRS, "sleeping"), (*PAIRS.values(), ""))
    used = torch.zeros(len(tiny.tokenizer), dtype=torch.bool)
    used[sorted({i for cut in tiny.tokenize(list(PAIRS), kind="query") for i in cut.ids})] = True
    before = weights(tiny)[EMBEDDING]
    after = weights(trained(tiny, pairs, steps=8, batch_size=4).encoder)[EMBEDDING]
    assert after[~used].equal(before[~used])
    assert (after[used] != before[used]).any(1).all()


@pytest.mark.parametrize(
    ("settings", "shares"),
    [
        ({"steps": 5, "warm_up": 0.4, "final_rate": 0.1}, [0.5, 1, 0.7, 0.4, 0.1]),
        ({"steps": 4, "warm_up": 0, "final_rate": 0}, [1, 2 / 3, 1 / 3, 0]),
        ({"steps": 4, "warm_up": 1}, [0.25, 0.5, 0.75, 1]),
        ({"steps": 3, "warm_up": 0, "final_rate": 1}, [1, 1, 1]),
        ({"steps": 1}, [1]),
    ],
)
def test_the_learning_rate_rises_and_falls_in_straight_lines(tiny, settings, shares):
    history = trained(tiny, learning_rate=1e-3, **settings).history
    assert history["learning_rate"].tolist() == pytest.approx([1e-3 * share for share in shares], abs=1e-12)


def test_history_and_configuration_say_what_was_done(tiny):
    result = trained(tiny, seed=3, budget=4, steps=4)
    columns = ["step", "loss", "plan_perplexity", "learning_rate", "gradient_norm", "seconds"]
    assert list(result.history) == columns
    assert result.history["step"].tolist() == [0, 1, 2, 3]
    assert result.history["plan_perplexity"].between(1, 4).all()  # no English side has more than 4 tokens
    assert (result.history[["gradient_norm", "seconds"]] > 0).all(axis=None)
    asked = {"objective": "ot", "budget": 4, "seed": 3, "steps": 4, "batch_size": 2, "teacher_share": 0.5}
    assert asked.items() <= result.config.items()
    assert result.config["pairs"] == len(buy_bitext(BITEXT, 4, 3))
    first, last = result.history["loss"].iloc[[0, -1]]
    assert repr(result) == f"Trained(ot, 4 steps: loss {first:.4f} -> {last:.4f})"
    assert trained(tiny, objective="mse").history["plan_perplexity"].isna().all()


def test_a_budget_trains_on_what_it_buys(tiny):
    budgeted, bought = trained(tiny, budget=4, seed=1), trained(tiny, buy_bitext(BITEXT, 4, 1), seed=1)
    assert same(weights(budgeted.encoder), weights(bought.encoder))


def test_text_pairs_train_and_are_bought_as_a_bitext_is(tiny):
    pairs = TextPairs.of(BITEXT)
    assert same(weights(trained(tiny, pairs).encoder), weights(trained(tiny).encoder))
    assert same(weights(trained(tiny, pairs, budget=4).encoder), weights(trained(tiny, budget=4).encoder))
    with pytest.raises(InputError, match="a budget buys from a Bitext or from TextPairs, not from a SimpleNamespace"):
        trained(tiny, SimpleNamespace(source=BITEXT.source, english=BITEXT.english), budget=4)


def test_one_pair_is_enough(tiny):
    assert len(trained(tiny, BITEXT.take([0]), batch_size=8).history) == 3


def test_a_student_can_be_a_teacher_and_be_saved(tiny, tmp_path):
    student = trained(trained(tiny).encoder).encoder
    student.save(tmp_path / "student")
    assert same(weights(load_encoder(tmp_path / "student")), weights(student))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"objective": "mes"}, "unknown objective 'mes'; did you mean 'mse'"),
        ({"step": 3}, "training settings: step: unknown key; did you mean 'steps'"),
        ({"steps": 0}, "training settings: steps: input should be greater than or equal to 1"),
        ({"teacher_share": 1}, "training settings: teacher_share: input should be less than 1"),
        ({"dtype": "float23"}, "unknown dtype 'float23'; did you mean 'float32'"),
        ({"budget": 1000}, "tiny holds 8 translated words, fewer than the budget of 1,000"),
        ({"pairs": Bitext("tiny", "xx", ("",), ("a dog",))}, "nothing to train on"),
    ],
)
def test_bad_input_is_named(tiny, arguments, message):
    with pytest.raises(InputError, match=message):
        trained(tiny, **arguments)


def test_a_loss_that_is_no_number_stops_with_its_step_and_leaves_the_teacher_alone(tiny, monkeypatch):
    calls, before = [], weights(tiny)

    def breaks(batch):
        calls.append(0)
        return Loss(batch.student.sum() * (float("nan") if len(calls) == 3 else 1), 1.0)

    monkeypatch.setitem(OBJECTIVES, "breaks", Objective(breaks))
    with pytest.raises(InputError, match=r"the loss is no number at step 2 \(pairs \[\d, \d\]\); lower learning_rate"):
        trained(tiny, objective="breaks", steps=5)
    assert len(calls) == 3
    assert same(weights(tiny), before)
