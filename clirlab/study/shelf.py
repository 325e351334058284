"""A collection and an encoder in, the vectors of its documents out: encoded once, and the last few held."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

from clirlab.corpora import Collection
from clirlab.files import cache_root
from clirlab.models import TokenEncoder, fingerprint
from clirlab.retrieval import Index, Vectors, build_index, encode_passages, open_index

# a study of many pairs of languages asks each collection once, and all of them would not fit into memory
HELD = 6


@dataclass(repr=False)
class Shelf:
    """Where the passages' vectors of a study stand.

    Attributes
    ----------
    place : {"memory", "disk"}
        disk: in an index in the cache folder, where other studies find it.
    """

    place: Literal["memory", "disk"] = "memory"
    _held: dict[tuple[int, str], Vectors] = field(default_factory=dict)

    def vectors(self, collection: Collection, encoder: TokenEncoder) -> Vectors:
        """Of a collection's documents: the same ones for collections over the same documents and ids."""
        checksum = _checksum(collection)
        key = (id(encoder), checksum)
        found = self._held.pop(key, None)
        if found is None:
            in_memory = self.place == "memory"
            found = encode_passages(encoder, collection) if in_memory else _index_of(encoder, collection, checksum)
        # the one that was asked last stands last, and the first is let go
        self._held[key] = found
        if len(self._held) > HELD:
            del self._held[next(iter(self._held))]
        return found


def _index_of(encoder: TokenEncoder, collection: Collection, checksum: str) -> Index:
    folder = cache_root() / "passages" / f"{fingerprint(encoder)[:16]}-{checksum[:16]}"
    if folder.is_dir():
        return open_index(folder, encoder)
    return build_index(encoder, collection, folder)


def _checksum(collection: Collection) -> str:
    """Of the documents' ids and texts, in whatever order."""
    digest = hashlib.sha256()
    for doc_id, text in sorted(zip(collection.docs["doc_id"], collection.docs["text"], strict=True)):
        digest.update(f"{len(doc_id)} {doc_id} {len(text)} {text}".encode())
    return digest.hexdigest()
