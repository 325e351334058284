"""An index in, a LanceDB table out; queries and both in, a run out: an approximate first stage for very large pools.

LanceDB (the extra ``clirlab[lance]``) looks for the passages whose token vectors are near those of the query, embedded
in this process, on disk or in object storage; exact MaxSim then ranks them, as in `search_two_stage`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from tqdm.auto import tqdm

from clirlab.errors import InputError, unknown_name
from clirlab.models import TokenBatch, TokenEncoder
from clirlab.retrieval.index import Index
from clirlab.retrieval.search_index import Queries, check_width, encode_queries
from clirlab.retrieval.two_stage import rerank

TABLE = "passages"
KINDS = {"none", "IVF_FLAT", "IVF_SQ", "IVF_PQ"}
KEY = b"clirlab"


def build_lance(
    index: Index, uri: str | Path, kind: str = "IVF_SQ", partitions: int | None = None, progress: bool = True
) -> None:
    """Write the vectors of an index into a LanceDB database, float16, and make LanceDB's own index over them.

    Parameters
    ----------
    index : Index
        A whole one; queries need it beside the table.
    uri : str or Path
        A folder, or whatever LanceDB connects to, such as ``"s3://bucket/path"``.
    kind : {"IVF_SQ", "IVF_FLAT", "IVF_PQ", "none"}
        Vectors by partition as a byte a dimension, as they are, or product-quantised; "none" compares with all of them.
    partitions : int, optional
        The square root of the number of tokens where it is not given.

    Raises
    ------
    InputError
        If LanceDB is not installed, or there is such a table.
    """
    if kind not in KINDS:
        raise unknown_name("kind of LanceDB index", kind, KINDS)
    database = _lancedb().connect(str(uri))
    width = index.manifest.source.width
    schema = pa.schema(
        [("position", pa.int64()), ("vector", pa.list_(pa.list_(pa.float16(), width)))],
        metadata={KEY: index.manifest.log.encode()},
    )
    try:
        table = database.create_table(TABLE, _record_batches(index, schema, progress), schema=schema)
    except ValueError as error:
        raise InputError(f"{uri}: has a table {TABLE!r}; give another place, or remove it") from error
    if kind != "none":
        from lancedb import index as kinds

        config = {"IVF_FLAT": kinds.IvfFlat, "IVF_SQ": kinds.IvfSq, "IVF_PQ": kinds.IvfPq}[kind]
        number = partitions or max(1, round(index.manifest.tokens**0.5))
        table.create_index("vector", config=config(distance_type="cosine", num_partitions=number))


def search_lance(
    encoder: TokenEncoder,
    index: Index,
    uri: str | Path,
    queries: Queries,
    k: int = 100,
    first: int = 1000,
    probes: int = 50,
    dtype: str = "auto",
    progress: bool = False,
) -> pd.DataFrame:
    """The `first` best passages by LanceDB's multi-vector search, ranked by exact MaxSim.

    Parameters
    ----------
    uri : str or Path
        What `build_lance` wrote from `index`.
    first : int
        How many candidates each query has, at least k.
    probes : int
        How many partitions LanceDB looks through for each token of a query.

    Other parameters and the result are those of `search_index`.

    Raises
    ------
    InputError
        If LanceDB is not installed, there is no such table, or it was built from another index.
    """
    if first < k:
        raise InputError(f"first must be at least k ({k}), got {first}")
    table = _opened(index, uri)
    ids, batch = encode_queries(encoder, queries, dtype, progress)
    check_width(batch, index)
    bar = tqdm(range(len(ids)), desc="candidates", unit="query", disable=not progress)
    candidates = [_candidates(table, index, batch, i, first, probes) for i in bar]
    return rerank(batch, ids, index, candidates, k, progress)


def _candidates(table: Any, index: Index, queries: TokenBatch, i: int, n: int, probes: int) -> NDArray[np.int64]:
    vectors = queries.vectors[i][queries.mask[i]]
    if not len(vectors):  # all passages are equally near: the first by id
        return np.argsort(index.id_ranks)[:n]
    found = table.search(vectors.numpy(), vector_column_name="vector").distance_type("cosine")
    return found.nprobes(probes).limit(n).select(["position", "_distance"]).to_arrow()["position"].to_numpy()


def _record_batches(index: Index, schema: pa.Schema, progress: bool) -> Iterator[pa.RecordBatch]:
    for positions, tile in tqdm(index.tiles, desc="lance", unit="tile", disable=not progress):
        vectors = pa.array(tile.vectors[tile.mask].numpy().astype(np.float16).reshape(-1))
        ends = np.cumsum([0, *tile.mask.sum(1).tolist()], dtype=np.int32)
        tokens = pa.FixedSizeListArray.from_arrays(vectors, index.manifest.source.width)
        yield pa.record_batch([pa.array(positions), pa.ListArray.from_arrays(pa.array(ends), tokens)], schema=schema)


def _opened(index: Index, uri: str | Path) -> Any:
    try:
        table = _lancedb().connect(str(uri)).open_table(TABLE)
    except ValueError as error:
        raise InputError(f"{uri}: no table {TABLE!r}; make it with build_lance") from error
    if (table.schema.metadata or {}).get(KEY) != index.manifest.log.encode():
        raise InputError(f"{uri}: not built from the index in {index.folder}; build it anew with build_lance")
    return table


def _lancedb() -> ModuleType:
    try:
        import lancedb
    except ImportError as error:
        raise InputError("LanceDB is not installed: pip install 'clirlab[lance]'") from error
    return lancedb
