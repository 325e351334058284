"""The teacher's vectors: the same with and without a cache, each text once, and damage is noticed."""

import pytest
import torch
from training_runs import same_run, trained

from clirlab.errors import InputError
from clirlab.training import teacher
from clirlab.training.teacher import content_vectors, on_device

TEXTS = ["the cats sleep", "a dog", "", "the cats sleep", "under a roof"]


def equal(one, other):
    return len(one) == len(other) and all(a.equal(b) for a, b in zip(one, other, strict=True))


@pytest.fixture
def encoded(monkeypatch):
    """The texts that were encoded, call by call."""
    calls, encode = [], teacher._encoded
    monkeypatch.setattr(teacher, "_encoded", lambda own, texts, *rest: calls.append(texts) or encode(own, texts, *rest))
    return calls


def test_they_are_those_of_the_content_as_the_teacher_gives_them(tiny):
    found = content_vectors(tiny, TEXTS, dtype="float32")
    assert [len(x) for x in found] == [4, 2, 0, 4, 3]
    for text, vectors in zip(TEXTS, found, strict=True):
        tokens = tiny.encode([text], dtype="float32")
        own = (tokens.vectors * tokens.norms.unsqueeze(-1))[tokens.mask]
        torch.testing.assert_close(vectors, own, rtol=1e-4, atol=1e-5)


def test_a_text_that_comes_again_is_encoded_once(tiny, encoded):
    content_vectors(tiny, TEXTS)
    assert encoded == [["the cats sleep", "a dog", "", "under a roof"]]


def test_a_cache_gives_the_same_bits_and_knows_what_they_are_of(tiny, encoded, tmp_path):
    plain = content_vectors(tiny, TEXTS, dtype="float32")
    assert equal(content_vectors(tiny, TEXTS, dtype="float32", cache=tmp_path), plain)
    assert len(encoded) == 2
    assert equal(content_vectors(tiny, TEXTS, dtype="float32", cache=tmp_path), plain)
    assert len(encoded) == 2
    content_vectors(tiny, TEXTS, "passage", dtype="float32", cache=tmp_path)
    content_vectors(tiny, TEXTS[:2], dtype="float32", cache=tmp_path)
    content_vectors(tiny, TEXTS, dtype="bfloat16", cache=tmp_path)
    with torch.no_grad():
        next(tiny.model.parameters()).add_(0.1)
    assert not equal(content_vectors(tiny, TEXTS, dtype="float32", cache=tmp_path), plain)
    assert len(encoded) == 6
    assert len(list(tmp_path.iterdir())) == 5


@pytest.mark.parametrize("damage", [lambda content: content[:-4], lambda _: b"", lambda content: b"x" * len(content)])
def test_a_damaged_file_is_computed_anew_with_a_warning(tiny, tmp_path, damage):
    plain = content_vectors(tiny, TEXTS, cache=tmp_path)
    (file,) = tmp_path.iterdir()
    content = file.read_bytes()
    file.write_bytes(damage(content))
    with pytest.warns(UserWarning, match=r"\.safetensors is damaged .*; its vectors are computed anew"):
        assert equal(content_vectors(tiny, TEXTS, cache=tmp_path), plain)
    assert file.read_bytes() == content


def test_a_file_in_the_place_of_the_folder_is_named(tiny, tmp_path):
    (tmp_path / "note").write_text("")
    with pytest.raises(InputError, match="note is a file; a cache of vectors needs a folder"):
        trained(tiny, cache=tmp_path / "note")


def test_training_with_a_cache_is_the_same_to_the_last_bit(tiny, encoded, tmp_path):
    plain = trained(tiny)
    assert same_run(trained(tiny, cache=tmp_path), plain)
    assert same_run(trained(tiny, cache=tmp_path, seed=0, steps=3), plain)
    assert len(encoded) == 2


def test_a_teacher_on_another_device_is_a_copy(tiny):
    tiny.projection = torch.nn.Linear(32, 8)
    copy = on_device(tiny, torch.device("meta"))
    assert copy.device.type == copy.projection.weight.device.type == "meta"
    assert tiny.device.type == tiny.projection.weight.device.type == "cpu"
