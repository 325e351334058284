"""Passages in, an index on disk out: in a stream, chunk by chunk, so that a build that was cut off goes on."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from io import BufferedWriter
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from tqdm.auto import tqdm

from clirlab.corpora import Collection
from clirlab.errors import InputError, unknown_name
from clirlab.files import is_disk_full, write_aside
from clirlab.models import TokenBatch, TokenEncoder, fingerprint
from clirlab.models.encoder import autocast, fast_dtype
from clirlab.retrieval.index import Index, open_index
from clirlab.retrieval.layout import (
    DTYPES,
    LOG,
    MANIFEST,
    NOTHING,
    Chunk,
    Manifest,
    Source,
    damaged,
    file_types,
    rows_of,
)

CHUNK = 2048  # passages between two points that a build can go on from

Passages = Iterable[tuple[str, str]]
Batches = Iterable[tuple[Sequence[int], TokenBatch]]


def build_index(
    encoder: TokenEncoder,
    passages: Collection | Passages,
    folder: str | Path,
    dtype: str = "float16",
    resume: bool = True,
    progress: bool = True,
    *,
    arithmetic: str = "auto",
    batch_size: int = 32,
) -> Index:
    """Encode passages and write their token vectors into a new folder; memory does not grow with their number.

    Until it is whole the index lies beside `folder`, under ``.NAME.building``; the same call goes on from the last
    whole chunk of 2,048 passages there, after comparing checksums of what is written and of the passages.

    Parameters
    ----------
    encoder : TokenEncoder
        Of the documents.
    passages : Collection or iterable of (doc_id, text)
        A collection's documents (their text, without title), or any stream, read once.
    folder : str or Path
        Must not exist.
    dtype : {"float16", "int8", "float32"}
        How the vectors are kept: 2, 1 (and one scale a token) or 4 bytes a dimension. They are scored in float32.
    resume : bool
        False begins afresh where a part is there.
    progress : bool
        Show a progress bar.
    arithmetic : {"auto", "float32", "bfloat16"}
        Of the encoder.
    batch_size : int
        Passages per forward pass.

    Raises
    ------
    InputError
        If `folder` exists; if what is half built is of another encoder, other settings or other passages; if an id
        occurs twice; if another process builds there; or if the disk is full, when all whole chunks are kept.

    Examples
    --------
    >>> import tempfile
    >>> import clirlab as cl
    >>> encoder, folder = cl.load_encoder("e5-small"), tempfile.mkdtemp() + "/index"
    >>> build_index(encoder, [("d1", "Bees make honey."), ("d2", "The moon is far away.")], folder, progress=False)
    Index(2 passages, 12 tokens of e5-small, 384 x float16)
    """
    if dtype not in DTYPES:
        raise unknown_name("dtype", dtype, DTYPES)
    if arithmetic == "auto":
        arithmetic = str(fast_dtype(encoder.device.type)).removeprefix("torch.")
    total = len(passages.docs) if isinstance(passages, Collection) else None
    with autocast(encoder.device, arithmetic):  # around all batches, so that the weights are cast once
        source = Source(
            encoder=encoder.name,
            fingerprint=fingerprint(encoder),
            width=encoder.dim,
            dtype=dtype,
            arithmetic=arithmetic,
        )
        chunks = (
            (ids, _key(ids, texts), encoder.batches(texts, "passage", batch_size, dtype=arithmetic))
            for ids, texts in _chunked(_stream(passages))
        )
        write_index(source, chunks, folder, resume, progress, total)
    return open_index(folder)


def write_index(
    source: Source,
    chunks: Iterable[tuple[list[str], str, Batches]],
    folder: str | Path,
    resume: bool = True,
    progress: bool = True,
    total: int | None = None,
) -> None:
    """Write an index from token vectors that come from anywhere; see `build_index`.

    Parameters
    ----------
    chunks : iterable of (doc_ids, key, batches)
        A key says what the vectors of a chunk were made from; its batches (positions in doc_ids, their vectors) are
        only asked for where the chunk is not written yet.
    """
    folder = Path(folder)
    if folder.exists():
        raise InputError(f"{folder} exists; give another name, or open it with open_index")
    building = folder.with_name(f".{folder.name}.building")
    building.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.with_name(f".{folder.name}.lock"))
    try:
        with lock.acquire(timeout=0):
            _write(building, source, chunks, resume, tqdm(total=total, desc="index", unit="text", disable=not progress))
            building.replace(folder)
            Path(lock.lock_file).unlink(missing_ok=True)
    except Timeout as error:
        raise InputError(f"{folder}: another process is building this index; wait until it is done") from error
    except Exception as error:
        if is_disk_full(error):
            raise InputError(
                f"{folder}: the disk is full; what is written is kept in {building}. Free some space and give the same "
                "command again: it goes on from there"
            ) from error
        raise


def _write(
    building: Path, source: Source, chunks: Iterable[tuple[list[str], str, Batches]], resume: bool, bar: tqdm
) -> None:
    done = _begin(building, source, resume)
    number, seen = 0, np.empty(0, dtype=np.uint64)
    with bar, ExitStack() as stack:
        files = {name: stack.enter_context((building / name).open("ab")) for name in file_types(source)}
        log = stack.enter_context((building / LOG).open("ab"))
        for number, (ids, key, batches) in enumerate(chunks, start=1):
            seen = _unrepeated(ids, seen)
            if number > len(done):
                done.append(_append(files, done[-1] if done else NOTHING, ids, key, batches, source))
                log.write(done[-1].model_dump_json().encode() + b"\n")
                _settle(log)
            elif key != done[number - 1].key:
                raise _other_passages(building)
            bar.update(len(ids))
    if not number:
        raise InputError(f"{building}: there are no passages to write an index of")
    if number < len(done):
        raise _other_passages(building)
    last, checksum = done[-1], hashlib.sha256((building / LOG).read_bytes()).hexdigest()
    manifest = Manifest(source=source, passages=last.passages, tokens=last.tokens, sizes=last.sizes, log=checksum)
    with write_aside(building / MANIFEST) as partial:
        partial.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _other_passages(building: Path) -> InputError:
    return InputError(
        f"{building} is half built from other passages; give the same again, another folder, or resume=False"
    )


def _begin(building: Path, source: Source, resume: bool) -> list[Chunk]:
    """Cut the files back to the last chunk that is whole; the chunks that are there."""
    log = building / LOG
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True) if log.is_file() else []
    if not resume or not lines or not lines[0].endswith("\n"):
        shutil.rmtree(building)
        building.mkdir()
        log.write_text(source.model_dump_json() + "\n", encoding="utf-8")
        return []
    if (other := Source.model_validate_json(lines[0])) != source:
        raise InputError(
            f"{building} is half built {_difference(other, source)}; go on with that, or give resume=False"
        )
    chunks: list[Chunk] = []
    for line in lines[1:]:
        chunk = Chunk.model_validate_json(line) if line.endswith("\n") else None
        if chunk is None or damaged(building, chunks[-1] if chunks else NOTHING, chunk):
            break
        chunks.append(chunk)
    with write_aside(log) as partial:
        partial.write_text("".join(lines[: len(chunks) + 1]), encoding="utf-8")
    for name in file_types(source):
        with (building / name).open("ab") as file:
            file.truncate(chunks[-1].sizes[name] if chunks else 0)
    return chunks


def _difference(there: Source, wanted: Source) -> str:
    """What tells two sources apart, the encoders first."""
    if there.fingerprint != wanted.fingerprint:
        return f"with {there.called}, and not with {wanted.called}"
    pairs = zip(there.model_dump().items(), wanted.model_dump().values(), strict=True)
    name, one, two = next((name, one, two) for (name, one), two in pairs if one != two)
    return f"with {name} {one}, and not {two}"


def _append(
    files: dict[str, BufferedWriter], before: Chunk, ids: list[str], key: str, batches: Batches, source: Source
) -> Chunk:
    """Write the vectors of one chunk, in the order in which they come, which is that of their length."""
    checksums = {name: hashlib.sha256() for name in files}
    sizes, tokens, passages = dict(before.sizes), before.tokens, before.passages
    letters = sizes.get("ids", 0)

    def write(name: str, content: bytes) -> None:
        checksums[name].update(content)
        sizes[name] = sizes.get(name, 0) + files[name].write(content)

    if not passages:
        for name in ("token_ends", "id_ends"):
            write(name, bytes(8))
    for positions, batch in batches:
        for name, rows in rows_of(batch, source).items():
            write(name, rows.tobytes())
        names = [ids[i].encode() for i in positions]
        write("ids", b"".join(names))
        for name, lengths, end in (("token_ends", batch.mask.sum(1), tokens), ("id_ends", map(len, names), letters)):
            ends = np.cumsum([end, *map(int, lengths)])[1:]
            write(name, ends.astype("<i8").tobytes())
        tokens, passages, letters = tokens + int(batch.mask.sum()), passages + len(names), sizes["ids"]
    for file in files.values():
        _settle(file)
    digests = {name: checksum.hexdigest() for name, checksum in checksums.items()}
    return Chunk(key=key, passages=passages, tokens=tokens, sizes=sizes, checksums=digests)


def _settle(file: BufferedWriter) -> None:
    """Onto the disk itself: the log may name nothing that a power cut could take."""
    file.flush()
    os.fsync(file.fileno())


def _unrepeated(ids: list[str], seen: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The hashes of all ids so far, sorted: eight bytes each, where a set of strings would take a hundred."""
    hashes = pd.util.hash_array(np.asarray(ids, dtype=object))
    order = np.argsort(hashes)
    places = np.searchsorted(seen, hashes[order])
    twice = np.zeros(len(ids), dtype=bool)
    twice[1:] = np.diff(hashes[order]) == 0
    twice[places < len(seen)] |= seen[places[places < len(seen)]] == hashes[order][places < len(seen)]
    if twice.any():
        raise InputError(f"the id {ids[order[twice.argmax()]]!r} occurs twice among the passages")
    return np.insert(seen, places, hashes[order])


def _stream(passages: Collection | Passages) -> Iterator[tuple[str, str]]:
    if not isinstance(passages, Collection):
        yield from passages
        return
    for start in range(0, len(passages.docs), CHUNK):  # the texts may lie on disk
        part = passages.docs.iloc[start : start + CHUNK]
        yield from zip(part["doc_id"], part["text"], strict=True)


def _chunked(passages: Iterator[tuple[str, str]]) -> Iterator[tuple[list[str], list[str]]]:
    while chunk := list(islice(passages, CHUNK)):
        ids, texts = map(list, zip(*chunk, strict=True))
        yield ids, texts


def _key(ids: list[str], texts: list[str]) -> str:
    digest = hashlib.sha256()
    for part in (*ids, *texts):
        content = part.encode()
        digest.update(len(content).to_bytes(8, "little") + content)
    return digest.hexdigest()
