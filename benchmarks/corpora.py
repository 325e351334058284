"""How much memory and time does it take to read a million sentence pairs, and to open a million passages?

    python benchmarks/corpora.py [--pairs 1000000] [--passages 1000000] [--words 16]

Each figure is of a fresh process: the peak of its resident memory, imports included, and the wall time of the call
alone. Texts are made of random syllables, so that hardly a pair repeats. The peer for a bitext is `pandas.read_csv` of
the same file, which neither normalises nor leaves out repetitions. A BEIR corpus is opened twice: the first time it is
indexed, the second time as in every later run.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

LIMIT = 1024
SYLLABLES = {
    "latin": np.array([a + b for a in "bdfghjklmnpstwyz" for b in ("a", "e", "i", "o", "u", "an", "en", "ish")]),
    "devanagari": np.array([a + b for a in "कखगघचछजझटठडढतथदध" for b in ("ा", "ि", "ी", "ु", "े", "ो", "ं", "ान")]),
}


def sentences(count: int, words: int, script: str, seed: int) -> list[str]:
    """Texts of so many words of two syllables."""
    drawn = np.random.default_rng(seed).integers(len(SYLLABLES[script]), size=(count, words, 2))
    table = SYLLABLES[script]
    return [" ".join(a + b for a, b in row) for row in table[drawn]]


def write_bitext(path: Path, pairs: int, words: int, script: str) -> None:
    with path.open("w", encoding="utf-8") as out:
        for start in range(0, pairs, 20_000):
            count = min(20_000, pairs - start)
            sides = sentences(count, words, "latin", start), sentences(count, words, script, start + 1)
            out.writelines(f"{english}\t{foreign}\n" for english, foreign in zip(*sides, strict=True))


def write_beir(folder: Path, passages: int, words: int) -> None:
    (folder / "qrels").mkdir(parents=True)
    with (folder / "corpus.jsonl").open("w", encoding="utf-8") as out:
        for start in range(0, passages, 20_000):
            texts = sentences(min(20_000, passages - start), words, "latin", start)
            for number, text in enumerate(texts, start=start):
                out.write(json.dumps({"_id": f"d{number}", "title": "", "text": text}) + "\n")
    questions = [json.dumps({"_id": f"q{i}", "text": f"question {i}"}) + "\n" for i in range(100)]
    (folder / "queries.jsonl").write_text("".join(questions), encoding="utf-8")
    judged = "".join(f"q{i}\td{i}\t1\n" for i in range(100))
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + judged, encoding="utf-8")


def read_bitext(path: str) -> Callable[[], object]:
    import clirlab.corpora

    return lambda: clirlab.corpora.load_bitext(path)


def read_csv(path: str) -> Callable[[], object]:
    import pandas as pd

    return lambda: pd.read_csv(path, sep="\t", header=None, quoting=3)


def open_beir(path: str) -> Callable[[], object]:
    import clirlab.corpora

    return lambda: clirlab.corpora.load_collection(f"beir:{path}")


TASKS = {"bitext": read_bitext, "pandas": read_csv, "beir": open_beir}


def measure(task: str, path: Path) -> tuple[float, float, int]:
    """Seconds, peak resident MiB and items of one task in a process of its own."""
    command = [sys.executable, __file__, "--task", task, "--path", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{task} of {path} failed:\n{done.stderr}")
    seconds, peak, items = done.stdout.split()
    return float(seconds), float(peak), int(items)


def run_task(task: str, path: str) -> None:
    call = TASKS[task](path)
    start = time.perf_counter()
    found = call()
    seconds = time.perf_counter() - start
    items = len(found.docs) if task == "beir" else len(found)
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, items)


def show(what: str, seconds: float, peak: float, items: int, limits: str = "") -> None:
    print(f"{what:44} {items:>10,} {seconds:8.1f} s {peak:8.0f} MiB   {limits}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--words", type=int, default=16, help="of a sentence; a passage has four times as many")
    parser.add_argument("--task", choices=TASKS, help=argparse.SUPPRESS)
    parser.add_argument("--path", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.task:
        run_task(arguments.task, arguments.path)
        return
    with tempfile.TemporaryDirectory() as folder:
        for script in SYLLABLES:
            path = Path(folder) / f"{script}.tsv"
            write_bitext(path, arguments.pairs, arguments.words, script)
            size = f"{path.stat().st_size / 2**20:,.0f} MiB"
            for task, name in (("bitext", "load_bitext"), ("pandas", "pandas.read_csv")):
                seconds, peak, items = measure(task, path)
                limit = f"{'<' if peak < LIMIT else 'NOT <'} {LIMIT} MiB" if task == "bitext" else ""
                show(f"{name}, {script} beside English, {size}", seconds, peak, items, limit)
            path.unlink()
        open_beir_twice(Path(folder) / "beir", arguments.passages, 4 * arguments.words)


def open_beir_twice(folder: Path, passages: int, words: int) -> None:
    from clirlab.corpora import load_collection

    # so that the first time is the first, and nothing stays behind
    os.environ["CLIRLAB_CACHE"] = str(folder / "cache")
    write_beir(folder / "small", 100, words)
    try:
        load_collection(f"beir:{folder / 'small'}")
    except ValueError as error:
        print(f"opening a BEIR corpus: skipped, there is no reader for it here ({error})")
        return
    write_beir(folder / "large", passages, words)
    for name in ("first time", "again"):
        seconds, peak, items = measure("beir", folder / "large")
        limits = f"{'<' if peak < LIMIT else 'NOT <'} {LIMIT} MiB"
        if name == "again":
            limits += f", {'<' if seconds < 10 else 'NOT <'} 10 s"
        show(f"load_collection(beir:…), {name}", seconds, peak, items, limits)


if __name__ == "__main__":
    main()
