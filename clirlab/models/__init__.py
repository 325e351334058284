"""Text → token vectors: encoders from the hub, from a folder, or bundled."""

from clirlab.models.batch import TokenBatch
from clirlab.models.encoder import TokenEncoder
from clirlab.models.fingerprint import fingerprint
from clirlab.models.layers import first_layers
from clirlab.models.load import load_encoder

__all__ = ["TokenBatch", "TokenEncoder", "fingerprint", "first_layers", "load_encoder"]
