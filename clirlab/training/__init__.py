"""Pairs → a better encoder."""

from clirlab.training.loop import Trained, TrainingSettings, train
from clirlab.training.objectives import OBJECTIVES

__all__ = ["OBJECTIVES", "Trained", "TrainingSettings", "train"]
