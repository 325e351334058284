"""A run → numbers: measures, intervals, tests, robustness."""

from clirlab.evaluation.checks import check_qrels, check_run
from clirlab.evaluation.compare import compare, compare_scores
from clirlab.evaluation.measures import evaluate, parse_measures
from clirlab.evaluation.resampling import bootstrap_interval, bootstrap_means
from clirlab.evaluation.robustness import Retention, retention_of
from clirlab.evaluation.significance import (
    benjamini_hochberg,
    correct,
    effect_size,
    equivalence_test,
    holm,
    permutation_test,
    permutation_tests,
    smallest_difference,
    t_test,
)

__all__ = [
    "Retention",
    "benjamini_hochberg",
    "bootstrap_interval",
    "bootstrap_means",
    "check_qrels",
    "check_run",
    "compare",
    "compare_scores",
    "correct",
    "effect_size",
    "equivalence_test",
    "evaluate",
    "holm",
    "parse_measures",
    "permutation_test",
    "permutation_tests",
    "retention_of",
    "smallest_difference",
    "t_test",
]
