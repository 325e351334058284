"""The index on disk: how fast, how large, and what do smaller types and approximate first stages cost?

    [CLIRLAB_DATA=…] python benchmarks/index.py [--tokens 1000000] [--passages 128] [--queries 200] [--only NAME …]

1. Building beside plain encoding of the same passages; 2. synthetic passages of 180 tokens, width 384: size, opening,
and search beside the same vectors in memory; 3. RR@10 and recall@100 of each type and first stage against exact float32
(the hundred documents that it ranks first), on the demo and, with CLIRLAB_DATA, on MLQA.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pandas as pd
import torch

import clirlab as cl
from clirlab.corpora import Collection
from clirlab.evaluation import compare
from clirlab.models import TokenBatch, TokenEncoder
from clirlab.retrieval import (
    Index,
    build_index,
    build_lance,
    open_index,
    search_index,
    search_lance,
    search_two_stage,
)
from clirlab.retrieval.build import write_index
from clirlab.retrieval.layout import Source
from clirlab.retrieval.scorers import maxsim
from clirlab.retrieval.search_index import rank_index
from clirlab.retrieval.two_stage import nearest_pooled, rerank

LENGTH, WIDTH, CHUNK = 180, 384, 2048
DTYPES = ("float32", "float16", "int8")
FIRST = (200, 500)


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """Median time of some calls."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def building(encoder: TokenEncoder, folder: Path, passages: int) -> None:
    texts = list(islice(cl.load_collection("demo/en/sw").docs["text"], passages))
    named = [(f"d{i}", text) for i, text in enumerate(texts)]
    count = iter(range(99))
    own = seconds(lambda: build_index(encoder, named, folder / f"built{next(count)}", progress=False))
    plain = seconds(lambda: list(encoder.batches(texts, kind="passage")))
    tokens = sum(len(cut.ids) for cut in encoder.tokenize(texts, "passage"))
    print(f"1. {len(texts)} passages, {tokens:,} pieces, {torch.get_num_threads()} threads, medians of 3")
    print(f"encoding alone  {tokens / plain:8,.0f} tokens/s   1.00 x")
    print(f"build_index     {tokens / own:8,.0f} tokens/s   {plain / own:.2f} x")


def synthetic(rows: int, length: int, seed: int) -> TokenBatch:
    generator = torch.Generator().manual_seed(seed)
    vectors = torch.nn.functional.normalize(torch.randn(rows, length, WIDTH, generator=generator), dim=-1)
    mask = torch.ones(rows, length, dtype=torch.bool)
    return TokenBatch(vectors, torch.ones(rows, length), mask, mask, [[]] * rows, [[]] * rows)


def chunks(passages: int) -> Iterator[tuple[list[str], str, list[tuple[range, TokenBatch]]]]:
    for start in range(0, passages, CHUNK):
        rows = min(CHUNK, passages - start)
        batches = (
            (range(i, min(i + 32, rows)), synthetic(min(32, rows - i), LENGTH, start + i)) for i in range(0, rows, 32)
        )
        yield [f"d{start + i}" for i in range(rows)], str(start), batches


def storage(folder: Path, tokens: int) -> None:
    passages = max(1, tokens // LENGTH)
    one, many = synthetic(1, 32, -1), synthetic(16, 32, -2)
    ids = [f"q{i}" for i in range(16)]
    print(
        f"\n2. {passages * LENGTH:,} tokens in {passages:,} passages, width {WIDTH}, "
        f"{torch.get_num_threads()} threads, medians of 3"
    )
    rows = []
    for dtype in DTYPES:
        path = folder / f"synthetic-{dtype}"
        source = Source(encoder="synthetic", fingerprint="0" * 64, width=WIDTH, dtype=dtype, arithmetic="float32")
        write_index(source, chunks(passages), path, progress=False)
        index = open_index(path)
        size = sum(file.stat().st_size for file in path.iterdir())
        row = {
            "kept as": dtype,
            "bytes/token": round(size / (passages * LENGTH), 1),
            "open, s": round(seconds(lambda path=path: open_index(path)), 4),
            "open and one query, s": round(
                seconds(lambda path=path: rank_index(one, ids[:1], open_index(path), "maxsim", 100)), 2
            ),
            "16 queries, s": round(seconds(lambda index=index: rank_index(many, ids, index, "maxsim", 100)), 2),
            "two stages, 16 queries, s": round(
                seconds(lambda index=index: rerank(many, ids, index, nearest_pooled(many, index, 500), 100)), 2
            ),
        }
        rows.append(row)
    index = open_index(folder / "synthetic-float32")
    tiles = list(index.tiles)
    times = [seconds(lambda queries=queries: [maxsim(queries, tile) for _, tile in tiles]) for queries in (one, many)]
    rows.append(
        {"kept as": "in memory", "open and one query, s": round(times[0], 2), "16 queries, s": round(times[1], 2)}
    )
    print(pd.DataFrame(rows).to_string(index=False, na_rep=""))


def recall(run: pd.DataFrame, exact: pd.DataFrame) -> float:
    """The share of the exact run's documents that a run has too, mean over queries."""
    both = exact.merge(run, on=["query_id", "doc_id"])
    return (both.groupby("query_id").size() / exact.groupby("query_id").size()).fillna(0).mean()


class Encoded:
    """An encoder that has encoded the queries already, so that the time is that of the search."""

    def __init__(self, encoder: TokenEncoder, collection: Collection) -> None:
        self.batch = encoder.encode(collection.queries["text"].tolist(), kind="query")

    def encode(self, texts: list[str], **settings: object) -> TokenBatch:
        return self.batch


def quality(encoder: TokenEncoder, collection: Collection, folder: Path) -> None:
    indexes: dict[str, Index] = {
        dtype: build_index(encoder, collection, folder / dtype, dtype, progress=False) for dtype in DTYPES
    }
    k = min(100, len(collection.docs) // 4)  # of a hundred documents a hundred are no choice
    whole, asked = indexes["float32"], Encoded(encoder, collection)
    ways: dict[str, Callable[[], pd.DataFrame]] = {
        f"exact, {dtype}": lambda index=index: search_index(asked, index, collection, k)
        for dtype, index in indexes.items()
    }
    for first in FIRST:
        n = max(k, min(first, len(collection.docs) // 2))
        ways[f"pooled, first {n}"] = lambda n=n: search_two_stage(asked, whole, collection, k, n)
    if importlib.util.find_spec("lancedb"):
        build_lance(whole, folder / "lance", progress=False)
        n = max(k, min(FIRST[-1], len(collection.docs) // 2))
        for probes in (20, 50, 200):
            ways[f"LanceDB, first {n}, {probes} probes"] = lambda probes=probes: search_lance(
                asked, whole, folder / "lance", collection, k, n, probes
            )
    else:
        print("LanceDB is not installed: its rows are left out")
    runs, times = {}, {}
    for name, search in ways.items():
        start = time.perf_counter()
        runs[name] = search()
        times[name] = time.perf_counter() - start
    exact = runs["exact, float32"]
    table = compare(runs, collection.qrels, ["RR@10"], baseline="exact, float32").set_index("system")
    rows = [
        {
            "search": name,
            "RR@10": round(table.loc[name, "mean"], 4),
            "difference": "" if run is exact else round(table.loc[name, "difference"], 4),
            f"recall@{k}": round(recall(run, exact), 4),
            "seconds": round(times[name], 1),
        }
        for name, run in runs.items()
    ]
    print(f"\n3. {collection.name}: {len(collection.docs):,} passages, {len(collection.queries):,} queries")
    print(pd.DataFrame(rows).to_string(index=False))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=1_000_000)
    parser.add_argument("--passages", type=int, default=128)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument(
        "--only", nargs="*", choices=["build", "storage", "quality"], default=["build", "storage", "quality"]
    )
    options = parser.parse_args()
    encoder = cl.load_encoder("e5-small")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "build" in options.only:
            building(encoder, folder, options.passages)
        if "storage" in options.only:
            storage(folder, options.tokens)
        if "quality" in options.only:
            ids = ["demo/en/sw", *(["mlqa/dev/en/de"] if "CLIRLAB_DATA" in os.environ else [])]
            for number, collection_id in enumerate(ids):
                collection = cl.load_collection(collection_id)
                collection = collection.sample(queries=min(options.queries, len(collection.queries)))
                quality(encoder, collection, folder / str(number))
            if len(ids) == 1:
                print("set CLIRLAB_DATA to the folder of data sets for MLQA")


if __name__ == "__main__":
    main()
