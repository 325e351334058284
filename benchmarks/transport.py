"""How fast are transport plans, beside POT's, at the same marginal error?

    python benchmarks/transport.py [--sizes 64x64 32x180] [--epsilons 0.02 0.05 0.1] [--repeat 3] [--sample 16]
                                   [--only entropic exact methods training]

Costs: `real` (cosine between e5-small's token vectors of the demo's Swahili and German sentences, laid end to end and
cut to size, and of their English translations), `noisy` (each target token a noisy copy of a source token, one in five
a stranger) and `random` (independent vectors). Epsilon is a share of each problem's cost range. 256 problems of each
size (one of 512x512), float32, uniform marginals.

Every method is driven to a marginal error (L1, the larger side) of 1e-5, which is measured on the plan. The peers:

* `ot.sinkhorn` in a loop (NumPy, float64), on `--sample` of the problems, its time scaled to all;
* `ot.batch`, kernel domain (torch, float32, the whole batch, at most 10,000 iterations). Its log domain does the same
  iterations: 20 of them are timed, and the time is scaled to as many as the kernel domain took;
* `ot.emd` in a loop (NumPy, float64), for `exact`.

A peer that did not reach the error is marked `>`; its time is what it took to fail. Memory is the growth of the
process's peak during one call. Where there is a GPU, the engine and `ot.batch` are timed on it too.
"""

from __future__ import annotations

import argparse
import ctypes
import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import ot
import ot.batch
import torch

import clirlab as cl
from clirlab import transport

TOLERANCE = 1e-5
SIZES = ("16x16", "32x32", "64x64", "32x180", "512x512")
MOST = 10_000
PARTS = ("entropic", "exact", "methods", "training")


def real_costs(count: int, m: int, n: int, encoder: cl.models.TokenEncoder) -> torch.Tensor:
    """Cosine costs of running foreign text against its running translation, cut to m and n tokens."""
    pairs = [cl.load_bitext(f"demo/en/{language}") for language in ("sw", "de")]
    sides = [
        [text for bitext in pairs for text in texts(bitext)] for texts in (lambda b: b.source, lambda b: b.english)
    ]
    foreign, english = (
        [batch.content(i)[1] for i in range(len(side))] for side in sides for batch in [encoder.encode(side)]
    )
    costs = []
    for k in range(count):
        place, taken = 2 * k % len(foreign), ([], [])
        while sum(map(len, taken[0])) < m or sum(map(len, taken[1])) < n:
            taken[0].append(foreign[place])
            taken[1].append(english[place])
            place = (place + 1) % len(foreign)
        costs.append(transport.cosine_cost(torch.cat(taken[0])[:m], torch.cat(taken[1])[:n]))
    return torch.stack(costs)


def synthetic_costs(count: int, m: int, n: int, noisy: bool) -> torch.Tensor:
    """Cosine costs of 64-dimensional vectors: independent, or most targets a noisy copy of a source."""
    generator = torch.Generator().manual_seed(0)
    x, y = (torch.randn(count, size, 64, generator=generator) for size in (m, n))
    if noisy:
        source = torch.rand(count, max(m, n), generator=generator).argsort(1)[:, :n] % m
        copies = x.gather(1, source[:, :, None].expand(-1, -1, 64)) + 0.7 * torch.randn(
            count, n, 64, generator=generator
        )
        y = torch.where(torch.rand(count, n, 1, generator=generator) < 0.2, y, copies)
    return transport.cosine_cost(x, y)


def peak(pid: str = "self") -> int:
    """The process's peak resident memory in bytes since it was last reset."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


def measure(call: Callable[[], Any], repeat: int) -> tuple[float, float, Any]:
    """Milliseconds (median), MiB of peak memory in the first call, and its result."""
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    before = peak()
    seconds, result = [], None
    # short calls are repeated for a while: the first ones pay for memory and sleeping threads
    while len(seconds) < repeat or (sum(seconds) < 0.3 and len(seconds) < 100):
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        start = time.perf_counter()
        result = call()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
        if len(seconds) == 1:
            grown = peak() - before
        if sum(seconds) > 10:
            break
    return 1000 * statistics.median(seconds), grown / 2**20, result


def error_of(plan: Any) -> float:
    """Largest marginal error of a batch of plans with uniform marginals."""
    plan = torch.as_tensor(plan).double()
    _, m, n = plan.shape
    rows, columns = (plan.sum(2) - 1 / m).abs().sum(1), (plan.sum(1) - 1 / n).abs().sum(1)
    return torch.maximum(rows, columns).max().item()


def sinkhorn_loop(costs: np.ndarray, epsilons: np.ndarray) -> np.ndarray:
    _, m, n = costs.shape
    a, b = np.full(m, 1 / m), np.full(n, 1 / n)
    # its error is the L2 norm on the target side
    goal = TOLERANCE / n**0.5
    return np.stack(
        [
            ot.sinkhorn(a, b, c, e, stopThr=goal, numItermax=100_000, warn=False)
            for c, e in zip(costs, epsilons, strict=True)
        ]
    )


def batch_kernel(costs: torch.Tensor, epsilons: torch.Tensor) -> tuple[torch.Tensor, int]:
    """`ot.batch` in the kernel domain: plan and iterations."""
    kernel = torch.exp(-costs / epsilons[:, None, None])
    b, m, n = costs.shape
    a, c = costs.new_full((b, m), 1 / m), costs.new_full((b, n), 1 / n)
    with torch.no_grad():
        out = ot.batch.bregman_projection_batch(kernel, a, c, max_iter=MOST, tol=TOLERANCE / m**0.5)
    return out["T"], out["n_iters"]


def batch_log(costs: torch.Tensor, epsilons: torch.Tensor, iterations: int) -> torch.Tensor:
    """`ot.batch` in the log domain, for so many iterations."""
    b, m, n = costs.shape
    a, c = costs.new_full((b, m), 1 / m), costs.new_full((b, n), 1 / n)
    with torch.no_grad():
        return ot.batch.bregman_log_projection_batch(
            -costs / epsilons[:, None, None], a, c, max_iter=iterations, tol=0
        )["T"]


def entropic_rows(costs: torch.Tensor, label: str, share: float, repeat: int, sample: int) -> list[float]:
    """Print one line of the entropic table; ratios to the loop and to the faster batch mode."""
    epsilons = share * (costs.amax((1, 2)) - costs.amin((1, 2)))
    some = slice(None, None, max(1, len(costs) // sample))
    part = costs[some].double().numpy()
    loop, loop_memory, plans = measure(
        lambda: sinkhorn_loop(part, epsilons[some].double().numpy()), 1 if len(part) > 1 else repeat
    )
    loop, late = loop * len(costs) / len(part), error_of(plans) > TOLERANCE
    kernel, kernel_memory, (plan, iterations) = measure(lambda: batch_kernel(costs, epsilons), repeat)
    kernel_late = not error_of(plan) <= 1.05 * TOLERANCE
    log, log_memory, _ = measure(lambda: batch_log(costs, epsilons, 20), repeat)
    log *= max(iterations, 1) / 20
    own = {}
    for method in ("sinkhorn", "sinkhorn-newton", "sinkhorn-kernel"):
        own[method] = measure(lambda m=method: transport.solve(costs, m, epsilons), repeat)
    best, memory, plan = own["sinkhorn"]
    ratios = [loop / best, min(kernel, log) / best]
    marks = " >"[late], " >"[kernel_late], " >"[kernel_late]
    peers = " ".join(f"{mark}{spent:8.0f}" for mark, spent in zip(marks, (loop, kernel, log), strict=True))
    engine = f"{best:8.1f} {own['sinkhorn-newton'][0]:8.1f} {own['sinkhorn-kernel'][0]:8.1f}"
    memories = " ".join(f"{grown:5.0f}" for grown in (loop_memory, kernel_memory, log_memory, memory))
    print(
        f"{label:>14} {share:5.2f} | {peers} | {engine} | {ratios[0]:7.1f} {ratios[1]:7.1f} | "
        f"{error_of(plan.plan):.0e} {plan.iterations.double().mean():5.1f} | {memories}",
        flush=True,
    )
    return ratios


def exact_row(costs: torch.Tensor, label: str, repeat: int) -> float:
    """Print one line of the exact table; the ratio to the loop."""
    _, m, n = costs.shape
    a, b, array = np.full(m, 1 / m), np.full(n, 1 / n), costs.double().numpy()
    loop, loop_memory, plans = measure(lambda: np.stack([ot.emd(a, b, c) for c in array]), repeat)
    own, memory, plan = measure(lambda: transport.solve(costs), repeat)
    apart = abs(plan.value.double().numpy() - (plans * array).sum((1, 2))).max()
    print(
        f"{label:>14} | {loop:8.1f} {own:8.1f} | {loop / own:5.2f} | {apart:.0e} | {loop_memory:5.0f} {memory:5.0f}",
        flush=True,
    )
    return loop / own


def method_rows(costs: torch.Tensor, repeat: int) -> None:
    """Print what each method takes on one batch."""
    print(f"\nEvery method, {len(costs)} real problems of {costs.shape[1]}x{costs.shape[2]}, epsilon .05 of the range:")
    for method in transport.METHODS:
        options = {"partial": {"mass": 0.8}, "unbalanced": {"strength": 0.5}}.get(method, {})
        with warnings.catch_warnings(record=True) as late:
            warnings.simplefilter("always")
            spent, _, plan = measure(
                lambda m=method, o=options: transport.solve(costs, m, 0.05, relative_to="range", **o), repeat
            )
        print(
            f"{method:>16} {spent:8.1f} ms, value {plan.value.mean():.4f}, perplexity {plan.perplexity.mean():5.2f}, "
            f"{int((~plan.converged).sum())} not converged" + (" (said by a warning)" if late else ""),
            flush=True,
        )


def training_share(encoder: cl.models.TokenEncoder, repeat: int) -> None:
    """Print the share of a training step that the plan, its value and its gradient take."""
    bitext = cl.load_bitext("demo/en/sw")
    trained = cl.train(encoder, bitext, steps=12, batch_size=32, progress=False)
    step = 1000 * statistics.median(trained.history["seconds"][2:])
    sides = [encoder.encode(texts[:32], kind="query") for texts in (bitext.source, bitext.english)]
    cost = transport.cosine_cost(*(side.vectors for side in sides))
    mask = sides[0].mask, sides[1].mask
    print(
        f"\nA training step of 32 pairs of about {mask[0].sum(1).float().mean():.0f} tokens takes {step:.0f} ms; of it"
    )
    for method, epsilon in (("exact", 0.05), ("sinkhorn", 0.1), ("sinkhorn", 0.5)):

        def call(method: str = method, epsilon: float = epsilon) -> torch.Tensor:
            leaf = cost.clone().requires_grad_()
            transport.solve(leaf, method, epsilon, mask=mask, relative_to="std").value.mean().backward()
            return leaf.grad

        spent, _, _ = measure(call, max(repeat, 10))
        named = method if method == "exact" else f"{method}, epsilon {epsilon} std"
        print(f"{named:>26} {spent:6.2f} ms   {100 * spent / step:4.1f} %")


def gpu_rows(costs: torch.Tensor, label: str, repeat: int) -> None:
    """Print milliseconds on the GPU: the engine and `ot.batch`."""
    moved = costs.cuda()
    for share in (0.02, 0.05, 0.1):
        epsilons = share * (moved.amax((1, 2)) - moved.amin((1, 2)))
        kernel, _, _ = measure(lambda e=epsilons: batch_kernel(moved, e), repeat)
        own, _, plan = measure(lambda e=epsilons: transport.solve(moved, "sinkhorn", e), repeat)
        print(
            f"{label:>14} {share:5.2f} | ot.batch {kernel:7.1f} ms | sinkhorn {own:7.1f} ms | "
            f"{error_of(plan.plan.cpu()):.0e}"
        )


Batches = dict[tuple[str, str], torch.Tensor]


def entropic_table(batches: Batches, epsilons: Sequence[float], repeat: int, sample: int) -> None:
    print(
        f"\nEntropic:\n{'':>20} | {'ot.sinkhorn, ot.batch kernel, log':>29} | {'sinkhorn, newton, kernel':>26} | "
        f"{'x loop':>7} {'x batch':>7} | error steps | memory: loop, kernel, log, sinkhorn"
    )
    found = []
    for (kind, size), costs in batches.items():
        for share in epsilons:
            found.append((kind, share, *entropic_rows(costs, f"{kind} {size}", share, repeat, sample)))
    like = [row for row in found if row[0] != "random" and row[1] <= 0.05]
    for title, rows in (("translation-like, epsilon <= .05", like), ("all", found)):
        loops, best = [row[2] for row in rows], [row[3] for row in rows]
        if rows:
            print(
                f"{title}: {statistics.median(loops):.1f} x ot.sinkhorn (median; smallest {min(loops):.1f}), "
                f"{statistics.median(best):.1f} x the faster ot.batch (smallest {min(best):.1f})"
            )


def exact_table(batches: Batches, repeat: int) -> None:
    print(f"\nExact:\n{'cost':>14} | ot.emd loop engine | ratio | value apart | memory: loop, engine")
    ratios = {key: exact_row(costs, " ".join(key), repeat) for key, costs in batches.items()}
    batched = [ratio for key, ratio in ratios.items() if len(batches[key]) > 1]
    if batched:
        print(f"batches: {statistics.median(batched):.2f} x ot.emd in a loop (median; smallest {min(batched):.2f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=SIZES)
    parser.add_argument("--epsilons", nargs="+", type=float, default=(0.02, 0.05, 0.1))
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--sample", type=int, default=16)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    warnings.simplefilter("ignore", transport.ConvergenceWarning)
    encoder = cl.load_encoder("e5-small")
    batches = {}
    for size in options.sizes:
        m, n = map(int, size.split("x"))
        count = 1 if m >= 512 else 256
        batches["real", size] = real_costs(count, m, n, encoder)
        batches["noisy", size] = synthetic_costs(count, m, n, noisy=True)
        batches["random", size] = synthetic_costs(count, m, n, noisy=False)
    print(f"{torch.get_num_threads()} threads, float32; times in ms, peak memory in MiB")
    if "entropic" in options.only:
        entropic_table(batches, options.epsilons, options.repeat, options.sample)
    if "exact" in options.only:
        exact_table(batches, options.repeat)
    if "methods" in options.only:
        method_rows(batches["real", options.sizes[min(1, len(options.sizes) - 1)]], options.repeat)
    if "training" in options.only:
        training_share(encoder, options.repeat)
    if torch.cuda.is_available():
        print("\nOn the GPU:")
        for (kind, size), costs in batches.items():
            gpu_rows(costs, f"{kind} {size}", options.repeat)


if __name__ == "__main__":
    main()
