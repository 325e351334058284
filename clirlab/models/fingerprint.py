"""An encoder in, a checksum of all that decides its vectors out."""

from __future__ import annotations

import hashlib
import json

import torch

from clirlab.models.encoder import TokenEncoder

# what a configuration says about where it came from, not about what the model computes
ORIGIN = {"architectures", "dtype", "torch_dtype", "transformers_version"}


def fingerprint(encoder: TokenEncoder) -> str:
    """The SHA-256 of weights, projection, configuration, tokenizer, length and prefixes of an encoder, in hex.

    Two encoders with the same fingerprint give the same vectors, whatever they are called and wherever they compute;
    a saved encoder has the fingerprint of the one in memory. Takes half a second for 500 MB of weights.

    Examples
    --------
    >>> from clirlab.models import load_encoder
    >>> encoder = load_encoder("e5-small")
    >>> before = fingerprint(encoder)
    >>> encoder.prefixes = {}
    >>> len(before), fingerprint(encoder) == before
    (64, False)
    """
    digest = hashlib.sha256()
    config = {k: v for k, v in encoder.model.config.to_dict().items() if k not in ORIGIN and not k.startswith("_")}
    described = {"config": config, "length": encoder.max_length, "prefixes": encoder.prefixes}
    digest.update(json.dumps(described, sort_keys=True, default=str).encode())
    # what stands before, truncation and padding, is of the last call and not of the tokenizer
    digest.update(encoder.tokenizer.backend_tokenizer.to_str().partition('"added_tokens"')[2].encode())
    for part, module in (("model", encoder.model), ("projection", encoder.projection)):
        for name, tensor in module.state_dict().items() if module is not None else ():
            digest.update(f"{part} {name} {tensor.dtype} {tuple(tensor.shape)}".encode())
            digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()
