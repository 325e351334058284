"""Vectors → plans: optimal transport between the tokens of two texts. Tensors and masks only; usable on its own."""

from clirlab.transport.cost import cosine_cost
from clirlab.transport.plan import TransportPlan
from clirlab.transport.solve import METHODS, ConvergenceWarning, solve

__all__ = ["METHODS", "ConvergenceWarning", "TransportPlan", "cosine_cost", "solve"]
