"""A batch of a student's and a teacher's token vectors in, a loss out: pure functions of tensors, each by its name."""

from clirlab.training.objectives.batch import NEEDS, Batch, Loss
from clirlab.training.objectives.options import Objective, Options
from clirlab.training.objectives.weighted import OBJECTIVES, Sum, parse_objective

__all__ = ["NEEDS", "OBJECTIVES", "Batch", "Loss", "Objective", "Options", "Sum", "parse_objective"]
