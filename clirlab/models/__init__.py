"""Text → token vectors: encoders from the hub, from a folder, or bundled; text → text: translation models."""

from clirlab.models.batch import TokenBatch
from clirlab.models.encoder import TokenEncoder
from clirlab.models.fingerprint import fingerprint
from clirlab.models.layers import first_layers
from clirlab.models.load import load_encoder
from clirlab.models.translate import Translator, load_translator

__all__ = [
    "TokenBatch", "TokenEncoder", "Translator", "fingerprint", "first_layers", "load_encoder", "load_translator",
]  # fmt: skip
