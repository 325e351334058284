"""How retrieval falls as German and Hindi questions move away from the languages that the encoder saw.

RR@10 by MaxSim of `e5-small` as it comes, MLQA dev, English contexts: every dial of a pseudo-language alone, all three
together, and these with names kept, by the passages. Needs CLIRLAB_DATA; twenty minutes on a core.
"""

from __future__ import annotations

import os
import sys

import numpy as np
import pandas as pd

from clirlab.corpora import Collection, load_collection
from clirlab.evaluation import evaluate
from clirlab.models import load_encoder
from clirlab.retrieval import encode_passages, search
from clirlab.supervision import pseudo_language, words

DIALS = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
PROCESSES = ("phonological", "morphological", "lexical")


def settings(dial: float, english: list[str]) -> dict[str, dict]:
    """What is asked of `pseudo_language` for each line of the table."""
    alone = {name: {name: dial} for name in PROCESSES}
    together = dict.fromkeys(PROCESSES, dial)
    kept = together | {"keep": ("numbers", "names"), "english": english}
    return alone | {"all three": together, "and names kept": kept}


def changed(before: Collection, after: Collection) -> float:
    """Share of the questions' words that are others now."""
    pairs = zip(before.queries["text"], after.queries["text"], strict=True)
    return float(np.mean([a != b for old, new in pairs for a, b in zip(words(old), words(new), strict=True)]))


def main() -> None:
    if "CLIRLAB_DATA" not in os.environ:
        print("needs MLQA: set CLIRLAB_DATA to the data folder")
        sys.exit(0)
    encoder = load_encoder("e5-small")
    for code, title in (("de", "German"), ("hi", "Hindi")):
        collection = load_collection(f"mlqa/dev/en/{code}")
        english = collection.docs["text"].tolist()
        passages = encode_passages(encoder, collection)
        rows = []
        for dial in DIALS:
            for process, asked in settings(dial, english).items():
                queries = pseudo_language(code, **asked).apply(collection)
                run = search(encoder, queries, passages=passages, k=10)
                values = evaluate(run, collection.qrels, ["RR@10"])["value"]
                error = values.std() / len(values) ** 0.5
                share = changed(collection, queries)
                rows.append((process, dial, f"{values.mean():.3f} ±{1.96 * error:.3f} {share:3.0%}"))
        table = pd.DataFrame(rows, columns=["process", "dial", "RR@10"])
        shown = table.pivot(index="process", columns="dial", values="RR@10").loc[list(settings(0, english))]
        print(f"\n{title}, {len(collection.queries)} questions: RR@10 ± half a 95 % interval, and words changed")
        print(shown.rename_axis(index=None).to_string(), flush=True)


if __name__ == "__main__":
    main()
