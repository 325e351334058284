"""What does a training step of the OPTICAL arm cost, beside the plain way?

    python benchmarks/train_step.py [--steps 8]

Plain: the teacher runs in every step, the whole vocabulary learns, float32, pairs in random order; the same objective,
optimiser and 16 pairs. The lab's loop is timed as a user calls it (`train`, with what it prepares). Same run, same
pairs of the demo bitext.
"""

from __future__ import annotations

import argparse
import copy
import statistics
import time

import numpy as np
import torch

import clirlab as cl
from clirlab.models import TokenEncoder
from clirlab.models.encoder import pad
from clirlab.training.objectives import Batch, parse_objective

PAIRS = 16


def plain_steps(encoder: TokenEncoder, bitext: cl.corpora.Bitext, steps: int) -> list[float]:
    """Seconds of each step of the plain loop."""
    student, objective = copy.deepcopy(encoder.model), parse_objective("ot")
    optimiser = torch.optim.AdamW(student.parameters(), 1e-4, betas=(0.9, 0.98), weight_decay=0)
    generator, seconds = np.random.default_rng(0), []
    for _ in range(steps):
        positions = generator.choice(len(bitext), PAIRS, replace=False)
        start = time.perf_counter()
        sides = [pad(encoder.tokenize([texts[i] for i in positions]), 1) for texts in (bitext.source, bitext.english)]
        with torch.no_grad():
            ids, attended, teacher_mask = sides[1]
            teacher = encoder.model(input_ids=ids, attention_mask=attended.long()).last_hidden_state
        ids, attended, student_mask = sides[0]
        vectors = student(input_ids=ids, attention_mask=attended.long()).last_hidden_state
        center = torch.nn.functional.normalize(teacher[teacher_mask], dim=-1).mean(0)
        loss = objective(Batch(vectors, student_mask, teacher, teacher_mask, center)).value
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimiser.step()
        seconds.append(time.perf_counter() - start)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=8)
    steps = parser.parse_args().steps
    encoder, bitext = cl.load_encoder("e5-small"), cl.load_bitext("demo/en/sw")
    start = time.perf_counter()
    trained = cl.train(encoder, bitext, steps=5 * steps, batch_size=PAIRS, progress=False)
    whole = (time.perf_counter() - start) / (5 * steps)
    own = statistics.median(trained.history["seconds"][2:])
    plain = statistics.median(plain_steps(encoder, bitext, steps)[1:])
    print(f"{PAIRS} pairs a step, {torch.get_num_threads()} threads, medians of {steps} and {5 * steps} steps")
    print(f"plain step                        {1000 * plain:7.0f} ms")
    print(f"the lab's step                    {1000 * own:7.0f} ms   {plain / own:.2f} x")
    print(f"the same with all preparation     {1000 * whole:7.0f} ms   {plain / whole:.2f} x")


if __name__ == "__main__":
    main()
