"""Short trainings of a tiny encoder, and what tests compare of them."""

import hashlib

from clirlab.corpora import Bitext
from clirlab.training import train

PAIRS = {"cats bark": "the dog sleeps", "on a roof": "under the roof", "dogs , dogs": "a cat", "bark": "a dog barked"}
BITEXT = Bitext("tiny", "xx", tuple(PAIRS), tuple(PAIRS.values()))
EMBEDDING = "embeddings.word_embeddings.weight"
TIMES = ["seconds", "tokens_per_second"]


def trained(encoder, pairs=BITEXT, **arguments):
    few = {"steps": 3, "batch_size": 2, "learning_rate": 1e-3, "dtype": "float32", "progress": False}
    return train(encoder, pairs, **few | arguments)


def weights(encoder):
    """A copy of all tensors, those of the projection included."""
    modules = {"": encoder.model} | ({"projection.": encoder.projection} if encoder.projection is not None else {})
    return {prefix + name: t.clone() for prefix, module in modules.items() for name, t in module.state_dict().items()}


def same(one, other):
    return one.keys() == other.keys() and all(one[name].equal(other[name]) for name in one)


def same_run(one, other):
    """Equal to the last bit: the weights, and the history but for its times."""
    histories = [result.history.drop(columns=TIMES) for result in (one, other)]
    return same(weights(one.encoder), weights(other.encoder)) and histories[0].equals(histories[1])


def digest(result):
    """A checksum of the same, to compare runs of several processes."""
    found = hashlib.sha256(result.history.drop(columns=TIMES).to_json(double_precision=15).encode())
    for name, tensor in sorted(weights(result.encoder).items()):
        found.update(name.encode() + tensor.contiguous().numpy().tobytes())
    return found.hexdigest()
