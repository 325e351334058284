"""The checksum of an encoder changes with all that changes its vectors, and with nothing else."""

import copy

import pytest
import torch

from clirlab.models import fingerprint, load_encoder


def test_it_is_of_the_contents_and_neither_of_the_name_nor_of_what_was_done_before(tiny, tiny_folder, tmp_path):
    before = fingerprint(tiny)
    tiny.encode(["the cat sleeps", "a dog"])  # sets the tokenizer's length and padding
    tiny.name = "another"
    assert fingerprint(tiny) == before == fingerprint(load_encoder(tiny_folder))
    tiny.save(tmp_path / "saved")
    assert fingerprint(load_encoder(tmp_path / "saved")) == before
    assert len(before) == 64


def move_a_weight(encoder):
    with torch.no_grad():
        next(encoder.model.parameters())[0, 0] += 1e-3


def add_a_projection(encoder):
    encoder.projection = torch.nn.Linear(32, 8)


def change_the_prefix(encoder):
    encoder.prefixes = {"query": "ask: "}


def add_a_piece(encoder):
    encoder.tokenizer.add_tokens(["water"])


def take_more_heads(encoder):
    encoder.model.config.num_attention_heads = 2


def cut_sooner(encoder):
    encoder.max_length = 8


@pytest.mark.parametrize(
    "change", [move_a_weight, add_a_projection, change_the_prefix, add_a_piece, take_more_heads, cut_sooner]
)
def test_whatever_changes_the_vectors_changes_it(tiny, change):
    before, other = fingerprint(tiny), copy.deepcopy(tiny)
    change(other)
    assert fingerprint(other) != before == fingerprint(tiny)
