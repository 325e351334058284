"""Pairs and an encoder in, a better query encoder out: the one training loop of the lab."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import torch
import transformers

import clirlab
from clirlab.models import TokenEncoder, fingerprint
from clirlab.models.pruning import restore_vocabulary
from clirlab.training.checkpoint import read_checkpoint
from clirlab.training.checks import bought, check_language, check_request
from clirlab.training.needs import check_needs
from clirlab.training.objectives import Sum, parse_objective
from clirlab.training.optimise import Row, Task, optimise, weights_to_keep
from clirlab.training.pairs import Pairs, pairs_fingerprint, passages_fingerprint, prepare
from clirlab.training.passages import Passages
from clirlab.training.settings import TrainingSettings
from clirlab.training.student import finished, make_student
from clirlab.training.teacher import on_device
from clirlab.validate import validate

# what makes no difference to the weights, so that a checkpoint may go on under another value
FREE = {"checkpoint_every"}


@dataclass(frozen=True, repr=False)
class Trained:
    """The outcome of `train`.

    Attributes
    ----------
    encoder : TokenEncoder
        The student with the full vocabulary.
    history : DataFrame
        One row a step: step, loss, plan_perplexity, learning_rate, gradient_norm, tokens_per_second (that the student
        read), seconds, dev (NaN where it was not measured).
    config : dict
        All that it takes to do it again, for JSON: ``terms`` (the objective with all options), budget, seed and all
        settings; names and checksums of encoder, teacher, pairs and passages; versions. And what came of it: how many
        ``pairs`` were used, ``steps_done``, ``best_step`` and ``best_dev``.
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
    objective: str | Mapping[str, Any] | Sum = "ot",
    budget: int | None = None,
    seed: int = 0,
    progress: bool = True,
    *,
    teacher: TokenEncoder | None = None,
    passages: Passages | None = None,
    dev: Callable[[TokenEncoder], float] | None = None,
    checkpoint: str | Path | None = None,
    cache: str | Path | None = None,
    device: str | None = None,
    language: str | None = None,
    take_all: bool = False,
    **settings: Any,
) -> Trained:
    """Train a copy of `encoder` as query encoder, beside a frozen teacher of the English side.

    Parameters
    ----------
    pairs : Bitext or TextPairs
        (foreign or switched sentence, English sentence).
    objective : str or mapping
        A name, or names with weights or options; see `clirlab.training.objectives.parse_objective`.
    budget : int, optional
        Translated words to buy, see `clirlab.supervision.budget`; all pairs where not given.
    seed : int
        Of what is bought, of the order of the pairs, of new weights and of what an objective draws.
    progress : bool
        Show a progress bar with the loss.
    teacher : TokenEncoder, optional
        `encoder` itself where not given. One of another width needs ``projection="learn"``.
    passages : Passages, optional
        For objectives that rank, one row for each pair; see `clirlab.training.passages`.
    dev : callable, optional
        Takes an encoder that can search and gives a number, more being better, on development data that no test uses;
        asked every ``dev_every`` steps and after the last. The encoder of the best is returned.
    checkpoint : str or Path, optional
        A folder where the state is written every ``checkpoint_every`` steps. The same call goes on from there, and its
        result is that of a run that was never stopped, bit for bit.
    cache : str or Path, optional
        A folder for the teacher's vectors, looked up by content: another call with the same pairs need not encode them.
    device : str, optional
        Where to compute, such as ``"cuda"``, and where the student is left; where the encoder is if not given.
    language : str, optional
        What the pairs should be in; see `clirlab.training.checks.check_language`.
    take_all : bool
        Take all pairs where they hold fewer words than the budget, instead of an error.
    **settings
        Fields of `TrainingSettings`, such as ``steps=200, learning_rate=1e-4``.

    Returns
    -------
    Trained

    Raises
    ------
    InputError
        Before any work: if objective, setting or device is unknown, the budget exceeds the data, the pairs are in
        another language or lack what the objective needs, the teacher is of another width, no pair has content, or the
        checkpoint is of another training. On the way: if the loss stops being a number or explodes (with step and
        pairs; the last checkpoint stays), or the disk is full.

    Notes
    -----
    AdamW (β = .9, .98; no weight decay), linear warm-up, linear or cosine decay, gradient clipping. After the last step
    the weights are averaged with those before training (Wortsman et al. 2022, WiSE-FT). Only the embedding rows that
    the pairs use learn: the others are put aside while training, and put back at the end.

    Examples
    --------
    >>> import clirlab as cl
    >>> bitext = cl.load_bitext("demo/en/sw")
    >>> trained = cl.train(cl.load_encoder("e5-small"), bitext, budget=100, steps=2, progress=False)
    >>> len(trained.history)
    2
    """
    chosen = validate(TrainingSettings, settings, "training settings")
    goal, guide = parse_objective(objective), encoder if teacher is None else teacher
    check_request(encoder, guide, chosen, dev is not None, device)
    check_language(pairs, language)
    check_needs(goal, pairs, passages, encoder, guide)
    pairs = bought(pairs, budget, seed, take_all, passages)
    asked = {"budget": budget, "take_all": take_all, "language": language, "device": device}
    identity = _identity(goal, seed, chosen, encoder, guide, pairs, passages, dev is not None)
    place = torch.device(device) if device is not None else encoder.device
    folder = None if checkpoint is None else Path(checkpoint)
    saved = None if folder is None else read_checkpoint(folder, identity, str(place))

    prepared = prepare(
        encoder,
        pairs,
        chosen.dtype,
        progress,
        teacher=on_device(guide, place),
        needs=goal.needs,
        passages=passages,
        too_long=chosen.too_long,
        cache=None if cache is None else Path(cache),
        known=identity["teacher_fingerprint"],
    )
    student = make_student(encoder, prepared.ids, chosen, guide.dim, seed, place)
    task = Task(student, prepared, pairs, goal, seed, chosen, dev, folder, identity)
    course = optimise(task, saved, progress)
    pruned = finished(student, weights_to_keep(task, course), chosen.teacher_share)

    done: dict[str, Any] = {"pairs": len(prepared), "steps_done": course.step}
    done |= {"best_step": course.best_step, "best_dev": course.best_value} if dev is not None else {}
    config = {"objective": goal.name, **asked, **identity, **chosen.model_dump(), **_versions(), **done}
    history = pd.DataFrame(course.rows, columns=Row._fields)
    return Trained(restore_vocabulary(pruned, encoder), history, config)


def _identity(
    goal: Sum,
    seed: int,
    settings: TrainingSettings,
    encoder: TokenEncoder,
    teacher: TokenEncoder,
    pairs: Pairs,
    passages: Passages | None,
    has_dev: bool,
) -> dict[str, Any]:
    """All that decides the weights: what a checkpoint must agree with."""
    own = fingerprint(encoder)
    return {
        "terms": goal.spec,
        "seed": seed,
        **settings.model_dump(exclude=FREE),
        "dev": has_dev,
        "pairs_name": getattr(pairs, "name", type(pairs).__name__),
        "pairs_fingerprint": pairs_fingerprint(pairs),
        "encoder": encoder.name,
        "encoder_fingerprint": own,
        "teacher": teacher.name,
        "teacher_fingerprint": own if teacher is encoder else fingerprint(teacher),
        "passages_fingerprint": None if passages is None else passages_fingerprint(passages),
    }


def _versions() -> dict[str, Any]:
    found = {"clirlab": clirlab.__version__, "torch": torch.__version__, "transformers": transformers.__version__}
    return {"versions": found | {"python": platform.python_version()}}
