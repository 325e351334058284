"""How retrieval falls as German and Hindi questions move away from the languages that the encoder saw.

    CLIRLAB_DATA=/path/to/data python benchmarks/pseudo.py [--only forms retrieval]

`forms`: what the words of the questions become. `retrieval`: RR@10 by MaxSim of `e5-small` as it comes, MLQA dev,
English contexts: every dial of a pseudo-language alone, all three together, and these with names kept, by the
passages; twenty minutes on a core.
"""

from __future__ import annotations

import argparse
import os

import numpy as np
import pandas as pd

from clirlab.corpora import Collection, load_collection
from clirlab.evaluation import evaluate
from clirlab.models import TokenEncoder, load_encoder
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


def forms(encoder: TokenEncoder, code: str, collection: Collection) -> None:
    """Print how many non-words are words of the questions, and how many pieces questions have before and after."""
    types = {word.lower() for text in collection.queries["text"] for word in words(text)}
    taken = []
    for seed in range(4):
        language = pseudo_language(code, lexical=1, seed=seed)
        taken.append(len(types & {language.word(word) for word in types if language.word(word) != word}))
    far = pseudo_language(code, 1, 1, 1).apply(collection)
    pieces = [
        np.mean([sum(cut.content) for cut in encoder.tokenize(asked.queries["text"].tolist(), kind="query")])
        for asked in (collection, far)
    ]
    print(
        f"{len(types):,} word types; at lexical 1 as many take the form of another of them, by seed: {taken}; "
        f"pieces a question {pieces[0]:.1f}, with all three dials at 1 {pieces[1]:.1f}",
        flush=True,
    )


def retrieval(encoder: TokenEncoder, code: str, collection: Collection) -> None:
    """Print the table of one language."""
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
    print("RR@10 ± half a 95 % interval, and words changed")
    print(shown.rename_axis(index=None).to_string(), flush=True)


PARTS = {"forms": forms, "retrieval": retrieval}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    only = parser.parse_args().only
    if "CLIRLAB_DATA" not in os.environ:
        print("needs MLQA: set CLIRLAB_DATA to the data folder")
        return
    encoder = load_encoder("e5-small")
    for code, title in (("de", "German"), ("hi", "Hindi")):
        collection = load_collection(f"mlqa/dev/en/{code}")
        print(f"\n{title}, {len(collection.queries)} questions", flush=True)
        for name in only:
            PARTS[name](encoder, code, collection)


if __name__ == "__main__":
    main()
