"""Layer × method × extraction on gold word alignments: tuned on the dev halves, the choice measured on the test halves.

    CLIRLAB_DATA=/path/to/data python benchmarks/alignment.py

AER in percent, the macro mean over sets (lower is better). XL-WA comes with dev and test files; of the other sets,
`GoldAlignment.halves` makes them, and at most 150 evenly spaced pairs of a half are taken of the two large ones. Graça's
`valid` files, of ten pairs, are left out. Needs about 20 minutes on two cores.
"""

from __future__ import annotations

import os
import sys
import time

import numpy as np
import pandas as pd

from clirlab.alignment import DEFAULT, AlignmentSetting, align, scan
from clirlab.alignment.measures import link_counts, measures_of
from clirlab.corpora import GoldAlignment, load_gold
from clirlab.models import TokenEncoder, load_encoder

XLWA = ("es", "pt", "it", "nl", "da", "sl", "bg")
HALVED = {
    "hansards/en/fr": 1000,
    "kftt/ja/en": 150,
    "sblgnt-bsb/grc/en": 150,
    "graca/en/es/train": 1000,
    "graca/en/pt/train": 1000,
}
PLAIN = AlignmentSetting(method="cosine", position=0.0, how="argmax")
HOWS = ["argmax", "itermax", "match", "union", "grow-diag-final-and"]
EPSILONS = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0)


def sets(half: str) -> list[GoldAlignment]:
    """The dev or the test halves of all sets."""
    found = [load_gold(f"xlwa/en/{language}/{half}") for language in XLWA]
    for name, most in HALVED.items():
        gold = load_gold(name).halves()[half == "test"]
        found.append(gold.take(np.linspace(0, len(gold) - 1, min(most, len(gold))).astype(int).tolist()))
    return found


def means(table: pd.DataFrame) -> pd.DataFrame:
    """Macro means over the sets, in percent, best first."""
    columns = ["precision", "recall", "F1", "AER", "perplexity"]
    found = table.groupby(["layer", "method", "how"], sort=False)[columns].mean()
    found[columns[:4]] *= 100
    return found.sort_values("AER").round(2)


def relative(method: str, **values: object) -> dict[str, object]:
    return {"method": method, "relative_to": "std", **values}


def plan_methods(position: float) -> list[dict[str, object]]:
    smooth = [relative("sinkhorn", epsilon=e) for e in EPSILONS]
    soft = [relative("unbalanced", epsilon=0.5, strength=s) for s in (0.03, 0.1, 0.3)]
    sharp = [relative("ipot", epsilon=0.5), {"method": "partial", "mass": 0.8}]
    named: list[dict[str, object]] = [
        {"method": name} for name in ("cosine", "exact", "greedy", "assignment", "argmax")
    ]
    return [choice | {"position": position} for choice in named + sharp + smooth + soft]


READINGS = [
    *HOWS,
    *({"how": "mass", "threshold": t} for t in (0.2, 0.3, 0.4, 0.5, 0.6)),
    *({"how": "threshold", "threshold": t} for t in (0.3, 0.5, 0.7)),
    *({"how": "softmax", "temperature": t, "threshold": p} for t in (0.02, 0.05) for p in (0.001, 0.1, 0.3)),
    *({"how": "itermax", "alpha": a} for a in (0.3, 0.6)),
]


def compare(encoder: TokenEncoder, gold: list[GoldAlignment], settings: dict[str, AlignmentSetting]) -> pd.DataFrame:
    """AER of each set under each setting; the macro means and their difference with bootstrap intervals over sentences."""
    generator, drawn, rows = np.random.default_rng(0), {name: [] for name in settings}, []
    for one in gold:
        weights = generator.multinomial(len(one), np.full(len(one), 1 / len(one)), size=2000)
        row: dict[str, object] = {"set": one.name, "pairs": len(one)}
        for name, setting in settings.items():
            found = [result.links for result in align(encoder, one.pairs, setting)]
            counts = np.array([link_counts(*links) for links in zip(found, one.sure, one.possible, strict=True)])
            row[name] = f"{100 * measures_of(counts.sum(0))[3]:.2f}"
            drawn[name].append((measures_of(counts.sum(0))[3], measures_of(weights @ counts)[:, 3]))
        rows.append(row)
    macro = {name: (np.mean([v for v, _ in d]), np.mean([s for _, s in d], axis=0)) for name, d in drawn.items()}
    first, second = macro.values()
    macro["difference"] = second[0] - first[0], second[1] - first[1]
    mean: dict[str, object] = {"set": "macro mean", "pairs": sum(map(len, gold))}
    for name, (value, samples) in macro.items():
        low, high = np.percentile(samples, [2.5, 97.5])
        mean[name] = f"{100 * value:.2f} ({100 * low:.2f} to {100 * high:.2f})"
    return pd.DataFrame([*rows, mean]).fillna("").set_index("set")


def main() -> None:
    if "CLIRLAB_DATA" not in os.environ:
        print("needs the gold alignments: set CLIRLAB_DATA to the data folder")
        sys.exit(0)
    start = time.monotonic()
    encoder, dev = load_encoder("e5-small"), sets("dev")
    print(
        f"{encoder}; dev: {len(dev)} sets, {sum(map(len, dev))} pairs\n\n1. Layers, by similarity: AER, mean over sets"
    )
    kinds = [relative("cosine", position=p, center=c) for p in (0.0, 1.0) for c in (False, True)]
    layers = scan(encoder, dev, methods=kinds, extractions=["argmax", "itermax", "match"])
    layers["method"] = layers["method"].str.replace("cosine relative_to=std ", "")
    print((100 * layers.pivot_table(index="layer", columns=["method", "how"], values="AER")).round(2).to_string())
    plain = means(layers).xs(("position=0.0 center=False", "argmax"), level=("method", "how"))
    best_layer = int(plain.index[0])
    near = [layer for layer in (best_layer - 1, best_layer, best_layer + 1) if layer <= encoder.layers]

    print(f"\n2. Methods and extractions at layer {best_layer}")
    table = scan(encoder, dev, [best_layer], [*plan_methods(0.0), *plan_methods(1.0)], READINGS)
    table["method"] = table["method"].str.replace(" relative_to=std", "")
    found = means(table)
    print(found.head(25).to_string())
    print("\nbest extraction of each method")
    print(found.reset_index().drop_duplicates("method").set_index(["layer", "method"]).to_string())
    print("\nbest method of each extraction")
    print(found.reset_index().drop_duplicates("how").set_index(["layer", "how"]).to_string())

    print("\n3. What else was tried around the best: layers, position, centring, marginals")
    around = [
        relative("sinkhorn", epsilon=e, position=p, center=c, marginals=m)
        for e in (1.0, 1.5, 2.0)
        for p in (0.5, 1.0, 1.5)
        for c in (False, True)
        for m in ("uniform", "norm")
    ]
    print(means(scan(encoder, dev, near, around, ["argmax"])).head(25).to_string())

    baseline = PLAIN.changed(layer=best_layer)
    print(f"\n4. Plain argmax at its best layer, and the default: {DEFAULT}")
    for half in ("dev", "test"):
        print(f"\n{half}: AER")
        print(compare(encoder, sets(half), {"argmax": baseline, "default": DEFAULT}).to_string())
    print(f"\n{time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
