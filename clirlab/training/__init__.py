"""Pairs → a better encoder."""

from clirlab.training.loop import Trained, TrainingSettings, train
from clirlab.training.objectives import OBJECTIVES
from clirlab.training.save import save_trained

__all__ = ["OBJECTIVES", "Trained", "TrainingSettings", "save_trained", "train"]
