"""An encoder in, the copy of it that learns out; and from that an encoder that anyone can use."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from clirlab.errors import InputError
from clirlab.models import TokenEncoder
from clirlab.models.pruning import Pruned, prune_vocabulary
from clirlab.training.averaging import interpolate
from clirlab.training.lora import add_adapters, merge_adapters
from clirlab.training.settings import TrainingSettings
from clirlab.training.teacher import move


@dataclass(frozen=True)
class Student:
    """A copy of an encoder with a small vocabulary, and which of its weights learn.

    Attributes
    ----------
    origin : TokenEncoder
        What it was copied from; never changed.
    pruned : Pruned
        The copy; see `clirlab.models.pruning`.
    learning : dict of str to Parameter
        The weights that learn, by name.
    before : dict of str to Tensor
        The weights before training, by name; the large ones are those of `origin` itself.
    adapters : peft.PeftModel, optional
        Around the model, where changes of low rank learn.
    """

    origin: TokenEncoder
    pruned: Pruned
    learning: dict[str, nn.Parameter]
    before: dict[str, Tensor]
    adapters: Any = None

    @property
    def encoder(self) -> TokenEncoder:
        """Takes piece ids of the small vocabulary."""
        return self.pruned.encoder


def make_student(
    encoder: TokenEncoder,
    ids: Iterable[int],
    settings: TrainingSettings,
    width: int,
    seed: int = 0,
    device: torch.device | None = None,
) -> Student:
    """Copy an encoder for training.

    Parameters
    ----------
    ids : iterable of int
        The pieces whose embeddings are needed.
    width : int
        Of the teacher's vectors: what a new projection leads to.
    seed : int
        Of weights that are new.
    device : torch.device, optional
        Where it computes; the encoder's where not given.
    """
    pruned = prune_vocabulary(encoder, ids)
    student = pruned.encoder
    place, adapters = device or encoder.device, None
    if place.type == "cpu":
        # there the backward pass of plain attention is faster than that of the fused kernel
        student.model.set_attn_implementation("eager")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if settings.projection == "learn":
            student.projection = _new_projection(student.model.config.hidden_size, width)
        if settings.learn == "lora":
            adapters = add_adapters(student.model, settings.lora_rank, settings.lora_alpha)
    move(student, place)
    learning = _learning(student, settings)
    for name, parameter in _parameters(student).items():
        parameter.requires_grad_(name in learning)
    return Student(encoder, pruned, learning, _before(encoder, pruned, settings), adapters)


def finished(student: Student, weights: Mapping[str, Tensor], share: float) -> Pruned:
    """A copy of the student with these weights, averaged with those before training.

    Changes of low rank are merged into the weights that they change. The student stays as it is.

    Parameters
    ----------
    weights : mapping of str to Tensor
        One for each that learns.
    share : float
        Weight of the weights before training; see `interpolate`.
    """
    own = student.encoder
    model, projection, adapters = copy.deepcopy((own.model, own.projection, student.adapters))
    result = TokenEncoder(model, own.tokenizer, own.name, own.prefixes, projection)
    with torch.no_grad():
        for name, parameter in _parameters(result).items():
            if name in weights:
                parameter.copy_(weights[name])
    if adapters is not None:
        result.model = merge_adapters(adapters)
    for parameter in _parameters(result).values():
        parameter.requires_grad_(True)
    result.model.set_attn_implementation(student.origin.model.config._attn_implementation)
    interpolate(_parameters(result), student.before, share)
    return student.pruned._replace(encoder=result)


def with_all_pieces(pruned: Pruned, origin: TokenEncoder) -> TokenEncoder:
    """The same encoder for any text, quickly: pieces outside the small vocabulary are looked up in the original's.

    For a measure on the way. `clirlab.models.pruning.restore_vocabulary` makes a whole encoder, and copies the table.
    """
    small, full = pruned.encoder.model.get_input_embeddings(), origin.model.get_input_embeddings()
    pruned.encoder.model.set_input_embeddings(_TwoTables(small.weight, full.weight, pruned.lookup))
    return pruned.encoder


class _TwoTables(nn.Module):
    """Embeddings from a small table, and where it has none, from a large one that is not copied."""

    def __init__(self, small: Tensor, large: Tensor, lookup: Tensor) -> None:
        super().__init__()
        self.small, self.large, self.lookup = nn.Parameter(small.detach(), requires_grad=False), large.detach(), lookup

    def forward(self, ids: Tensor) -> Tensor:
        rows = self.lookup[ids.cpu()]
        rest = self.large[ids.to(self.large.device)].to(self.small.device)
        rows = rows.to(self.small.device)
        return torch.where((rows >= 0).unsqueeze(-1), self.small[rows.clamp(min=0)], rest)


def transformer_layers(encoder: TokenEncoder) -> nn.ModuleList:
    """The layers above the embeddings, in order.

    Raises
    ------
    InputError
        If the model has no list of so many layers.
    """
    for module in encoder.model.modules():
        if isinstance(module, nn.ModuleList) and len(module) == encoder.layers:
            return module
    raise InputError(f"{encoder.name}: no list of its {encoder.layers} layers was found; choose another value of learn")


def _new_projection(hidden: int, width: int) -> nn.Linear:
    """Without bias, as in ColBERT; it starts as a rotation, so that angles stay as far as the width allows."""
    projection = nn.Linear(hidden, width, bias=False)
    nn.init.eye_(projection.weight) if hidden == width else nn.init.orthogonal_(projection.weight)
    return projection


def _parameters(encoder: TokenEncoder) -> dict[str, nn.Parameter]:
    """All weights by name, those of the projection last."""
    parts = {"model": encoder.model, "projection": encoder.projection}
    return {f"{part}.{n}": p for part, m in parts.items() if m is not None for n, p in m.named_parameters()}


def _learning(student: TokenEncoder, settings: TrainingSettings) -> dict[str, nn.Parameter]:
    every = _parameters(student)
    if settings.learn == "all":
        return every
    chosen: set[int] = set()
    if settings.learn == "last":
        chosen = {id(p) for layer in transformer_layers(student)[-settings.last_layers :] for p in layer.parameters()}
    elif settings.learn == "embeddings":
        chosen = {id(p) for p in student.model.get_input_embeddings().parameters()}
    projects = settings.projection == "learn" or settings.learn == "last"
    return {
        name: parameter
        for name, parameter in every.items()
        if id(parameter) in chosen or "lora_" in name or (projects and name.startswith("projection."))
    }


def _before(encoder: TokenEncoder, pruned: Pruned, settings: TrainingSettings) -> dict[str, Tensor]:
    """The weights before training as the student has them; without a projection that it does not keep."""
    table = encoder.model.get_input_embeddings().weight
    return {
        name: p.detach()[pruned.rows] if p is table else p.detach()
        for name, p in _parameters(encoder).items()
        if settings.projection == "none" or not name.startswith("projection.")
    }
