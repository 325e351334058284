"""Inverse document frequencies of pieces."""

import math

import pytest
import torch

from clirlab import transport
from clirlab.models.tokenize import Tokenized
from clirlab.training.frequencies import inverse_frequencies


def cut(*ids):
    return Tokenized(list(ids), [], [], [], [])


def test_worked_example():
    # of 3 texts, piece 0 is in all (twice in one), 1 in two, 2 in one, 3 in none
    found = inverse_frequencies([cut(0, 0, 1), cut(0, 1), cut(0, 2)], 4)
    expected = [1, math.log(4 / 3) + 1, math.log(4 / 2) + 1, math.log(4) + 1]
    assert found.tolist() == pytest.approx(expected)
    assert found.dtype == torch.float32


def test_masses_in_proportion_are_those_of_transport(tiny):
    texts = tiny.tokenize(["the cat sleeps", "the dog barks on the roof", "a cat"])
    vocabulary = len(tiny.tokenizer)
    idf = inverse_frequencies(texts, vocabulary)
    ids = torch.nn.utils.rnn.pad_sequence([torch.tensor(t.ids) for t in texts], batch_first=True)
    mask = torch.nn.utils.rnn.pad_sequence([torch.tensor(t.content) for t in texts], batch_first=True)
    there = torch.arange(ids.shape[1]) < torch.tensor([[len(t.ids)] for t in texts])
    frequency = transport.document_frequency(ids, there, vocabulary)
    expected = transport.by_idf(ids, mask, frequency, len(texts))
    torch.testing.assert_close(transport.by_norm(idf[ids], mask), expected)


def test_no_texts_leave_all_pieces_alike():
    assert inverse_frequencies([], 3).tolist() == [1, 1, 1]
