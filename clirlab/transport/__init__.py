"""Vectors → plans: optimal transport between the tokens of two texts. Tensors and masks only; usable on its own."""

from clirlab.transport.cost import COSTS, cosine_cost, dot_cost, spread, squared_euclidean_cost
from clirlab.transport.distance import distance, sinkhorn_divergence
from clirlab.transport.marginals import by_idf, by_norm, document_frequency, uniform
from clirlab.transport.plan import TransportPlan
from clirlab.transport.solve import METHODS, ConvergenceWarning, solve

__all__ = [
    "COSTS",
    "METHODS",
    "ConvergenceWarning",
    "TransportPlan",
    "by_idf",
    "by_norm",
    "cosine_cost",
    "distance",
    "document_frequency",
    "dot_cost",
    "sinkhorn_divergence",
    "solve",
    "spread",
    "squared_euclidean_cost",
    "uniform",
]
