"""What does it cost to run a study by the engine, and what do two workers bring?

    python benchmarks/study.py [--quick] [--trivial 1000] [--rows 10000000] [--skip-cells]

* 24 cells of the demo (zero-shot, OPTICAL at several budgets and seeds), a thread each: in a plain loop (the peer: one
  laboratory, nothing written), by one worker and by two. Time is told from the first cell to the last, as the workers
  have read their data before; so does the loop. Efficiency is the throughput of two workers over twice that of one.
* so many cells that do nothing, by one worker: time a cell, reading of the run folder left out.
* a question to a table of ten million rows in 500 parts.

With ``--quick`` everything is small: to see it work.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import pandas as pd
import pyarrow.dataset as ds
import torch

from clirlab.study import StudyConfig, read_config, run_study
from clirlab.study.cells import Cell, cells_of
from clirlab.study.cluster import local_workers, prepare_all, run_on
from clirlab.study.groups import groups_of
from clirlab.study.laboratory import Laboratory
from clirlab.study.results import read_results
from clirlab.study.store import open_run, write_cell
from clirlab.study.worker import Found, run_cell


class Trivial:
    """Stands in for a laboratory whose cells do nothing."""

    def __init__(self, config: StudyConfig) -> None:
        self.places: dict = {}

    def run(self, cell: Cell, folder: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
        return rows_of(cell, 100), {"pairs": 0, "words": 0, "seconds": 0.0}


def rows_of(cell: Cell, n: int) -> pd.DataFrame:
    """A table of a cell, as a laboratory gives it."""
    names = [f"q{i}" for i in range(n)]
    place = {"perturbation": "typos", "severity": 0.0, "collection": "demo/en/sw", "scorer": "maxsim"}
    values = np.random.default_rng(0).random(n)
    return pd.DataFrame({"query_id": names, "value": values}).assign(**place, measure="nDCG@10", **cell._asdict())


def demo(**values: Any) -> StudyConfig:
    shared = {"name": "bench", "languages": {"sw": read_config("demo").languages["sw"].model_dump()}}
    measured = {"scorers": ["maxsim"], "measures": ["nDCG@10"], "perturbation": {}, "control_bitext": []}
    config = read_config("demo").model_dump(mode="json") | shared | measured | values
    return StudyConfig.model_validate(config)


def efficiency(quick: bool) -> None:
    """The 24 cells in a loop, by one worker and by two."""
    seeds, steps = (3, 2) if quick else (23, 20)
    arms = {"zero-shot": None, "optical": None}
    config = demo(arms=arms, budgets=[0, 500], seeds=list(range(seeds)), training={"steps": steps})
    cells = cells_of(config)
    torch.set_num_threads(1)
    laboratory = Laboratory(config)
    run_cell(laboratory, config, cells[0])  # passages are encoded once, by every process
    start = time.perf_counter()
    for cell in cells:
        assert isinstance(run_cell(laboratory, config, cell), Found)
    loop = time.perf_counter() - start
    print(f"{len(cells)} cells of {steps} steps, one thread each")
    print(f"plain loop    {loop:7.1f} s   1.00 x")
    one = 0.0
    for n in (1, 2):
        with local_workers(n) as client:
            prepare_all(client, Laboratory, config)
            first = [[cell] for cell in cells[:1] * n]
            assert all(isinstance(outcome, Found) for _, outcome, _ in run_on(client, Laboratory, config, first))
            start = time.perf_counter()
            outcomes = [outcome for _, outcome, _ in run_on(client, Laboratory, config, groups_of(config, cells))]
            seconds = time.perf_counter() - start
        assert all(isinstance(outcome, Found) for outcome in outcomes)
        one = one or seconds
        told = "" if n == 1 else f"   efficiency {one / seconds / 2:.2f}  (target .9)"
        print(f"{n} worker{'s' if n > 1 else ' '}     {seconds:7.1f} s   {loop / seconds:4.2f} x{told}")


def overhead(n: int) -> None:
    """Time a cell that does nothing, alone and by a worker."""
    config = demo(
        arms={"zero-shot": None, "optical": None},
        budgets=[0, 500],
        seeds=list(range(n // 2)),
        perturbation={"severities": [0, 0.5]},
    )
    cells = len(cells_of(config))
    with tempfile.TemporaryDirectory() as folder, local_workers(1) as client:
        for name, place in (("in process", {}), ("by a worker", {"scheduler": client})):
            start = time.perf_counter()
            run_study(config, Path(folder) / name, progress=False, make=Trivial, **place)
            milliseconds = (time.perf_counter() - start) / cells * 1000
            print(f"{cells:,} cells that do nothing, {name:11}  {milliseconds:6.1f} ms a cell   (target 50)")


def query(n: int) -> None:
    """Time of a question to a large table, and of reading all of it."""
    config = demo(
        arms={"zero-shot": None, "optical": None},
        budgets=[0, 500],
        seeds=list(range(250)),
        perturbation={"severities": [0, 0.5]},
    )
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        open_run(run, config)
        cells = cells_of(config)
        for cell in cells:
            write_cell(run, config, cell, rows_of(cell, n // len(cells)), {"seconds": 0.0})
        start = time.perf_counter()
        results = read_results(run)
        opened = time.perf_counter() - start
        times = []
        for _ in range(3):
            start = time.perf_counter()
            means = results.means(["arm", "budget", "language"], ds.field("measure") == "nDCG@10")
            times.append(time.perf_counter() - start)
        told = f"{means['rows'].sum():,} rows in {len(cells)} parts"
        print(f"{told}: opened in {opened:.2f} s, means by arm in {min(times):.2f} s   (target 2)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--trivial", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--skip-cells", action="store_true", help="only the overhead and the table")
    options = parser.parse_args()
    if not options.skip_cells:
        efficiency(options.quick)
    overhead(100 if options.quick else options.trivial)
    query(500_000 if options.quick else options.rows)


if __name__ == "__main__":
    main()
