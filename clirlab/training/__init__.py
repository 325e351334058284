"""Pairs → a better encoder."""

from clirlab.training.loop import Trained, train
from clirlab.training.movement import token_movement
from clirlab.training.objectives import OBJECTIVES, parse_objective
from clirlab.training.passages import Passages, passages_of, passages_of_texts
from clirlab.training.save import save_trained
from clirlab.training.settings import TrainingSettings

__all__ = [
    "OBJECTIVES",
    "Passages",
    "Trained",
    "TrainingSettings",
    "parse_objective",
    "passages_of",
    "passages_of_texts",
    "save_trained",
    "token_movement",
    "train",
]
