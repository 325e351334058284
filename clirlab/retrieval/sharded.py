"""Queries and the shards of an index in, one run out, as one machine gives it: scored by the workers of a Dask cluster.

A worker needs clirlab and the folders of the shards under the paths that they are given by (a shared file system, or a
copy on each machine); it opens them itself. A scheduler trusts whoever can reach it: it belongs into a network of one's
own.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from distributed import Client, KilledWorker, Security, as_completed
from distributed.client import FutureCancelledError
from distributed.comm import CommClosedError, connect
from tqdm.auto import tqdm

from clirlab.errors import InputError, unknown_name
from clirlab.models import TokenBatch, TokenEncoder
from clirlab.retrieval.index import TILE, open_index
from clirlab.retrieval.merge import merge_runs
from clirlab.retrieval.scorers import SCORERS
from clirlab.retrieval.search_index import Queries, encode_queries, rank_index

# query vectors that travel with one task: 8 MiB, below what Dask warns of
BLOCK = 2**23


class Shard(NamedTuple):
    """Passages `start` to `stop` (none: the last) of the index in `folder`, a path as the workers see it."""

    folder: str
    start: int = 0
    stop: int | None = None


def shards_of(folder: str | Path, n: int) -> list[Shard]:
    """Cut an index into n shards of about as many tokens each; its files stay as they are.

    Raises
    ------
    InputError
        If n is less than 1 or there is no whole index; fewer shards are given where there are few passages.
    """
    if n < 1:
        raise InputError(f"an index cannot be cut into {n} shards; give at least 1")
    index = open_index(folder)
    # between two tiles, so that all are the tiles of the whole index and their scores the same to the last bit
    edges = [*range(0, len(index), TILE), len(index)]
    tokens = index.arrays["token_ends"][edges]
    cuts = sorted({edges[int(np.abs(tokens - tokens[-1] * i / n).argmin())] for i in range(n + 1)})
    path = str(Path(folder).resolve())
    return [Shard(path, start, stop) for start, stop in pairwise(cuts)]


def search_sharded(
    encoder: TokenEncoder,
    shards: Sequence[Shard | str | Path],
    queries: Queries,
    client: Client | str,
    k: int = 100,
    scorer: str = "maxsim",
    dtype: str = "auto",
    timeout: float = 10.0,
    progress: bool = False,
) -> pd.DataFrame:
    """Search the shards of an index, or several indexes of one encoder, by the workers of a Dask cluster.

    A shard whose worker dies is given to another worker.

    Parameters
    ----------
    encoder : TokenEncoder
        Of the queries; it stays on this machine, workers get vectors.
    shards : sequence of Shard or path
        From `shards_of`, or the folders of whole indexes. No two hold the same document.
    queries : Collection or mapping of str to str
    client : distributed.Client or str
        A client, or the address of a scheduler such as ``"tcp://10.0.0.1:8786"``.
    timeout : float
        Seconds to wait for the scheduler and for its first worker.

    Other parameters and the result are those of `search_index`.

    Raises
    ------
    InputError
        If no scheduler answers or it has no worker, a worker finds no index, the shards are of different encoders or
        share a document, or workers keep dying.
    """
    if not shards:
        raise InputError("there are no shards to search; cut an index with shards_of")
    if scorer not in SCORERS:
        raise unknown_name("scorer", scorer, SCORERS)
    parts = [shard if isinstance(shard, Shard) else Shard(str(Path(shard).resolve())) for shard in shards]
    with connected_to(client, timeout) as connected:  # before the queries are encoded
        ids, batch = encode_queries(encoder, queries, dtype, progress)
        rows = max(1, BLOCK // (batch.vectors[0].numel() * 4))
        blocks = [range(start, min(start + rows, len(ids))) for start in range(0, len(ids), rows)]
        work = {
            connected.submit(
                score_shard, shard, batch.take(block), [ids[i] for i in block], scorer, k, pure=False, retries=2
            ): number
            for shard in parts
            for number, block in enumerate(blocks)
        }
        runs: list[list[pd.DataFrame]] = [[] for _ in blocks]
        sources = set()
        try:
            for future in tqdm(
                as_completed(work, loop=connected.loop), "search", len(work), unit="shard", disable=not progress
            ):
                source, run = future.result()
                sources.add(source)
                runs[work[future]].append(run)
        except KilledWorker as error:
            raise InputError(
                f"workers died one after the other at a shard, for want of memory perhaps: {error}"
            ) from error
        except (FutureCancelledError, CommClosedError) as error:
            reason = str(error).splitlines()[0]
            raise InputError(
                f"the Dask scheduler was lost during the search ({reason}); start it and search again"
            ) from error
        finally:
            connected.cancel(list(work))
    if len(sources) > 1:
        raise InputError(f"the shards are of different encoders: {', '.join(sorted(sources))}")
    run = pd.concat([merge_runs(block, k) for block in runs], ignore_index=True)
    if (twice := run.duplicated(["query_id", "doc_id"])).any():
        raise InputError(f"the document {run.loc[twice, 'doc_id'].iloc[0]!r} is in two shards")
    return run


def score_shard(
    shard: Shard, queries: TokenBatch, query_ids: Sequence[str], scorer: str, k: int
) -> tuple[str, pd.DataFrame]:
    """What a worker does: the k best passages of one shard, and whose vectors they are."""
    try:
        index = open_index(shard.folder)
    except InputError as error:
        raise InputError(f"{error} (on the worker {socket.gethostname()}, which must see that path)") from error
    part = index.select(slice(shard.start, shard.stop))
    return index.manifest.source.called, rank_index(queries, query_ids, part, scorer, k)


@contextmanager
def connected_to(client: Client | str, timeout: float) -> Iterator[Client]:
    """A client with at least one worker; one that was made here is closed at the end.

    Raises
    ------
    InputError
        If no scheduler answers within so many seconds, or it has no worker.
    """
    try:
        if isinstance(client, str):
            _answers(client, timeout)
        connected = client if isinstance(client, Client) else Client(client, timeout=timeout, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{client}: no Dask scheduler answers within {timeout:g} s; start one with `dask scheduler` and "
            "workers with `dask worker ADDRESS`"
        ) from error
    try:
        try:
            connected.wait_for_workers(1, timeout=timeout)
        except TimeoutError as error:
            address = connected.scheduler.address
            raise InputError(
                f"the Dask scheduler at {address} has no workers after {timeout:g} s; start some with "
                f"`dask worker {address}`"
            ) from error
        yield connected
    finally:
        if connected is not client:
            connected.close()


def _answers(address: str, timeout: float) -> None:
    """Raise an `OSError` if nothing at an address says what Dask says when it is called."""

    async def call() -> None:
        called = connect(address, timeout=timeout, **Security().get_connection_args("client"))
        (await asyncio.wait_for(called, timeout)).abort()

    # a client would wait for ever where the connection is taken and nothing said; in a thread, since a notebook has a
    # loop of its own
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, call()).result()
