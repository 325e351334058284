"""A student and prepared pairs in, gradient steps taken: what was seen on the way and the weights to keep out."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from clirlab.errors import InputError
from clirlab.models import TokenEncoder
from clirlab.training.averaging import follow
from clirlab.training.checkpoint import Saved, write_checkpoint
from clirlab.training.feed import collate, run_student
from clirlab.training.objectives import Sum
from clirlab.training.pairs import Pairs, Prepared
from clirlab.training.sampler import bucketed
from clirlab.training.schedule import rate_share
from clirlab.training.settings import TrainingSettings
from clirlab.training.student import Student, finished, with_all_pieces

MEMORY, FIRST = 50, 10  # losses that an exploding one is compared with: the last ones, and the first


class Row(NamedTuple):
    """One step of the history."""

    step: int
    loss: float
    plan_perplexity: float
    learning_rate: float
    gradient_norm: float
    tokens_per_second: float
    seconds: float
    dev: float = math.nan


class Task(NamedTuple):
    """What a run is given: nothing of it changes."""

    student: Student
    prepared: Prepared
    pairs: Pairs
    goal: Sum
    seed: int
    settings: TrainingSettings
    dev: Callable[[TokenEncoder], float] | None = None
    checkpoint: Path | None = None
    identity: dict[str, Any] | None = None


@dataclass
class Course:
    """Where a run stands, beside the weights and the optimiser.

    Attributes
    ----------
    rows : list of Row
        One for each step that was taken.
    mean, best : dict of str to Tensor, optional
        The running mean of the weights that learn, and those of the best development measure.
    best_value, best_step : float, int
        What was measured there, and after how many steps.
    waited : int
        Measures since then.
    """

    rows: list[Row] = field(default_factory=list)
    mean: dict[str, Tensor] | None = None
    best: dict[str, Tensor] | None = None
    best_value: float = -math.inf
    best_step: int = 0
    waited: int = 0

    @property
    def step(self) -> int:
        return len(self.rows)

    def is_over(self, settings: TrainingSettings) -> bool:
        return self.step >= settings.steps or (settings.patience is not None and self.waited >= settings.patience)


def optimise(task: Task, saved: Saved | None = None, progress: bool = True) -> Course:
    """Take all steps, from the beginning or from where a checkpoint stands; the student changes in place.

    Raises
    ------
    InputError
        If the loss or the gradient is no number, or the loss explodes; with step, pairs and remedy. The last
        checkpoint stays.
    """
    student, settings = task.student, task.settings
    optimiser = torch.optim.AdamW(
        list(student.learning.values()), settings.learning_rate, betas=(0.9, 0.98), weight_decay=0, fused=True
    )
    course = _begin(task, optimiser, saved)
    lengths = [len(cut.ids) for cut in task.prepared.student]
    batches = bucketed(lengths, settings.batch_size, task.seed, settings.batch_tokens)
    batches = islice(batches, course.step * settings.accumulate, None)
    label = f"train {task.goal.name}"
    with tqdm(total=settings.steps, initial=course.step, desc=label, unit="step", disable=not progress) as bar:
        while not course.is_over(settings):
            row = _step(task, optimiser, course, list(islice(batches, settings.accumulate)))
            course.rows.append(row)
            if course.mean is not None and settings.ema is not None:
                follow(course.mean, student.learning, settings.ema)
            last = course.step == settings.steps
            if task.dev is not None and (last or course.step % settings.dev_every == 0):
                _measure(task, course)
            over = course.is_over(settings)
            if task.checkpoint is not None and (over or course.step % settings.checkpoint_every == 0):
                _save(task, course, optimiser)
            bar.update()
            bar.set_postfix(loss=f"{row.loss:.4f}")
    return course


def weights_to_keep(task: Task, course: Course) -> dict[str, Tensor]:
    """The best ones where a development measure chose, else the running mean where there is one, else the last."""
    return course.best or _current(task.student, course)


def _current(student: Student, course: Course) -> dict[str, Tensor]:
    return course.mean if course.mean is not None else {name: p.detach() for name, p in student.learning.items()}


def _step(task: Task, optimiser: torch.optim.Optimizer, course: Course, batches: Sequence[list[int]]) -> Row:
    """One step on one or several batches."""
    start = time.perf_counter()
    step, settings, student = course.step, task.settings, task.student.encoder
    rate = settings.learning_rate * rate_share(step, settings)
    optimiser.param_groups[0]["lr"] = rate
    optimiser.zero_grad()
    pairs = sum(map(len, batches))
    loss, perplexity, tokens = 0.0, 0.0, 0
    for number, positions in enumerate(batches):
        collated = collate(task.prepared, positions, task.student.pruned.lookup, student.tokenizer.pad_token_id or 0)
        batch = run_student(student, collated.to(student.device), task.goal.needs, settings.dtype)
        value, plan = task.goal(batch._replace(generator=_generator(task.seed, step, number)))
        if not torch.isfinite(value):
            raise _stopped(task, course, positions, f"the loss is no number ({value.item()})")
        share = len(positions) / pairs
        (share * value).backward()
        loss, perplexity, tokens = loss + share * value.item(), perplexity + share * plan, tokens + collated.tokens
    every = [i for positions in batches for i in positions]
    usual = _usual([row.loss for row in course.rows])
    if loss > settings.explode * usual:
        raise _stopped(task, course, every, f"the loss explodes ({loss:.3g}, {usual:.3g} is usual)")
    norm = nn.utils.clip_grad_norm_(list(task.student.learning.values()), settings.clip).item()
    if not math.isfinite(norm):
        raise _stopped(task, course, every, f"the gradient is no number ({norm})")
    optimiser.step()
    seconds = time.perf_counter() - start
    return Row(step, loss, perplexity, rate, norm, tokens / seconds, seconds)


def _usual(losses: Sequence[float]) -> float:
    """What a loss is compared with: the median of the last ones, or the largest of the first where that is more.

    So a loss that comes back to where it began is no explosion, nor is anything before the first ones are there.
    """
    return max(median(losses[-MEMORY:]), *losses[:FIRST]) if len(losses) >= FIRST else math.inf


def _generator(seed: int, step: int, number: int) -> torch.Generator:
    """Of what an objective draws in this batch: the same, wherever the run began."""
    state = np.random.SeedSequence([seed, step, number]).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state[0] >> np.uint64(1)))


def _stopped(task: Task, course: Course, positions: Sequence[int], what: str) -> InputError:
    """Where it happened, on which pairs, and what to do."""
    source, english = task.pairs.source, task.pairs.english
    places = sorted({task.prepared.positions[i] for i in positions})
    shown = ", ".join(f"{i} ({source[i][:30]!r}, {english[i][:30]!r})" for i in places[:3])
    more = f" and {len(places) - 3} more" if len(places) > 3 else ""
    kept = "nothing was written"
    if task.checkpoint is not None and (found := sorted(task.checkpoint.glob("step-*"))):
        kept = f"the last checkpoint is {found[-1]}"
    return InputError(
        f"{what} at step {course.step}, pairs {shown}{more}; lower learning_rate (now "
        f"{task.settings.learning_rate:g}), raise warm_up, or look at these pairs; {kept}"
    )


def _measure(task: Task, course: Course) -> None:
    """Ask for the development measure of the encoder as it would be returned now."""
    assert task.dev is not None
    weights = _current(task.student, course)
    candidate = finished(task.student, weights, task.settings.teacher_share)
    value = float(task.dev(with_all_pieces(candidate, task.student.origin)))
    if not math.isfinite(value):
        raise InputError(f"dev gave {value} after step {course.step - 1}; it has to give a number, more being better")
    course.rows[-1] = course.rows[-1]._replace(dev=value)
    course.waited += 1
    if value > course.best_value:
        course.best = {name: tensor.clone() for name, tensor in weights.items()}
        course.best_value, course.best_step, course.waited = value, course.step, 0


def _begin(task: Task, optimiser: torch.optim.Optimizer, saved: Saved | None) -> Course:
    """The course at its first step, or with weights and optimiser as a checkpoint has them."""
    learning = task.student.learning
    if saved is None:
        mean = {name: p.detach().clone() for name, p in learning.items()} if task.settings.ema is not None else None
        return Course(mean=mean)
    parts: dict[str, dict[str, Tensor]] = {}
    for name, tensor in saved.tensors.items():
        part, _, rest = name.partition("/")
        parts.setdefault(part, {})[rest] = tensor
    with torch.no_grad():
        for name, parameter in learning.items():
            parameter.copy_(parts["weights"][name])
    state = {
        number: {kind: parts[kind][name].clone() for kind in ("step", "exp_avg", "exp_avg_sq")}
        for number, name in enumerate(learning)
        if name in parts.get("step", {})
    }
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
    rows = [Row(*row) for row in saved.record.pop("rows")]
    return Course(rows, parts.get("mean"), parts.get("best"), **saved.record)


def _save(task: Task, course: Course, optimiser: torch.optim.Optimizer) -> None:
    assert task.checkpoint is not None
    parts: dict[str, dict[str, Tensor]] = {"weights": dict(task.student.learning)}
    parts |= {"mean": course.mean or {}, "best": course.best or {}}
    for name, parameter in task.student.learning.items():
        for kind, tensor in optimiser.state.get(parameter, {}).items():
            parts.setdefault(kind, {})[name] = tensor
    tensors = {f"{part}/{name}": tensor for part, content in parts.items() for name, tensor in content.items()}
    record = {"rows": course.rows, "best_value": course.best_value, "best_step": course.best_step}
    record["waited"] = course.waited
    write_checkpoint(task.checkpoint, course.step, tensors, record, task.identity or {})
