"""How fast does `encode` give token vectors, beside the plain loop: fixed order, padded to the longest, float32?

    python benchmarks/encode.py [--repeats 5]

Both encode the same texts (the demo's passages and questions) with the same model in the same run, in turn; the table
has the median and the ratio pair by pair.
"""

from __future__ import annotations

import argparse
import statistics
import time

import torch

import clirlab as cl
from clirlab.models import TokenEncoder

BATCH = 32


def plain(encoder: TokenEncoder, texts: list[str]) -> None:
    """What a sentence-transformers style loop does, with its default float32, without its sorting."""
    for start in range(0, len(texts), BATCH):
        batch = encoder.tokenizer(
            ["query: " + text for text in texts[start : start + BATCH]],
            padding=True,
            truncation=True,
            max_length=512,
            return_tensors="pt",
        )
        with torch.inference_mode():
            hidden = encoder.model(**batch).last_hidden_state
            torch.nn.functional.normalize(hidden, dim=-1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    encoder = cl.load_encoder("e5-small")
    collection = cl.load_collection("demo/en/sw")
    # passages and questions in turn, as a mixed file has them
    texts = [text for pair in zip(collection.docs["text"], collection.queries["text"], strict=False) for text in pair]
    tokens = sum(len(cut.ids) for cut in encoder.tokenize(texts))
    loops = {
        "plain loop": lambda: plain(encoder, texts),
        "encode, float32": lambda: encoder.encode(texts, batch_size=BATCH, dtype="float32"),
        "encode": lambda: encoder.encode(texts, batch_size=BATCH),
    }
    seconds: dict[str, list[float]] = {name: [] for name in loops}
    for repeat in range(repeats + 1):
        for name, loop in loops.items():
            start = time.perf_counter()
            loop()
            if repeat:  # the first round warms up
                seconds[name].append(time.perf_counter() - start)
    print(f"{len(texts)} texts, {tokens:,} tokens, {torch.get_num_threads()} threads, medians of {repeats}")
    for name, times in seconds.items():
        ratios = [plain / own for plain, own in zip(seconds["plain loop"], times, strict=True)]
        print(f"{name:16} {tokens / statistics.median(times):8,.0f} tokens/s   {statistics.median(ratios):.2f} x")


if __name__ == "__main__":
    main()
