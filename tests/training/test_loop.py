"""The training loop on a tiny BERT: what learns, what stays, what is recorded and every refusal."""

import json
import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from training_runs import BITEXT, EMBEDDING, PAIRS, same, same_run, trained, weights
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from clirlab.corpora import Bitext
from clirlab.errors import InputError
from clirlab.models import TokenEncoder, fingerprint, load_encoder
from clirlab.supervision import TextPairs, buy_bitext
from clirlab.training import OBJECTIVES, Passages
from clirlab.training.objectives import Loss, Objective


@pytest.fixture
def projected(tiny):
    torch.manual_seed(0)
    tiny.projection = torch.nn.Linear(32, 8, bias=False)
    return tiny


@pytest.fixture
def other_teacher(tmp_path):
    """An encoder of width 16 with a projection to 8, no prefixes, and a vocabulary of whole words."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *sorted({word for text in PAIRS.values() for word in text.split()})]
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=24, pad_token="[PAD]", unk_token="[UNK]"
    )
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=24, initializer_range=0.5,
    )  # fmt: skip
    model = BertModel(config, add_pooling_layer=False)
    return TokenEncoder(model, fast, "colbert", projection=torch.nn.Linear(16, 8, bias=False))


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
    assert same_run(one, again)
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


def test_the_learning_rate_rises_and_falls_in_straight_lines(tiny):
    history = trained(tiny, learning_rate=1e-3, steps=5, warm_up=0.4, final_rate=0.1).history
    assert history["learning_rate"].tolist() == pytest.approx([0.5e-3, 1e-3, 0.7e-3, 0.4e-3, 0.1e-3], abs=1e-12)


def test_history_and_configuration_say_what_was_done(tiny):
    result = trained(tiny, seed=3, budget=4, steps=4)
    columns = [
        "step",
        "loss",
        "plan_perplexity",
        "learning_rate",
        "gradient_norm",
        "tokens_per_second",
        "seconds",
        "dev",
    ]
    assert list(result.history) == columns
    assert result.history["step"].tolist() == [0, 1, 2, 3]
    assert result.history["plan_perplexity"].between(1, 4).all()  # no English side has more than 4 tokens
    assert (result.history[["gradient_norm", "seconds", "tokens_per_second"]] > 0).all(axis=None)
    asked = {"objective": "ot", "budget": 4, "seed": 3, "steps": 4, "batch_size": 2, "teacher_share": 0.5}
    assert asked.items() <= result.config.items()
    assert result.config["pairs"] == len(buy_bitext(BITEXT, 4, 3))
    assert result.history["dev"].isna().all()
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


def test_the_configuration_is_enough_to_do_it_again(tiny):
    chosen = {"seed": 3, "budget": 4, "accumulate": 2, "learn": "last", "last_layers": 1}
    one = trained(tiny, objective={"ot": {"method": "sinkhorn"}, "mse": 0.5}, **chosen)
    config = json.loads(json.dumps(one.config))
    settings = {name: config[name] for name in ("steps", "accumulate", "learn", "last_layers", "learning_rate")}
    again = trained(tiny, objective=config["terms"], seed=config["seed"], budget=config["budget"], **settings)
    assert same_run(one, again)
    assert config["encoder_fingerprint"] == config["teacher_fingerprint"] == fingerprint(tiny)
    assert config["objective"] == "ot(method=sinkhorn)+0.5*mse"
    assert {"clirlab", "torch", "transformers", "python"} == set(config["versions"])
    other = trained(tiny, BITEXT.take([0, 1]), seed=3)
    assert other.config["pairs_fingerprint"] != config["pairs_fingerprint"]


def test_batches_that_are_accumulated_make_one_step_of_their_mean(tiny):
    one = trained(tiny, BITEXT.take([0]), batch_size=1).history
    several = trained(tiny, BITEXT.take([0]), batch_size=1, accumulate=4).history
    for column in ("loss", "plan_perplexity", "gradient_norm"):
        assert several[column].tolist() == pytest.approx(one[column].tolist(), rel=1e-4)


def test_batches_of_a_step_count_by_their_pairs_and_keep_to_a_budget_of_tokens(tiny, monkeypatch):
    seen = []

    def watch(batch):
        value = batch.student.square().mean() * len(seen)
        seen.append((batch.student_mask.numel(), len(batch.student), value.item()))
        return Loss(value)

    monkeypatch.setitem(OBJECTIVES, "watch", Objective(watch))
    history = trained(tiny, objective="watch", batch_tokens=14, accumulate=3, steps=4).history
    sizes, pairs, values = np.array(seen).T
    assert max(sizes) <= 14
    assert len(set(pairs)) > 1
    expected = (pairs * values).reshape(4, 3).sum(1) / pairs.reshape(4, 3).sum(1)
    assert history["loss"].tolist() == pytest.approx(expected.tolist())


def test_the_running_mean_is_kept_on_request(tiny):
    arguments = {"steps": 2, "teacher_share": 0, "warm_up": 0}
    first = weights(trained(tiny, **arguments | {"steps": 1}, final_rate=1).encoder)
    second = weights(trained(tiny, **arguments, final_rate=1).encoder)
    mean, before = weights(trained(tiny, **arguments, final_rate=1, ema=0.75).encoder), weights(tiny)
    for name in mean:
        expected = 0.75 * (0.75 * before[name] + 0.25 * first[name]) + 0.25 * second[name]
        torch.testing.assert_close(mean[name], expected, rtol=1e-4, atol=1e-6)


def test_every_objective_is_fed_what_it_needs(tiny):
    alignment = tuple(((0, 0),) for _ in PAIRS)
    pairs = replace(TextPairs.of(BITEXT), alignment=alignment)
    passages = Passages(
        ("a roof", "the dog barks", "cats", "", "dogs sleep"), (1, 0, -1, 4), ((0, 2), (3,), (), (2, 1, 0))
    )
    for name in OBJECTIVES:
        result = trained(tiny, pairs, objective=name, passages=passages, steps=4)
        assert np.isfinite(result.history["loss"]).all(), name
        assert same_run(result, trained(tiny, pairs, objective=name, passages=passages, steps=4)), name


@pytest.mark.parametrize("objective", [{"ot": {"layer": 1}}, {"ot": {"marginals": "idf"}}, {"mse": {"both": True}}])
def test_layers_frequencies_and_the_english_side_are_fed(tiny, objective):
    history = trained(tiny, objective=objective, steps=30, batch_size=4, learning_rate=1e-2).history
    assert history["loss"][25:].mean() < 0.9 * history["loss"][:5].mean()


def test_the_development_measure_chooses_the_encoder_that_is_returned(tiny):
    seen, values = [], iter([0.1, 0.4, 0.2, 0.3])

    def dev(encoder):
        # a text with pieces that no pair has
        seen.append((weights(encoder), encoder.encode(["the cats sleeping under a roof"], dtype="float32").vectors))
        return next(values)

    result = trained(tiny, steps=7, dev=dev, dev_every=2)
    assert result.history["dev"].tolist()[1::2] == pytest.approx([0.1, 0.4, 0.2])
    assert result.history["dev"].iloc[-1] == 0.3
    assert result.history["dev"].isna().sum() == 3
    assert (result.config["best_step"], result.config["best_dev"]) == (4, 0.4)
    found, vectors = weights(result.encoder), result.encoder.encode(["the cats sleeping under a roof"], dtype="float32")
    assert vectors.vectors.equal(seen[1][1])
    shared = found.keys() & seen[1][0].keys()
    assert len(shared) > 20
    assert all(found[name].equal(seen[1][0][name]) for name in shared)
    without = trained(tiny, steps=7)
    assert without.history["loss"].equals(result.history["loss"])


def test_training_stops_when_the_measure_no_longer_rises(tiny):
    values = iter([0.5, 0.4, 0.5, 0.9])
    result = trained(tiny, steps=9, dev=lambda _: next(values), dev_every=1, patience=2)
    assert len(result.history) == result.config["steps_done"] == 3  # an equal value is no new best
    assert result.config["best_step"] == 1


def test_a_teacher_of_another_width_and_vocabulary_teaches_through_a_projection(tiny, other_teacher):
    before = weights(other_teacher)
    result = trained(tiny, teacher=other_teacher, projection="learn", steps=40, learning_rate=3e-3, batch_size=4)
    assert result.encoder.dim == other_teacher.dim == 8
    assert result.history["loss"][-5:].mean() < 0.6 * result.history["loss"][:5].mean()
    assert same(weights(other_teacher), before)
    assert result.config["teacher_fingerprint"] != result.config["encoder_fingerprint"]


def test_what_was_learnt_with_a_projection_can_be_saved_and_loaded(tiny, other_teacher, tmp_path):
    student = trained(tiny, teacher=other_teacher, projection="learn").encoder
    student.save(tmp_path / "student")
    assert same(weights(load_encoder(tmp_path / "student")), weights(student))


def test_a_device_is_taken_for_the_student_and_its_vectors(tiny):
    assert same_run(trained(tiny, device="cpu"), trained(tiny))


def test_pairs_that_are_too_long_are_cut_dropped_or_stop(tiny):
    long = Bitext("long", "xx", ("cats bark", "cat " * 12, "a " * 14), ("a dog",) * 3)  # 16 and 18 pieces; 16 are taken
    with pytest.warns(UserWarning, match="2 of 3 texts reach 16 pieces"):
        assert trained(tiny, long).config["pairs"] == 3
    with (
        pytest.warns(UserWarning, match="2 of 3 texts reach 16 pieces"),
        pytest.warns(UserWarning, match="1 of 3 pairs have a side of more than 16 pieces; they are left out"),
    ):
        assert trained(tiny, long, too_long="drop").config["pairs"] == 2
    with (
        pytest.warns(UserWarning, match="2 of 3 texts reach 16 pieces"),
        pytest.raises(InputError, match=r"1 of 3 pairs .* more than 16 pieces, the first at position 2 \('a a"),
    ):
        trained(tiny, long, too_long="stop")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"objective": "mes"}, "unknown objective 'mes'; did you mean 'mse'"),
        ({"step": 3}, "training settings: step: unknown key; did you mean 'steps'"),
        ({"steps": 0}, "training settings: steps: input should be greater than or equal to 1"),
        ({"teacher_share": 1}, "training settings: teacher_share: input should be less than 1"),
        ({"dtype": "float23"}, "unknown dtype 'float23'; did you mean 'float32'"),
        ({"budget": 1000}, "tiny holds 8 translated words, fewer than the budget of 1,000; lower it, or give take_all"),
        ({"language": "sw"}, "tiny is in 'xx', but 'sw' is expected"),
        ({"objective": "oracle"}, "the objective oracle needs pairs with a known alignment"),
        ({"objective": "ranking"}, "the objective ranking needs passages"),
        ({"patience": 2}, "patience stops by a development measure; give one with dev="),
        ({"learn": "last", "last_layers": 3}, "last_layers is 3, but .* has 2 layers"),
        ({"learn": "first"}, "training settings: learn: input should be 'all', 'last', 'embeddings' or 'lora'"),
        ({"device": "gpu"}, "device 'gpu' is not to be had here"),
        ({"passages": Passages(("a cat",), (0,), ((),))}, "the passages are for 1 pairs, but there are 4"),
        ({"budget": 4, "passages": Passages(("a cat",), (0,) * 4, ((),) * 4)}, "buy first"),
        ({"pairs": Bitext("tiny", "xx", ("",), ("a dog",))}, "nothing to train on"),
    ],
)
def test_bad_input_is_named(tiny, arguments, message):
    with pytest.raises(InputError, match=message):
        trained(tiny, **arguments)


def test_a_teacher_of_another_width_needs_a_projection_and_the_same_pieces_where_both_are_compared(tiny, other_teacher):
    with pytest.raises(InputError, match=r"has vectors of width 8, the student .* of 32; give projection='learn'"):
        trained(tiny, teacher=other_teacher)
    with pytest.raises(
        InputError, match=r"cut it into different pieces \('the dog sleeps'\); choose another objective"
    ):
        trained(tiny, teacher=other_teacher, projection="learn", objective={"mse": {"both": True}})


def test_a_budget_larger_than_the_data_takes_all_when_asked(tiny):
    assert same(weights(trained(tiny, budget=1000, take_all=True).encoder), weights(trained(tiny, budget=8).encoder))


@pytest.fixture
def breaking(monkeypatch):
    """An objective whose thirteenth loss is of a given size, and how often it was called."""

    def make(factor):
        calls = []

        def breaks(batch):
            calls.append(0)
            return Loss(batch.student.square().mean() * (factor if len(calls) == 13 else 1))

        monkeypatch.setitem(OBJECTIVES, "breaks", Objective(breaks))
        return calls

    return make


@pytest.mark.parametrize(
    ("factor", "what"),
    [(math.nan, r"the loss is no number \(nan\)"), (1e4, r"the loss explodes \(.*, .* is usual\)")],
)
def test_a_loss_that_breaks_names_step_pairs_and_remedy_and_leaves_the_teacher_alone(tiny, breaking, factor, what):
    calls, before = breaking(factor), weights(tiny)
    with pytest.raises(
        InputError, match=what + r" at step 12, pairs \d \('.*', '.*'\).*; lower learning_rate \(now 0.001"
    ):
        trained(tiny, objective="breaks", steps=15)
    assert len(calls) == 13
    assert same(weights(tiny), before)


def test_a_loss_that_breaks_leaves_the_last_checkpoint(tiny, breaking, tmp_path):
    breaking(math.inf)
    with pytest.raises(InputError, match=r"the last checkpoint is .*step-00000012"):
        trained(tiny, objective="breaks", steps=15, checkpoint=tmp_path, checkpoint_every=4)
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000012"]


def test_a_development_measure_that_is_no_number_is_named(tiny):
    with pytest.raises(InputError, match="dev gave nan after step 2"):
        trained(tiny, dev=lambda _: math.nan)
