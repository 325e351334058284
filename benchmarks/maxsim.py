"""How fast is exact MaxSim, beside one big einsum, `maxsim-cpu` and the matrix product alone?

    python benchmarks/maxsim.py [--passages 10000] [--queries 64] [--python FOLDER/bin/python]

64 queries of 32 tokens, passages of 180 tokens, float32, d = 128 and 384; vectors are random and of unit norm. The
einsum is PyLate's way (every similarity held at once, then the maximum); where they do not fit into memory it takes
the passages in portions, and says so. `maxsim-cpu` (PyPI) runs in a Python of its own that has it and NumPy, named by
--python: ``python -m venv x; x/bin/pip install maxsim-cpu numpy``. The matrix product is that of the same size into
one buffer. Peak memory is that of a fresh process above the one that has only imported.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable

import torch

from clirlab.models import TokenBatch
from clirlab.retrieval import maxsim

QUERY, PASSAGE = 32, 180
# bytes of similarities that the einsum may hold
ROOM = 6 * 2**30

PEER = """
import sys, time, maxsim_cpu, numpy as np
queries, passages, width, repeats = map(int, sys.argv[1:])
draw = np.random.default_rng(0)
def unit(*shape):
    x = draw.standard_normal(shape, dtype=np.float32)
    return x / np.linalg.norm(x, axis=-1, keepdims=True)
q, p = unit(queries, 32, width), unit(passages, 180, width)
maxsim_cpu.maxsim_scores(q[0], p[:100])
best = float("inf")
for _ in range(repeats):
    start = time.perf_counter()
    for one in q:
        maxsim_cpu.maxsim_scores(one, p)
    best = min(best, time.perf_counter() - start)
print(best)
"""

MEMORY = """
import re, sys, torch
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from maxsim import batch
from clirlab.retrieval import maxsim
def peak():
    # getrusage would count the parent's memory before exec too
    return int(re.search("VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
queries, passages, width = map(int, sys.argv[2:5])
tiny = batch(2, 32, width), batch(2, 180, width)
maxsim(*tiny)
before = peak()
asked, there = batch(queries, 32, width), batch(passages, 180, width)
maxsim(asked, there, dtype=sys.argv[5])
print((peak() - before) / (there.vectors.nbytes + asked.vectors.nbytes))
"""


def batch(texts: int, length: int, width: int) -> TokenBatch:
    """Random token vectors of unit norm, made without a second copy."""
    vectors = torch.randn(texts, length, width, generator=torch.Generator().manual_seed(texts))
    for portion in vectors.split(256):
        portion /= portion.norm(dim=-1, keepdim=True)
    mask = torch.ones(texts, length, dtype=torch.bool)
    return TokenBatch(vectors, mask.float(), mask, mask, [[]] * texts, [[]] * texts)


def big_einsum(queries: TokenBatch, passages: TokenBatch) -> torch.Tensor:
    """All similarities of as many passages as there is room for, then the maxima."""
    step = max(1, ROOM // (len(queries.vectors) * QUERY * PASSAGE * 4))
    parts = [
        torch.einsum("ash,bth->abst", queries.vectors, portion).max(dim=-1).values.sum(dim=-1)
        for portion in passages.vectors.split(step)
    ]
    return torch.cat(parts, dim=1)


def product(queries: TokenBatch, passages: TokenBatch, dtype: torch.dtype) -> Callable[[], None]:
    """The matrix product alone, in portions of one size into one buffer."""
    keys = queries.vectors.flatten(0, 1).to(dtype).T
    rows = passages.vectors.flatten(0, 1).to(dtype).split(20 * PASSAGE)
    buffer = torch.empty(len(rows[0]), keys.shape[1], dtype=dtype)

    def run() -> None:
        for part in rows:
            torch.mm(part, keys, out=buffer[: len(part)])

    return run


def seconds(run: Callable[[], object], repeats: int) -> float:
    """The fastest of some calls."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--python", help="a Python that has maxsim-cpu and NumPy")
    given = parser.parse_args()
    for width in (128, 384):
        queries, passages = batch(given.queries, QUERY, width), batch(given.passages, PASSAGE, width)
        operations = 2 * given.queries * QUERY * given.passages * PASSAGE * width
        whole = operations / width * 2 / 2**30
        print(
            f"\n{given.queries} queries × {given.passages:,} passages, d = {width}, {torch.get_num_threads()} threads"
        )
        if whole * 2**30 > ROOM:
            print(f"(all similarities take {whole:.1f} GiB; the einsum takes the passages in portions)")
        rows = {
            "matrix product, float32": seconds(product(queries, passages, torch.float32), given.repeats),
            "maxsim": seconds(lambda q=queries, p=passages: maxsim(q, p), given.repeats),
            "one big einsum": seconds(lambda q=queries, p=passages: big_einsum(q, p), given.repeats),
            "matrix product, bfloat16": seconds(product(queries, passages, torch.bfloat16), given.repeats),
            "maxsim, bfloat16": seconds(lambda q=queries, p=passages: maxsim(q, p, dtype="bfloat16"), given.repeats),
        }
        few = TokenBatch(*(part[:200] for part in passages))
        torch.testing.assert_close(maxsim(queries, few), big_einsum(queries, few), atol=1e-4, rtol=0)
        del passages, few
        sizes = [str(n) for n in (given.queries, given.passages, width)]
        if given.python:
            command = [given.python, "-c", PEER, *sizes, str(given.repeats)]
            peer = subprocess.run(command, capture_output=True, text=True)
            if peer.returncode == 0:
                rows["maxsim-cpu"] = float(peer.stdout)
            else:
                last = (peer.stderr.strip().splitlines() or ["no message"])[-1]
                print(f"(maxsim-cpu ended with code {peer.returncode}: {last})")
        else:
            print("(maxsim-cpu is left out: name a Python that has it with --python)")
        base = rows["maxsim"]
        for name, taken in rows.items():
            speed = operations / taken / 1e9
            print(f"{name:26} {taken:8.2f} s {speed:8.0f} GFLOP/s   maxsim is {taken / base:5.2f} x as fast")
        folder = __file__.rpartition("/")[0] or "."
        for dtype in ("float32", "bfloat16"):
            command = [sys.executable, "-c", MEMORY, folder, *sizes, dtype]
            share = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            print(f"peak memory, {dtype}: {share:.2f} x the vectors")


if __name__ == "__main__":
    main()
