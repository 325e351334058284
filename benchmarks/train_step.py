"""What does a training step of the OPTICAL arm cost, in time and memory, beside the plain way?

    python benchmarks/train_step.py [--steps 8] [--pairs 32]

Plain: the teacher runs in every step, the whole vocabulary learns, float32, pairs in random order, and the plan of each
pair comes from `ot.sinkhorn` at ε = .05; the same optimiser and number of pairs. The lab's loop is run as a user calls
it (`train`, with what it prepares). Each figure is of a fresh process: the median of its steps, the wall time of the
whole call for each step, and the peak of its resident memory, imports and the loading of the encoder included. Pairs:
the demo bitext. What other objectives cost: `objectives.py`.
"""

from __future__ import annotations

import argparse
import copy
import resource
import statistics
import subprocess
import sys
import time

import numpy as np
import ot
import torch

import clirlab as cl
from clirlab.models import TokenEncoder
from clirlab.models.encoder import pad
from clirlab.transport import cosine_cost

LIMIT, TIMES = 2560, 5  # MiB, and how many times faster than the plain way: what is asked for with 32 pairs


def plain_steps(encoder: TokenEncoder, bitext: cl.corpora.Bitext, steps: int, pairs: int) -> list[float]:
    """Seconds of each step of the plain loop."""
    student = copy.deepcopy(encoder.model)
    optimiser = torch.optim.AdamW(student.parameters(), 1e-4, betas=(0.9, 0.98), weight_decay=0)
    generator, seconds = np.random.default_rng(0), []
    for _ in range(steps):
        positions = generator.choice(len(bitext), pairs, replace=False)
        start = time.perf_counter()
        sides = [pad(encoder.tokenize([texts[i] for i in positions]), 1) for texts in (bitext.source, bitext.english)]
        with torch.no_grad():
            ids, attended, teacher_mask = sides[1]
            teacher = encoder.model(input_ids=ids, attention_mask=attended.long()).last_hidden_state
        ids, attended, student_mask = sides[0]
        vectors = student(input_ids=ids, attention_mask=attended.long()).last_hidden_state
        unit = torch.nn.functional.normalize
        center = unit(teacher[teacher_mask], dim=-1).mean(0)
        loss = torch.zeros(())
        for own, other, rows, columns in zip(vectors, teacher, student_mask, teacher_mask, strict=True):
            cost = cosine_cost(unit(own[rows], dim=-1), unit(other[columns], dim=-1), center)
            plan = ot.sinkhorn([], [], cost.detach().double().numpy(), reg=0.05, warn=False)
            loss = loss + (torch.from_numpy(plan).float() * cost).sum() / pairs
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        optimiser.step()
        seconds.append(time.perf_counter() - start)
    return seconds


def run_task(task: str, steps: int, pairs: int) -> None:
    """One measurement, in this process: median of the steps, wall time a step, peak in MiB."""
    encoder, bitext = cl.load_encoder("e5-small"), cl.load_bitext("demo/en/sw")
    start = time.perf_counter()
    if task == "plain":
        seconds = plain_steps(encoder, bitext, steps, pairs)
    else:
        trained = cl.train(encoder, bitext, steps=steps, batch_size=pairs, progress=False)
        seconds = trained.history["seconds"].tolist()
    whole = (time.perf_counter() - start) / steps
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(statistics.median(seconds[1:]), whole, peak)


def measure(task: str, steps: int, pairs: int) -> tuple[float, float, float]:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--task", task, "--steps", str(steps), "--pairs", str(pairs)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{task} failed:\n{done.stderr}")
    median, whole, peak = map(float, done.stdout.split()[-3:])
    return median, whole, peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--pairs", type=int, default=32)
    parser.add_argument("--task", choices=("plain", "lab"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    steps, pairs = arguments.steps, arguments.pairs
    if arguments.task:
        run_task(arguments.task, steps, pairs)
        return
    print(f"{pairs} pairs a step, {torch.get_num_threads()} threads, medians of {steps} and {5 * steps} steps")
    plain, _, plain_peak = measure("plain", steps, pairs)
    own, whole, peak = measure("lab", 5 * steps, pairs)
    asked = f"  {'≥' if plain / own >= TIMES else 'NOT ≥'} {TIMES} x, {'<' if peak < LIMIT else 'NOT <'} {LIMIT} MiB"
    print(f"plain step                        {1000 * plain:7.0f} ms            {plain_peak:6.0f} MiB")
    print(f"the lab's step                    {1000 * own:7.0f} ms  {plain / own:6.2f} x  {peak:6.0f} MiB{asked}")
    print(f"the same with all preparation     {1000 * whole:7.0f} ms  {plain / whole:6.2f} x")


if __name__ == "__main__":
    main()
