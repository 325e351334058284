"""A run → numbers: measures, intervals, tests, robustness."""

from clirlab.evaluation.compare import compare, compare_scores
from clirlab.evaluation.measures import evaluate, parse_measures
from clirlab.evaluation.robustness import Retention, retention_of
from clirlab.evaluation.significance import bootstrap_interval, holm, permutation_test

__all__ = [
    "Retention",
    "bootstrap_interval",
    "compare",
    "compare_scores",
    "evaluate",
    "holm",
    "parse_measures",
    "permutation_test",
    "retention_of",
]
