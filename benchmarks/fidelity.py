"""Does the lab measure what others measured? Zero-shot e5-small on real collections beside reference figures.

    CLIRLAB_DATA=/path/to/data python benchmarks/fidelity.py [--only xquad]

RR@10 over content tokens, exact search. AfriQA: native questions against the pool of the gold passages of all its
languages and splits, text without title. Six minutes on two cores.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import replace

import pandas as pd
from torch import Tensor

import clirlab as cl
from clirlab.corpora import Collection
from clirlab.corpora.afriqa import afriqa_collection
from clirlab.corpora.languages import language_code
from clirlab.corpora.sources import data_root
from clirlab.evaluation import evaluate
from clirlab.models import TokenBatch, TokenEncoder
from clirlab.retrieval import SCORERS, encode_passages, search

# the pilots' figures
XQUAD = {
    ("de", "maxsim"): 0.944,
    ("de", "pooled, all tokens"): 0.898,
    ("zh", "maxsim"): 0.868,
    ("zh", "pooled, all tokens"): 0.776,
}
HUMAN = {"ig": 0.774, "zu": 0.820, "ha": 0.803, "yo": 0.785, "sw": 0.854}
AFRIQA = {"ig": 0.549, "zu": 0.550, "ha": 0.457, "yo": 0.506, "sw": 0.665}
SPLITS = {"ig": ["dev"], "zu": ["dev"], "ha": ["dev", "test"], "yo": ["train", "test"], "sw": ["test"]}


def afriqa_pool() -> list[Collection]:
    """Every gold-passage file of AfriQA as a collection."""
    folder = data_root() / "afriqa" / "gold_passages"
    return [
        afriqa_collection(path, language_code(path.parent.name), path.name.split(".")[-3])
        for path in sorted(folder.glob("*/*.json.gz"))
    ]


def rr10(collection: Collection, **search_arguments: object) -> float:
    return evaluate(search(collection=collection, **search_arguments), collection.qrels, ["RR@10"])["value"].mean()


def pooled_over_all(queries: TokenBatch, passages: TokenBatch) -> Tensor:
    """The mean over all tokens, special tokens and prefix too, as E5 was trained and the pilots measured it."""
    return queries.pooled("all") @ passages.pooled("all").T


def xquad(encoder: TokenEncoder) -> list[tuple]:
    SCORERS["pooled, all tokens"] = pooled_over_all
    english, rows = encode_passages(encoder, cl.load_collection("xquad/en/en"), progress=True), []
    for language in ("de", "zh"):
        collection = cl.load_collection(f"xquad/en/{language}")
        for scorer in SCORERS:
            measured = rr10(collection, encoder=encoder, passages=english, scorer=scorer)
            rows.append((collection.name, scorer, len(collection.queries), measured, XQUAD.get((language, scorer))))
    return rows


def afriqa(encoder: TokenEncoder) -> list[tuple]:
    files, rows = afriqa_pool(), []
    pool = pd.concat([file.docs for file in files]).drop_duplicates("doc_id").reset_index(drop=True)
    print(f"AfriQA pool: {len(pool):,} passages")
    passages = encode_passages(encoder, replace(files[0], docs=pool), progress=True)
    for language, splits in SPLITS.items():
        parts = [file for file in files if file.name in {f"afriqa/{language}/{split}" for split in splits}]
        frames = {
            key: pd.concat([getattr(part, key) for part in parts], ignore_index=True) for key in ("queries", "qrels")
        }
        collection = replace(parts[0], docs=pool, name=f"afriqa/{language}/{'+'.join(splits)}", **frames)
        human = collection.with_queries("human_translation")
        for name, asked, reference in (("", collection, AFRIQA), (", human translation", human, HUMAN)):
            measured = rr10(asked, encoder=encoder, passages=passages)
            rows.append((collection.name + name, "maxsim", len(asked.queries), measured, reference[language]))
    return rows


def main() -> None:
    parts = {"xquad": xquad, "afriqa": afriqa}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=parts)
    only = parser.parse_args().only
    if "CLIRLAB_DATA" not in os.environ:
        print("needs XQuAD and AfriQA: set CLIRLAB_DATA to the data folder")
        return
    encoder = cl.load_encoder("e5-small")
    rows = [row for name, part in parts.items() if only in (None, name) for row in part(encoder)]
    table = pd.DataFrame(rows, columns=["collection", "scorer", "queries", "RR@10", "reference"]).astype(
        {"reference": float}
    )
    print(table.assign(difference=table["RR@10"] - table["reference"]).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
