"""The same effort for every arm: each learning rate of one grid, on languages that the demo study does not report.

    python benchmarks/tune_demo.py [--out runs/demo-tuning]

German and Tagalog questions of the demo, 1,000 translated words, two seeds, 20 steps. Prints the whole table; the best
rate of each arm (mean over both languages) is what studies/demo.yaml uses. A quarter of an hour on two cores; can be
interrupted and goes on.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from clirlab.study import read_config, run_study

GRID = (5e-5, 1e-4, 2e-4, 4e-4, 8e-4)
STUDY = Path(__file__).parent.parent / "studies" / "demo-tuning.yaml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/demo-tuning"))
    out = parser.parse_args().out
    config, parts = read_config(STUDY), []
    for rate in GRID:
        training = config.training.model_copy(update={"learning_rate": rate})
        results = run_study(config.model_copy(update={"training": training}), out / f"{rate:g}")
        parts.append(results.frame.assign(learning_rate=rate))
    rows = pd.concat(parts)
    table = rows.pivot_table(index=["arm", "learning_rate"], columns="language", values="value", aggfunc="mean")
    table["mean"] = table.mean(axis=1)
    print(table.round(3).to_string())
    best = table["mean"].groupby("arm").idxmax().drop("zero-shot")
    print("chosen:", ", ".join(f"{arm} {rate:g}" for arm, rate in best))


if __name__ == "__main__":
    main()
