"""Which weights learn, how low-rank changes and a projection come and go, and an encoder on the way that can search."""

import pytest
import torch
from training_runs import EMBEDDING, PAIRS, same, trained, weights

from clirlab.errors import InputError
from clirlab.models import load_encoder
from clirlab.models.pruning import restore_vocabulary
from clirlab.training import TrainingSettings, lora
from clirlab.training.student import finished, make_student, with_all_pieces

LAST = "encoder.layer.1."


def moved(encoder, student):
    before, after = weights(encoder), weights(student)
    return {name for name, tensor in after.items() if name not in before or not tensor.equal(before[name])}


def test_all_weights_learn_unless_fewer_are_asked_for(tiny):
    everything = set(weights(tiny)) - {"embeddings.token_type_embeddings.weight"}
    assert everything <= moved(tiny, trained(tiny).encoder)
    last = moved(tiny, trained(tiny, learn="last", last_layers=1).encoder)
    assert last
    assert all(name.startswith(LAST) for name in last)
    assert last == {name for name in weights(tiny) if name.startswith(LAST)}
    assert moved(tiny, trained(tiny, learn="embeddings").encoder) == {EMBEDDING}


def test_a_change_of_low_rank_is_merged_into_an_ordinary_encoder(tiny, tmp_path):
    student = trained(tiny, learn="lora", lora_rank=2, teacher_share=0, learning_rate=1e-2).encoder
    before, after = weights(tiny), weights(student)
    assert before.keys() == after.keys()
    matrices = {name for name, tensor in before.items() if tensor.ndim == 2 and name.startswith("encoder.")}
    assert moved(tiny, student) == matrices
    for name in matrices:
        assert torch.linalg.matrix_rank(after[name] - before[name], rtol=1e-3) <= 2
    student.save(tmp_path / "student")
    assert same(weights(load_encoder(tmp_path / "student")), after)
    assert all(parameter.requires_grad for parameter in student.model.parameters())


def test_alpha_scales_the_change_of_low_rank(tiny):
    found = []
    for alpha in (4, 8):
        student = make_student(tiny, range(20), TrainingSettings(learn="lora", lora_rank=2, lora_alpha=alpha), 32)
        weights_of = {name: torch.full_like(p, 0.01) for name, p in student.learning.items()}
        after = finished(student, weights_of, share=0).encoder.model.state_dict()
        found.append(after[LAST + "output.dense.weight"] - tiny.model.state_dict()[LAST + "output.dense.weight"])
    torch.testing.assert_close(found[1], 2 * found[0], rtol=1e-3, atol=1e-6)


def test_without_peft_the_way_to_get_it_is_named(tiny, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "peft", None)
    with pytest.raises(InputError, match=r"learn='lora' needs the library peft: pip install 'clirlab\[lora\]'"):
        lora.add_adapters(tiny.model, 2, 4)


@pytest.mark.parametrize("learn", ["all", "last", "embeddings", "lora"])
def test_a_new_projection_learns_whatever_else_does_and_begins_as_a_rotation(tiny, learn):
    settings = TrainingSettings(projection="learn", learn=learn, last_layers=1)
    student = make_student(tiny, range(20), settings, width=8, seed=1)
    weight = student.learning["projection.weight"]
    torch.testing.assert_close(weight @ weight.T, torch.eye(8), rtol=0, atol=1e-5)
    same_width = make_student(tiny, range(20), settings, width=32).encoder.projection.weight
    assert same_width.equal(torch.eye(32))
    other = make_student(tiny, range(20), settings, width=8, seed=2).encoder.projection.weight
    assert not other.equal(weight)
    assert tiny.projection is None


def test_a_new_projection_is_not_averaged_with_one_that_it_replaces(tiny):
    torch.manual_seed(0)
    tiny.projection = torch.nn.Linear(32, 32, bias=False)
    student, averaged = (
        trained(tiny, projection="learn", teacher_share=share).encoder.projection.weight for share in (0, 0.5)
    )
    assert student.equal(averaged)


def test_an_encoder_on_the_way_takes_any_text_and_leaves_the_student_alone(tiny):
    ids = {i for cut in tiny.tokenize(list(PAIRS), kind="query") for i in cut.ids}
    student = make_student(tiny, ids, TrainingSettings(), 32)
    learning = {name: p + 0.01 for name, p in student.learning.items()}
    before = weights(student.encoder)
    texts = ["the cats sleeping under a roof", "bark"]
    on_the_way = with_all_pieces(finished(student, learning, 0.25), tiny)
    whole = restore_vocabulary(finished(student, learning, 0.25), tiny)
    assert on_the_way.encode(texts).vectors.equal(whole.encode(texts).vectors)
    assert not whole.encode(texts).vectors.equal(tiny.encode(texts).vectors)
    assert same(weights(student.encoder), before)
