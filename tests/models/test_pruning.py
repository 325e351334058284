"""Vocabulary pruning: the small encoder computes the same, and what it learnt goes back to the right rows."""

import pytest
import torch

from clirlab.models import load_encoder
from clirlab.models.pruning import prune_vocabulary, restore_vocabulary

TEXTS = ["the cats sleep", "a cat"]


def ids_of(encoder, texts):
    """Piece ids of texts, padded, and what is attended."""
    cut = [c.ids for c in encoder.tokenize(texts)]
    length = max(map(len, cut))
    ids = torch.tensor([row + [encoder.tokenizer.pad_token_id] * (length - len(row)) for row in cut])
    return ids, torch.tensor([[True] * len(row) + [False] * (length - len(row)) for row in cut])


def embedding(encoder):
    return encoder.model.get_input_embeddings().weight


@pytest.fixture
def projected(tiny):
    tiny.projection = torch.nn.Linear(32, 8, bias=False)
    return tiny


def test_texts_of_kept_pieces_get_the_same_vectors(projected):
    ids, attended = ids_of(projected, TEXTS)
    pruned = prune_vocabulary(projected, ids.flatten().tolist())
    assert len(pruned.rows) == embedding(pruned.encoder).shape[0] < len(projected.tokenizer)
    assert pruned.rows[pruned.lookup[ids]].equal(ids)
    for layer in (0, None):
        small, full = pruned.encoder.hidden(pruned.lookup[ids], attended, layer), projected.hidden(ids, attended, layer)
        torch.testing.assert_close(small, full, rtol=0, atol=1e-6)


def test_special_tokens_stay_and_what_was_left_out_is_marked(tiny):
    pruned = prune_vocabulary(tiny, [9, 7, 9])
    assert pruned.rows.tolist() == [0, 1, 2, 3, 7, 9]
    assert pruned.lookup.tolist() == [0, 1, 2, 3, -1, -1, -1, 4, -1, 5] + [-1] * (len(tiny.tokenizer) - 10)


def test_training_reaches_the_copy_alone_and_restoring_puts_its_rows_back(projected, tiny_folder):
    before = {name: tensor.clone() for name, tensor in projected.model.state_dict().items()}
    projection = projected.projection.weight.detach().clone()
    ids, attended = ids_of(projected, TEXTS)
    pruned = prune_vocabulary(projected, ids.flatten().tolist())
    optimiser = torch.optim.SGD([*pruned.encoder.model.parameters(), *pruned.encoder.projection.parameters()], lr=0.1)
    pruned.encoder.hidden(pruned.lookup[ids], attended).square().sum().backward()
    optimiser.step()

    for name, tensor in projected.model.state_dict().items():
        assert tensor.equal(before[name]), name
    assert projected.projection.weight.equal(projection)

    trained = embedding(pruned.encoder).detach().clone()
    small = pruned.encoder.hidden(pruned.lookup[ids], attended)
    restored = restore_vocabulary(pruned, projected)
    used = torch.zeros(len(projected.tokenizer), dtype=torch.bool)
    used[pruned.rows] = True
    original = embedding(load_encoder(tiny_folder))
    assert embedding(projected).equal(original)
    assert embedding(restored)[used].equal(trained)
    assert embedding(restored)[~used].equal(original[~used])
    moved = (embedding(restored) != original).any(1)
    assert moved[ids[attended]].all()  # every piece that was trained on
    torch.testing.assert_close(restored.hidden(ids, attended), small, rtol=0, atol=1e-6)


def test_restoring_what_was_not_trained_is_the_original(tiny):
    restored = restore_vocabulary(prune_vocabulary(tiny, [5, 9]), tiny)
    assert restored.model is not tiny.model
    texts = ["the dogs barked under a roof"]
    assert restored.encode(texts, dtype="float32").vectors.equal(tiny.encode(texts, dtype="float32").vectors)
