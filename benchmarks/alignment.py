"""Layer × method × extraction on gold word alignments: tuned on the dev halves, the choice measured on the test halves.

    CLIRLAB_DATA=/path/to/data python benchmarks/alignment.py

AER in percent, the macro mean over sets (lower is better). XL-WA comes with dev and test files; of the other sets,
`GoldAlignment.halves` makes them, and at most 150 evenly spaced pairs of each half are taken of the two large ones.
Graça's `valid` files, of ten pairs, are left out. About 20 minutes on one core.
"""

from __future__ import annotations

import os
import sys
import time
import warnings
from typing import Any

import numpy as np
import pandas as pd

from clirlab.alignment import DEFAULT, AlignmentSetting, align, scan
from clirlab.alignment.measures import link_counts, measures_of
from clirlab.corpora import GoldAlignment, load_gold
from clirlab.models import TokenEncoder, load_encoder
from clirlab.transport import ConvergenceWarning

XLWA = ("es", "pt", "it", "nl", "da", "sl", "bg")
HALVED = ("hansards/en/fr", "kftt/ja/en", "sblgnt-bsb/grc/en", "graca/en/es/train", "graca/en/pt/train")
MOST = {"kftt/ja/en": 150, "sblgnt-bsb/grc/en": 150}
PLAIN = AlignmentSetting(method="cosine", position=0.0, marginals="uniform", how="argmax")
Choice = dict[str, Any]

READINGS: list[str | Choice] = [
    *("argmax", "union", "grow-diag-final-and", "itermax", "match"),
    *({"how": "itermax", "alpha": alpha} for alpha in (0.3, 0.6)),
    *({"how": "mass", "threshold": threshold} for threshold in (0.2, 0.3, 0.4, 0.5, 0.6)),
    *({"how": "threshold", "threshold": threshold} for threshold in (0.3, 0.5, 0.7)),
    *({"how": "softmax", "temperature": t, "threshold": p} for t in (0.02, 0.05) for p in (0.001, 0.1, 0.3)),
]


def sets(half: str) -> list[GoldAlignment]:
    """The dev or the test halves of all sets."""
    found = [load_gold(f"xlwa/en/{language}/{half}") for language in XLWA]
    for name in HALVED:
        gold = load_gold(name).halves()[half == "test"]
        most = min(MOST.get(name, len(gold)), len(gold))
        found.append(gold.take(np.linspace(0, len(gold) - 1, most).astype(int).tolist()))
    return found


def methods(position: float) -> list[Choice]:
    """Every kind of matrix, with the parameters that were tried."""
    hard = [{"method": name} for name in ("cosine", "exact", "greedy", "assignment", "argmax")]
    near = [{"method": "partial", "mass": 0.8}, {"method": "ipot", "epsilon": 5.0}]
    smooth = [{"method": "sinkhorn", "epsilon": epsilon} for epsilon in (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0)]
    soft = [{"method": "unbalanced", "epsilon": 0.5, "strength": strength} for strength in (0.5, 1.0, 2.0)]
    return [choice | {"position": position} for choice in [*hard, *near, *smooth, *soft]]


def variants(center: bool) -> list[Choice]:
    """What was tried around the best kinds."""
    kinds: list[Choice] = [{"method": "sinkhorn", "epsilon": epsilon} for epsilon in (1.0, 1.5, 2.0)]
    kinds += [{"method": "unbalanced", "epsilon": e, "strength": s} for e in (0.5, 0.75, 1.0) for s in (0.5, 1.0, 2.0)]
    return [
        kind | {"position": position, "marginals": marginals, "center": center}
        for kind in kinds
        for position in (0.5, 1.0, 1.5)
        for marginals in ("uniform", "norm")
    ]


def means(table: pd.DataFrame) -> pd.DataFrame:
    """Macro means over the sets, in percent, best first."""
    columns = ["precision", "recall", "F1", "AER", "perplexity"]
    found = table.groupby(["layer", "method", "how"], sort=False)[columns].mean()
    found[columns[:4]] *= 100
    return found.sort_values("AER")


def show(table: pd.DataFrame) -> None:
    print(table.round(2).to_string())


def compare(encoder: TokenEncoder, gold: list[GoldAlignment], settings: dict[str, AlignmentSetting]) -> pd.DataFrame:
    """AER of each set under two settings; macro means and their difference with bootstrap intervals over sentences."""
    generator, samples = np.random.default_rng(0), {name: [] for name in settings}
    values: dict[str, list[float]] = {name: [] for name in settings}
    for one in gold:
        weights = generator.multinomial(len(one), np.full(len(one), 1 / len(one)), size=2000)
        for name, setting in settings.items():
            found = [result.links for result in align(encoder, one.pairs, setting)]
            counts = np.array([link_counts(*links) for links in zip(found, one.sure, one.possible, strict=True)])
            values[name].append(100 * measures_of(counts.sum(0))[3])
            samples[name].append(100 * measures_of(weights @ counts)[:, 3])
    table = pd.DataFrame(values, index=[one.name for one in gold])
    table["difference"] = table["default"] - table["argmax"]
    drawn = {name: np.mean(parts, axis=0) for name, parts in samples.items()}
    drawn["difference"] = drawn["default"] - drawn["argmax"]
    shown = table.map("{:.2f}".format)
    low, high = (pd.Series({name: np.percentile(d, q) for name, d in drawn.items()}) for q in (2.5, 97.5))
    shown.loc["macro mean"] = [f"{table[c].mean():.2f} ({low[c]:.2f} to {high[c]:.2f})" for c in table]
    shown.insert(0, "pairs", [*map(len, gold), sum(map(len, gold))])
    return shown


def main() -> None:
    if "CLIRLAB_DATA" not in os.environ:
        print("needs the gold alignments: set CLIRLAB_DATA to the data folder")
        sys.exit(0)
    # a few ipot problems stop a little above the tolerance (1e-5), which changes no table
    warnings.filterwarnings("ignore", category=ConvergenceWarning)
    start = time.monotonic()
    encoder, dev = load_encoder("e5-small"), sets("dev")
    print(f"{encoder}; dev: {len(dev)} sets, {sum(map(len, dev)):,} pairs\n\n1. Layers, by similarity: AER")
    kinds = [{"method": "cosine", "position": p, "center": c} for p in (0.0, 1.0) for c in (False, True)]
    layers = scan(encoder, dev, methods=kinds, extractions=["argmax", "itermax", "match"])
    layers["method"] = layers["method"].str.removeprefix("cosine ")
    show(100 * layers.pivot_table(index="layer", columns=["method", "how"], values="AER"))
    plain = means(layers).xs(("position=0.0 center=False", "argmax"), level=("method", "how"))
    best = int(plain.index[0])

    print(f"\n2. Methods × extractions at layer {best} (epsilon and strength in deviations of the cost): best 20")
    table = means(scan(encoder, dev, [best], [*methods(0.0), *methods(1.0)], READINGS))
    show(table.head(20))
    print("\nbest extraction of each method")
    show(table.reset_index().drop_duplicates("method").set_index(["layer", "method"]))
    print("\nbest method of each extraction")
    show(table.reset_index().drop_duplicates("how").set_index(["layer", "how"]))

    print("\n3. Around the best: layers, epsilon, strength, position, marginals (best 15)")
    around = means(scan(encoder, dev, [best - 1, best, best + 1], variants(center=False), ["argmax"]))
    show(around.head(15))
    print("\nthe same centred (no candidate for the default: a sentence's links then depend on its neighbours); best 5")
    show(means(scan(encoder, dev, [best], variants(center=True), ["argmax"])).head(5))

    baseline = PLAIN.changed(layer=best)
    print(f"\n4. Plain argmax at its best layer, {best}, against the default:\n{DEFAULT}")
    for half in ("dev", "test"):
        print(f"\n{half}: AER")
        print(compare(encoder, sets(half), {"argmax": baseline, "default": DEFAULT}).to_string())
    print(f"\n{time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
