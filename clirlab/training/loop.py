"""Pairs and an encoder in, a better query encoder out: the one training loop of the lab."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import nn
from tqdm.auto import tqdm

from clirlab.corpora import Bitext
from clirlab.errors import InputError
from clirlab.models import TokenEncoder
from clirlab.models.encoder import autocast
from clirlab.models.pruning import prune_vocabulary, restore_vocabulary
from clirlab.supervision import TextPairs
from clirlab.supervision import budget as buy
from clirlab.training.objectives import Batch, Sum, parse_objective
from clirlab.training.pairs import Pairs, bucketed, collate, prepare
from clirlab.validate import validate


class TrainingSettings(BaseModel):
    """How an encoder is trained; the defaults are the recipe of the lab's pilots on AfriQA (see the README)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int = Field(200, ge=1, description="gradient steps")
    batch_size: int = Field(16, ge=1, description="sentence pairs a step")
    learning_rate: float = Field(1e-4, gt=0, description="at its peak, after the warm-up")
    warm_up: float = Field(0.1, ge=0, le=1, description="share of the steps over which the rate rises from 0")
    final_rate: float = Field(0.02, ge=0, le=1, description="share of the rate that is left after the last step")
    clip: float = Field(1.0, gt=0, description="largest gradient norm")
    teacher_share: float = Field(0.5, ge=0, lt=1, description="weight of the teacher's weights in the final average")
    dtype: str = Field("auto", description="auto, float32 or bfloat16")


@dataclass(frozen=True, repr=False)
class Trained:
    """The outcome of `train`.

    Attributes
    ----------
    encoder : TokenEncoder
        The student with the full vocabulary.
    history : DataFrame
        One row a step: step, loss, plan_perplexity, learning_rate, gradient_norm, seconds.
    config : dict
        Objective, budget, seed, number of pairs and all settings.
    """

    encoder: TokenEncoder
    history: pd.DataFrame
    config: dict[str, Any]

    def __repr__(self) -> str:
        first, last = self.history["loss"].iloc[[0, -1]]
        return f"Trained({self.config['objective']}, {len(self.history)} steps: loss {first:.4f} -> {last:.4f})"


def train(
    encoder: TokenEncoder,
    pairs: Pairs,
    objective: str | Mapping[str, Any] = "ot",
    budget: int | None = None,
    seed: int = 0,
    progress: bool = True,
    **settings: Any,
) -> Trained:
    """Train a copy of `encoder` as query encoder, with `encoder` itself as frozen teacher of the English side.

    Parameters
    ----------
    pairs : Bitext or TextPairs
        (foreign or switched sentence, English sentence).
    objective : str or mapping
        A name, or names with weights or options; see `clirlab.training.objectives.parse_objective`.
    budget : int, optional
        Translated words to buy, see `clirlab.supervision.budget`; all pairs where not given.
    seed : int
        Of what is bought and of the order of the pairs.
    progress : bool
        Show a progress bar with the loss.
    **settings
        Fields of `TrainingSettings`, such as ``steps=200, learning_rate=1e-4``.

    Returns
    -------
    Trained

    Raises
    ------
    InputError
        If objective or setting is unknown, the budget exceeds the data, no pair has content, or the loss stops being
        a number (with the step).

    Notes
    -----
    AdamW (β = .9, .98; no weight decay), linear warm-up and decay, gradient clipping. After the last step the weights
    are averaged with the teacher's (Wortsman et al. 2022, WiSE-FT). Only the embedding rows that the pairs use learn.

    Examples
    --------
    >>> import clirlab as cl
    >>> bitext = cl.load_bitext("demo/en/sw")
    >>> trained = cl.train(cl.load_encoder("e5-small"), bitext, budget=100, steps=2, progress=False)
    >>> len(trained.history)
    2
    """
    chosen = validate(TrainingSettings, settings, "training settings")
    goal = parse_objective(objective)
    if budget is not None:
        pairs = TextPairs.of(pairs) if isinstance(pairs, Bitext) else pairs
        if not isinstance(pairs, TextPairs):
            raise InputError(f"a budget buys from a Bitext or from TextPairs, not from a {type(pairs).__name__}")
        pairs = buy(pairs, budget, seed)
    prepared = prepare(encoder, pairs, chosen.dtype)
    pruned = prune_vocabulary(encoder, {i for cut in prepared.student for i in cut.ids})
    student = pruned.encoder
    # on CPUs the backward pass of plain attention is faster than that of the fused kernel
    student.model.set_attn_implementation("eager")
    history = _optimise(student, prepared, pruned.lookup, goal, seed, chosen, progress)
    student.model.set_attn_implementation(encoder.model.config._attn_implementation)
    trained = restore_vocabulary(pruned, encoder)
    for own, other in ((trained.model, encoder.model), (trained.projection, encoder.projection)):
        if own is not None and other is not None:
            _average(own, other, chosen.teacher_share)
    config = {"objective": goal.name, "budget": budget, "seed": seed, "pairs": len(prepared.student)}
    return Trained(trained, history, config | chosen.model_dump())


def _optimise(
    student: TokenEncoder,
    prepared: Any,
    lookup: torch.Tensor,
    goal: Sum,
    seed: int,
    settings: TrainingSettings,
    progress: bool,
) -> pd.DataFrame:
    """Gradient steps on the student, in place; one row of history a step."""
    parameters = [p for m in (student.model, student.projection) if m is not None for p in m.parameters()]
    optimiser = torch.optim.AdamW(parameters, settings.learning_rate, betas=(0.9, 0.98), weight_decay=0, fused=True)
    warm_up = max(1, round(settings.warm_up * settings.steps))
    decay = max(1, settings.steps - warm_up)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min((step + 1) / warm_up, 1 - (1 - settings.final_rate) * max(0, step + 1 - warm_up) / decay),
    )
    lengths = [len(cut.ids) for cut in prepared.student]
    device, padding, rows = student.device, student.tokenizer.pad_token_id or 0, []
    with tqdm(total=settings.steps, desc=f"train {goal.name}", unit="step", disable=not progress) as bar:
        for step, positions in enumerate(bucketed(lengths, settings.batch_size, settings.steps, seed)):
            start = time.perf_counter()
            batch = collate(prepared, positions, lookup, padding)
            ids, attended, content, teacher, teacher_mask = (tensor.to(device) for tensor in batch)
            with autocast(device, settings.dtype):
                vectors = student.hidden(ids, attended)
            loss = goal(Batch(vectors.float(), content, teacher, teacher_mask, prepared.center.to(device)))
            if not torch.isfinite(loss.value):
                raise InputError(f"the loss is no number at step {step} (pairs {positions}); lower learning_rate")
            optimiser.zero_grad()
            loss.value.backward()
            norm = nn.utils.clip_grad_norm_(parameters, settings.clip)
            rate = schedule.get_last_lr()[0]
            optimiser.step()
            schedule.step()
            rows.append((step, loss.value.item(), loss.perplexity, rate, norm.item(), time.perf_counter() - start))
            bar.update()
            bar.set_postfix(loss=f"{rows[-1][1]:.4f}")
    return pd.DataFrame(rows, columns=["step", "loss", "plan_perplexity", "learning_rate", "gradient_norm", "seconds"])


@torch.no_grad()
def _average(student: nn.Module, teacher: nn.Module, share: float) -> None:
    """Move the student's weights to (1 - share) student + share teacher, in place."""
    for own, other in zip(student.parameters(), teacher.parameters(), strict=True):
        own.lerp_(other, share)
