"""Folders in, encoders out: projections of both layouts, what `save` writes, and weights that are refused."""

import json
import os
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModel

from clirlab.errors import InputError
from clirlab.models import load, load_encoder

TEXTS = ["the cats sleep", "a dog, barking under the roof"]


@pytest.fixture
def folder(tiny_folder: Path, tmp_path: Path) -> Path:
    """A copy of the tiny encoder's folder, to be changed."""
    return Path(shutil.copytree(tiny_folder, tmp_path / "model"))


def vectors(encoder):
    return encoder.encode(TEXTS, dtype="float32").vectors


def projected_by_hand(encoder, weight, bias=0):
    """hidden @ W.T + b of the last layer without projection, normalised; padding 0."""
    bare = encoder.encode(TEXTS, layer=2, dtype="float32")
    raw = (bare.vectors * bare.norms.unsqueeze(-1)) @ weight.T + bias
    return torch.nn.functional.normalize(raw, dim=-1) * bare.attended.unsqueeze(-1)


def test_projection_among_the_weights_as_stanford_writes_it(folder):
    weight = torch.randn(8, 32, generator=torch.Generator().manual_seed(1))
    state = {f"bert.{name}": tensor for name, tensor in load_file(folder / "model.safetensors").items()}
    save_file(state | {"linear.weight": weight}, folder / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"architectures": ["HF_ColBERT"]}), encoding="utf-8")
    encoder = load_encoder(folder)
    assert encoder.dim == vectors(encoder).shape[-1] == 8
    torch.testing.assert_close(vectors(encoder), projected_by_hand(encoder, weight), rtol=0, atol=1e-5)


@pytest.mark.parametrize("with_bias", [False, True])
def test_projection_in_a_module_folder_as_pylate_writes_it(folder, with_bias):
    generator = torch.Generator().manual_seed(2)
    weight, bias = torch.randn(8, 32, generator=generator), torch.randn(8, generator=generator) * 10 * with_bias
    state = {"linear.weight": weight} | ({"linear.bias": bias} if with_bias else {})
    (folder / "1_Dense").mkdir()
    save_file(state, folder / "1_Dense" / "model.safetensors")
    encoder = load_encoder(folder)
    assert encoder.dim == vectors(encoder).shape[-1] == 8
    torch.testing.assert_close(vectors(encoder), projected_by_hand(encoder, weight, bias), rtol=0, atol=1e-5)


@pytest.mark.parametrize("bias", [None, False, True], ids=["no projection", "projection", "projection with bias"])
def test_what_is_saved_loads_as_the_same_encoder(tiny, tmp_path, bias):
    if bias is not None:
        torch.manual_seed(3)
        tiny.projection = torch.nn.Linear(32, 8, bias=bias)
    tiny.save(tmp_path / "saved")
    again = load_encoder(tmp_path / "saved")
    assert vectors(again).equal(vectors(tiny))
    assert again.prefixes == tiny.prefixes
    assert again.max_length == tiny.max_length == 16


def modules(folder, *dense):
    """List these module folders as projections, as PyLate does."""
    kinds = {"": "sentence_transformers.models.Transformer"} | dict.fromkeys(dense, "pylate.models.Dense.Dense")
    listed = [{"idx": i, "name": str(i), "path": path, "type": kind} for i, (path, kind) in enumerate(kinds.items())]
    (folder / "modules.json").write_text(json.dumps(listed), encoding="utf-8")
    for path in dense:
        (folder / path).mkdir()
        weight = torch.randn(8, 32, generator=torch.Generator().manual_seed(4))
        save_file({"linear.weight": weight}, folder / path / "model.safetensors")


def describe_dense(folder, path, activation="torch.nn.modules.linear.Identity", residual=False):
    config = {"in_features": 32, "out_features": 8, "bias": False, "activation_function": activation}
    (folder / path / "config.json").write_text(json.dumps(config | {"use_residual": residual}), encoding="utf-8")


def test_the_projection_is_where_the_list_of_modules_says(folder):
    modules(folder, "7_Dense")
    describe_dense(folder, "7_Dense")
    assert load_encoder(folder).dim == 8


@pytest.mark.parametrize("changes", [{"activation": "torch.nn.modules.activation.Tanh"}, {"residual": True}])
def test_a_layer_that_is_no_projection_is_left_out(folder, changes):
    modules(folder, "1_Dense")
    describe_dense(folder, "1_Dense", **changes)
    assert load_encoder(folder).projection is None


def test_two_projections_are_refused(folder):
    modules(folder, "1_Dense", "2_Dense")
    for path in ("1_Dense", "2_Dense"):
        describe_dense(folder, path)
    with pytest.raises(InputError, match=r"modules\.json: 2 projections, one behind the other"):
        load_encoder(folder)


def test_the_prefix_tokens_of_pylate_are_read(folder):
    config = {"prompts": {"query": "", "document": "a "}, "query_prefix": "the ", "document_prefix": "on "}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(config), encoding="utf-8")
    assert load_encoder(folder).prefixes == {"query": "the ", "passage": "on a "}


@pytest.mark.parametrize(("prefix", "written"), [("the", "the"), ("query: ", "")])
def test_pylate_is_told_of_a_prefix_that_is_one_token_and_of_no_other(tiny, tmp_path, prefix, written):
    tiny.projection, tiny.prefixes = torch.nn.Linear(32, 8), {"query": prefix, "passage": ""}
    tiny.save(tmp_path / "saved")
    config = json.loads((tmp_path / "saved" / "config_sentence_transformers.json").read_text(encoding="utf-8"))
    assert (config["query_prefix"], config["document_prefix"], config["skiplist_words"]) == (written, "", [])
    assert load_encoder(tmp_path / "saved").prefixes == tiny.prefixes


def test_saving_gives_the_same_bytes_whatever_was_encoded_before(tiny, tmp_path):
    tiny.save(tmp_path / "first")
    tiny.encode(TEXTS)
    tiny.save(tmp_path / "second")
    names = sorted(path.relative_to(tmp_path / "first") for path in (tmp_path / "first").rglob("*") if path.is_file())
    assert Path("model.safetensors") in names
    for name in names:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes(), name


def test_what_is_saved_is_readable_as_other_files_are(tiny, tmp_path):
    tiny.projection = torch.nn.Linear(32, 8)
    before = os.umask(0o027)
    try:
        tiny.save(tmp_path / "saved")
    finally:
        os.umask(before)
    files = [path for path in (tmp_path / "saved").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o640}
    assert len(files) >= 8


def test_transformers_loads_what_is_saved(tiny, tmp_path):
    tiny.save(tmp_path / "saved")
    plain = AutoModel.from_pretrained(tmp_path / "saved", add_pooling_layer=False).eval()
    ids = torch.tensor([tiny.tokenize(TEXTS[:1])[0].ids])
    with torch.inference_mode():
        assert plain(ids).last_hidden_state.equal(tiny.model(ids).last_hidden_state)


def test_saving_over_a_folder_is_refused(tiny, tmp_path):
    with pytest.raises(InputError, match="is a folder that exists; give another name"):
        tiny.save(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_pickled_weights_are_refused_with_the_way_out(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(InputError, match=r"pytorch_model\.bin: weights in pickle format .* safetensors"):
        load_encoder(folder)


@pytest.mark.parametrize("kept", [0, 4, 100, -100, -1])
def test_weights_that_are_cut_short_are_refused(folder, kept):
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(InputError, match=r"model\.safetensors: cut short or damaged"):
        load_encoder(folder)


def test_a_projection_that_is_cut_short_is_refused(tiny, tmp_path):
    tiny.projection = torch.nn.Linear(32, 8)
    tiny.save(tmp_path / "saved")
    file = tmp_path / "saved" / "2_Dense" / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"model\.safetensors: cut short or damaged"):
        load_encoder(tmp_path / "saved")


def test_weights_that_lack_a_tensor_are_refused_and_not_made_up(folder):
    state = load_file(folder / "model.safetensors")
    del state["encoder.layer.1.output.dense.weight"]
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match=r"encoder\.layer\.1\.output\.dense\.weight"):
        load_encoder(folder)


def test_a_folder_without_its_parts_is_named(folder):
    (folder / "model.safetensors").unlink()
    with pytest.raises(InputError, match=r"no \*\.safetensors file"):
        load_encoder(folder)
    (folder / "config.json").unlink()
    with pytest.raises(InputError, match=r"no config\.json; not the folder of a transformers model"):
        load_encoder(folder)


def test_a_folder_without_tokenizer_is_named(folder):
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").unlink()
    with pytest.raises(InputError, match="tokenizer"):
        load_encoder(folder)


@pytest.mark.parametrize("name", ["e5-smal", "./e5-small"])
def test_an_unknown_name_gives_the_nearest(name):
    with pytest.raises(InputError, match=rf"unknown encoder .* '{name}'; did you mean 'e5-small'\? known: e5-small"):
        load_encoder(name)


def test_the_hub_out_of_reach_is_an_input_error(monkeypatch):
    def unreachable(name, allow_patterns):
        assert not any(pattern.endswith((".bin", ".pt")) for pattern in allow_patterns)
        raise ConnectionError("no route to host")

    monkeypatch.setattr(load, "snapshot_download", unreachable)
    with pytest.raises(InputError, match=r"owner/model: no such folder, and not to be had from the hub \(Connection"):
        load_encoder("owner/model")
