"""What does a step cost with each objective, beside the others and beside the naive way?

    python benchmarks/objectives.py [--pairs 16 32] [--repeat 3] [--only ot infonce …]

The pairs are code-switched sentences of the demo (so that all objectives can be fed), the passages its documents: eight
candidates a pair, and the relevant passages of the other pairs where an objective takes them. A step is what the loop
does once vectors of the teacher are there: forward pass of a student with the vocabulary in use, loss, backward pass,
clipping, AdamW. `loss` is the time of the loss and its backward pass as far as the token vectors. Peak memory is that
of the whole process during the steps, imports and the full encoder included.

The naive way: the teacher runs in every step, the whole vocabulary learns, float32, and `ot.sinkhorn` finds the plans
one after the other (epsilon .05 on centred costs). Only a median of a few steps: see train_step.py for whole runs.
"""

from __future__ import annotations

import argparse
import copy
import ctypes
import gc
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import ot as pot
import torch
from torch import Tensor, nn

import clirlab as cl
from clirlab import transport
from clirlab.models import TokenEncoder
from clirlab.models.encoder import autocast, pad
from clirlab.models.pruning import prune_vocabulary
from clirlab.models.tokenize import Tokenized
from clirlab.supervision import TextPairs
from clirlab.training.frequencies import inverse_frequencies
from clirlab.training.links import piece_links
from clirlab.training.objectives import OBJECTIVES, Batch, Sum, parse_objective
from clirlab.training.passages import Passages, passages_of_texts

SPECS: list[Any] = [
    "ot",
    {"ot": {"method": "sinkhorn", "relative_to": "std", "epsilon": 0.5}},
    {"ot": {"method": "ipot"}},
    {"ot": {"method": "partial"}},
    {"ot": {"method": "unbalanced"}},
    {"ot": {"marginals": "idf"}},
    {"ot": {"layer": 8}},
    *(name for name in OBJECTIVES if name not in {"ot", "mse"}),
    "mse",
    {"mse": {"both": True}},
    {"ot": 1.0, "infonce": 0.1},
]


class Texts(NamedTuple):
    """Both sides of a batch of pairs and its passages, cut and encoded once."""

    source: list[Tokenized]
    english: list[Tokenized]
    batch: Batch


def material(encoder: TokenEncoder, pairs: TextPairs) -> Texts:
    """What does not change from step to step: all of the batch but the student's vectors."""
    source, english = (encoder.tokenize(side) for side in (pairs.source, pairs.english))
    with torch.no_grad(), autocast(encoder.device):
        ids, attended, teacher_mask = pad(english, 1)
        teacher = encoder.hidden(ids, attended).float()
        documents = cl.load_collection("demo/en/sw").docs["text"].tolist()
    passages = passages_of_texts(documents, len(pairs), depth=8)
    # any passage will do as the relevant one: what is measured is time
    relevant = tuple(range(len(pairs)))
    taken = Passages(passages.texts, relevant, passages.candidates).take(range(len(pairs)))
    vectors = encoder.encode([documents[k] for k in taken.numbers], kind="passage")
    student_ids, _, student_mask = pad(source, 1)
    links = torch.zeros(len(pairs), student_ids.shape[1], ids.shape[1], dtype=torch.bool)
    for k, words in enumerate(pairs.alignment or ()):
        found = piece_links(words, pairs.source[k], pairs.english[k], source[k], english[k])
        links[k, : found.shape[0], : found.shape[1]] = found
    idf = [inverse_frequencies(side, len(encoder.tokenizer)) for side in (source, english)]
    batch = Batch(
        student=torch.empty(0),
        student_mask=student_mask,
        teacher=teacher,
        teacher_mask=teacher_mask,
        center=nn.functional.normalize(teacher[teacher_mask], dim=-1).mean(0),
        links=links,
        student_idf=idf[0][student_ids],
        teacher_idf=idf[1][ids],
        passages=vectors.vectors,
        passage_mask=vectors.mask,
        positives=taken.positives,
        candidates=taken.candidates,
        generator=torch.Generator().manual_seed(0),
    )
    return Texts(source, english, batch)


def optimiser_of(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.AdamW(model.parameters(), 1e-5, betas=(0.9, 0.98), weight_decay=0, fused=True)


def update(model: nn.Module, optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()


def lab_step(student: TokenEncoder, lookup: Tensor, texts: Texts, objective: Sum) -> tuple[Callable[[], None], float]:
    """One step with this objective, and the seconds of its loss alone."""
    ids, attended, _ = pad(texts.source, 1)
    english = pad(texts.english, 1)
    optimiser = optimiser_of(student.model)

    def seen() -> Batch:
        with autocast(student.device):
            if "layers" in objective.needs:
                layers = student.hidden_layers(lookup[ids], attended)
                found = texts.batch._replace(student=layers[-1].float(), layers=tuple(x.float() for x in layers))
            else:
                found = texts.batch._replace(student=student.hidden(lookup[ids], attended).float())
            if "english" in objective.needs:
                found = found._replace(english=student.hidden(lookup[english[0]], english[1]).float())
        return found

    with torch.no_grad():
        fixed = seen()
    leaf = fixed._replace(
        student=fixed.student.detach().requires_grad_(),
        english=None if fixed.english is None else fixed.english.detach().requires_grad_(),
        layers=None if fixed.layers is None else tuple(x.detach().requires_grad_() for x in fixed.layers),
    )
    alone = median(lambda: objective(leaf).value.backward(), 5)
    return lambda: update(student.model, optimiser, objective(seen()).value), alone


def naive_step(encoder: TokenEncoder, pairs: TextPairs) -> Callable[[], None]:
    """One step of the naive way."""
    student = copy.deepcopy(encoder.model)
    optimiser = torch.optim.AdamW(student.parameters(), 1e-5)

    def step() -> None:
        source, english = (pad(encoder.tokenize(side), 1) for side in (pairs.source, pairs.english))
        with torch.no_grad():
            teacher = encoder.model(input_ids=english[0], attention_mask=english[1].long()).last_hidden_state
        vectors = student(input_ids=source[0], attention_mask=source[1].long()).last_hidden_state
        center = nn.functional.normalize(teacher[english[2]], dim=-1).mean(0)
        losses = []
        for x, y, rows, columns in zip(vectors, teacher, source[2], english[2], strict=True):
            x, y = (nn.functional.normalize(v, dim=-1) for v in (x[rows], y[columns]))
            cost = transport.cosine_cost(x, y, center)
            plan = pot.sinkhorn([], [], cost.detach().double().numpy(), 0.05, stopThr=1e-5)
            losses.append((torch.from_numpy(plan).float() * cost).sum())
        update(student, optimiser, torch.stack(losses).mean())

    return step


def median(call: Callable[[], object], repeat: int) -> float:
    """Seconds of a call, the first left out."""
    call()
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def forget_peak() -> None:
    """Give freed memory back to the system and start the process's peak anew."""
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak() -> float:
    """The largest resident memory since, in MiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, nargs="+", default=[16, 32])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", nargs="+", help="names of objectives")
    arguments = parser.parse_args()
    chosen = [parse_objective(spec) for spec in SPECS]
    if arguments.only:
        chosen = [parse_objective(name) for name in arguments.only]
    warnings.filterwarnings("ignore", module="ot")
    encoder = cl.load_encoder("e5-small")
    english = cl.load_bitext("demo/en/sw").english
    switched = cl.code_switch(english, cl.load_lexicon("demo/en/sw"), probability=0.5, seed=0)
    for count in arguments.pairs:
        pairs = switched.take(range(count))
        texts = material(encoder, pairs)
        pruned = prune_vocabulary(encoder, {i for cut in texts.source + texts.english for i in cut.ids})
        pruned.encoder.model.set_attn_implementation("eager")
        rows = []
        for objective in chosen:
            forget_peak()
            step, alone = lab_step(pruned.encoder, pruned.lookup, texts, objective)
            rows.append((objective.name, alone, median(step, arguments.repeat), peak()))
        del pruned, step
        forget_peak()
        naive = median(naive_step(encoder, pairs), arguments.repeat)
        rows.append(("the naive way (ot.sinkhorn)", float("nan"), naive, peak()))
        tokens = [int(mask.sum(1).float().mean()) for mask in (texts.batch.student_mask, texts.batch.teacher_mask)]
        print(f"\n{count} pairs of {tokens[0]} and {tokens[1]} tokens, {torch.get_num_threads()} threads")
        print(f"{'objective':<50} {'loss':>8} {'step':>9} {'naive / step':>13} {'peak':>10}")
        for name, alone, step_seconds, memory in rows:
            loss = "" if alone != alone else f"{1000 * alone:.1f} ms"
            ratio = f"{naive / step_seconds:.2f} x"
            print(f"{name:<50} {loss:>8} {1000 * step_seconds:>6.0f} ms {ratio:>13} {memory:>6.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
