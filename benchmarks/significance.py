"""How long do the tests of a comparison take, beside SciPy's and statsmodels'?

    python benchmarks/significance.py [--systems 10] [--queries 1000] [--repeat 3]

10,000 sign-flip permutations of each system's differences to a baseline, p-values of the same kind:

* `permutation_tests`: the signs are drawn once for all systems, and one matrix product gives all sums;
* `scipy.stats.permutation_test` of each system in turn, permutation_type="samples", vectorised, in batches of 1,000
  (one of the systems is timed, and the time is scaled to all).

Then the whole of `compare_scores` (intervals of means and of differences over 2,000 bootstrap samples, all tests) of
three seeds a system; and `decompose` of a table of 115,200 scores of 1,200 queries in four languages, beside
statsmodels' full design matrix on 40 of the queries (its time grows with the square of their number).
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.anova import anova_lm

from clirlab.evaluation import compare_scores, decompose, permutation_tests

SAMPLES = 10_000


def seconds(work: Callable[[], object], repeat: int) -> float:
    """The median time of a call."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def scipy_test(differences: np.ndarray) -> float:
    """SciPy's p-value of one system: with one sample it flips signs."""
    found = stats.permutation_test(
        (differences,), lambda d, axis: d.mean(axis), permutation_type="samples", vectorized=True,
        n_resamples=SAMPLES, batch=1000, rng=np.random.default_rng(0),
    )  # fmt: skip
    return float(found.pvalue)


def table_of(queries: int) -> pd.DataFrame:
    """Scores of 4 languages, 8 arms, 4 budgets and 3 seeds."""
    levels = [["so", "sw", "yo", "ha"], list("abcdefgh"), range(4), range(3), [f"q{i}" for i in range(queries)]]
    names = ["language", "arm", "budget", "seed", "query_id"]
    frame = pd.MultiIndex.from_product(levels, names=names).to_frame(index=False)
    return frame.assign(value=np.random.default_rng(0).random(len(frame)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", type=int, default=10)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    generator = np.random.default_rng(0)
    d = generator.normal(0.02, 0.3, (options.systems, options.queries))
    print(
        f"{options.systems} systems, {options.queries:,} queries, {SAMPLES:,} permutations, medians of {options.repeat}"
    )
    ours = seconds(lambda: permutation_tests(d, SAMPLES), options.repeat)
    peer = seconds(lambda: scipy_test(d[0]), options.repeat) * options.systems
    print(f"scipy.stats.permutation_test  {peer:8.2f} s    1.00 x")
    print(f"permutation_tests             {ours:8.2f} s  {peer / ours:6.2f} x   < 2 s")
    print(f"p of the first: {permutation_tests(d[:1], SAMPLES)[0]:.4f}, SciPy's {scipy_test(d[0]):.4f}")
    base = generator.random((3, options.queries))
    scores = {"baseline": base} | {f"system {i}": base + row for i, row in enumerate(d)}
    print(f"compare_scores, three seeds   {seconds(lambda: compare_scores(scores, 'baseline'), options.repeat):8.2f} s")
    large, small = table_of(300), table_of(10)
    print(f"decompose, {len(large):,} scores    {seconds(lambda: decompose(large), options.repeat):8.2f} s")
    small["own"] = small["language"] + small["query_id"]
    formula = "value ~ C(own) + C(arm) + C(budget) + C(seed)"
    of_peer = seconds(lambda: anova_lm(OLS.from_formula(formula, small).fit(), typ=2), options.repeat)
    of_ours = seconds(lambda: decompose(small), options.repeat)
    print(f"statsmodels, {len(small):,} scores     {of_peer:8.2f} s    1.00 x")
    print(f"decompose, the same           {of_ours:8.2f} s  {of_peer / of_ours:6.2f} x")


if __name__ == "__main__":
    main()
