import pytest
import torch

from clirlab.errors import InputError
from clirlab.models import first_layers, load_encoder

TEXTS = ["the cat sleeping", "a dog"]


@pytest.mark.parametrize("n", [0, 1, 2])
def test_the_layers_that_are_left_are_the_same(tiny, n):
    cut = first_layers(tiny, n)
    for layer in range(n + 1):
        whole, part = (encoder.encode(TEXTS, layer=layer).vectors for encoder in (tiny, cut))
        assert torch.equal(whole, part)
    assert cut.layers == max(n, 1)
    assert tiny.layers == 2  # the whole encoder stays so
    assert tiny.encode(TEXTS, layer=2).vectors.shape == cut.encode(TEXTS, layer=n).vectors.shape


def test_weights_are_shared():
    encoder = load_encoder("e5-small")
    cut = first_layers(encoder, 7)
    whole = dict(encoder.model.named_parameters())
    assert all(parameter is whole[name] for name, parameter in cut.model.named_parameters())
    assert torch.equal(cut.encode(["maji ni uhai"], layer=7).vectors, encoder.encode(["maji ni uhai"], layer=7).vectors)


def test_other_families_are_left_whole(tiny):
    tiny.model.config.model_type = "modernbert"
    assert first_layers(tiny, 1) is tiny


def test_no_such_layer(tiny):
    with pytest.raises(InputError, match=r"layer 3: .* has layers 0 to 2"):
        first_layers(tiny, 3)
