"""Does the lab measure what others measured? Zero-shot e5-small on real collections beside reference figures.

    CLIRLAB_DATA=/path/to/data python benchmarks/fidelity.py

RR@10 over content tokens, exact search. AfriQA: native questions against the pool of the gold passages of all its
languages and splits, text without title. Also how far bfloat16 is from float32. About ten minutes on two cores.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

import clirlab as cl
from clirlab.corpora import Collection
from clirlab.corpora.afriqa import CODES, afriqa_collection
from clirlab.corpora.sources import data_root
from clirlab.evaluation import evaluate
from clirlab.retrieval import SCORERS, encode_passages, search

# pilots' figures: XQuAD by token vectors and by mean vector; AfriQA by token vectors, (splits that were joined)
XQUAD = {("de", "maxsim"): 0.944, ("de", "pooled"): 0.898, ("zh", "maxsim"): 0.868, ("zh", "pooled"): 0.776}
AFRIQA = {"ig": 0.549, "zu": 0.550, "ha": 0.457, "yo": 0.506, "sw": 0.665}
SPLITS = {"ig": ["dev"], "zu": ["dev"], "ha": ["dev", "test"], "yo": ["train", "test"], "sw": ["test"]}


def afriqa_pool() -> list[Collection]:
    """Every gold-passage file of AfriQA as a collection."""
    folder = data_root() / "afriqa" / "gold_passages"
    return [
        afriqa_collection(path, language, path.name.split(".")[-3])
        for language, code in CODES.items()
        for path in sorted((folder / code).glob("*.json.gz"))
    ]


def rr10(collection: Collection, **search_arguments: object) -> float:
    return evaluate(search(collection=collection, **search_arguments), collection.qrels, ["RR@10"])["value"].mean()


def main() -> None:
    encoder, rows = cl.load_encoder("e5-small"), []
    english = encode_passages(encoder, cl.load_collection("xquad/en/en"), progress=True)
    for language in ("de", "zh"):
        collection = cl.load_collection(f"xquad/en/{language}")
        for scorer in SCORERS:
            measured = rr10(collection, encoder=encoder, passages=english, scorer=scorer)
            rows.append((collection.name, scorer, len(collection.queries), measured, XQUAD[language, scorer]))
    files = afriqa_pool()
    pool = pd.concat([file.docs for file in files]).drop_duplicates("doc_id").reset_index(drop=True)
    passages = encode_passages(encoder, replace(files[0], docs=pool), progress=True)
    for language, splits in SPLITS.items():
        parts = [file for file in files if file.name in {f"afriqa/{language}/{split}" for split in splits}]
        frames = {
            key: pd.concat([getattr(part, key) for part in parts], ignore_index=True) for key in ("queries", "qrels")
        }
        collection = replace(parts[0], docs=pool, name=f"afriqa/{language}/{'+'.join(splits)}", **frames)
        measured = rr10(collection, encoder=encoder, passages=passages)
        rows.append((collection.name, "maxsim", len(collection.queries), measured, AFRIQA[language]))
        translated = collection.with_queries(collection.queries["human_translation"].tolist())
        bound = rr10(translated, encoder=encoder, passages=passages)
        rows.append((f"{collection.name}, human translation", "maxsim", len(collection.queries), bound, None))
    table = pd.DataFrame(rows, columns=["collection", "scorer", "queries", "RR@10", "reference"])
    print(f"AfriQA pool: {len(pool):,} passages")
    print(table.assign(difference=table["RR@10"] - table["reference"]).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
