"""An encoder in, its first layers out: what a middle layer needs, without the cost of those above it."""

from __future__ import annotations

import copy

from torch import nn

from clirlab.models.encoder import TokenEncoder

# in these, layer k does not depend on how many come behind it, and no norm follows the last
CUTTABLE = {"bert", "roberta", "xlm-roberta", "camembert"}


def first_layers(encoder: TokenEncoder, n: int) -> TokenEncoder:
    """An encoder of the embeddings and the first `n` layers, which shares their weights with `encoder`.

    Its layers 0 to n are those of `encoder`. Models of other families than BERT are left whole.

    Parameters
    ----------
    n : int
        0 to the number of layers; one layer is kept at least.

    Raises
    ------
    InputError
        If there is no such layer.

    Examples
    --------
    >>> from clirlab.models import load_encoder
    >>> first_layers(load_encoder("e5-small"), 7)
    TokenEncoder(e5-small: 7 layers, d = 384)
    """
    encoder.check_layer(n)
    if encoder.model.config.model_type not in CUTTABLE or n == encoder.layers:
        return encoder
    shared = {id(tensor): tensor for tensor in encoder.model.parameters()}
    model = copy.deepcopy(encoder.model, shared)
    layers = model.get_submodule("encoder.layer")
    assert isinstance(layers, nn.ModuleList)
    model.get_submodule("encoder").layer = layers[: max(n, 1)]
    model.config.num_hidden_layers = max(n, 1)
    return TokenEncoder(model, encoder.tokenizer, encoder.name, encoder.prefixes)
